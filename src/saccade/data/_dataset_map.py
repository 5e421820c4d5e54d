"""Steps of a `Dataset` that apply a program's function to each element."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from saccade.core._errors import ConfigError, DataError, message
from saccade.core._random import mix
from saccade.data._dataset_elements import (
    Element,
    leaves,
    map_leaves,
    rows_of,
    spec_of,
    stack,
)
from saccade.data._dataset_function import MapFunction
from saccade.data._dataset_nodes import AUTOTUNE, UNKNOWN, Node, Step
from saccade.data._image_check import threads_for_reading
from saccade.data._prefetch import ordered_map

# Elements that one call of a compiled function takes together, and their largest size.
_BLOCK = 64
_BLOCK_BYTES = 2**18
# A call that is shorter than this is not worth handing to another thread.
_SHORT_S = 3e-4
_TRIALS = 4


class Map(Step):
    """A function of each element.

    Args:
        before: the elements.
        function: see `MapFunction`.
        seed: of the draws inside it.
        parallel: calls at the same time; AUTOTUNE decides by how long they take.
        skip: whether elements are left out for which it fails.
    """

    def __init__(
        self,
        before: Node,
        function: MapFunction,
        seed: int,
        parallel: int | None,
        skip: bool = False,
    ) -> None:
        super().__init__(before)
        self._function = function
        self.seed = seed
        self._parallel = parallel
        self._skip = skip
        self.passes = 0
        self._lock = threading.Lock()

    def _pass_keys(self) -> Callable[[int, int], np.ndarray]:
        """Starts a pass; returns what makes the keys of its elements a..b."""
        with self._lock:
            word = mix(self.seed, self.passes)
            self.passes += 1

        def keys(first: int, last: int) -> np.ndarray:
            numbers = np.arange(first, last, dtype=np.uint32)
            return np.stack([np.full_like(numbers, word), numbers], axis=1)

        return keys

    def open(self) -> Iterator[Element]:
        """Gives what the function makes."""
        if self._small():
            blocks = self.blocks(_BLOCK)
            if blocks is not None:
                for block in blocks:
                    yield from rows_of(block)
                return
        keys = self._pass_keys()
        made = self._results(self.before.open(), lambda n: keys(n, n + 1)[0])
        for element in made:
            if element is not _SKIPPED:
                yield element

    def _small(self) -> bool:
        base = self.before.base()
        if base is None or self._skip:
            return False
        sizes = (np.asarray(leaf).nbytes for leaf in leaves(base.row(0)))
        return self.before.size() != 0 and sum(sizes) <= _BLOCK_BYTES

    def _results(
        self, elements: Iterator[Element], key: Callable[[int], np.ndarray]
    ) -> Iterator[Any]:
        workers = self._workers()
        if workers > 1 and self._parallel == AUTOTUNE:
            # The first is left out: it may wait for the compiler.
            fastest = np.inf
            for number in range(_TRIALS):
                element = next(elements, _SKIPPED)
                if element is _SKIPPED:
                    return
                begun = time.perf_counter()
                yield self._make(element, key(number))
                fastest = min(fastest, time.perf_counter() - begun)
            workers = workers if fastest > _SHORT_S else 1
        first = _TRIALS if self._parallel == AUTOTUNE and self._workers() > 1 else 0
        yield from ordered_map(
            lambda item: self._make(item[1], key(item[0])),
            enumerate(elements, first),
            workers,
            2 * workers,
        )

    def _workers(self) -> int:
        if self._parallel is None:
            return 1
        most = threads_for_reading()
        return most if self._parallel == AUTOTUNE else min(self._parallel, 4 * most)

    def _make(self, element: Element, key: np.ndarray) -> Any:
        try:
            return self._function(element, key)
        except Exception:
            if self._skip:
                return _SKIPPED
            raise

    def blocks(self, size: int) -> Iterator[Element] | None:
        """Blocks of results, where the function takes whole blocks."""
        if self._skip:
            return None
        blocks = self.before.blocks(size)
        return None if blocks is None else self._mapped(blocks, size)

    def _mapped(self, blocks: Iterator[Element], size: int) -> Iterator[Element]:
        keys = self._pass_keys()
        first = 0
        for block in blocks:
            count = len(next(leaf for leaf in leaves(block) if leaf is not None))
            # A smaller last block is filled up: a program for it would be compiled.
            full = size if first else count
            filled = block
            if full != count:
                order = np.resize(np.arange(count), full)
                filled = map_leaves(
                    lambda leaf, o=order: None if leaf is None else leaf[o], block
                )
            made = self._function.block(filled, keys(first, first + full))
            if made is None:
                made = stack(self._one_by_one(block, first, keys), "batch")
            elif full != count:
                made = map_leaves(
                    lambda leaf, n=count: None if leaf is None else leaf[:n], made
                )
            yield made
            first += count

    def _one_by_one(
        self, block: Element, first: int, keys: Callable[[int, int], np.ndarray]
    ) -> list[Element]:
        numbered = enumerate(rows_of(block), first)
        workers = self._workers()
        return list(
            ordered_map(
                lambda item: self._function(item[1], keys(item[0], item[0] + 1)[0]),
                numbered,
                workers,
                2 * workers,
            )
        )

    def spec(self) -> Element:
        """That of the function's result, by tracing it or from the first element."""
        found = self._function.spec(self.before.spec())
        if found is not None:
            return found
        return Node.spec(self)

    def without_errors(self) -> Map:
        """Leaves elements out for which the function fails."""
        return Map(
            self.before.without_errors(),
            self._function,
            self.seed,
            self._parallel,
            skip=True,
        )


_SKIPPED = object()


class Filter(Step):
    """The elements for which a function says so.

    Args:
        before: the elements.
        function: gives a truth value.
        seed: of the draws inside it.
        until: whether the first element refused ends the pass.
    """

    def __init__(
        self, before: Node, function: MapFunction, seed: int, until: bool = False
    ) -> None:
        super().__init__(before)
        self._function = function
        self.seed = seed
        self.passes = 0
        self._until = until

    def open(self) -> Iterator[Element]:
        """Gives the elements that stay."""
        for number, element in enumerate(self.before.open()):
            key = np.array([self.seed, number], np.uint32)
            answer = self._function(element, key)
            if np.size(answer) != 1:
                raise DataError(
                    message(
                        "Dataset.filter",
                        "the function must return one truth value, got "
                        f"{spec_of(answer)}",
                        "reduce it, for example with keras.ops.all",
                    )
                )
            if bool(answer):
                yield element
            elif self._until:
                return

    def size(self) -> int:
        """Known only by counting."""
        return UNKNOWN


class FlatMap(Step):
    """The elements of data sets that a function makes of the elements before.

    Args:
        before: the elements.
        function: gives a node for an element.
        cycle: data sets that take turns.
        block: elements of one before the next has its turn.
    """

    def __init__(
        self, before: Node, function: Callable[[Element], Node], cycle: int, block: int
    ) -> None:
        super().__init__(before)
        self._function = function
        self._cycle = cycle
        self._block = block

    def open(self) -> Iterator[Element]:
        """Gives elements by turns."""
        coming = (self._function(element).open() for element in self.before.open())
        turns: list[Iterator[Element] | None] = [None] * self._cycle
        ended = False
        while True:
            for place, stream in enumerate(turns):
                if stream is None and not ended:
                    stream = turns[place] = next(coming, None)
                    ended = stream is None
                if stream is None:
                    continue
                for _ in range(self._block):
                    element = next(stream, _SKIPPED)
                    if element is _SKIPPED:
                        turns[place] = None
                        break
                    yield element
            if ended and not any(turns):
                return

    def size(self) -> int:
        """Known only by counting."""
        return UNKNOWN

    def spec(self) -> Element:
        """That of the first element."""
        return Node.spec(self)


def parallel_calls(value: object, where: str) -> int | None:
    """Checks `num_parallel_calls`.

    Args:
        value: None, AUTOTUNE or a number > 0.
        where: the method.

    Raises:
        ConfigError: anything else.

    Example:
        >>> parallel_calls(-1, "map")
        -1
    """
    if value is None:
        return None
    number = int(value) if isinstance(value, (int, np.integer)) else 0
    if isinstance(value, bool) or number == 0 or number < AUTOTUNE:
        raise ConfigError(
            message(
                f"Dataset.{where}",
                f"`num_parallel_calls` must be an int > 0 or AUTOTUNE, got {value!r}",
            )
        )
    return number
