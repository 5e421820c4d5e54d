"""The two ways to run an epoch of training: over resident data, and over groups.

A runner yields after every call of a compiled loop, with the number of steps done and
what was logged; the loop above decides what to do about it.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal

import jax
import numpy as np

from saccade.data import ArraySource, epoch_batches, prefetch, rows_order
from saccade.engine._groups import GroupBuilder
from saccade.engine._pace import Pace, Stopwatch

if TYPE_CHECKING:
    from saccade.data import StreamSource
    from saccade.engine._plan import ExecutionPlan
    from saccade.engine._programs import Programs


@dataclasses.dataclass
class Look:
    """What is known after a call of a compiled loop.

    Args:
        steps: steps of this epoch that are finished.
        logs: loss and metrics since the start of the epoch.
        bad: number of the first step whose loss was NaN, -1 if none was.
    """

    steps: int
    logs: dict[str, Any]
    bad: int


# Asks how many steps may be run now, given how many are done and wanted at most.
Allow = Callable[[int, int], int]


class ArrayRunner:
    """Runs epochs over arrays, resident on the device or cut from the host."""

    def __init__(
        self,
        programs: Programs,
        source: ArraySource,
        plan: ExecutionPlan,
        seed: int,
        shuffle: bool | Literal["batch"],
        steps: int | None,
        pace: Pace,
    ) -> None:
        self._programs = programs
        self._source = source
        self._seed = seed
        self._shuffle: bool | Literal["batch"] = shuffle
        self._pace = pace
        self._batches = source.num_batches()
        self._steps = steps
        self._data = (source.x, source.y, source.sample_weight)
        self._resident = plan.kind == "resident"
        if self._resident:
            self._data = jax.tree.map(jax.device_put, self._data)
        self._key = np.array([0, seed], np.uint32)

    def epoch(self, epoch: int, allow: Allow, done: int = 0) -> Iterator[Look]:
        """Runs one epoch: a pass, or the next `steps` batches of one.

        Args:
            epoch: its number, from 0.
            allow: see `Allow`.
            done: how many of its steps were made before.
        """
        turn, first, count = epoch_batches(self._batches, self._steps, epoch)
        yield from self._run(turn, epoch, first, first + count, allow, done)

    def _run(
        self, turn: int, epoch: int, first: int, last: int, allow: Allow, done: int
    ) -> Iterator[Look]:
        """Runs the batches first + done..last of one pass through the data."""
        size, length = self._source.batch_size, self._source.length
        order = rows_order(self._seed, turn, length, self._shuffle, size)
        full = length // size if self._programs.exact else self._batches
        filled = np.resize(order, full * size).reshape(full, size)
        on_device = jax.device_put(filled) if self._resident else None
        at = first + done
        watch = Stopwatch()
        while at < min(last, full):
            wanted = min(self._pace.steps(), min(last, full) - at)
            stop = at + allow(at - first, wanted)
            watch.lap()
            if on_device is not None:
                look = self._call_resident(on_device, epoch, at, stop)
            else:
                stop = min(stop, at + self._group_capacity())
                look = self._call_chunk(filled, epoch, at, stop)
            self._pace.measured(stop - at, watch.lap())
            at = stop
            yield Look(at - first, *look)
        if at < last:
            allow(at - first, 1)
            rows = order[at * size :]
            yield Look(last - first, *self._call_exact(rows, epoch, at))

    def _call_resident(
        self, order: jax.Array, epoch: int, start: int, stop: int
    ) -> tuple[dict[str, Any], int]:
        layout = self._programs.layout
        state, logs, bad = self._programs.train_resident(
            layout.read(), self._data, order, np.int32(self._source.length),
            self._key, np.int32(epoch), np.int32(start), np.int32(stop),
        )  # fmt: skip
        return _finish(self._programs, state, logs, bad)

    def _group_capacity(self) -> int:
        size = self._source.batch_size
        first = jax.tree.map(lambda a: a[:size], self._data)
        return GroupBuilder(first).capacity

    def _call_chunk(
        self, order: np.ndarray, epoch: int, start: int, stop: int
    ) -> tuple[dict[str, Any], int]:
        size = self._source.batch_size
        capacity = self._group_capacity()
        rows = order[start : start + capacity]
        group = jax.tree.map(
            lambda a: np.take(np.asarray(a), np.resize(rows, (capacity, size)), 0),
            self._data,
        )
        real = self._source.length - size * (start + np.arange(capacity))
        sizes = np.clip(real, 0, size).astype(np.int32)
        layout = self._programs.layout
        state, logs, bad = self._programs.train_group(
            layout.read(), group, sizes, np.int32(start), self._key,
            np.int32(epoch), np.int32(start), np.int32(stop),
        )  # fmt: skip
        return _finish(self._programs, state, logs, bad)

    def _call_exact(
        self, rows: np.ndarray, epoch: int, step: int
    ) -> tuple[dict[str, Any], int]:
        batch = jax.tree.map(lambda a: a[rows], self._data)
        state, logs, bad = self._programs.train_exact(
            self._programs.layout.read(), batch, self._key, np.int32(epoch),
            np.int32(step),
        )  # fmt: skip
        return _finish(self._programs, state, logs, bad)


class StreamRunner:
    """Runs epochs over batches that arrive one after another."""

    def __init__(
        self,
        programs: Programs,
        source: StreamSource,
        seed: int,
        steps: int | None,
        single_steps: bool,
    ) -> None:
        self._programs = programs
        self._source = source
        self.steps: int | None = steps or source.num_batches
        self._builder = GroupBuilder(source.first, 1 if single_steps else None)
        self._key = np.array([0, seed], np.uint32)

    def epoch(self, epoch: int, allow: Allow, done: int = 0) -> Iterator[Look]:
        """Runs one epoch while a thread prepares the batches to come.

        Args:
            epoch: its number, from 0.
            allow: see `Allow`.
            done: how many of its steps were made before; their batches are read again.
        """
        batches = itertools.islice(self._source.open(epoch, self.steps), done, None)
        with closing(prefetch(batches, self._builder.capacity * 2)) as coming:
            for ready in coming.groups(self._builder.capacity):
                for part in self._parts(ready):
                    allowed = 0
                    while allowed < len(part):
                        count = allow(done, len(part) - allowed)
                        look = self._call(part[allowed : allowed + count], epoch, done)
                        allowed += count
                        done += count
                        yield Look(done, *look)
        self.steps = done if self.steps is None else self.steps

    def _parts(self, batches: list[Any]) -> Iterator[list[Any]]:
        """Splits where a batch cannot be filled up to the common size."""
        part: list[Any] = []
        for batch in batches:
            rows = jax.tree.leaves(batch)[0].shape[0]
            if rows > self._builder.batch_size:
                self._builder = GroupBuilder(batch, self._builder.capacity)
            same = rows == self._builder.batch_size or not self._programs.exact
            if not same:
                if part:
                    yield part
                    part = []
                yield [batch]
            else:
                part.append(batch)
        if part:
            yield part

    def _call(
        self, batches: list[Any], epoch: int, offset: int
    ) -> tuple[dict[str, Any], int]:
        layout = self._programs.layout
        common = all(self._builder.fits(b) for b in batches)
        rows = jax.tree.leaves(batches[0])[0].shape[0]
        if self._programs.exact and (rows != self._builder.batch_size or not common):
            state, logs, bad = self._programs.train_exact(
                layout.read(), batches[0], self._key, np.int32(epoch), np.int32(offset)
            )
        else:
            group = self._builder.build(batches)
            state, logs, bad = self._programs.train_group(
                layout.read(), group.arrays, group.sizes, np.int32(offset), self._key,
                np.int32(epoch), np.int32(offset), np.int32(offset + group.count),
            )  # fmt: skip
        return _finish(self._programs, state, logs, bad)


def _finish(
    programs: Programs, state: Any, logs: dict[str, Any], bad: Any
) -> tuple[dict[str, Any], int]:
    """Waits for the step, stores the new state, and brings the logs to the host."""
    host_logs, host_bad = jax.device_get((logs, bad))
    programs.layout.write(state)
    return host_logs, int(host_bad)
