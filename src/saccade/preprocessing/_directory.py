"""Batches from a folder with one folder for each class."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from saccade.core import _output
from saccade.core._checks import one_of
from saccade.data import (
    FileIndex,
    find_duplicates,
    index_folder,
    list_duplicates,
    problems_of,
)
from saccade.preprocessing._files import FilesIterator

if TYPE_CHECKING:
    from saccade.preprocessing._generator import ImageDataGenerator

_CLASS_MODES = ("categorical", "binary", "sparse", "input")


class DirectoryIterator(FilesIterator):
    """Batches of the pictures in the folders of classes, without end.

    Made by `ImageDataGenerator.flow_from_directory`, which describes the arguments.

    Args:
        directory: holds one folder for each class.
        image_data_generator: transforms the pictures; None leaves them as they are.
        target_size: (height, width) in pixels.
        color_mode: 'grayscale', 'rgb' or 'rgba'.
        classes: names of the folders to use; None for all, sorted.
        class_mode: 'categorical', 'binary', 'sparse', 'input' or None.
        batch_size: pictures in a batch.
        shuffle: whether every epoch has a new order.
        seed: seed of order and transformations.
        data_format: 'channels_last' or 'channels_first'.
        save_to_dir: folder for copies of what is given.
        save_prefix: start of their names.
        save_format: their suffix.
        follow_links: whether to enter folders that are links.
        subset: 'training', 'validation' or None.
        interpolation: how pictures are resized.
        keep_aspect_ratio: whether pictures are cut instead of distorted.
        dtype: type of the batches.
        on_error: 'stop' or 'skip', for pictures that cannot be read.
        exif_orientation: whether pictures are turned as their camera recorded it.

    Attributes:
        samples: number of pictures, also `n`.
        num_classes: number of classes.
        class_indices: class name to number.
        classes: number of the class of each picture, also `labels`.
        filenames: paths below `directory`, in the order of `classes`.
        filepaths: whole paths.
        unusable: files left out, and why.

    Raises:
        FolderError: no such folder.
        PictureError: pictures cannot be read, and `on_error` is 'stop'.
        ConfigError: an argument outside its range.

    Differs from Keras: every file is opened once before; see `on_error`. Pictures of
        the validation subset that the training subset has too are told in a warning.
    """

    allowed_class_modes = frozenset((*_CLASS_MODES, None))

    def __init__(
        self,
        directory: str | os.PathLike[str],
        image_data_generator: ImageDataGenerator | None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: str | None = None,
        *,
        on_error: str = "stop",
        exif_orientation: bool = False,
    ) -> None:
        where = "flow_from_directory"
        self._configure(
            image_data_generator,
            target_size,
            color_mode,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            interpolation,
            keep_aspect_ratio,
            dtype,
            on_error,
            exif_orientation,
            where,
        )
        self.directory = directory
        if class_mode is not None:
            class_mode = one_of(class_mode, _CLASS_MODES, "class_mode", where)
        self.class_mode = class_mode
        index = index_folder(directory, classes, self.split, follow_links)
        index = index.keep(self._without_unusable(index.filepaths))
        self.num_classes = len(index.class_names)
        self.class_indices = {n: i for i, n in enumerate(index.class_names)}
        self.filenames = list(index.filenames)
        self.classes = index.classes
        self.samples = len(index)
        self._filepaths = index.filepaths
        self._tell_found(index)
        if self.split is not None and self.split[0] == 0:
            rest = index_folder(directory, classes, (self.split[1], 1), follow_links)
            self._warn_of_duplicates(rest.filepaths)
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _tell_found(self, index: FileIndex) -> None:
        _output.print_line(
            f"Found {self.samples} images belonging to {self.num_classes} classes."
        )
        labelled = self.class_mode not in (None, "input")
        for problem in problems_of(index, labelled, self.subset):
            self._warn(problem)

    def _warn_of_duplicates(self, training: Sequence[str]) -> None:
        pairs = find_duplicates(training, self._filepaths)
        if pairs:
            self._warn(
                list_duplicates(pairs),
                "remove one of each pair: saccade.data.find_duplicates(a, b) lists all",
            )

    @property
    def filepaths(self) -> list[str]:
        """Paths of the files, in the order of `filenames`."""
        return self._filepaths

    @property
    def labels(self) -> np.ndarray:
        """Number of the class of each picture."""
        return np.asarray(self.classes)
