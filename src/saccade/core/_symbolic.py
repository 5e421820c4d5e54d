"""KerasTensor: a shape and a type that stand for data not yet there.

Operations called on placeholders note what they were called with in a `Node`; a model
of the functional API is the graph of these notes. What an operation does must not go
here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias

import jax
import jax.numpy as jnp

from saccade.core import _names, _scope
from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import (
    ArgumentTypeError,
    NotCalledError,
    message,
)

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Shape: TypeAlias = tuple[int | None, ...]
# Placeholders, alone or in lists and dicts.
Placeholders: TypeAlias = Any

# Sizes put in place of None to find out which sizes of the output depend on it.
_PROBES = (96, 160)
# What operators on placeholders do, by the names of `keras.ops`; `ops` fills it in,
# since it stands above this package.
operators: dict[str, Callable[..., Any]] = {}


class History(NamedTuple):
    """Where a placeholder comes from.

    Args:
        operation: what returned it.
        node_index: the number of the call.
        tensor_index: its number among what the call returned.
    """

    operation: Operation
    node_index: int
    tensor_index: int


class KerasTensor:
    """A placeholder with a shape and a type.

    Layers, `keras.ops` and operators take it and return another; `Model(inputs,
    outputs)` makes a model of what lies between.

    Args:
        shape: the shape with the batch axis; None where it is not fixed.
        dtype: the type of the data.
        sparse: kept for Keras; must be false.
        ragged: kept for Keras; must be false.
        record_history: kept for Keras.
        name: a name for messages and configs.
        ragged_rank: kept for Keras.
        row_splits_dtype: kept for Keras.

    Raises:
        ArgumentTypeError: sparse or ragged data are asked for.

    Differs from Keras: ragged and sparse data are not represented.

    Example:
        >>> KerasTensor((None, 28, 28, 1)).shape
        (None, 28, 28, 1)
    """

    # NumPy arrays on the left leave operators to the placeholder.
    __array_priority__ = 1000
    __array_ufunc__ = None

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: DTypeLike | None = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        ragged_rank: int | None = None,
        row_splits_dtype: object = None,
    ) -> None:
        if sparse or ragged:
            raise ArgumentTypeError(
                message("KerasTensor", "sparse and ragged data are not supported")
            )
        self.shape: Shape = tuple(shape)
        self.dtype = standardize_dtype(dtype)
        self.sparse = self.ragged = False
        self.name = name or _names.auto_name("keras_tensor")
        self._keras_history: History | None = None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def reshape(self, *shape: Any) -> KerasTensor:
        """Returns a placeholder of another shape."""
        new = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        return operators["reshape"](self, new)

    def squeeze(self, axis: int | Sequence[int] | None = None) -> KerasTensor:
        """Returns a placeholder without axes of length 1."""
        return operators["squeeze"](self, axis)

    @property
    def T(self) -> KerasTensor:
        """The placeholder with its axes in reverse order."""
        return operators["transpose"](self)

    def __round__(self, ndigits: int | None = None) -> KerasTensor:
        return operators["round"](self, ndigits or 0)

    def __len__(self) -> int:
        size = self.shape[0] if self.shape else None
        if size is None:
            raise self._no_value("has no fixed length")
        return size

    def __iter__(self) -> Any:
        if not self.shape or self.shape[0] is None:
            raise self._no_value("cannot be walked through: its length is not fixed")
        cut = operators["get_item"]
        return (cut(self, i) for i in range(self.shape[0]))

    def __bool__(self) -> NoReturn:
        raise self._no_value("has no value, so `if` and `while` cannot look at it")

    def __int__(self) -> NoReturn:
        raise self._no_value("has no value to make an int of")

    def __float__(self) -> NoReturn:
        raise self._no_value("has no value to make a float of")

    def __array__(self, dtype: object = None, copy: object = None) -> NoReturn:
        raise self._no_value("cannot be handed to functions of NumPy and JAX")

    def _no_value(self, problem: str) -> ArgumentTypeError:
        return ArgumentTypeError(
            message(
                f"KerasTensor {self.name!r}",
                f"is a placeholder for data that come later and {problem}",
                "use layers or saccade.ops on it, or write a Layer whose `call` does "
                "the computing",
            )
        )

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


def _operator(name: str) -> Callable[[Any, Any], KerasTensor]:
    def run(self: KerasTensor, other: Any) -> KerasTensor:
        return operators[name](self, other)

    return run


def _reflected(name: str) -> Callable[[Any, Any], KerasTensor]:
    def run(self: KerasTensor, other: Any) -> KerasTensor:
        return operators[name](other, self)

    return run


def _sole(name: str) -> Callable[[Any], KerasTensor]:
    def run(self: KerasTensor) -> KerasTensor:
        return operators[name](self)

    return run


for _python, _ours in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide",
    "floordiv": "floor_divide", "mod": "mod", "pow": "power", "matmul": "matmul",
    "and": "logical_and", "or": "logical_or", "xor": "logical_xor",
}.items():  # fmt: skip
    setattr(KerasTensor, f"__{_python}__", _operator(_ours))
    setattr(KerasTensor, f"__r{_python}__", _reflected(_ours))
for _python, _ours in {
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
    "ne": "not_equal", "getitem": "get_item",
}.items():  # fmt: skip
    setattr(KerasTensor, f"__{_python}__", _operator(_ours))
for _python, _ours in {
    "neg": "negative", "abs": "absolute", "invert": "logical_not",
}.items():  # fmt: skip
    setattr(KerasTensor, f"__{_python}__", _sole(_ours))


class Operation:
    """Something that can be called on placeholders: a layer, or one of `keras.ops`.

    Args:
        name: its name; None for the class's name and a number.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or _names.auto_name(_names.to_snake_case(type(self).__name__))
        self._inbound_nodes: list[Node] = []

    @property
    def input(self) -> Any:
        """The placeholder that it was first called on, or a list of them."""
        return _one_or_list(self._first_node("input").inputs)

    @property
    def output(self) -> Any:
        """The placeholder that its first call returned, or a list of them."""
        return _one_or_list(self._first_node("output").outputs)

    def _first_node(self, what: str) -> Node:
        if not self._inbound_nodes:
            raise NotCalledError(
                message(
                    f"{type(self).__name__} {self.name!r}",
                    f"has no `{what}` yet, since it was not called on a placeholder",
                    "give the model an `Input(shape)` first",
                )
            )
        return self._inbound_nodes[0]


class Node:
    """One call of an operation on placeholders.

    Args:
        operation: what was called.
        args: what it was called with, placeholders among it.
        kwargs: the same by name.
        returned: the new placeholders that it gave back.
    """

    def __init__(
        self,
        operation: Operation,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        returned: Placeholders,
    ) -> None:
        self.operation = operation
        self.args = args
        self.kwargs = dict(kwargs)
        self.returned = returned
        self._leaves, self._tree = jax.tree.flatten((args, self.kwargs))
        self.inputs = [x for x in self._leaves if isinstance(x, KerasTensor)]
        self.outputs: list[KerasTensor] = jax.tree.leaves(returned)
        self.index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for number, tensor in enumerate(self.outputs):
            tensor._keras_history = History(operation, self.index, number)

    @property
    def input_tensors(self) -> list[KerasTensor]:
        """The placeholders that it was called on."""
        return self.inputs

    @property
    def output_tensors(self) -> list[KerasTensor]:
        """The placeholders that it returned."""
        return self.outputs

    @property
    def is_input(self) -> bool:
        """Whether data enter here."""
        return not self.inputs

    @property
    def parent_nodes(self) -> list[Node]:
        """The calls that the placeholders come from."""
        found = (node_of(tensor) for tensor in self.inputs)
        return [node for node in found if node is not None]

    def filled(self, values: Mapping[int, Any]) -> tuple[tuple[Any, ...], dict]:
        """Returns the arguments with values, by id, for the placeholders."""
        leaves = [
            values[id(x)] if isinstance(x, KerasTensor) else x for x in self._leaves
        ]
        return jax.tree.unflatten(self._tree, leaves)


def node_of(tensor: KerasTensor) -> Node | None:
    """Returns the call that a placeholder comes from, None for a free one."""
    if tensor._keras_history is None:
        return None
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index]


def _one_or_list(tensors: list[KerasTensor]) -> Any:
    return tensors[0] if len(tensors) == 1 else list(tensors)


def is_keras_tensor(x: object) -> bool:
    """Says whether something is a placeholder.

    Example:
        >>> is_keras_tensor(KerasTensor((None, 3)))
        True
    """
    return isinstance(x, KerasTensor)


def any_symbolic(*nests: Any) -> bool:
    """Says whether there is a placeholder in any of the nests.

    Example:
        >>> any_symbolic([1, KerasTensor((2,))]), any_symbolic(3)
        (True, False)
    """
    return any(isinstance(leaf, KerasTensor) for leaf in jax.tree.leaves(nests))


def infer(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Placeholders:
    """Returns placeholders for what a function would return, by tracing it.

    Sizes that are None are traced with two numbers; a size of the result that differs
    between them is None.

    Args:
        function: takes and returns arrays, or nests of them.
        args: what to call it with; placeholders stand for arrays.
        kwargs: the same by name.

    Example:
        >>> infer(lambda x: x.sum(-1), (KerasTensor((None, 3)),), {}).shape
        (None,)
    """
    leaves, tree = jax.tree.flatten((args, dict(kwargs)))
    where = [i for i, leaf in enumerate(leaves) if isinstance(leaf, KerasTensor)]

    def run(arrays: list[jax.Array]) -> Any:
        filled = list(leaves)
        for i, array in zip(where, arrays, strict=True):
            filled[i] = array
        new_args, new_kwargs = jax.tree.unflatten(tree, filled)
        with _scope.Scope():
            return function(*new_args, **new_kwargs)

    def traced(probe: int) -> Any:
        specs = [_spec(leaves[i], probe) for i in where]
        try:
            return jax.eval_shape(run, specs)
        except Exception as error:
            if error.args and isinstance(error.args[0], str):
                pairs = zip(specs, (leaves[i] for i in where), strict=True)
                text = _without_probes(error.args[0], pairs)
                error.args = (text, *error.args[1:])
            raise

    first = traced(_PROBES[0])
    free = any(size is None for i in where for size in leaves[i].shape)
    second = traced(_PROBES[1]) if free else first
    return jax.tree.map(
        lambda a, b: KerasTensor(
            [m if m == n else None for m, n in zip(a.shape, b.shape, strict=True)],
            a.dtype,
        ),
        first,
        second,
    )


def _without_probes(
    text: str, pairs: Iterable[tuple[jax.ShapeDtypeStruct, KerasTensor]]
) -> str:
    """Puts the shapes that the user knows in the place of those that were tried."""
    for spec, tensor in pairs:
        text = text.replace(str(spec.shape), str(tensor.shape))
    return text


def _spec(tensor: KerasTensor, probe: int) -> jax.ShapeDtypeStruct:
    shape = tuple(probe if size is None else size for size in tensor.shape)
    return jax.ShapeDtypeStruct(shape, jnp.dtype(tensor.dtype))
