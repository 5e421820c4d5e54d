"""A `Dataset` of the pictures in a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from saccade.core import _checks, _output
from saccade.core._errors import ConfigError, DataError, PictureError, message, nearest
from saccade.data import (
    Dataset,
    Unusable,
    find_unusable,
    index_folder,
    list_unusable,
    threads_for_reading,
)
from saccade.data._dataset_nodes import Batch, Node, Prefetch
from saccade.data._dataset_select import Shuffle
from saccade.data._image_resize import INTERPOLATIONS
from saccade.data._image_rows import PictureRows, Pictures, ResizedForm
from saccade.data._warn import warn

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
"""Ends of names that are taken for pictures, as in Keras."""

_WHERE = "image_dataset_from_directory"
_LABEL_MODES = ("int", "categorical", "binary")
_SUBSETS = ("training", "validation", "both")
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_PREFETCH = 2


def image_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Literal["inferred"] | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | Sequence[int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
    *,
    on_error: str = "stop",
) -> Any:
    """Makes a `Dataset` of batches of the pictures in a folder.

    Pictures are read by several threads and kept, resized, in memory within the bound
    of SACCADE_PICTURES_MEMORY, so later passes do not read them again.

    Args:
        directory: with labels 'inferred', it holds one folder for each class.
        labels: 'inferred' from the folders; a list with a class number for each file,
            in the order of their sorted paths; None for no labels.
        label_mode: 'int' for int32 (b,); 'categorical' for one-hot float32 (b, k);
            'binary' for float32 (b, 1) of two classes; None for no labels.
        class_names: names of the folders to use, in this order; None for all, sorted.
        color_mode: 'grayscale', 'rgb' or 'rgba'.
        batch_size: pictures in a batch; None for single pictures.
        image_size: (height, width) that pictures are resized to.
        shuffle: whether the files are mixed, and every pass has its own order.
        seed: seed of order and split.
        validation_split: share of the files for validation, in (0, 1).
        subset: 'training', 'validation', or 'both' for a list of two data sets.
        interpolation: 'bilinear', 'nearest', 'bicubic', 'area', 'lanczos3',
            'lanczos5', 'gaussian' or 'mitchellcubic'.
        follow_links: whether to enter folders that are links.
        crop_to_aspect_ratio: whether to cut the largest middle part that has the
            proportions of `image_size` before resizing.
        pad_to_aspect_ratio: whether to add black borders instead of distorting.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        format: only 'tf'.
        verbose: whether to print how many files were found.
        on_error: what to do about pictures that cannot be read: 'stop' before
            training, with an error that names them all, or 'skip' them.

    Shapes:
        -> pictures (b, height, width, c) float32 in [0, 255], uint8 for 'nearest'; and
        labels

    Attributes of the result: `class_names`, and `file_paths` in the order of the files
    before `shuffle` mixes them for a pass.

    Raises:
        FolderError: no such folder.
        ConfigError: an argument outside its range, or arguments that exclude each
            other.
        DataError: no pictures.
        PictureError: pictures cannot be read, and `on_error` is 'stop'.

    Differs from Keras: every file is looked at before, see `on_error`. JPEG files are
        decoded by libjpeg's accurate method and not by its fast one as in TensorFlow;
        on photographs pixels differ by 1.2 of 255 on average, at most 17.
    """
    where = _WHERE
    label_mode = _check_labels(labels, label_mode, class_names)
    form = _form(
        color_mode, image_size, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio
    )
    _check_format(format)
    layout = _checks.data_format(data_format, where)
    on_error = _checks.one_of(on_error, ("stop", "skip"), "on_error", where)
    batch_size = _check_batch_size(batch_size)
    subset = _check_split(validation_split, subset, shuffle, seed)
    if seed is None:
        seed = int(np.random.randint(10**6))
    found = _Files(directory, labels, class_names, follow_links, label_mode)
    if verbose:
        found.tell()
    if shuffle:
        found.shuffle(seed)

    def dataset(part: str | None) -> Dataset:
        paths, numbers = _usable(*found.part(part, validation_split), on_error)
        if not paths:
            raise DataError(_no_pictures(directory, part))
        rows = PictureRows(
            paths,
            found.encode(numbers, label_mode),
            form,
            layout == "channels_first",
            on_error == "skip",
            where,
        )
        mixed = shuffle and (subset != "both" or part == "training")
        made = _pipeline(rows, batch_size, seed if mixed else None)
        made.class_names = found.class_names
        made.file_paths = paths
        return made

    if subset == "both":
        return [dataset("training"), dataset("validation")]
    return dataset(subset)


def _pipeline(rows: PictureRows, batch_size: int | None, seed: int | None) -> Dataset:
    node: Node = Pictures(rows)
    if seed is not None:
        waiting = 1024 if batch_size is None else batch_size * 8
        node = Shuffle(node, waiting, seed, reshuffle=True)
    if batch_size is not None:
        node = Batch(node, batch_size, drop_remainder=False)
    return Dataset(Prefetch(node, _PREFETCH))


class _Files:
    """The files of a folder with the numbers of their classes."""

    def __init__(
        self,
        directory: str | os.PathLike[str],
        labels: object,
        class_names: Sequence[str] | None,
        follow_links: bool,
        label_mode: str | None,
    ) -> None:
        inferred = labels == "inferred"
        folders = _class_folders(directory, class_names) if inferred else [""]
        index = index_folder(
            directory, folders, follow_links=follow_links, suffixes=SUFFIXES
        )
        self.paths = index.filepaths
        self.numbers: list[int] | None = index.classes.tolist()
        self.class_names: list[str] | None = list(index.class_names)
        if not inferred and isinstance(labels, (list, tuple)):
            if len(labels) != len(self.paths):
                raise ConfigError(
                    message(
                        _WHERE,
                        "`labels` must have one number for each picture, got "
                        f"{len(labels)} for {len(self.paths)} files in "
                        f"{os.fspath(directory)!r}",
                        "give them in the order of the sorted paths",
                    )
                )
            self.numbers = list(labels)
            self.class_names = [str(label) for label in sorted(set(labels))]
        if labels is None:
            self.class_names, self.numbers = None, None
        _warn_of_left_out(index.left_out)
        self._label_mode = label_mode
        if label_mode == "binary" and len(self.class_names or ()) != 2:
            raise ConfigError(
                message(
                    _WHERE,
                    "label_mode='binary' needs two classes, got "
                    f"{len(self.class_names or ())}: {self.class_names}",
                    "pass label_mode='int' or 'categorical', or class_names=[...]",
                )
            )

    def tell(self) -> None:
        """Prints how many files there are."""
        text = f"Found {len(self.paths)} files"
        if self.class_names is not None:
            text += f" belonging to {len(self.class_names)} classes"
        _output.print_line(f"{text}.")

    def shuffle(self, seed: int) -> None:
        """Mixes the files as Keras does."""
        np.random.RandomState(seed).shuffle(self.paths)
        if self.numbers is not None:
            np.random.RandomState(seed).shuffle(self.numbers)

    def part(
        self, subset: str | None, share: float | None
    ) -> tuple[list[str], list[int] | None]:
        """Returns the files and class numbers of a subset."""
        if not share:
            return self.paths, self.numbers
        cut = len(self.paths) - int(share * len(self.paths))
        training = subset == "training"
        count = cut if training else len(self.paths) - cut
        _output.print_line(f"Using {count} files for {subset}.")
        rows = slice(0, cut) if training else slice(cut, None)
        return self.paths[rows], None if self.numbers is None else self.numbers[rows]

    def encode(self, numbers: list[int] | None, mode: str | None) -> np.ndarray | None:
        """Returns labels in the form that was asked for."""
        if numbers is None or mode is None:
            return None
        whole = np.array(numbers, np.int32)
        if mode == "int":
            return whole
        if mode == "binary":
            return whole.astype(np.float32)[:, None]
        # As tf.one_hot: a number that is no class gives a row of zeros.
        classes = np.arange(len(self.class_names or ()))
        return (whole[:, None] == classes).astype(np.float32)


def _class_folders(
    directory: str | os.PathLike[str], class_names: Sequence[str] | None
) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            found = sorted(
                e.name for e in entries if e.is_dir() and not e.name.startswith(".")
            )
    except (FileNotFoundError, NotADirectoryError):
        return ["."]  # index_folder says what is wrong
    if not found:
        raise DataError(
            message(
                _WHERE,
                f"there are no folders of classes in {os.fspath(directory)!r}",
                "put the pictures of each class into a folder of its own, or pass "
                "labels=None for pictures without labels",
            )
        )
    for name in class_names or ():
        if name not in found:
            close = nearest(name, found)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise ConfigError(
                message(
                    _WHERE,
                    f"`class_names` has {name!r}, and there is no such folder",
                    f"{hint}There are: {', '.join(found)}",
                )
            )
    return list(class_names) if class_names is not None else found


def _check_labels(
    labels: object, label_mode: object, class_names: Sequence[str] | None
) -> str | None:
    given = isinstance(labels, (list, tuple))
    if labels not in ("inferred", None) and not given:
        raise ConfigError(
            message(
                _WHERE,
                f"`labels` must be 'inferred', None or a list of ints, got {labels!r}",
                "a list has one number for each file, in the order of sorted paths",
            )
        )
    if class_names and labels != "inferred":
        raise ConfigError(
            message(
                _WHERE,
                "`class_names` is only for labels='inferred'",
                "leave `class_names` out",
            )
        )
    if label_mode is not None:
        label_mode = _checks.one_of(label_mode, _LABEL_MODES, "label_mode", _WHERE)
    return None if labels is None else label_mode


def _form(
    color_mode: object, image_size: object, interpolation: object, crop: bool, pad: bool
) -> ResizedForm:
    if crop and pad:
        raise ConfigError(
            message(
                _WHERE,
                "`crop_to_aspect_ratio` and `pad_to_aspect_ratio` exclude each other",
            )
        )
    pair = image_size if isinstance(image_size, int) else tuple(_sequence(image_size))
    height, width = _checks.int_tuple(pair, 2, "image_size", _WHERE)
    mode = _checks.one_of(color_mode, tuple(_CHANNELS), "color_mode", _WHERE)
    method = _checks.one_of(interpolation, INTERPOLATIONS, "interpolation", _WHERE)
    fit = "crop" if crop else "pad" if pad else "stretch"
    return ResizedForm((height, width), _CHANNELS[mode], method, fit)


def _sequence(value: object) -> Sequence[int]:
    if not isinstance(value, (list, tuple)):
        raise ConfigError(
            message(_WHERE, f"`image_size` must be (height, width), got {value!r}")
        )
    return value


def _check_batch_size(size: int | None) -> int | None:
    if size is None:
        return None
    return _checks.positive_int(size, "batch_size", _WHERE)


def _check_format(format: object) -> None:
    if format != "tf":
        raise ConfigError(
            message(
                _WHERE,
                f"`format` must be 'tf', got {format!r}",
                "leave it out; the result is a saccade Dataset",
            )
        )


def _check_split(
    share: float | None, subset: object, shuffle: bool, seed: int | None
) -> str | None:
    if share and not 0 < share < 1:
        problem = f"`validation_split` must be between 0 and 1, got {share!r}"
        raise ConfigError(message(_WHERE, problem))
    if bool(share) != bool(subset):
        raise ConfigError(
            message(
                _WHERE,
                "`subset` and `validation_split` must be given together",
                "pass for example validation_split=0.2, subset='both', seed=0",
            )
        )
    if share and shuffle and seed is None:
        raise ConfigError(
            message(
                _WHERE,
                "`validation_split` of shuffled files needs `seed`, else training and "
                "validation would overlap",
                "pass the same seed for both, for example seed=0",
            )
        )
    if subset is None:
        return None
    return _checks.one_of(subset, _SUBSETS, "subset", _WHERE)


def _usable(
    paths: list[str], numbers: list[int] | None, on_error: str
) -> tuple[list[str], list[int] | None]:
    """Looks at every file; stops with a list, or leaves out what cannot be used."""
    unusable = find_unusable(paths, threads_for_reading())
    if not unusable:
        return paths, numbers
    if on_error == "stop":
        raise PictureError(list_unusable(_WHERE, unusable, len(paths)))
    warn(message(_WHERE, _left_out_files(unusable, len(paths))))
    bad = {file.path for file in unusable}
    kept = [row for row, path in enumerate(paths) if path not in bad]
    chosen = None if numbers is None else [numbers[row] for row in kept]
    return [paths[row] for row in kept], chosen


def _left_out_files(unusable: Sequence[Unusable], total: int) -> str:
    lines = "".join(f"\n  {file.path}: {file.why}" for file in unusable)
    return (
        f"{len(unusable):,} of {total:,} pictures cannot be used and are left "
        f"out:{lines}"
    )


def _warn_of_left_out(names: Sequence[str]) -> None:
    if names:
        shown = ", ".join(repr(name) for name in names[:5])
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        problem = (
            f"{len(names)} files look like pictures and are left out, because only "
            f"{', '.join(SUFFIXES)} are read: {shown}{more}"
        )
        warn(message(_WHERE, problem))


def _no_pictures(directory: str | os.PathLike[str], part: str | None) -> str:
    which = f"{part} pictures" if part else "pictures"
    return message(
        _WHERE,
        f"no {which} found in {os.fspath(directory)!r}",
        f"files must end in {', '.join(SUFFIXES)}; with few files, take another "
        "`validation_split`"
        if part
        else f"files must end in {', '.join(SUFFIXES)}",
    )
