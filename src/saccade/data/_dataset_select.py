"""Steps of a `Dataset` that choose and order elements without looking at them.

What they do to elements they can do to the elements' row numbers, so a chain of them
over arrays moves only numbers until a batch is taken.
"""

from __future__ import annotations

import itertools
import threading
from abc import abstractmethod
from collections.abc import Iterator
from typing import TypeVar

import numpy as np

from saccade.data._dataset_elements import Element
from saccade.data._dataset_nodes import INFINITE, UNKNOWN, Node, Rows, Step

T = TypeVar("T")

# TensorFlow's seed of a program that sets none.
_PROGRAM_SEED = 87654321
_MASK = 0xFFFFFFFF
# Counters whose numbers are drawn together.
_BLOCK = 256


class Choice(Step):
    """A step that chooses from the items of another, elements or row numbers."""

    @abstractmethod
    def choose(self, items: Iterator[T]) -> Iterator[T]:
        """Gives the chosen items.

        Args:
            items: all of them.
        """

    def open(self) -> Iterator[Element]:
        """Gives the chosen elements."""
        return self.choose(self.before.open())

    def base(self) -> Rows | None:
        """That of the step before."""
        return self.before.base()

    def rows(self) -> Iterator[int]:
        """The chosen numbers."""
        return self.choose(self.before.rows())


class Take(Choice):
    """The first elements.

    Args:
        before: the elements.
        count: how many; negative for all.
    """

    def __init__(self, before: Node, count: int) -> None:
        super().__init__(before)
        self._count = count

    def choose(self, items: Iterator[T]) -> Iterator[T]:
        """Gives the first items."""
        return items if self._count < 0 else itertools.islice(items, self._count)

    def size(self) -> int:
        """At most `count`."""
        size = self.before.size()
        if self._count < 0 or size == UNKNOWN:
            return size if self._count else 0
        return self._count if size == INFINITE else min(size, self._count)


class Skip(Choice):
    """All but the first elements.

    Args:
        before: the elements.
        count: how many to leave out; negative for all.
    """

    def __init__(self, before: Node, count: int) -> None:
        super().__init__(before)
        self._count = count

    def choose(self, items: Iterator[T]) -> Iterator[T]:
        """Gives the items that follow the first."""
        if self._count < 0:
            return iter(())
        return itertools.islice(items, self._count, None)

    def size(self) -> int:
        """What is left."""
        size = self.before.size()
        if self._count < 0:
            return 0
        return size if size < 0 else max(0, size - self._count)


class Shard(Choice):
    """Every n-th element.

    Args:
        before: the elements.
        count: n.
        index: which of each n, from 0.
    """

    def __init__(self, before: Node, count: int, index: int) -> None:
        super().__init__(before)
        self._count = count
        self._index = index

    def choose(self, items: Iterator[T]) -> Iterator[T]:
        """Gives every n-th item."""
        return itertools.islice(items, self._index, None, self._count)

    def size(self) -> int:
        """About an n-th."""
        size = self.before.size()
        return size if size < 0 else max(0, -(-(size - self._index) // self._count))


class Repeat(Step):
    """The elements again and again; a shuffled step before has a new order each time.

    Args:
        before: the elements.
        count: how often; negative for endlessly.
    """

    def __init__(self, before: Node, count: int) -> None:
        super().__init__(before)
        self._count = count

    def open(self) -> Iterator[Element]:
        """Gives the elements, pass after pass."""
        for _ in self._passes():
            empty = True
            for element in self.before.open():
                empty = False
                yield element
            if empty:
                return

    def _passes(self) -> Iterator[int]:
        return itertools.count() if self._count < 0 else iter(range(self._count))

    def base(self) -> Rows | None:
        """That of the step before."""
        return self.before.base()

    def rows(self) -> Iterator[int]:
        """The numbers, pass after pass."""
        for _ in self._passes():
            empty = True
            for number in self.before.rows():
                empty = False
                yield number
            if empty:
                return

    def size(self) -> int:
        """So many times as before."""
        size = self.before.size()
        if not self._count or not size:
            return 0
        if self._count < 0:
            return INFINITE
        return size if size < 0 else size * self._count


class Shuffle(Choice):
    """Elements drawn from a buffer that the next ones fill up again.

    The draws are those of TensorFlow, so a seed gives its order.

    Args:
        before: the elements.
        buffer_size: how many wait; negative for all.
        seed: of the draws.
        reshuffle: whether every pass has its own order.
    """

    def __init__(
        self, before: Node, buffer_size: int, seed: int, reshuffle: bool
    ) -> None:
        super().__init__(before)
        self._buffer_size = buffer_size
        # TensorFlow takes two zeros for no seed; its program seed is never 0.
        self._first = (_PROGRAM_SEED, seed)
        self._reshuffle = reshuffle
        self._seeds: Iterator[int] = iter(())
        self._drawn_for = -1
        self.passes = 0
        self._lock = threading.Lock()

    @property
    def seed(self) -> int:
        """The seed of all orders."""
        return self._first[1]

    @seed.setter
    def seed(self, seed: int) -> None:
        self._first, self._drawn_for = (_PROGRAM_SEED, seed), -1

    def choose(self, items: Iterator[T]) -> Iterator[T]:
        """Gives the items in the order of a new pass."""
        with self._lock:
            seeds = self._first
            if self._reshuffle:
                # Each pass takes the next two numbers as its seeds.
                if self._drawn_for != self.passes:
                    first = 2 * self.passes
                    self._seeds = itertools.islice(draws(*seeds), first, None)
                seeds = next(self._seeds), next(self._seeds)
            self.passes += 1
            self._drawn_for = self.passes
        return self._drawn(items, draws(*seeds))

    def _drawn(self, items: Iterator[T], numbers: Iterator[int]) -> Iterator[T]:
        limit = None if self._buffer_size < 0 else self._buffer_size
        buffer = list(itertools.islice(items, limit))
        count, size, start = len(buffer), len(buffer), 0
        # The items that wait are those from `start` on, round the end of the list.
        while count:
            place = (start + next(numbers) % count) % size
            item = buffer[place]
            buffer[place] = buffer[start]
            start = (start + 1) % size
            count -= 1
            if count == size - 1:
                for following in itertools.islice(items, 1):
                    buffer[(start + count) % size] = following
                    count += 1
            yield item


def draws(low: int, high: int) -> Iterator[int]:
    """Gives the whole numbers of 32 bits that TensorFlow draws from two seeds.

    Args:
        low: the first seed, which is the key of the generator.
        high: the second, the upper half of its counter.

    Example:
        >>> numbers = draws(1, 2)
        >>> [next(numbers) for _ in range(2)]
        [3878945999, 2364392915]

    Reference: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
    """
    for first in itertools.count(0, _BLOCK):
        counters = np.arange(first, first + _BLOCK, dtype=np.uint64)
        yield from _philox(counters, low, high).ravel().tolist()


def _philox(counters: np.ndarray, low: int, high: int) -> np.ndarray:
    """Returns four numbers for each counter (n,): Philox of 4 x 32 bits, 10 rounds."""
    one, word = np.uint64(_MASK), np.uint64(32)
    a, b = counters & one, counters >> word
    c = np.full_like(a, high & _MASK)
    d = np.full_like(a, high >> 32 & _MASK)
    key, other = low & _MASK, low >> 32 & _MASK
    for _ in range(10):
        first, second = np.uint64(0xD2511F53) * a, np.uint64(0xCD9E8D57) * c
        a, b, c, d = (
            (second >> word) ^ b ^ np.uint64(key),
            second & one,
            (first >> word) ^ d ^ np.uint64(other),
            first & one,
        )
        key, other = (key + 0x9E3779B9) & _MASK, (other + 0xBB67AE85) & _MASK
    return np.stack([a, b, c, d], axis=1)
