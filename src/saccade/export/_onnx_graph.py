"""The graph of an ONNX file while it is made.

A `Value` may be stored in another order of axes than the model's, and without axes
along which it is constant. So the transpositions and copies of a traced model cost
nothing until an operator needs them: convolutions are channels first in ONNX, and
what lies between them stays so. What an operation of JAX becomes must not go here.
"""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from saccade.core._errors import UnsupportedFeatureError, message

from ._onnx_file import Attribute, Node, Size, stored_dtype, type_number

# A size of a shape: a number, or one of JAX's expressions of the batch size.
Shape = tuple[Any, ...]
# Constants above this many numbers are widened when the graph runs, not in the file.
_LARGE = 2**16


@dataclasses.dataclass(frozen=True)
class Value:
    """An array of the traced model.

    Args:
        shape: as the model sees it.
        dtype: as the model sees it.
        order: the axes that are stored, in the order in which they are; along the
            others all numbers are the same.
        name: the tensor of the graph; for constants the name of the weight or "".
        array: what is stored, of a constant.
    """

    shape: Shape
    dtype: np.dtype
    order: tuple[int, ...]
    name: str = ""
    array: np.ndarray | None = None

    @property
    def is_constant(self) -> bool:
        """Whether the numbers are known."""
        return self.array is not None


def constant(array: Any, name: str = "") -> Value:
    """Returns a value of known numbers."""
    array = np.asarray(array)
    return Value(array.shape, array.dtype, tuple(range(array.ndim)), name, array)


def is_known(size: object) -> bool:
    """Says whether a size is a number."""
    return isinstance(size, (int, np.integer))


class Graph:
    """Nodes and constants, and how values are brought into a form.

    Args:
        where: the model, for messages.
    """

    def __init__(self, where: str) -> None:
        self.where = where
        self.layer = ""
        self.nodes: list[Node] = []
        self.weights: dict[str, np.ndarray] = {}
        self._names: set[str] = set()
        self._counts: dict[str, int] = {}
        self._known: dict[object, tuple[str, object]] = {}
        # The tensor and the axis where a free size can be read.
        self._sources: dict[str, tuple[str, int]] = {}
        self._sizes: dict[str, str] = {}
        self._made: dict[object, list[str]] = {}

    # Making -------------------------------------------------------------------------

    def fresh(self, name: str) -> str:
        """Returns the name, or one with a number if it is taken."""
        new = name
        while new in self._names:
            self._counts[name] = self._counts.get(name, 0) + 1
            new = f"{name}_{self._counts[name]}"
        self._names.add(new)
        return new

    def add_input(self, name: str, shape: Shape, dtype: np.dtype) -> Value:
        """Notes an input of the graph."""
        self._names.add(name)
        for axis, size in enumerate(shape):
            if not is_known(size):
                self._sources.setdefault(str(size), (name, axis))
        return Value(shape, dtype, tuple(range(len(shape))), name)

    def node(self, kind: str, *inputs: str, **attributes: Attribute) -> str:
        """Adds an operation of one output, and returns the name of that."""
        return self.nodes_of(kind, inputs, 1, **attributes)[0]

    def nodes_of(
        self, kind: str, inputs: Sequence[str], count: int, **attributes: Attribute
    ) -> list[str]:
        """Adds an operation of several outputs, and returns their names."""
        key = (kind, tuple(inputs), tuple(map(repr, attributes.items())))
        if key in self._made:  # the same again, such as an input turned twice
            return list(self._made[key])
        name = self.fresh(f"{self.layer}/{kind}" if self.layer else kind)
        names = [name] if count == 1 else [f"{name}.{i}" for i in range(count)]
        self.nodes.append(Node(kind, list(inputs), names, attributes, name))
        self._made[key] = names
        return list(names)

    def weight(self, array: np.ndarray, name: str = "") -> str:
        """Puts an array into the file, once, and returns the name of its tensor."""
        array = np.asarray(array, stored_dtype(array.dtype))
        if not type_number(array.dtype):
            raise self.unsupported(f"numbers of type {array.dtype}")
        small = array.size <= 16
        content = array.tobytes() if small else None
        key = (array.shape, array.dtype.name, content) if small else id(array)
        if key not in self._known:
            stem = name or (f"{self.layer}/constant" if self.layer else "constant")
            tensor = self.fresh(stem)
            self.weights[tensor] = array
            self._known[key] = (tensor, array)  # kept, so that no other has its id
        return self._known[key][0]

    def ints(self, numbers: Iterable[int]) -> str:
        """Returns a tensor of whole numbers, as operators take axes and sizes."""
        return self.weight(np.asarray(list(numbers), np.int64))

    def number(self, value: float, dtype: np.dtype) -> str:
        """Returns a tensor of one number."""
        return self.weight(np.asarray(value, stored_dtype(dtype)))

    def tensor(self, value: Value) -> str:
        """Returns the tensor in which a value is stored."""
        if value.array is None:
            return value.name
        return self.weight(value.array, value.name)

    def unsupported(self, what: str) -> UnsupportedFeatureError:
        """Returns the error for what cannot be written, with the layer's name."""
        layer = f"the layer {self.layer!r}" if self.layer else "the model"
        return UnsupportedFeatureError(
            message(
                self.where,
                f"{layer} uses {what}, which is not written to ONNX",
                "format='stablehlo' takes everything, or write the layer with other "
                "operations",
            )
        )

    # Sizes --------------------------------------------------------------------------

    def size(self, expression: object) -> str:
        """Returns a tensor (1,) with a size, which may depend on the inputs."""
        if is_known(expression):
            return self.ints([int(expression)])  # type: ignore[call-overload]
        text = str(expression)
        if text not in self._sizes:
            tree = ast.parse(text.replace("^", "**"), mode="eval").body
            layer, self.layer = self.layer, ""
            self._sizes[text] = self._computed(tree)
            self.layer = layer
        return self._sizes[text]

    def _computed(self, tree: ast.expr) -> str:
        match tree:
            case ast.Constant(value=int(number)):
                return self.ints([number])
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return self.node("Neg", self._computed(inner))
            case ast.Name(id=name) if name in self._sources:
                tensor, axis = self._sources[name]
                shape = self.node("Shape", tensor)
                return self.node("Gather", shape, self.ints([axis]), axis=0)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                parts = self._computed(left), self._computed(right)
                return self.node(_ARITHMETIC[type(op)], *parts)
        raise self.unsupported(f"a shape of size {ast.unparse(tree)}")

    def sizes(self, shape: Shape) -> str:
        """Returns a tensor with all sizes of a shape."""
        if all(map(is_known, shape)):
            return self.ints(shape)
        return self.node("Concat", *map(self.size, shape), axis=0)

    # Forms --------------------------------------------------------------------------

    def arranged(self, value: Value, order: Sequence[int], wide: bool = True) -> Value:
        """Stores a value in an order of axes.

        Args:
            value: all whose stored axes are in `order`.
            order: axes.
            wide: whether axes along which it is constant get their whole length;
                otherwise they have length 1, and leading ones are left out.
        """
        order = tuple(order)
        kept = tuple(axis for axis in order if axis in value.order)
        turn = [value.order.index(axis) for axis in kept]
        gaps = [i for i, axis in enumerate(order) if axis not in value.order]
        if not wide:
            lead = next((i for i, a in enumerate(order) if a in kept), len(order))
            order, gaps = order[lead:], [i - lead for i in gaps if i >= lead]
        if value.array is not None:
            array = value.array
            if turn != sorted(turn):
                array = array.transpose(turn)
            array = np.expand_dims(array, gaps) if gaps else array
            value = dataclasses.replace(value, order=order, array=array)
        else:
            name = value.name
            if turn != sorted(turn):
                name = self.node("Transpose", name, perm=turn)
            if gaps:
                name = self.node("Unsqueeze", name, self.ints(gaps))
            value = dataclasses.replace(value, order=order, name=name)
        return self._widened(value, gaps) if wide else value

    def _widened(self, value: Value, gaps: Sequence[int]) -> Value:
        sizes = [value.shape[axis] for axis in value.order]
        if all(is_known(sizes[i]) and sizes[i] == 1 for i in gaps):
            return value
        if (
            value.array is not None
            and all(map(is_known, sizes))
            and math.prod(sizes) <= max(_LARGE, value.array.size)
        ):
            wide = np.ascontiguousarray(np.broadcast_to(value.array, sizes))
            return dataclasses.replace(value, array=wide)
        target = [size if i in gaps else 1 for i, size in enumerate(sizes)]
        name = self.node("Expand", self.tensor(value), self.sizes(tuple(target)))
        return dataclasses.replace(value, name=name, array=None)

    def plain(self, value: Value) -> Value:
        """Stores a value as the model sees it."""
        return self.arranged(value, range(len(value.shape)))

    def whole(self, value: Value) -> Value:
        """Stores all axes of a value, in the order that it has."""
        return self.arranged(value, self.completed(value))

    def completed(self, value: Value) -> tuple[int, ...]:
        """Returns the order of a value with the missing axes put in."""
        return _union(value.order, range(len(value.shape)))

    def aligned(self, values: Sequence[Value]) -> tuple[list[Value], tuple[int, ...]]:
        """Stores values so that operators broadcast them against each other.

        Returns:
            The values, and the order of the result.
        """
        first = max(values, key=lambda v: (len(v.order), not v.is_constant))
        order = first.order
        for value in values:
            order = _union(order, value.order)
        return [self.arranged(v, order, wide=False) for v in values], order

    def combine(
        self,
        build: Callable[..., str],
        values: Sequence[Value],
        shape: Shape,
        dtype: np.dtype,
    ) -> Value:
        """Computes number by number.

        Args:
            build: makes nodes from names of tensors, and returns the result's.
            values: of the shape of the result, or single numbers.
            shape: of the result.
            dtype: of the result.
        """
        stored, order = self.aligned(values)
        return Value(shape, dtype, order, build(*map(self.tensor, stored)))

    # Parts --------------------------------------------------------------------------

    def cut(
        self,
        value: Value,
        starts: Sequence[int],
        stops: Sequence[Any],
        steps: Sequence[int],
        shape: Shape,
    ) -> Value:
        """Takes every so many-th number between two places of each axis."""
        places = [
            (i, axis)
            for i, axis in enumerate(value.order)
            if (starts[axis], steps[axis]) != (0, 1) or stops[axis] != value.shape[axis]
        ]
        name = self.tensor(value)
        if places:
            name = self.node(
                "Slice",
                name,
                self.ints(starts[axis] for _, axis in places),
                self.sizes(tuple(stops[axis] for _, axis in places)),
                self.ints(i for i, _ in places),
                self.ints(steps[axis] for _, axis in places),
            )
        return Value(shape, value.dtype, value.order, name)

    def reshaped(self, value: Value, shape: Shape) -> Value:
        """Gives a plain value another shape."""
        free = [size for size in shape if not is_known(size)]
        if len(free) > 1:
            target = self.sizes(shape)
        else:
            target = self.ints(size if is_known(size) else -1 for size in shape)
        name = self.node("Reshape", self.tensor(value), target)
        return Value(shape, value.dtype, tuple(range(len(shape))), name)


_ARITHMETIC: dict[type, str] = {ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul"}


def _union(order: Sequence[int], other: Iterable[int]) -> tuple[int, ...]:
    """Puts axes into an order: to their place if it is sorted, else at the end."""
    missing = [axis for axis in other if axis not in order]
    both = [*order, *sorted(missing)]
    return tuple(sorted(both) if list(order) == sorted(order) else both)


def size_in_file(size: object) -> Size:
    """Returns a size as a file states it: a number, a name, or None."""
    if is_known(size):
        return int(size)  # type: ignore[call-overload]
    text = str(size)
    return text if text.isidentifier() else None
