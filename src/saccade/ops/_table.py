"""Makes operations with Keras' names and arguments out of JAX's functions.

A line in a table gives the function, the signature, one sentence and an example; the
docstring is put together here. Only what JAX does otherwise is written out by hand.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _settings
from saccade.core._dtypes import standardize_dtype
from saccade.ops._activations import floating

F = TypeVar("F", bound=Callable[..., Any])

_ARRAYS = frozenset(
    {"x", "x1", "x2", "y", "a", "b", "array", "bins", "condition", "indices"}
    | {"sorted_sequence", "values", "weights"}
)
_LISTS = frozenset({"xs"})
_MEANINGS = {
    "x": "any array.",
    "y": "another array; both are repeated to a common shape.",
    "a": "an array.",
    "b": "another array.",
    "array": "any array.",
    "x1": "an array.",
    "x2": "another array; both are repeated to a common shape.",
    "xs": "a list of arrays.",
    "axis": "the axis, or where it makes sense several; None for all.",
    "keepdims": "whether the axes stay, with length 1.",
    "dtype": "type of the result; None for the usual one.",
    "shape": "shape of the result.",
    "axes": "the axes.",
}


class Unary(Protocol):
    """An operation on one array."""

    def __call__(self, x: ArrayLike) -> jax.Array: ...


class Binary(Protocol):
    """An operation on two arrays."""

    def __call__(self, x1: ArrayLike, x2: ArrayLike) -> jax.Array: ...


class Reduction(Protocol):
    """An operation that takes axes away."""

    def __call__(
        self,
        x: ArrayLike,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
    ) -> jax.Array: ...


def unary(
    name: str,
    function: Callable[..., Any],
    summary: str,
    example: str,
    *,
    floats: bool = False,
) -> Unary:
    """Makes an operation on one array, element by element.

    Args:
        name: its name.
        function: JAX's function.
        summary: one sentence.
        example: a call and its result as plain numbers, with ' -> ' between.
        floats: whether integers are computed in the global float type.
    """
    convert = floating if floats else jnp.asarray

    def op(x: ArrayLike) -> jax.Array:
        return function(convert(x))

    return finish(op, name, inspect.signature(op), summary, example)


def binary(
    name: str, function: Callable[..., jax.Array], summary: str, example: str
) -> Binary:
    """Makes an operation on two arrays, element by element.

    Args as in `unary`.
    """

    def op(x1: ArrayLike, x2: ArrayLike) -> jax.Array:
        return function(jnp.asarray(x1), jnp.asarray(x2))

    return finish(op, name, inspect.signature(op), summary, example)


def reduction(
    name: str, function: Callable[..., jax.Array], summary: str, example: str
) -> Reduction:
    """Makes an operation that takes axes away.

    Args as in `unary`.
    """

    def op(
        x: ArrayLike,
        axis: int | Sequence[int] | None = None,
        keepdims: bool = False,
    ) -> jax.Array:
        axes = axis if axis is None or isinstance(axis, int) else tuple(axis)
        return function(jnp.asarray(x), axis=axes, keepdims=keepdims)

    return finish(op, name, inspect.signature(op), summary, example)


def operation(
    name: str,
    function: Callable[..., Any],
    signature: str,
    summary: str,
    example: str,
    *,
    rename: Mapping[str, str] | None = None,
    floatx: bool = False,
) -> Callable[..., jax.Array]:
    """Makes an operation with any signature.

    Arrays are converted; those in front are handed on by position, the rest by name.

    Args:
        name: its name.
        function: JAX's function.
        signature: the arguments as Keras has them.
        summary: one sentence.
        example: a call and its result as plain numbers, with ' -> ' between.
        rename: arguments that JAX calls otherwise.
        floatx: whether the type is the global float type where none is given.
    """
    parameters = parse(signature)
    names = rename or {}

    def op(*args: Any, **kwargs: Any) -> jax.Array:
        bound = parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        given = {key: _convert(key, value) for key, value in bound.arguments.items()}
        if floatx and given["dtype"] is None:
            given["dtype"] = _settings.floatx()
        front = []
        for key in list(given):
            if key not in _ARRAYS | _LISTS:
                break
            front.append(given.pop(key))
        return function(*front, **{names.get(k, k): v for k, v in given.items()})

    return finish(op, name, parameters, summary, example)


def parse(signature: str) -> inspect.Signature:
    """Reads 'x, axis=None' without running it.

    Example:
        >>> parse("x, axis=None")
        <Signature (x, axis=None)>
    """
    tree = ast.parse(f"def f({signature}): pass").body[0]
    assert isinstance(tree, ast.FunctionDef)
    names = [argument.arg for argument in tree.args.args]
    values = [ast.literal_eval(default) for default in tree.args.defaults]
    without: list[Any] = [inspect.Parameter.empty] * (len(names) - len(values))
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature(
        [
            inspect.Parameter(name, kind, default=default)
            for name, default in zip(names, without + values, strict=True)
        ]
    )


def _convert(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _ARRAYS:
        return jnp.asarray(value)
    if name in _LISTS:
        return [jnp.asarray(part) for part in value]
    return standardize_dtype(value) if name == "dtype" else value


def finish(
    op: F,
    name: str,
    signature: inspect.Signature,
    summary: str,
    example: str,
    module: str = "saccade.ops",
    meanings: Mapping[str, str] = _MEANINGS,
) -> F:
    """Gives a function its name, signature and docstring.

    Args:
        op: the function.
        name: its name.
        signature: the arguments it shows.
        summary: one sentence.
        example: a call and its result, with ' -> ' between.
        module: where it is public.
        meanings: what each argument means.
    """
    call, _, result = example.partition(" -> ")
    shown = f"{call}.tolist()" if call.endswith((")", "]")) else call
    lines = [
        f"    {key}: {meanings.get(key, f'as in `numpy.{name}`.')}"
        for key in signature.parameters
    ]
    op.__name__ = op.__qualname__ = name
    op.__module__ = module
    op.__signature__ = signature  # type: ignore[attr-defined]
    op.__doc__ = "\n".join(
        [
            summary,
            "",
            "Args:",
            *lines,
            "",
            "Example:",
            f"    >>> {shown}",
            f"    {result}",
        ]
    )
    return op
