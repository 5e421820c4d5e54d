"""Streams of batches: generators, iterables, and data sets with numbered batches."""

from __future__ import annotations

import itertools
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, cast

from saccade.core._errors import ArgumentTypeError, DataError, message
from saccade.core._random import default_seed
from saccade.data._batches import BatchReader
from saccade.data._convert import ACCEPTED
from saccade.data._dataset_nodes import INFINITE
from saccade.data._order import epoch_batches, rows_order
from saccade.data._prefetch import ordered_map
from saccade.data._py_dataset import PyDataset
from saccade.data._source import StreamSource, steps_argument
from saccade.data._types import Batch


class IteratorStream(StreamSource):
    """A generator or iterator: can be read once, epochs take what comes next.

    Args:
        iterator: gives batches.
        reader: checks them.
        where: the method that was called.

    Raises:
        DataError: it gives nothing at all, or, outside of training, nothing more.
    """

    def __init__(
        self, iterator: Iterator[object], reader: BatchReader, where: str
    ) -> None:
        self._iterator = iterator
        self._reader = reader
        self._where = where
        self._name = type(iterator).__name__
        self._given = 0
        item = next(iterator, _END)
        if item is _END:
            raise DataError(_empty(self._name, where))
        self.first = reader.read(item, 0)
        self._replay: Batch | None = self.first

    @property
    def num_batches(self) -> int | None:
        """Always None: only the end shows how many there were."""
        return None

    def open(self, epoch: int, steps: int | None) -> Iterator[Batch]:
        """See `StreamSource.open`."""
        count = 0
        while steps is None or count < steps:
            batch = self._next()
            if batch is None:
                self.spent = True
                self.ended = self._ended(epoch, count, steps)
                if not count and self._where != "fit":
                    # There is no result to give, while training has its epochs.
                    raise DataError(self.ended)
                return
            count += 1
            yield batch

    def cursor(self) -> int:
        """Returns how many batches were given."""
        return self._given

    def seek(self, epoch: int, steps: int | None, cursor: int) -> None:
        """Leaves out so many batches; they must be made, as nothing else is known."""
        while self._given < cursor:
            if self._next() is None:
                raise DataError(self._ended(epoch, self._given, cursor))

    def _next(self) -> Batch | None:
        batch, self._replay = self._replay, None
        if batch is None:
            item = next(self._iterator, _END)
            if item is _END:
                return None
            batch = self._reader.read(item, self._given)
        self._given += 1
        return batch

    def _ended(self, epoch: int, count: int, steps: int | None) -> str:
        wanted = "" if steps is None else f" of {steps}"
        argument = steps_argument(self._where)
        so = ", so training ends there" if self._where == "fit" else ""
        return message(
            self._where,
            f"the {self._name} ended in epoch {epoch + 1} after {count}{wanted} steps "
            f"({self._given} steps in all){so}",
            f"let it go on without end (while True: ...) and pass `{argument}`, or "
            "pass arrays or a PyDataset, which start again in every epoch",
        )


class Stateful(Protocol):
    """Data that say what their next pass depends on."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class IterableStream(StreamSource):
    """Batches that can be run through again and again, always from the start.

    In training with `steps` below the length an epoch goes on where the one before
    stopped, up to the end of the pass, as with arrays; see `epoch_batches`.

    Args:
        restart: starts a new pass.
        length: batches in one pass, None where unknown.
        reader: checks them.
        name: the type of the data.
        where: the method that was called.
        data: the data themselves, where they say what a pass depends on.

    Raises:
        DataError: a pass gives nothing at all.
    """

    def __init__(
        self,
        restart: Callable[[], Iterator[object]],
        length: int | None,
        reader: BatchReader,
        name: str,
        where: str,
        data: Stateful | None = None,
    ) -> None:
        self._restart = restart
        self._data = data
        self._begun = 1
        self._state = self._state_now()
        self._length = length
        self._reader = reader
        self._name = name
        self._where = where
        self._told = False
        self._pass: Iterator[object] | None = restart()
        self._position = 0
        item = next(self._pass, _END)
        if item is _END:
            raise DataError(_empty(name, where))
        self.first = reader.read(item, 0)
        self._replay: Batch | None = self.first

    @property
    def num_batches(self) -> int | None:
        """Batches in one pass, None where unknown."""
        return self._length

    def open(self, epoch: int, steps: int | None) -> Iterator[Batch]:
        """See `StreamSource.open`."""
        # Only training goes on where it stopped; validation sees the same batches.
        goes_on = steps is not None and steps_argument(self._where) == "steps_per_epoch"
        if self._pass is None or (self._position and not goes_on):
            self._begin()
        started, count = self._position, 0
        while steps is None or count < steps:
            batch = self._next()
            if batch is None:
                self._pass = None
                if started and not count:
                    # The epoch before ended exactly with the pass.
                    self._begin()
                    started = 0
                    continue
                if not count:
                    raise DataError(self._ended(epoch, count, steps))
                if steps is not None and not started and not self._told:
                    self._told = True
                    self.ended = self._ended(epoch, count, steps)
                return
            count += 1
            yield batch
        if self._position == self._length:
            self._pass = None

    def close(self) -> None:
        """Forgets a pass that was begun."""
        self._pass, self._replay = None, None

    def cursor(self) -> list[Any]:
        """Returns how many passes are over, and where in the next an epoch starts."""
        if self._pass is None:
            return [self._begun, self._state_now(), 0]
        return [self._begun - 1, self._state, self._position]

    def seek(self, epoch: int, steps: int | None, cursor: list[Any]) -> None:
        """Begins that pass and leaves out its first batches.

        The passes before are run through where the data cannot be told of them.
        """
        before, state, position = cursor
        if self._data is not None:
            self._data.load_state_dict(state)
            self._pass, self._replay = None, None
        elif before:
            deque(self._pass or (), 0)
            for _ in range(before - 1):
                deque(self._restart(), 0)
            self._pass, self._replay = None, None
        if self._pass is None:
            self._begun, self._position = before, 0
            if not position:
                return
            self._begin()
        while self._position < position and self._next() is not None:
            pass

    def _state_now(self) -> dict[str, Any]:
        return {} if self._data is None else self._data.state_dict()

    def _begin(self) -> None:
        self._state = self._state_now()
        self._begun += 1
        self._pass, self._position, self._replay = self._restart(), 0, None

    def _next(self) -> Batch | None:
        batch, self._replay = self._replay, None
        if batch is None:
            item = _END if self._pass is None else next(self._pass, _END)
            if item is _END:
                return None
            batch = self._reader.read(item, self._position)
        self._position += 1
        return batch

    def _ended(self, epoch: int, count: int, steps: int | None) -> str:
        wanted = "" if steps is None else f" of {steps}"
        argument = steps_argument(self._where)
        return message(
            self._where,
            f"the {self._name} ended in epoch {epoch + 1} after {count}{wanted} steps",
            f"leave `{argument}` out, or pass at most {argument}={count}"
            if count
            else "let every pass over the data give at least one batch",
        )


class NumberedBatches(Protocol):
    """What `DatasetStream` reads: batches by their number."""

    def __getitem__(self, index: int, /) -> object: ...


class DatasetStream(StreamSource):
    """Batches by number: a PyDataset, or any object with `[index]` and a length.

    Args:
        dataset: makes the batches.
        reader: checks them.
        shuffle: whether they come in random order.
        where: the method that was called.
        seed: seed of that order.

    Raises:
        DataError: its length is 0.
    """

    def __init__(
        self,
        dataset: NumberedBatches,
        reader: BatchReader,
        shuffle: bool,
        where: str,
        seed: int,
    ) -> None:
        self._dataset = dataset
        self._reader = reader
        self._shuffle = shuffle
        self._seed = seed
        self._name = type(dataset).__name__
        self._next_index = 0
        if self.num_batches == 0:
            raise DataError(_empty(self._name, where))
        self.endless = self.num_batches is None
        self.first = self._make(0)
        self._replay: Batch | None = self.first

    @property
    def num_batches(self) -> int | None:
        """Batches in one pass, asked of the data set each time."""
        if hasattr(self._dataset, "num_batches"):
            count = getattr(self._dataset, "num_batches", None)
            return None if count is None else int(count)
        return _length(self._dataset)

    def open(self, epoch: int, steps: int | None) -> Iterator[Batch]:
        """See `StreamSource.open`; the data set hears of the epoch's begin and end."""
        hook = getattr(type(self._dataset), "on_epoch_begin", None)
        if hook not in (None, PyDataset.on_epoch_begin):
            # It may change what batch 0 is.
            self._replay = None
        self._call("on_epoch_begin")
        workers = int(getattr(self._dataset, "workers", 1))
        depth = int(getattr(self._dataset, "max_queue_size", 10))
        indices = self._announced(self._indices(epoch, steps))
        yield from ordered_map(self._make_or_replay, indices, workers, depth)
        self._replay = None
        self._call("on_epoch_end")

    def cursor(self) -> dict[str, Any]:
        """Returns the seed of the order, and what the data set says of itself."""
        own = getattr(self._dataset, "state_dict", None)
        return {
            "seed": self._seed,
            "next": self._next_index,
            "own": None if own is None else own(),
        }

    def seek(self, epoch: int, steps: int | None, cursor: dict[str, Any]) -> None:
        """Takes these in; else lets the data set hear of the epochs that are over."""
        self._seed, self._next_index = cursor["seed"], cursor["next"]
        if cursor["own"] is not None:
            self._dataset.load_state_dict(cursor["own"])  # type: ignore[attr-defined]
        for _ in range(epoch if cursor["own"] is None else 0):
            self._call("on_epoch_begin")
            self._call("on_epoch_end")
        if epoch:
            self._replay = None

    def _indices(self, epoch: int, steps: int | None) -> Iterable[int]:
        count = self.num_batches
        if count is None:
            first = self._next_index
            if steps is None:
                return itertools.count(first)
            self._next_index += steps
            return range(first, self._next_index)
        number, first, wanted = epoch_batches(count, steps, epoch)
        order = rows_order(self._seed, number, count, self._shuffle, 1)
        return order[first : first + wanted].tolist()

    def _announced(self, indices: Iterable[int]) -> Iterable[int]:
        """Tells a data set that wants to know which batches come after the next."""
        announce = getattr(self._dataset, "announce", None)
        if announce is None or not isinstance(indices, list):
            yield from indices
            return
        for place, index in enumerate(indices):
            announce(indices[place + 1 : place + 3])
            yield index

    def _make_or_replay(self, index: int) -> Batch:
        if index == 0:
            batch, self._replay = self._replay, None
            if batch is not None:
                return batch
        return self._make(index)

    def _make(self, index: int) -> Batch:
        try:
            item = self._dataset[index]
        except Exception as error:
            error.add_note(f"Raised by {self._name}[{index}].")
            raise
        return self._reader.read(item, index)

    def _call(self, hook: str) -> None:
        method = getattr(self._dataset, hook, None)
        if method is not None:
            method()


def stream_source(
    x: object,
    *,
    class_weight: Mapping[int, float] | None,
    shuffle: bool,
    where: str,
    seed: int | None,
) -> StreamSource:
    """Returns the stream that fits an object which is no array.

    Args:
        x: a PyDataset, generator, iterator or iterable of batches.
        class_weight: weights of classes.
        shuffle: whether numbered batches come in random order.
        where: the method that was called.
        seed: seed of that order; None draws one.

    Raises:
        ArgumentTypeError: none of these.
        DataError: no batches.

    Example:
        >>> batches = ((([[1.0]], [0])) for _ in range(2))
        >>> stream = stream_source(
        ...     batches, class_weight=None, shuffle=False, where="fit", seed=None
        ... )
        >>> len(list(stream.open(0, 2)))
        2
    """
    name = type(x).__name__
    reader = BatchReader(where, name, class_weight)
    if _is_dataset(x):
        seed = default_seed() if seed is None and shuffle else seed or 0
        dataset = cast(NumberedBatches, x)
        return DatasetStream(dataset, reader, shuffle, where, seed)
    as_numpy = getattr(x, "as_numpy_iterator", None)
    if as_numpy is not None:
        data = cast(Stateful, x) if hasattr(x, "state_dict") else None
        stream = IterableStream(as_numpy, _length(x), reader, name, where, data)
        # A Dataset, or one of TensorFlow's: -1 says that it never ends.
        count = getattr(x, "cardinality", int)()
        stream.endless = int(count) == INFINITE
        if stream.first[1] is None:
            # Asked for only where it matters: it may read the data once more.
            stream.bare = not isinstance(getattr(x, "element_spec", None), tuple)
        return stream
    if isinstance(x, Iterator):
        return IteratorStream(x, reader, where)
    if isinstance(x, Iterable) and not isinstance(x, (set, frozenset)):
        return IterableStream(lambda: iter(x), _length(x), reader, name, where)
    raise ArgumentTypeError(
        message(where, f"`x` has an unknown type: {name}", f"pass one of: {ACCEPTED}")
    )


def _is_dataset(x: object) -> bool:
    if isinstance(x, PyDataset):
        return True
    if isinstance(x, type) or not hasattr(x, "__getitem__"):
        return False
    # pip's own PyDataset, or a class of the user's with only these two methods.
    numbered = hasattr(x, "__len__") and not hasattr(x, "__iter__")
    return numbered or (hasattr(x, "workers") and hasattr(x, "num_batches"))


def _length(x: object) -> int | None:
    length = getattr(x, "__len__", None)
    if length is None:
        return None
    try:
        count = int(length())
    except (TypeError, OverflowError):
        # tf.data and torch say so of data whose length is unknown or endless.
        return None
    return None if count >= sys.maxsize else count


def _empty(name: str, where: str) -> str:
    return message(
        where,
        f"the data set is empty: the {name} gave no batch",
        "check how it is made; a generator that was read before gives nothing more",
    )


class _End:
    pass


_END = _End()
