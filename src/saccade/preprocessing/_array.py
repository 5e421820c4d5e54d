"""Batches from arrays of pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from saccade.core import _checks, _settings
from saccade.core._errors import DataError, ShapeError, message
from saccade.preprocessing._files import SUBSETS, save_batch
from saccade.preprocessing._iterator import Iterator
from saccade.preprocessing._transform import warn_of_channels

if TYPE_CHECKING:
    from saccade.preprocessing._generator import ImageDataGenerator

_WHERE = "flow"

Inputs = npt.ArrayLike | tuple[npt.ArrayLike, object] | list[object]


class NumpyArrayIterator(Iterator):
    """Batches of the pictures in an array, without end.

    Made by `ImageDataGenerator.flow`, which describes the arguments.

    Args:
        x: pictures, or (pictures, other array or list of them) for several inputs.
        y: targets, or None.
        image_data_generator: transforms the pictures.
        batch_size: pictures in a batch.
        shuffle: whether every epoch has a new order.
        sample_weight: weight of each picture, or None.
        seed: seed of order and transformations.
        data_format: 'channels_last' or 'channels_first'.
        save_to_dir: folder for copies of what is given.
        save_prefix: start of their names.
        save_format: their suffix.
        subset: 'training', 'validation' or None.
        ignore_class_split: whether the two subsets may have different classes.
        dtype: type of the pictures.

    Raises:
        DataError: arrays of different lengths, or a subset that lacks classes.
        ShapeError: `x` has not 4 axes.
        ConfigError: an argument outside its range.

    Differs from Keras: none.
    """

    def __init__(
        self,
        x: Inputs,
        y: npt.ArrayLike | None,
        image_data_generator: ImageDataGenerator,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: npt.ArrayLike | None = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: str | None = None,
    ) -> None:
        self.dtype = dtype or _settings.floatx()
        self.data_format = _checks.data_format(data_format, _WHERE)
        self.image_data_generator = image_data_generator
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        pictures, others = _inputs(x)
        targets = None if y is None else np.asarray(y)
        weights = None if sample_weight is None else np.asarray(sample_weight)
        named = [("y", targets), ("sample_weight", weights)]
        for name, array in [*named, *(("x[1]", other) for other in others)]:
            if array is not None and len(array) != len(pictures):
                raise DataError(_lengths(name, array, pictures))
        if subset is not None:
            part = self._part(targets, len(pictures), subset, ignore_class_split)
            pictures, others = pictures[part], [other[part] for other in others]
            targets = None if targets is None else targets[part]
            weights = None if weights is None else weights[part]
        self.x = np.asarray(pictures, dtype=self.dtype)
        self.x_misc = others
        self.y, self.sample_weight = targets, weights
        if self.x.ndim != 4:
            raise ShapeError(
                message(
                    _WHERE,
                    f"`x` must be a batch with 4 axes, got shape {self.x.shape}",
                    "give grey pictures an axis of channels: x[..., None]",
                )
            )
        axis = 3 if self.data_format == "channels_last" else 1
        warn_of_channels(self.x, axis, self.data_format, _WHERE)
        self._drawn: list[Mapping[str, float | None]] | None = None
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _part(
        self, y: np.ndarray | None, length: int, subset: str, ignore: bool
    ) -> slice:
        name = _checks.one_of(subset, SUBSETS, "subset", _WHERE)
        share = getattr(self.image_data_generator, "_validation_split", 0.0)
        cut = int(length * share)
        if y is not None and not ignore:
            before, after = np.unique(y[:cut]), np.unique(y[cut:])
            if not np.array_equal(before, after):
                raise DataError(
                    message(
                        _WHERE,
                        "training and validation subsets have different classes after "
                        f"the split: {before.tolist()[:20]} in the first {cut} rows, "
                        f"{after.tolist()[:20]} in the others",
                        "shuffle x and y first if they are sorted by class, or pass "
                        "ignore_class_split=True",
                    )
                )
        return slice(0, cut) if name == "validation" else slice(cut, None)

    def _draw(self, index_array: np.ndarray) -> None:
        shape = self.x.shape[1:]
        generator = self.image_data_generator
        self._drawn = [generator.get_random_transform(shape) for _ in index_array]

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> object:
        if self._drawn is None:
            self._draw(index_array)
        drawn, self._drawn = self._drawn or [], None
        pictures = self.x[index_array]
        last = pictures
        if self.data_format == "channels_first":
            last = pictures.transpose(0, 2, 3, 1)
        batch = pictures
        if len(pictures):
            batch = self.image_data_generator.transform_batch(list(last), drawn)
        batch = batch.astype(self.dtype, copy=False)
        if self.save_to_dir:
            save_batch(self, batch, index_array, 10**4)
        others = [other[index_array] for other in self.x_misc]
        inputs = [batch, *others] if others else batch
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[index_array]
        return inputs, self.y[index_array], self.sample_weight[index_array]


def _inputs(x: Inputs) -> tuple[np.ndarray, list[np.ndarray]]:
    if not isinstance(x, (tuple, list)):
        return np.asarray(x), []
    if len(x) != 2:
        raise DataError(
            message(
                _WHERE,
                f"`x` must be an array or (pictures, other inputs), got {len(x)} items",
                "make a list of pictures one array with np.stack(x)",
            )
        )
    others = x[1] if isinstance(x[1], list) else [x[1]]
    return np.asarray(x[0]), [np.asarray(other) for other in others]


def _lengths(name: str, array: np.ndarray, pictures: np.ndarray) -> str:
    return message(
        _WHERE,
        f"`x` (images tensor) and `{name}` should have the same length, got "
        f"{len(pictures):,} and {len(array):,}",
        "every picture needs one row",
    )
