"""Which rows and which batches come when: pure functions of (seed, epoch)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from saccade.core._random import host_generator


def rows_order(
    seed: int,
    epoch: int,
    length: int,
    shuffle: bool | Literal["batch"],
    batch_size: int,
) -> np.ndarray:
    """Returns the order in which one pass takes the rows.

    Args:
        seed: the seed of the run.
        epoch: the number of the pass over the data, from 0.
        length: the number of rows.
        shuffle: True for all rows; 'batch' shuffles inside each batch and keeps the
            batches in order, as in Keras; False for the order given.
        batch_size: rows in a batch, used for 'batch'.

    Shapes:
        (length,) int32

    Example:
        >>> rows_order(0, 0, 4, False, 2)
        array([0, 1, 2, 3], dtype=int32)
        >>> bool((rows_order(3, 1, 9, True, 2) == rows_order(3, 1, 9, True, 2)).all())
        True
    """
    order = np.arange(length, dtype=np.int32)
    if not shuffle:
        return order
    generator = host_generator(seed, epoch)
    if shuffle == "batch":
        full = length - length % batch_size
        whole = order[:full].reshape(-1, batch_size)
        generator.permuted(whole, axis=1, out=whole)
        generator.shuffle(order[full:])
    else:
        generator.shuffle(order)
    return order


def epoch_batches(
    num_batches: int, steps: int | None, epoch: int
) -> tuple[int, int, int]:
    """Returns what an epoch takes of finite data: (pass, first batch, batches).

    Without `steps` an epoch is one pass. With fewer steps than the data have batches,
    each epoch takes the next ones; the last epoch of a pass takes what is left, so it
    may be shorter, and the following epoch starts the next pass. That is Keras' rule.

    Args:
        num_batches: batches in one pass, > 0.
        steps: steps asked for per epoch, at most `num_batches`.
        epoch: the number of the epoch, from 0.

    Example:
        >>> [epoch_batches(24, 10, epoch) for epoch in range(4)]
        [(0, 0, 10), (0, 10, 10), (0, 20, 4), (1, 0, 10)]
    """
    if steps is None or steps >= num_batches:
        return epoch, 0, num_batches
    epochs_per_pass = -(-num_batches // steps)
    number, part = divmod(epoch, epochs_per_pass)
    first = part * steps
    return number, first, min(steps, num_batches - first)
