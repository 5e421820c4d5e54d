"""What a training step costs at least: its arithmetic and the bytes that it moves.

The limit of a step is the sum over its operations of the longer of two times: that of
the arithmetic at the machine's peak (its product of large matrices), and that of the
bytes at the speed of the cache, or memory, that can hold them. Each operation reads
its inputs and writes its results once. What can be done on the way (bias, activation,
loss, metrics) is free. A program that keeps a result in registers for the next
operation could be quicker than this, at most by the time of the bytes.

Source: Williams, Waterman, Patterson, "Roofline: an insightful visual performance
model for multicore architectures", CACM 52(4), 2009.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .cases import ALL
from .cases._kinds import (
    BatchNorm,
    Conv,
    Dense,
    GlobalPool,
    LayerData,
    Pool,
    Residual,
    Shape,
    Training,
    walk,
)
from .summary import Facts

NUMBER = 4  # bytes of a float32


@dataclass(frozen=True)
class Work:
    """What one operation of a step needs: products added (twice each), and bytes."""

    name: str
    flop: int
    bytes: int

    def seconds(self, peak: float, copies: Mapping[int, float]) -> float:
        """Returns the least time.

        Args:
            peak: FLOP/s.
            copies: bytes/s by the number of bytes worked on.
        """
        return max(self.flop / peak, self.bytes / _speed(self.bytes, copies))


def _speed(size: int, copies: Mapping[int, float]) -> float:
    """Returns the bytes/s of the smallest size measured that is no smaller.

    Example:
        >>> [_speed(size, {10: 8.0, 100: 2.0}) for size in (5, 11, 500)]
        [8.0, 2.0, 2.0]
    """
    sizes = sorted(copies)
    return copies[sizes[min(bisect_left(sizes, size), len(sizes) - 1)]]


def step(training: Training) -> list[Work]:
    """Returns the operations of one training step by plain gradient descent."""
    found = [Work("batch", 0, 2 * _count(training.batch, training.input_shape))]
    first = True
    for layer, before, after in walk(training):
        name = type(layer).__name__.lower()
        shapes = _count(training.batch, before), _count(training.batch, after)
        for what, flop, moved in _parts(layer, before, after, *shapes):
            times = training.batch if flop else 0
            # The pictures need no gradient.
            if not (first and what == "to input"):
                found.append(Work(f"{name} {what}", flop * times, moved))
        first = first and not isinstance(layer, Conv | Dense)
    return [*found, Work("update", 0, 3 * NUMBER * training.parameters)]


def _count(batch: int, shape: Shape) -> int:
    return NUMBER * batch * math.prod(shape)


def _parts(
    layer: LayerData, before: Shape, after: Shape, read: int, written: int
) -> Iterator[tuple[str, int, int]]:
    """Yields the operations of a layer: name, FLOP of a picture, bytes of the batch."""
    match layer:
        case Conv(kernel=kernel):
            kernel_size = kernel**2 * before[-1] * layer.filters
            flop = 2 * math.prod(after[:2]) * kernel_size
            yield from _product(flop, read, written, NUMBER * kernel_size)
        case Dense(units=units):
            flop = 2 * before[-1] * units
            yield from _product(flop, read, written, NUMBER * before[-1] * units)
        case Pool(average=False):
            yield "forward", 0, read + written
            yield "to input", 0, 2 * read + written
        case Pool() | GlobalPool():
            yield "forward", 0, read + written
            yield "to input", 0, written + read
        case BatchNorm():
            # The numbers are read for mean and variance and again to be scaled, then
            # with the gradient for two sums and again for the result.
            yield "forward", 0, 2 * read + written
            yield "to input", 0, 4 * read + written
        case Residual():
            yield "sum", 0, 3 * written


def _product(
    flop: int, read: int, written: int, weights: int
) -> Iterator[tuple[str, int, int]]:
    for what in ("forward", "to weights", "to input"):
        yield what, flop, read + written + weights


@dataclass(frozen=True)
class Limit:
    """A case's step held against the machine."""

    case: str
    title: str
    flop: int
    bytes: int
    seconds: float
    reached: dict[str, float]


def limits(report: Facts) -> list[Limit]:
    """Returns the limit of each training case, and the step that each peer reached.

    Empty if the report does not say how quick the machine is.
    """
    machine = report["machine"]
    if not ("sgemm_gflops" in machine and "copy_gb_per_s" in machine):
        return []
    peak = max(machine["sgemm_gflops"].values()) * 1e9
    copies = {int(n): rate * 1e9 for n, rate in machine["copy_gb_per_s"].items()}
    found = []
    for name, facts in report["cases"].items():
        case = ALL.get(name)
        if not isinstance(case, Training):
            continue
        works = step(case)
        reached: dict[str, float] = {}
        for row in facts["rows"].values():
            seconds = row["median"] / facts["steps"]
            reached[row["peer"]] = min(seconds, reached.get(row["peer"], seconds))
        found.append(
            Limit(
                name,
                case.title,
                sum(work.flop for work in works),
                sum(work.bytes for work in works),
                sum(work.seconds(peak, copies) for work in works),
                reached,
            )
        )
    return found
