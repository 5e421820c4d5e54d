"""Groups of batches: how data that are not resident reach the device.

A group is a stack (batches, batch size, ...) of fixed shape, filled up with zeros,
with the number of real rows of each batch beside it. The shapes are rounded to powers
of two, so that data of many sizes share few compiled programs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from saccade.core._errors import DataError, message

if TYPE_CHECKING:
    from saccade.data import ArraySource

# Small enough to overlap copying with computing, large enough to hide a call's cost.
GROUP_BYTES = 8 * 2**20
MAX_BATCHES = 256


@dataclasses.dataclass(frozen=True)
class Group:
    """Batches for one call of a compiled loop.

    Args:
        arrays: nest of arrays (batches, batch size, ...), or of one batch in its own
            shape.
        sizes: int32 (batches,), real rows of each batch; None for one batch in its
            own shape.
        count: how many batches are real.
    """

    arrays: Any
    sizes: np.ndarray | None
    count: int


def row_bytes(tree: Any) -> int:
    """Returns the size of one row of all arrays together."""
    return sum(
        int(np.prod(a.shape[1:], dtype=np.int64)) * a.dtype.itemsize
        for a in jax.tree.leaves(tree)
    )


def next_power_of_two(n: int) -> int:
    """Returns the smallest power of two that is at least n."""
    return 1 << max(n - 1, 0).bit_length()


def group_shape(length: int, batch_size: int, bytes_per_row: int) -> tuple[int, int]:
    """Returns (batches, batch size) of the groups for `length` rows."""
    size = min(batch_size, next_power_of_two(length))
    fit = max(1, GROUP_BYTES // max(1, size * bytes_per_row))
    fit = min(MAX_BATCHES, 1 << (fit.bit_length() - 1))
    return min(fit, next_power_of_two(-(-length // size))), size


def array_groups(
    source: ArraySource, arrays: Any, limit: int | None
) -> Iterator[Group]:
    """Cuts arrays into groups in their order, without copying where they are full.

    Args:
        source: says the length and the batch size.
        arrays: nest of arrays with the same first axis.
        limit: the number of batches to take; None for all.
    """
    length = source.length
    if limit is not None:
        length = min(length, limit * source.batch_size)
    batches, size = group_shape(length, source.batch_size, row_bytes(arrays))
    step = batches * size
    for start in range(0, length, step):
        stop = min(start + step, length)
        real = stop - start
        sizes = np.clip(real - size * np.arange(batches), 0, size).astype(np.int32)
        stacked = jax.tree.map(
            lambda a, s=start, e=stop: _stack(a[s:e], batches, size), arrays
        )
        yield Group(stacked, sizes, -(-real // size))


def _stack(part: Any, batches: int, size: int) -> Any:
    missing = batches * size - part.shape[0]
    if missing:
        filled = np.zeros((batches * size, *part.shape[1:]), part.dtype)
        filled[: part.shape[0]] = part
        part = filled
    return part.reshape(batches, size, *part.shape[1:])


class GroupBuilder:
    """Stacks batches that arrive one after another.

    Args:
        batch_size: rows that each batch is filled up to.
        capacity: batches in a group.
    """

    def __init__(self, first: Any, capacity: int | None = None) -> None:
        leaves = jax.tree.leaves(first)
        self.batch_size: int = leaves[0].shape[0]
        if capacity is None:
            per_batch = max(1, self.batch_size * row_bytes(first))
            fit = max(1, GROUP_BYTES // per_batch)
            capacity = min(32, 1 << (fit.bit_length() - 1))
        self.capacity = capacity

    def fits(self, batch: Any) -> bool:
        """Whether a batch is no larger than the common size."""
        return jax.tree.leaves(batch)[0].shape[0] <= self.batch_size

    def build(self, batches: list[Any]) -> Group:
        """Stacks up to `capacity` batches into one group.

        Raises:
            DataError: a batch differs from the others in more than its length.
        """
        sizes = np.zeros(self.capacity, np.int32)
        for i, batch in enumerate(batches):
            sizes[i] = jax.tree.leaves(batch)[0].shape[0]

        def stack(*arrays: Any) -> np.ndarray:
            first = arrays[0]
            out = np.zeros(
                (self.capacity, self.batch_size, *first.shape[1:]), first.dtype
            )
            for i, array in enumerate(arrays):
                if array.shape[1:] != first.shape[1:]:
                    raise DataError(
                        message(
                            "data",
                            f"expected batches of rows of shape {first.shape[1:]}, "
                            f"got one of {array.shape[1:]}",
                            "give every sample the same shape",
                        )
                    )
                out[i, : array.shape[0]] = array
            return out

        return Group(jax.tree.map(stack, *batches), sizes, len(batches))
