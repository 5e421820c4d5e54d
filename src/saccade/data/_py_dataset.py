"""The base class of data sets whose batches are made by the user's Python code."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Generic, TypeVar

BatchT = TypeVar("BatchT")


class PyDataset(Generic[BatchT]):
    """Batches by number, made on demand, by several threads if asked for.

    A subclass defines `__getitem__`, which returns a whole batch, and `__len__` (or
    the property `num_batches`), the number of batches in one pass.

    Args:
        workers: threads that prepare batches during `fit`; the order of the batches
            does not depend on it. With 1 batches are prepared one at a time.
        use_multiprocessing: accepted; threads are used all the same.
        max_queue_size: most batches kept ready.

    Differs from Keras: threads instead of processes, and a subclass need not call
        `super().__init__()`.

    Example:
        >>> import numpy as np
        >>> class Squares(PyDataset):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         x = np.full((2, 1), index, "float32")
        ...         return x, x**2
        >>> Squares().num_batches, [float(y[0, 0]) for _, y in Squares()]
        (3, [0.0, 1.0, 4.0])
    """

    # Class attributes, so that a subclass without super().__init__() has them too.
    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(
        self,
        workers: int = 1,
        use_multiprocessing: bool = False,
        max_queue_size: int = 10,
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> BatchT:
        """Returns one batch: (inputs, targets) or (inputs, targets, sample_weights).

        Args:
            index: number of the batch, from 0.

        Raises:
            NotImplementedError: the subclass does not define it.
        """
        raise NotImplementedError(f"define {type(self).__name__}.__getitem__(index)")

    def __iter__(self) -> Iterator[BatchT]:
        sized = hasattr(self, "__len__") or (
            type(self).num_batches is not PyDataset.num_batches
        )
        # Without any length it can still be looked at, batch after batch.
        count = self.num_batches if sized else None
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    @property
    def num_batches(self) -> int | None:
        """Batches in one pass; None for a data set that never ends.

        Raises:
            NotImplementedError: the subclass defines neither this nor `__len__`.
        """
        length = getattr(self, "__len__", None)
        if length is None:
            name = type(self).__name__
            raise NotImplementedError(f"define {name}.__len__() or .num_batches")
        return int(length())

    def on_epoch_begin(self) -> None:
        """Called before the first batch of every epoch."""

    def on_epoch_end(self) -> None:
        """Called after the last batch of every epoch has been made."""


Sequence = PyDataset
