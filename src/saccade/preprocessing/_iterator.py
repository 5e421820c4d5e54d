"""The base of data that ImageDataGenerator gives: batches without end, by number too.

Order and random parameters are drawn from NumPy's global generator in the order of
Keras, so the same seed gives the same batches.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator as AbstractIterator
from collections.abc import Mapping, Sequence

import numpy as np

from saccade.core._errors import DataError, message
from saccade.data import SUFFIXES, PyDataset

# NumPy's global generator serves every iterator of the process: what one draws for a
# batch must not be mixed with what another does.
_NUMPY_RANDOM = threading.RLock()


class Iterator(PyDataset[object]):
    """Batches of `n` samples: `next()` without end, or `[index]` within one epoch.

    A subclass defines `_get_batches_of_transformed_samples(index_array)`.

    Args:
        n: number of samples.
        batch_size: samples in a batch; the last of an epoch may have fewer.
        shuffle: whether every epoch has a new order.
        seed: seed of order and transformations; None uses NumPy's global generator
            as it stands.
        workers: as the two that follow, see `PyDataset`.
        use_multiprocessing: whether processes are asked for.
        max_queue_size: most batches kept ready.

    Differs from Keras: batches may be asked for by several threads; each is made
        under a lock.

    Example:
        >>> class Numbers(Iterator):
        ...     def _get_batches_of_transformed_samples(self, index_array):
        ...         return index_array * 10
        >>> numbers = Numbers(5, 2, shuffle=False, seed=None)
        >>> len(numbers), [next(numbers).tolist() for _ in range(4)]
        (3, [[0, 10], [20, 30], [40], [0, 10]])
    """

    white_list_formats = SUFFIXES

    def __init__(
        self,
        n: int,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        *,
        workers: int = 1,
        use_multiprocessing: bool = False,
        max_queue_size: int = 10,
    ) -> None:
        super().__init__(workers, use_multiprocessing, max_queue_size)
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.RLock()
        self.index_array: np.ndarray | None = None
        self.index_generator = self._flow_index()

    def _set_index_array(self) -> np.ndarray:
        with _NUMPY_RANDOM:
            order = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)
        self.index_array = order
        return order

    def _begin_batch(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def _draw(self, index_array: np.ndarray) -> None:
        """Draws what the batch needs; called under the lock of the random numbers."""

    def _expect(self, index_array: np.ndarray) -> None:
        """Hears which samples will be asked for after the present batch."""

    def announce(self, indices: Sequence[int]) -> None:
        """Hears which batches of this epoch will be asked for soon.

        Args:
            indices: their numbers.
        """
        order = self.index_array
        if order is not None:
            for index in indices:
                first = self.batch_size * index
                self._expect(order[first : first + self.batch_size])

    def __getitem__(self, index: int) -> object:
        """Returns one batch of the present epoch.

        Args:
            index: number of the batch, from 0.

        Raises:
            DataError: there is no such batch.
        """
        if not -len(self) <= index < len(self):
            raise DataError(
                message(
                    f"{type(self).__name__}[{index}]",
                    f"there are {len(self)} batches",
                    f"ask for 0 to {len(self) - 1}",
                )
            )
        with self.lock:
            with _NUMPY_RANDOM:
                self._begin_batch()
                self.total_batches_seen += 1
                order = self.index_array
                if order is None:
                    order = self._set_index_array()
                first = self.batch_size * (index % len(self))
                chosen = order[first : first + self.batch_size]
                self._draw(chosen)
            return self._get_batches_of_transformed_samples(chosen)

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def state_dict(self) -> dict[str, object]:
        """Returns the order of the epoch and the count of batches; not in Keras."""
        return {
            "index_array": self.index_array,
            "batch_index": self.batch_index,
            "total_batches_seen": self.total_batches_seen,
        }

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Takes in what `state_dict` returned, to resume a run.

        Args:
            state: the dict.
        """
        vars(self).update(state)

    def on_epoch_end(self) -> None:
        """Draws the order of the next epoch."""
        self._set_index_array()

    def reset(self) -> None:
        """Lets `next()` start again with the first batch of a new order."""
        self.batch_index = 0

    def _flow_index(self) -> AbstractIterator[np.ndarray]:
        self.reset()
        while True:
            self._begin_batch()
            order = self.index_array
            if self.batch_index == 0 or order is None:
                order = self._set_index_array()
            first = self.batch_index * self.batch_size
            first = first % self.n if self.n else 0
            last = first + self.batch_size
            self.batch_index = self.batch_index + 1 if self.n > last else 0
            self.total_batches_seen += 1
            chosen = order[first:last]
            self._draw(chosen)
            yield chosen

    def __iter__(self) -> AbstractIterator[object]:
        return self

    def __next__(self) -> object:
        with self.lock:
            with _NUMPY_RANDOM:
                chosen = next(self.index_generator)
            if self.batch_index:
                self.announce(range(self.batch_index, self.batch_index + 2))
            return self._get_batches_of_transformed_samples(chosen)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> object:
        """Returns the batch of some samples.

        Args:
            index_array: numbers of the samples.

        Raises:
            NotImplementedError: the subclass does not define it.
        """
        raise NotImplementedError(
            f"define {type(self).__name__}._get_batches_of_transformed_samples"
        )
