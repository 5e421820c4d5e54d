"""Batches of pictures from files, with the labels of each class mode."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from saccade.core import _checks, _settings
from saccade.core._disk import naming_full_disk
from saccade.core._errors import ConfigError, DiskFullError, PictureError, message
from saccade.data import (
    PictureReader,
    Unusable,
    find_unusable,
    list_unusable,
    picture_form,
    threads_for_reading,
)
from saccade.data._warn import warn
from saccade.preprocessing._iterator import Iterator
from saccade.utils import array_to_img

if TYPE_CHECKING:
    from saccade.preprocessing._generator import ImageDataGenerator

ON_ERROR = ("stop", "skip")
SUBSETS = ("training", "validation")


class FilesIterator(Iterator):
    """What iterators over folders and over data frames share.

    Pictures are decoded by several threads, ahead of the batch that is asked for, and
    kept decoded in memory and on disk, see `saccade.data.PictureReader`.

    A subclass calls `_configure`, finds its files, and then calls `__init__`.
    """

    classes: Sequence[int | list[int]] | np.ndarray
    class_indices: dict[str, int]
    class_mode: str | None
    filenames: list[str]
    samples: int

    def _configure(
        self,
        image_data_generator: ImageDataGenerator | None,
        target_size: tuple[int, int],
        color_mode: str,
        data_format: str | None,
        save_to_dir: str | os.PathLike[str] | None,
        save_prefix: str,
        save_format: str,
        subset: str | None,
        interpolation: str,
        keep_aspect_ratio: bool,
        dtype: str | None,
        on_error: str,
        exif_orientation: bool,
        where: str,
    ) -> None:
        """Checks and keeps the arguments, which are those of the subclasses."""
        self.image_data_generator = image_data_generator
        form = picture_form(
            where,
            target_size,
            color_mode,
            interpolation,
            keep_aspect_ratio,
            exif_orientation,
        )
        self._reader = PictureReader(form)
        self._where = where
        self.target_size = form.shape[:2]
        self.color_mode = form.color_mode
        self.interpolation = form.interpolation
        self.keep_aspect_ratio = form.keep_aspect_ratio
        self.data_format = _checks.data_format(data_format, where)
        self.dtype = dtype or _settings.floatx()
        last = self.data_format == "channels_last"
        channels = (form.channels,)
        self.image_shape = (
            self.target_size + channels if last else channels + self.target_size
        )
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.on_error = _checks.one_of(on_error, ON_ERROR, "on_error", where)
        self.subset = subset
        self.split = self._split_of(subset, where)
        self.unusable: list[Unusable] = []
        self._drawn: list[Mapping[str, float | None]] | None = None

    def _split_of(self, subset: str | None, where: str) -> tuple[float, float] | None:
        if subset is None:
            return None
        share = getattr(self.image_data_generator, "_validation_split", 0.0) or 0.0
        name = _checks.one_of(subset, SUBSETS, "subset", where)
        return (0.0, share) if name == "validation" else (share, 1.0)

    def _without_unusable(self, paths: Sequence[str]) -> np.ndarray:
        """Opens every file; returns which can be used, or stops with the list.

        Where all of them can be kept they are decoded at once, so that none is opened
        twice.
        """
        generator = self.image_data_generator
        if generator is not None and len(paths):
            generator.prepare((*self.target_size, self._reader.form.channels))
        if self._reader.remember(paths):
            return np.ones(len(paths), bool)  # an earlier run has decoded them all
        # Without the broken ones it is another set with a pack of its own, which may be
        # there: those who skip look first.
        decoded = self._reader.decode_all(paths) if self.on_error == "stop" else None
        if decoded is None:
            decoded = find_unusable(paths, threads_for_reading())
        self.unusable = decoded
        if self.unusable and self.on_error == "stop":
            raise PictureError(list_unusable(self._where, self.unusable, len(paths)))
        if self.unusable:
            lines = "".join(f"\n  {file.path}: {file.why}" for file in self.unusable)
            self._warn(
                f"{len(self.unusable):,} of {len(paths):,} pictures cannot be used and "
                f"are left out:{lines}"
            )
        bad = {file.path for file in self.unusable}
        if bad:
            self._reader.remember([path for path in paths if path not in bad])
        return np.array([path not in bad for path in paths], bool)

    def _warn(self, problem: str, fix: str | None = None) -> None:
        warn(message(self._where, problem, fix))

    @property
    def filepaths(self) -> list[str]:
        """Paths of the files, in the order of `filenames`."""
        raise NotImplementedError(f"define {type(self).__name__}.filepaths")

    @property
    def labels(self) -> object:
        """The label of every picture."""
        raise NotImplementedError(f"define {type(self).__name__}.labels")

    @property
    def sample_weight(self) -> np.ndarray | None:
        """The weight of every picture, or None."""
        return None

    def _draw(self, index_array: np.ndarray) -> None:
        generator = self.image_data_generator
        if generator is not None:
            self._drawn = [
                generator.get_random_transform(self.image_shape) for _ in index_array
            ]

    def _expect(self, index_array: np.ndarray) -> None:
        paths = self.filepaths
        self._reader.ahead([paths[number] for number in index_array])

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> object:
        """Returns the batch of some pictures.

        Args:
            index_array: numbers of the pictures.

        Raises:
            PictureError: a picture cannot be read, and `on_error` is 'stop'; or none
                of the batch can.
            DiskFullError: no space is left for copies, and `on_error` is 'stop'.
        """
        if self.image_data_generator is not None and self._drawn is None:
            self._draw(index_array)
        drawn, self._drawn = self._drawn, None
        numbers = np.asarray(index_array)
        paths = self.filepaths
        items = self._reader.read([paths[number] for number in numbers])
        kept = [row for row, item in enumerate(items) if isinstance(item, np.ndarray)]
        if len(kept) < len(items):
            self._refuse([item for item in items if isinstance(item, Unusable)], kept)
        pictures = [item for item in items if isinstance(item, np.ndarray)]
        numbers = numbers[kept]
        batch = self._transformed(pictures, drawn and [drawn[row] for row in kept])
        if self.save_to_dir:
            self._save(batch, numbers)
        return self._with_labels(batch, numbers)

    def _save(self, batch: np.ndarray, numbers: np.ndarray) -> None:
        try:
            save_batch(self, batch, numbers, 10**7)
        except DiskFullError as error:
            if self.on_error == "stop":
                raise
            self.save_to_dir = None
            self._warn(f"{error} No more copies are written")

    def _refuse(self, broken: list[Unusable], kept: list[int]) -> None:
        known = {file.path for file in self.unusable}
        if self.on_error == "stop" or not kept:
            text = list_unusable(self._where, broken, self.samples)
            raise PictureError(text.replace("pictures cannot", "pictures now cannot"))
        new = [file for file in broken if file.path not in known]
        self.unusable += new
        for file in new:
            self._warn(f"{file.path} is left out from now on: {file.why}")

    def _transformed(
        self,
        pictures: list[np.ndarray],
        drawn: Sequence[Mapping[str, float | None]] | None,
    ) -> np.ndarray:
        if not pictures:
            return np.zeros((0, *self.image_shape), self.dtype)
        if self.image_data_generator is not None and drawn is not None:
            batch = self.image_data_generator.transform_batch(pictures, drawn)
            return batch.astype(self.dtype, copy=False)
        batch = np.stack(pictures, dtype=self.dtype, casting="unsafe")
        first = self.data_format == "channels_first"
        return batch.transpose(0, 3, 1, 2) if first else batch

    def _with_labels(self, batch: np.ndarray, numbers: np.ndarray) -> object:
        mode = self.class_mode
        if mode is None:
            return batch
        if mode == "input":
            targets: object = batch.copy()
        elif mode == "categorical":
            targets = self._one_hot(numbers)
        elif mode in ("binary", "sparse"):
            targets = np.array([self.classes[n] for n in numbers], self.dtype)
        else:
            targets = self._given_targets(numbers)
        weights = self.sample_weight
        if weights is None:
            return batch, targets
        return batch, targets, weights[numbers]

    def _one_hot(self, numbers: np.ndarray) -> np.ndarray:
        rows = np.zeros((len(numbers), len(self.class_indices)), self.dtype)
        for row, number in enumerate(numbers):
            # One class, or a list of several.
            rows[row, self.classes[number]] = 1.0
        return rows

    def _given_targets(self, numbers: np.ndarray) -> object:
        raise ConfigError(
            message(self._where, f"class_mode {self.class_mode!r} has no targets here")
        )


class Saving(Protocol):
    """An iterator that may write copies of what it gives."""

    save_to_dir: str | os.PathLike[str] | None
    save_prefix: str
    save_format: str
    data_format: str


def save_batch(
    iterator: Saving, batch: np.ndarray, numbers: np.ndarray, most: int
) -> None:
    """Writes the pictures of a batch into `save_to_dir`.

    Args:
        iterator: has the folder, the start of names and the format.
        batch: pictures as given to the program; they are stretched to [0, 255].
        numbers: of the pictures.
        most: bound of the random number in their names.

    Raises:
        DiskFullError: no space is left.
    """
    for picture, number in zip(batch, numbers, strict=True):
        mark = np.random.randint(most)
        name = f"{iterator.save_prefix}_{number}_{mark}.{iterator.save_format}"
        image = array_to_img(picture, iterator.data_format, scale=True)
        path = os.path.join(iterator.save_to_dir or "", name)
        with naming_full_disk(path):
            try:
                image.save(path)
            except OSError:
                with contextlib.suppress(OSError):  # it may not even be there
                    os.remove(path)
                raise
