"""The steps of a `Dataset`: sources, and what changes elements or their number.

A step can be opened any number of times; each time it gives its elements from the
start. Some steps also know their elements by row number, or can give them stacked,
which spares the work of single elements. Choosing of elements is in `_dataset_select`,
functions in `_dataset_map`.
"""

from __future__ import annotations

import copy
import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, Self

import numpy as np

from saccade.core._errors import ArgumentTypeError, ShapeError, message
from saccade.data._dataset_elements import (
    Element,
    TensorSpec,
    leaves,
    length_of,
    map_leaves,
    rows_of,
    spec_of,
    stack,
    to_array,
    to_element,
)
from saccade.data._prefetch import Prefetcher

INFINITE = -1
UNKNOWN = -2
AUTOTUNE = -1

# How many elements a step without a size of its own is made ahead.
DEPTH = 2


class Rows(Protocol):
    """Elements by their numbers, as rows of something."""

    def row(self, number: int) -> Element:
        """Returns one element."""
        ...

    def gather(self, numbers: np.ndarray) -> Element:
        """Returns several elements, stacked."""
        ...


class Node(ABC):
    """One step of a data set."""

    @abstractmethod
    def open(self) -> Iterator[Element]:
        """Gives the elements from the start."""

    @abstractmethod
    def size(self) -> int:
        """Returns the number of elements, INFINITE or UNKNOWN."""

    def base(self) -> Rows | None:
        """What the numbers of `rows` count, None where elements have no numbers."""
        return None

    def rows(self) -> Iterator[int]:
        """Gives the elements' numbers in `base`, from the start."""
        raise NotImplementedError

    def blocks(self, size: int) -> Iterator[Element] | None:
        """Gives elements stacked, `size` at a time; None where that spares nothing.

        Args:
            size: elements in a block; the last may have fewer.
        """
        base = self.base()
        if base is None:
            return None
        return _gathered(base, self.rows(), size)

    def spec(self) -> Element:
        """Returns the TensorSpec of each leaf, from the first element if need be."""
        for element in self.open():
            return spec_of(element)
        return ()

    def without_errors(self) -> Node:
        """Returns the step with elements left out that cannot be made."""
        return self


class Drawing(Protocol):
    """A step that draws random numbers, by a seed and the number of the pass."""

    seed: int
    passes: int


def drawing(node: Node) -> list[Drawing]:
    """Returns the steps up to a node that draw random numbers.

    Args:
        node: the last step.
    """
    found: list[Drawing] = []
    for value in vars(node).values():
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, Node):
                found.extend(drawing(item))
    if hasattr(node, "passes"):
        found.append(node)  # type: ignore[arg-type]
    return found


def _gathered(base: Rows, rows: Iterator[int], size: int) -> Iterator[Element]:
    while numbers := list(itertools.islice(rows, size)):
        yield base.gather(np.array(numbers, np.intp))


class Step(Node):
    """A step after another one.

    Args:
        before: the step whose elements it takes.
    """

    def __init__(self, before: Node) -> None:
        self.before = before

    def size(self) -> int:
        """As many as before."""
        return self.before.size()

    def spec(self) -> Element:
        """As before."""
        return self.before.spec()

    def without_errors(self) -> Self:
        """Leaves elements out of the step before."""
        changed = copy.copy(self)
        changed.before = self.before.without_errors()
        return changed


class Slices(Node):
    """The rows of arrays.

    Args:
        arrays: in tuples and dicts; equal numbers of rows.
    """

    def __init__(self, arrays: Element) -> None:
        self.arrays = map_leaves(
            lambda leaf: None if leaf is None else to_array(leaf), arrays
        )
        self._length = length_of(self.arrays)

    def open(self) -> Iterator[Element]:
        """Gives the rows."""
        return map(self.row, range(self._length))

    def size(self) -> int:
        """The number of rows."""
        return self._length

    def base(self) -> Rows:
        """The arrays themselves."""
        return self

    def rows(self) -> Iterator[int]:
        """All, in order."""
        return iter(range(self._length))

    def row(self, number: int) -> Element:
        """Returns one row of every array."""
        return map_leaves(
            lambda leaf: None if leaf is None else leaf[number], self.arrays
        )

    def gather(self, numbers: np.ndarray) -> Element:
        """Returns several rows of every array."""
        return map_leaves(
            lambda leaf: None if leaf is None else leaf.take(numbers, axis=0),
            self.arrays,
        )

    def spec(self) -> Element:
        """The arrays' without their first axis."""
        return map_leaves(
            lambda leaf: (
                None if leaf is None else TensorSpec(leaf.shape[1:], leaf.dtype)
            ),
            self.arrays,
        )


class Range(Node):
    """Whole numbers at equal distances, int64.

    Args:
        numbers: which.
    """

    def __init__(self, numbers: range) -> None:
        self._numbers = numbers

    def open(self) -> Iterator[Element]:
        """Gives the numbers."""
        return map(np.int64, self._numbers)

    def size(self) -> int:
        """How many there are."""
        return len(self._numbers)

    def base(self) -> Rows:
        """The numbers themselves."""
        return self

    def rows(self) -> Iterator[int]:
        """All, in order."""
        return iter(range(len(self._numbers)))

    def row(self, number: int) -> Element:
        """Returns one of the numbers."""
        return np.int64(self._numbers[number])

    def gather(self, numbers: np.ndarray) -> Element:
        """Returns several of the numbers."""
        return self._numbers.start + self._numbers.step * numbers.astype(np.int64)

    def spec(self) -> Element:
        """A number, int64."""
        return TensorSpec((), np.int64)


class Generated(Node):
    """What a function that starts an iterator gives.

    Args:
        start: starts it.
        signature: TensorSpec of each leaf that elements are brought to, or None.
        length: the number of elements, INFINITE or UNKNOWN.
    """

    def __init__(
        self,
        start: Callable[[], Iterable[object]],
        signature: Element | None,
        length: int = UNKNOWN,
    ) -> None:
        self._start = start
        self._signature = signature
        self._length = length

    def open(self) -> Iterator[Element]:
        """Starts the iterator anew."""
        for number, value in enumerate(self._start()):
            if self._signature is None:
                yield to_element(value)
            else:
                yield self._fit(value, number)

    def _fit(self, value: object, number: int) -> Element:
        where = f"from_generator, element {number}"
        if isinstance(self._signature, tuple) and isinstance(value, list):
            value = tuple(value)
        try:
            return map_leaves(
                lambda spec, leaf: _fit(spec, leaf, where), self._signature, value
            )
        except (KeyError, TypeError) as error:
            if isinstance(error, ArgumentTypeError):
                raise
            raise ArgumentTypeError(
                message(
                    where,
                    f"expected the structure of `output_signature` {self._signature}, "
                    f"got {type(value).__name__}",
                    "yield tuples or dicts of the same form",
                )
            ) from error

    def size(self) -> int:
        """As given."""
        return self._length

    def spec(self) -> Element:
        """The signature, else that of the first element."""
        return super().spec() if self._signature is None else self._signature


def _fit(spec: TensorSpec, leaf: object, where: str) -> object:
    array = to_array(leaf)
    if spec.dtype != object:
        array = array.astype(spec.dtype, copy=False)
    shape = array.shape
    if spec.shape is not None and (
        len(shape) != len(spec.shape)
        or any(s not in (None, n) for s, n in zip(spec.shape, shape, strict=True))
    ):
        raise ShapeError(
            message(where, f"expected the shape {spec.shape}, got {shape}")
        )
    return array if array.ndim else array[()]


class Batch(Step):
    """Elements stacked.

    Args:
        before: the elements.
        batch_size: how many at a time.
        drop_remainder: whether to leave out a last batch with fewer.
    """

    def __init__(self, before: Node, batch_size: int, drop_remainder: bool) -> None:
        super().__init__(before)
        self.batch_size = batch_size
        self.drop_remainder = drop_remainder

    def open(self) -> Iterator[Element]:
        """Gives the batches."""
        for block in self.before.blocks(self.batch_size) or self._stacked():
            if self.drop_remainder and length_of(block) < self.batch_size:
                return
            yield block

    def _stacked(self) -> Iterator[Element]:
        elements = self.before.open()
        while part := list(itertools.islice(elements, self.batch_size)):
            yield stack(part, "batch")

    def size(self) -> int:
        """Elements before, by the size of a batch."""
        count = self.before.size()
        if count < 0:
            return count
        return (
            count // self.batch_size
            if self.drop_remainder
            else -(-count // self.batch_size)
        )

    def spec(self) -> Element:
        """With a first axis, of known size where every batch is full."""
        size = self.batch_size if self.drop_remainder else None

        def batched(spec: TensorSpec | None) -> TensorSpec | None:
            if spec is None or spec.shape is None:
                return spec
            return TensorSpec((size, *spec.shape), spec.dtype)

        return map_leaves(batched, self.before.spec())


class Unbatch(Step):
    """The rows of the elements before."""

    def open(self) -> Iterator[Element]:
        """Gives row after row."""
        for block in self.before.open():
            yield from rows_of(block)

    def size(self) -> int:
        """Known where batches of known size, or none, are taken apart."""
        node = self.before
        while isinstance(node, Prefetch):
            node = node.before
        if isinstance(node, Batch):
            count = node.before.size()
            if node.drop_remainder and count >= 0:
                count -= count % node.batch_size
            return count
        return INFINITE if self.before.size() == INFINITE else UNKNOWN

    def spec(self) -> Element:
        """Without the first axis."""
        return map_leaves(
            lambda spec: (
                spec
                if spec is None or spec.shape is None
                else TensorSpec(spec.shape[1:], spec.dtype)
            ),
            self.before.spec(),
        )


class Zip(Node):
    """Elements of several data sets side by side, up to the shortest's end.

    Args:
        parts: nodes, in tuples and dicts.
    """

    def __init__(self, parts: Element) -> None:
        self._parts = parts
        self._nodes = list(leaves(parts))

    def open(self) -> Iterator[Element]:
        """Gives structures of one element each."""
        streams = [node.open() for node in self._nodes]
        return map(self._put_together, zip(*streams, strict=False))

    def blocks(self, size: int) -> Iterator[Element] | None:
        """Blocks side by side, where all parts have them and one length."""
        sizes = {node.size() for node in self._nodes}
        found = [node.blocks(size) for node in self._nodes] if len(sizes) == 1 else []
        streams = [stream for stream in found if stream is not None]
        if not streams or len(streams) < len(found):
            return None
        return map(self._put_together, zip(*streams, strict=False))

    def _put_together(self, items: tuple[Element, ...]) -> Element:
        places = iter(items)
        return map_leaves(lambda _: next(places), self._parts)

    def size(self) -> int:
        """That of the shortest."""
        sizes = [node.size() for node in self._nodes]
        if UNKNOWN in sizes:
            return UNKNOWN
        return min((n for n in sizes if n != INFINITE), default=INFINITE)

    def spec(self) -> Element:
        """Side by side."""
        return map_leaves(lambda node: node.spec(), self._parts)


class Concatenate(Step):
    """One data set after another."""

    def __init__(self, before: Node, after: Node) -> None:
        super().__init__(before)
        self._after = after

    def open(self) -> Iterator[Element]:
        """Gives the elements of both."""
        yield from self.before.open()
        yield from self._after.open()

    def size(self) -> int:
        """The sum."""
        sizes = (self.before.size(), self._after.size())
        if INFINITE in sizes:
            return INFINITE
        return UNKNOWN if UNKNOWN in sizes else sum(sizes)


class Enumerate(Step):
    """(number, element), the number int64.

    Args:
        before: the elements.
        start: the first number.
    """

    def __init__(self, before: Node, start: int) -> None:
        super().__init__(before)
        self._start = start

    def open(self) -> Iterator[Element]:
        """Gives pairs."""
        for number, element in enumerate(self.before.open(), self._start):
            yield np.int64(number), element

    def spec(self) -> Element:
        """With the number in front."""
        return TensorSpec((), np.int64), self.before.spec()


class Cache(Step):
    """Keeps the elements of the first whole pass in memory."""

    def __init__(self, before: Node) -> None:
        super().__init__(before)
        self._kept: Node | None = None
        self._lock = threading.Lock()

    def open(self) -> Iterator[Element]:
        """Gives what is kept, else the elements before."""
        if self._kept is not None:
            yield from self._kept.open()
            return
        elements: list[Element] = []
        for element in self.before.open():
            elements.append(element)
            yield element
        self._keep(elements)

    def _keep(self, elements: list[Element]) -> None:
        with self._lock:
            if self._kept is None:
                self._kept = Kept(elements)

    def base(self) -> Rows | None:
        """What is kept, once everything is."""
        return None if self._kept is None else self._kept.base()

    def rows(self) -> Iterator[int]:
        """The numbers of what is kept."""
        return iter(()) if self._kept is None else self._kept.rows()

    def blocks(self, size: int) -> Iterator[Element] | None:
        """Blocks of what is kept, else of the step before, whose rows are kept."""
        if self._kept is not None:
            return self._kept.blocks(size)
        found = self.before.blocks(size)
        return None if found is None else self._keeping(found)

    def _keeping(self, found: Iterator[Element]) -> Iterator[Element]:
        elements: list[Element] = []
        for block in found:
            elements.extend(rows_of(block))
            yield block
        self._keep(elements)


class Kept(Node):
    """Elements in a list.

    Args:
        elements: which.
    """

    def __init__(self, elements: list[Element]) -> None:
        self._elements = elements

    def open(self) -> Iterator[Element]:
        """Gives the elements."""
        return iter(self._elements)

    def size(self) -> int:
        """How many there are."""
        return len(self._elements)

    def base(self) -> Rows:
        """The list itself."""
        return self

    def rows(self) -> Iterator[int]:
        """All, in order."""
        return iter(range(len(self._elements)))

    def row(self, number: int) -> Element:
        """Returns one element."""
        return self._elements[number]

    def gather(self, numbers: np.ndarray) -> Element:
        """Returns several elements, stacked."""
        return stack([self._elements[number] for number in numbers], "batch")


class Prefetch(Step):
    """Makes elements in a thread of its own, some ahead.

    Args:
        before: the elements.
        depth: how many.
    """

    def __init__(self, before: Node, depth: int) -> None:
        super().__init__(before)
        self._depth = depth

    def open(self) -> Iterator[Element]:
        """Gives the same elements."""
        with Prefetcher(self.before.open(), self._depth) as elements:
            yield from elements

    def base(self) -> Rows | None:
        """As before: nothing is made ahead where elements have numbers."""
        return self.before.base()

    def rows(self) -> Iterator[int]:
        """As before."""
        return self.before.rows()

    def blocks(self, size: int) -> Iterator[Element] | None:
        """As before."""
        return self.before.blocks(size)
