"""Loops, branches and gradients of one's own, for values known when the program runs.

Where the condition is a plain value, outside compiled code, Python decides and nothing
is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.typing import ArrayLike

from saccade.core._errors import ArgumentTypeError, ConfigError, message
from saccade.core._symbolic import any_symbolic
from saccade.core._variable import Variable

# Arrays alone or in lists, tuples and dicts.
Tree = Any


def _known(*values: object) -> bool:
    return not any(isinstance(v, Tracer) for v in values)


def _arrays(tree: Tree) -> Tree:
    """Variables as their values; JAX's loops take arrays only."""
    return jax.tree.map(
        lambda leaf: leaf.value if isinstance(leaf, Variable) else leaf,
        tree,
        is_leaf=lambda leaf: isinstance(leaf, Variable),
    )


def cond(
    pred: ArrayLike, true_fn: Callable[[], Tree], false_fn: Callable[[], Tree]
) -> Tree:
    """Calls one of two functions.

    Args:
        pred: which; true for the first.
        true_fn: takes nothing.
        false_fn: takes nothing; returns the same shapes and types.

    Raises:
        ArgumentTypeError: the functions use placeholders.

    Example:
        >>> cond(True, lambda: jnp.zeros(()), lambda: jnp.ones(()))
        Array(0., dtype=float32)
    """
    value = _arrays(pred)
    if _known(value):
        return true_fn() if bool(value) else false_fn()
    return jax.lax.cond(
        jnp.asarray(value, bool),
        lambda: _computed(true_fn()),
        lambda: _computed(false_fn()),
    )


def _computed(values: Tree) -> Tree:
    """What a branch gave; a placeholder means that it looked outside."""
    if any_symbolic(values):
        raise ArgumentTypeError(
            message(
                "ops.cond",
                "its functions use placeholders of a model, which they do not get as "
                "arguments",
                "use ops.where, or write a Layer whose `call` has the ops.cond",
            )
        )
    return _arrays(values)


def switch(
    index: ArrayLike, branches: Sequence[Callable[..., Tree]], *operands: Tree
) -> Tree:
    """Calls one of several functions.

    Args:
        index: which; values outside count as the nearest.
        branches: the functions.
        operands: what the function gets.

    Example:
        >>> switch(1, [lambda x: x, lambda x: -x], 3)
        Array(-3, dtype=int32, weak_type=True)
    """
    return jax.lax.switch(_arrays(index), branches, *_arrays(operands))


def while_loop(
    cond: Callable[..., ArrayLike],
    body: Callable[..., Tree],
    loop_vars: Tree,
    maximum_iterations: int | None = None,
) -> Tree:
    """Calls a function as long as a condition holds.

    Args:
        cond: gets the loop's values, says whether to go on.
        body: gets them and returns the next ones, of the same shapes and types.
        loop_vars: the first values: one, or a list or tuple that is spread out.
        maximum_iterations: how often at most; None for no bound.

    Example:
        >>> int(while_loop(lambda i: i < 5, lambda i: i + 2, 0))
        6
    """
    several = isinstance(loop_vars, (list, tuple))
    first = tuple(loop_vars) if several else (loop_vars,)
    first = jax.tree.map(jnp.asarray, _arrays(first))

    def going(state: tuple[jax.Array, Tree]) -> jax.Array:
        count, values = state
        more = jnp.asarray(cond(*values), bool)
        if maximum_iterations is None:
            return more
        return more & (count < maximum_iterations)

    def step(state: tuple[jax.Array, Tree]) -> tuple[jax.Array, Tree]:
        count, values = state
        new = _arrays(body(*values))
        new = tuple(new) if isinstance(new, (list, tuple)) else (new,)
        return count + 1, new

    _, values = jax.lax.while_loop(going, step, (jnp.zeros((), "int32"), first))
    if not several:
        return values[0]
    return list(values) if isinstance(loop_vars, list) else values


def fori_loop(
    lower: int, upper: int, body_fun: Callable[[Any, Tree], Tree], init_val: Tree
) -> Tree:
    """Calls a function for each number from `lower` to `upper` - 1.

    Args:
        lower: the first number.
        upper: the first that is left out.
        body_fun: gets the number and the value so far, returns the next value.
        init_val: the first value.

    Example:
        >>> int(fori_loop(0, 4, lambda i, total: total + i, 0))
        6
    """
    return jax.lax.fori_loop(lower, upper, body_fun, _arrays(init_val))


def map(f: Callable[[Tree], Tree], xs: Tree) -> Tree:
    """Calls a function on each element of axis 0, one after the other.

    Args:
        f: gets one element.
        xs: arrays.

    Example:
        >>> map(lambda x: 2 * x, jnp.arange(3))
        Array([0, 2, 4], dtype=int32)
    """
    return jax.lax.map(f, _arrays(xs))


def vectorized_map(function: Callable[[Tree], Tree], elements: Tree) -> Tree:
    """Calls a function on each element of axis 0, all at once.

    Args:
        function: gets one element.
        elements: arrays.

    Example:
        >>> vectorized_map(lambda x: 2 * x, jnp.arange(3))
        Array([0, 2, 4], dtype=int32)
    """
    return jax.vmap(function)(_arrays(elements))


def scan(
    f: Callable[[Tree, Tree], tuple[Tree, Tree]],
    init: Tree,
    xs: Tree = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Tree, Tree]:
    """Goes along axis 0 with a value that is carried on.

    Args:
        f: gets the carried value and an element, returns the next and an output.
        init: the first carried value.
        xs: arrays; None if only the number of steps counts.
        length: the number of steps where `xs` is None.
        reverse: whether to begin at the end.
        unroll: how many steps are written out in one round of the loop.

    Raises:
        ArgumentTypeError: `f` cannot be called.
        ConfigError: neither `xs` nor `length`, or an `unroll` below 1.

    Example:
        >>> last, sums = scan(lambda total, x: (total + x, total + x), 0, jnp.arange(4))
        >>> int(last), sums.tolist()
        (6, [0, 1, 3, 6])
    """
    if not callable(f):
        raise ArgumentTypeError(
            message("ops.scan", f"`f` should be a callable, got {f!r}")
        )
    if xs is None and length is None:
        raise ConfigError(
            message("ops.scan", "there is nothing to scan over and no `length`")
        )
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ConfigError(
            message("ops.scan", f"`unroll` must be a positive int or bool: {unroll!r}")
        )
    return jax.lax.scan(f, _arrays(init), _arrays(xs), length, reverse, unroll)


def associative_scan(
    f: Callable[[Tree, Tree], Tree], elems: Tree, reverse: bool = False, axis: int = 0
) -> Tree:
    """Combines all elements up to each, in parallel.

    Args:
        f: combines two; how they are grouped must not matter.
        elems: arrays.
        reverse: whether to begin at the end.
        axis: the axis to go along.

    Example:
        >>> associative_scan(jnp.add, jnp.arange(4))
        Array([0, 1, 3, 6], dtype=int32)
    """
    return jax.lax.associative_scan(f, _arrays(elems), reverse, axis)


def custom_gradient(
    f: Callable[..., tuple[Tree, Callable[..., Tree]]],
) -> Callable[..., Tree]:
    """Decorator for a function that brings its own gradient.

    Args:
        f: returns its result and a function from the gradient of the result to those
            of the arguments.

    Example:
        >>> @custom_gradient
        ... def clipped(x): return x, lambda upstream: jnp.clip(upstream, -1.0, 1.0)
        >>> float(jax.grad(lambda x: 5.0 * clipped(x))(2.0))
        1.0
    """
    inner = jax.custom_gradient(f)

    def run(*args: Tree, **kwargs: Tree) -> Tree:
        return inner(*_arrays(args), **_arrays(kwargs))

    run.__name__ = getattr(f, "__name__", "run")
    run.__doc__ = f.__doc__
    return run
