"""Threads that prepare what is needed next while the present is worked on."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from saccade.core._checks import positive_int

T = TypeVar("T")
K = TypeVar("K")

# How long a wait lasts before it looks again: a wait without end cannot be
# interrupted by Ctrl-C on every system.
_POLL_S = 0.2
# How long close() waits for an item in the making before it leaves its thread alone.
_JOIN_S = 2.0


class Prefetcher(Generic[T]):
    """Runs an iterator in a background thread, a bounded number of items ahead.

    Items come in the iterator's order. An exception of the iterator is raised where
    its item would have come, with its own traceback. The thread ends with the
    iterator, at `close()`, at the end of a `with` block, or when the object is
    dropped; it never keeps the interpreter alive. A generator is closed by the
    thread, which runs its `finally` blocks.

    Args:
        items: what to run through.
        depth: most items kept ready, >= 1.
        name: name of the thread.

    Example:
        >>> with Prefetcher(range(3), depth=2) as items:
        ...     list(items)
        [0, 1, 2]
    """

    def __init__(
        self, items: Iterable[T], depth: int = 2, name: str = "saccade-prefetch"
    ) -> None:
        depth = positive_int(depth, "depth", "Prefetcher")
        self._channel: _Channel[T] = _Channel(depth)
        self._thread = threading.Thread(
            target=_produce, args=(items, self._channel), name=name, daemon=True
        )
        self._finalizer = weakref.finalize(self, self._channel.close)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        return self._channel.get()

    def __enter__(self) -> Prefetcher[T]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def groups(self, size: int, patience_s: float = 0.1) -> Iterator[list[T]]:
        """Gives items in lists: of `size`, or of what is there when time is up.

        Args:
            size: most items in a list, >= 1.
            patience_s: seconds to wait for more once there is one item.

        Example:
            >>> [n for group in prefetch(range(5), 4).groups(2) for n in group]
            [0, 1, 2, 3, 4]
        """
        while group := self._channel.take(size, patience_s):
            yield group

    def close(self) -> None:
        """Ends the thread; items kept ready are dropped. May be called twice."""
        self._finalizer()
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN_S)


def prefetch(items: Iterable[T], depth: int = 2) -> Prefetcher[T]:
    """Starts a `Prefetcher`; see there.

    Example:
        >>> list(prefetch("ab"))
        ['a', 'b']
    """
    return Prefetcher(items, depth)


class _Channel(Generic[T]):
    """A bounded queue with an end, which either side may close."""

    def __init__(self, depth: int) -> None:
        self._items: deque[T] = deque()
        self._depth = depth
        self._changed = threading.Condition()
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Adds an item when there is room; False when nobody wants it any more."""
        with self._changed:
            while len(self._items) >= self._depth and not self._closed:
                self._changed.wait()
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def end(self, error: BaseException | None) -> None:
        """Says that no item follows, and why."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def get(self) -> T:
        """Takes the next item, or raises the producer's error or StopIteration."""
        items = self.take(1, 0.0)
        if not items:
            raise StopIteration
        return items[0]

    def take(self, count: int, patience_s: float) -> list[T]:
        """Takes up to `count` items; none at the end; raises the producer's error."""
        count = min(count, self._depth)
        with self._changed:
            while not self._items and not self._over():
                self._changed.wait(_POLL_S)
            deadline = time.monotonic() + patience_s
            while len(self._items) < count and not self._over():
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, _POLL_S))
            number = min(count, len(self._items))
            taken = [self._items.popleft() for _ in range(number)]
            self._changed.notify_all()
            if not taken:
                error, self._error = self._error, None
                if error is not None and not self._closed:
                    raise error
            return taken

    def _over(self) -> bool:
        return self._ended or self._closed

    def close(self) -> None:
        """Drops what is waiting and lets the producer stop."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()


def _produce(items: Iterable[T], channel: _Channel[T]) -> None:
    # Holds the channel and not the Prefetcher, which can thus be dropped.
    error: BaseException | None = None
    iterator: Iterator[T] | None = None
    try:
        iterator = iter(items)
        for item in iterator:
            if not channel.put(item):
                break
    except BaseException as caught:
        error = caught
    finally:
        close = getattr(iterator, "close", None)
        try:
            if close is not None:
                close()
        except BaseException as caught:
            error = error or caught
        channel.end(error)


def ordered_map(
    make: Callable[[K], T], keys: Iterable[K], workers: int, depth: int
) -> Iterator[T]:
    """Makes items by several threads and gives them in the order of their keys.

    Args:
        make: makes one item; called from the threads.
        keys: one per item.
        workers: threads; with 1 or fewer `make` is called by the caller.
        depth: most items made ahead.

    Example:
        >>> list(ordered_map(lambda n: n * n, range(4), workers=2, depth=3))
        [0, 1, 4, 9]
    """
    if workers <= 1:
        yield from map(make, keys)
        return
    pending: deque[Future[T]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="saccade-worker")
    try:
        for key in keys:
            pending.append(pool.submit(make, key))
            if len(pending) >= max(depth, workers):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
