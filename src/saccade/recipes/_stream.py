"""Pictures that do not fit into the memory: batches read anew in each epoch."""

from __future__ import annotations

import numpy as np

from saccade.core._errors import PictureError
from saccade.data import PictureReader, PyDataset, Unusable, list_unusable, rows_order
from saccade.recipes._pictures import PictureSet, eight_bits

Batch = tuple[np.ndarray | dict[str, np.ndarray], np.ndarray]


class PictureBatches(PyDataset[Batch]):
    """Batches of a set's pictures; as many as fit stay decoded in memory.

    Args:
        pictures: the set.
        batch_size: pictures in a batch.
        seed: of the order, which is new in each epoch; None for the order of the files.
        skip: whether a batch goes on without a picture that cannot be read any more.
        one_hot: whether inputs carry the labels too, as the mixing of pictures needs.

    Example:
        >>> from saccade.data import FileIndex, PictureForm
        >>> index = FileIndex("d", ("a",), ("a/1.png",) * 5, np.zeros(5, np.int32), ())
        >>> len(PictureBatches(PictureSet(index, PictureForm((2, 2))), 2))
        3
    """

    def __init__(
        self,
        pictures: PictureSet,
        batch_size: int,
        seed: int | None = None,
        skip: bool = False,
        one_hot: bool = False,
    ) -> None:
        super().__init__()
        self._pictures = pictures
        self._batch_size = batch_size
        self._seed = seed
        self._skip = skip
        self._one_hot = one_hot
        self._epoch = -1
        self._paths = pictures.index.filepaths
        self._order = self._order_of(0)
        self._reader = PictureReader(pictures.form)
        self.lost: dict[str, str] = {}
        """Why pictures could not be read in mid-run, by their paths."""

    def _order_of(self, epoch: int) -> np.ndarray:
        shuffle = self._seed is not None
        return rows_order(
            self._seed or 0, epoch, len(self._pictures), shuffle, self._batch_size
        )

    def __len__(self) -> int:
        return -(-len(self._pictures) // self._batch_size)

    def on_epoch_begin(self) -> None:
        """Mixes the pictures anew."""
        self._epoch += 1
        self._order = self._order_of(self._epoch)

    def __getitem__(self, index: int) -> Batch:
        """Reads a batch.

        Raises:
            PictureError: a picture cannot be read any more; it is named.
        """
        start = index * self._batch_size
        rows = self._order[start : start + self._batch_size]
        found = self._reader.read([self._paths[row] for row in rows])
        bad = [item for item in found if isinstance(item, Unusable)]
        good = [not isinstance(item, Unusable) for item in found]
        if bad and not (self._skip and any(good)):
            raise PictureError(list_unusable("train", bad, len(found)))
        self.lost.update((item.path, item.why) for item in bad)
        pixels = [eight_bits(i) for i in found if not isinstance(i, Unusable)]
        labels = self._pictures.labels[rows[good]]
        return inputs_of(
            self._pictures, np.stack(pixels), labels, self._one_hot
        ), labels


def inputs_of(
    pictures: PictureSet, pixels: np.ndarray, labels: np.ndarray, one_hot: bool
) -> np.ndarray | dict[str, np.ndarray]:
    """Returns what the model takes: pictures, or a dict of them and their labels.

    Args:
        pictures: the set, for the number of classes.
        pixels: (b, h, w, c)
        labels: (b,)
        one_hot: whether the labels belong to the inputs.
    """
    if not one_hot:
        return pixels
    table = np.eye(len(pictures.index.class_names), dtype=np.float32)
    return {"images": pixels, "labels": table[labels]}
