"""Batches from a data frame that names the files of pictures and their labels."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from saccade.core import _output
from saccade.core._checks import one_of
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    DataError,
    message,
    nearest,
)
from saccade.data import SUFFIXES
from saccade.data._warn import warn
from saccade.preprocessing._files import FilesIterator

if TYPE_CHECKING:
    from saccade.preprocessing._generator import ImageDataGenerator

_WHERE = "flow_from_dataframe"
_CLASS_MODES = ("binary", "categorical", "input", "multi_output", "raw", "sparse")
_CLASSLESS = ("input", "multi_output", "raw", None)
_SHOWN = 5

Label = str | list[str] | tuple[str, ...]


class Frame(Protocol):
    """A pandas or polars data frame: columns by name."""

    @property
    def columns(self) -> Iterable[str]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, name: str, /) -> object: ...


class DataFrameIterator(FilesIterator):
    """Batches of the pictures that a data frame names, without end.

    Made by `ImageDataGenerator.flow_from_dataframe`, which describes the arguments.

    Args:
        dataframe: one row for each picture.
        directory: folder in front of the names; None if they are whole paths.
        image_data_generator: transforms the pictures; None leaves them as they are.
        x_col: column with the files' names.
        y_col: column with the labels, or a list of columns.
        weight_col: column with the weights, or None.
        target_size: (height, width) in pixels.
        color_mode: 'grayscale', 'rgb' or 'rgba'.
        classes: the classes to use, in order; None for all, sorted.
        class_mode: 'categorical', 'binary', 'sparse', 'input', 'raw', 'multi_output'
            or None.
        batch_size: pictures in a batch.
        shuffle: whether every epoch has a new order.
        seed: seed of order and transformations.
        data_format: 'channels_last' or 'channels_first'.
        save_to_dir: folder for copies of what is given.
        save_prefix: start of their names.
        save_format: their suffix.
        subset: 'training', 'validation' or None.
        interpolation: how pictures are resized.
        keep_aspect_ratio: whether pictures are cut instead of distorted.
        dtype: type of the batches.
        validate_filenames: whether to leave out rows whose file is missing or no
            picture by its name, and to open every file once before.
        on_error: 'stop' or 'skip', for pictures that cannot be read.
        exif_orientation: whether pictures are turned as their camera recorded it.

    Raises:
        ArgumentTypeError: a column with the wrong type of values; the row is named.
        ConfigError: an argument outside its range, or an unknown column.
        PictureError: pictures cannot be read, and `on_error` is 'stop'.

    Differs from Keras: every file is opened once before; polars works too.
    """

    allowed_class_modes = frozenset((*_CLASS_MODES, None))

    def __init__(
        self,
        dataframe: Frame,
        directory: str | os.PathLike[str] | None = None,
        image_data_generator: ImageDataGenerator | None = None,
        x_col: str = "filename",
        y_col: str | list[str] = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = "channels_last",
        save_to_dir: str | os.PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: str | None = "float32",
        validate_filenames: bool = True,
        *,
        on_error: str = "stop",
        exif_orientation: bool = False,
    ) -> None:
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
            _WHERE,
        )
        self.directory = os.fspath(directory or "")
        if class_mode is not None:
            class_mode = one_of(class_mode, _CLASS_MODES, "class_mode", _WHERE)
        self.class_mode = class_mode
        names = _names(dataframe, x_col)
        rows = np.arange(len(names))
        if validate_filenames:
            rows = self._rows_with_files(names, x_col)
        rows = self._choose(dataframe, y_col, classes, rows)
        self._sample_weight = _weights(dataframe, weight_col, rows)
        self._targets = _targets(dataframe, y_col, class_mode, rows)
        self.filenames = [names[row] for row in rows]
        self._filepaths = [os.path.join(self.directory, n) for n in self.filenames]
        self.samples = len(self.filenames)
        self._tell_found(validate_filenames, chosen=bool(classes))
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _choose(
        self,
        dataframe: Frame,
        y_col: str | list[str],
        classes: Sequence[str] | None,
        rows: np.ndarray,
    ) -> np.ndarray:
        """Returns the rows of the classes and the subset, and keeps their classes."""
        labels: dict[int, Label] = {}
        if self.class_mode not in _CLASSLESS:
            labels, found = _labels(dataframe, y_col, classes, self.class_mode, rows)
            rows = np.array([row for row in rows if row in labels], int)
            self.class_indices = {name: number for number, name in enumerate(found)}
        elif classes:
            self._warn(f"`classes` is ignored with class_mode={self.class_mode!r}")
        if self.split is not None:
            first, last = (int(share * len(rows)) for share in self.split)
            rows = rows[first:last]
        self.classes = [
            self._class_numbers(labels[row]) for row in rows.tolist() if labels
        ]
        return rows

    def _rows_with_files(self, names: list[str], x_col: str) -> np.ndarray:
        paths = [os.path.join(self.directory, name) for name in names]
        there = np.array(_are_pictures(paths), bool)
        missing = int((~there).sum())
        if missing:
            lost = np.flatnonzero(~there)[:_SHOWN]
            shown = ", ".join(f"{paths[row]!r} (row {row})" for row in lost)
            self._warn(
                f'Found {missing} invalid image filename(s) in x_col="{x_col}". These '
                f"filename(s) will be ignored: {shown}"
                + (f" and {missing - _SHOWN} more" if missing > _SHOWN else ""),
                _advice(paths[lost[0]]),
            )
        rows = np.flatnonzero(there)
        usable = self._without_unusable([paths[row] for row in rows])
        return rows[usable]

    def _warn_of_classes(self, chosen: bool) -> None:
        counts = dict.fromkeys(self.class_indices.values(), 0)
        for numbers in self.classes:
            for number in numbers if isinstance(numbers, list) else [numbers]:
                counts[int(number)] += 1
        empty = [name for name, n in self.class_indices.items() if not counts[n]]
        if empty:
            part = f"the {self.subset} subset" if self.subset else "the data frame"
            self._warn(
                f"no pictures in {part} of these classes: "
                f"{', '.join(map(repr, empty))}",
                "mix the rows before: dataframe.sample(frac=1, random_state=0)"
                if self.subset
                else None,
            )
        elif len(counts) == 1 and not chosen:
            (name,) = self.class_indices
            self._warn(f"only one class, {name!r}, so nothing to tell")

    def _class_numbers(self, label: Label) -> int | list[int]:
        if isinstance(label, str):
            return self.class_indices[label]
        return [self.class_indices[name] for name in label]

    def _tell_found(self, validated: bool, chosen: bool) -> None:
        how = "validated" if validated else "non-validated"
        text = f"Found {self.samples} {how} image filenames"
        if self.class_mode not in _CLASSLESS:
            text += f" belonging to {len(self.class_indices)} classes"
        _output.print_line(f"{text}.")
        if self.class_mode not in _CLASSLESS:
            self._warn_of_classes(chosen)

    @property
    def filepaths(self) -> list[str]:
        """Paths of the files, in the order of `filenames`."""
        return self._filepaths

    @property
    def labels(self) -> object:
        """Class numbers, or the targets of 'raw' and 'multi_output'."""
        return self.classes if self._targets is None else self._targets

    @property
    def sample_weight(self) -> np.ndarray | None:
        """The weight of every picture, or None."""
        return self._sample_weight

    def _given_targets(self, numbers: np.ndarray) -> object:
        if isinstance(self._targets, list):
            return [target[numbers] for target in self._targets]
        return cast(np.ndarray, self._targets)[numbers]


def _column(frame: Frame, name: str) -> list[object]:
    known = list(frame.columns)
    if name not in known:
        close = nearest(str(name), map(str, known))
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise ConfigError(
            message(
                _WHERE,
                f"the data frame has no column {name!r}",
                f"{hint}Its columns: {', '.join(map(str, known))}",
            )
        )
    column = frame[name]
    to_list = getattr(column, "to_list", None) or getattr(column, "tolist", None)
    return list(cast(Callable[[], list[object]], to_list)())


def _names(frame: Frame, x_col: str) -> list[str]:
    names = _column(frame, x_col)
    for row, name in enumerate(names):
        if not isinstance(name, str):
            raise ArgumentTypeError(
                message(
                    _WHERE,
                    f"All values in column x_col={x_col} must be strings, got {name!r} "
                    f"in row {row}",
                    "drop rows without a file: dataframe.dropna(subset=[...])",
                )
            )
    return cast(list[str], names)


def _labels(
    frame: Frame,
    y_col: str | list[str],
    classes: Sequence[str] | None,
    class_mode: str | None,
    rows: np.ndarray,
) -> tuple[dict[int, Label], list[str]]:
    """Returns the label of each row that has one of the classes, and the classes."""
    if not isinstance(y_col, str):
        raise ArgumentTypeError(
            message(_WHERE, f"`y_col` must be one column, got {y_col!r}")
        )
    column = _column(frame, y_col)
    several = class_mode == "categorical"
    for row, label in enumerate(column):
        if not isinstance(label, (str, list, tuple) if several else str):
            kinds = "type string, list or tuple" if several else "strings"
            raise ArgumentTypeError(
                message(
                    _WHERE,
                    f'If class_mode="{class_mode}", y_col="{y_col}" column values must '
                    f"be {kinds}, got {label!r} in row {row}",
                    "drop rows without a label, and make numbers strings: "
                    f"dataframe[{y_col!r}] = dataframe[{y_col!r}].astype(str)",
                )
            )
    labels = cast(list[Label], column)
    names = list(dict.fromkeys(classes)) if classes else None
    if class_mode == "binary":
        _check_two(set(names or labels))
    taken = {int(row): labels[row] for row in rows}
    if names is None:
        return taken, sorted(
            {name for label in taken.values() for name in _each(label)}
        )
    chosen = {row: _only(label, names) for row, label in taken.items()}
    return {row: label for row, label in chosen.items() if label}, names


def _each(label: Label) -> Iterable[str]:
    return [label] if isinstance(label, str) else label


def _only(label: Label, names: Sequence[str]) -> Label:
    if isinstance(label, str):
        return label if label in names else ""
    return [name for name in label if name in names]


def _check_two(names: set[object]) -> None:
    if len(names) != 2:
        raise ConfigError(
            message(
                _WHERE,
                f'If class_mode="binary" there must be 2 classes, got {len(names)}',
                'use class_mode="sparse" or "categorical"',
            )
        )


def _weights(
    frame: Frame, weight_col: str | None, rows: np.ndarray
) -> np.ndarray | None:
    if weight_col is None:
        return None
    weights = np.asarray(_column(frame, weight_col))
    if not np.issubdtype(weights.dtype, np.number):
        raise ArgumentTypeError(
            message(
                _WHERE,
                f"Column weight_col={weight_col} must be numeric, got {weights.dtype}",
            )
        )
    return weights[rows]


def _targets(
    frame: Frame, y_col: str | list[str], class_mode: str | None, rows: np.ndarray
) -> np.ndarray | list[np.ndarray] | None:
    if class_mode == "multi_output":
        if not isinstance(y_col, list):
            raise ArgumentTypeError(
                message(
                    _WHERE,
                    f'If class_mode="multi_output", y_col must be a list, got '
                    f"{type(y_col).__name__}",
                )
            )
        return [_numbers(frame, name)[rows] for name in y_col]
    if class_mode != "raw":
        return None
    if isinstance(y_col, str):
        return _numbers(frame, y_col)[rows]
    return np.column_stack([_numbers(frame, name) for name in y_col])[rows]


def _numbers(frame: Frame, name: str) -> np.ndarray:
    """Returns a column as it is; says where it has no value."""
    column = _column(frame, name)
    missing = [row for row, value in enumerate(column) if _is_missing(value)]
    if missing:
        shown = ", ".join(map(str, missing[:_SHOWN]))
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        warn(
            message(
                _WHERE,
                f"y_col={name!r} has no value in {len(missing)} rows ({shown}{more}); "
                "the loss of their pictures will be no number",
                f"drop them: dataframe.dropna(subset=[{name!r}])",
            )
        )
    return np.array(column)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _are_pictures(paths: Sequence[str]) -> list[bool]:
    """Says of each path whether it is a file whose name ends like a picture's.

    Each folder is listed once, since asking for each file is slow on shared disks.
    """
    listed: dict[str, set[str]] = {}
    answers = []
    for path in paths:
        folder, name = os.path.split(path)
        if folder not in listed:
            listed[folder] = _files_in(folder)
        answers.append(name.lower().endswith(SUFFIXES) and name in listed[folder])
    return answers


def _files_in(folder: str) -> set[str]:
    try:
        with os.scandir(folder or ".") as entries:
            return {entry.name for entry in entries if entry.is_file()}
    except OSError:
        return set()


def _advice(path: str) -> str:
    folder, name = os.path.split(path)
    if not os.path.isdir(folder or "."):
        return f"there is no folder {folder!r}; pass the right `directory`"
    there = _files_in(folder)
    if name in there:
        return f"it is there, but only {', '.join(SUFFIXES)} are read; save it as one"
    # Tables often have names without the suffix.
    close = sorted(n for n in there if os.path.splitext(n)[0] == name)
    close = close or nearest(name, there)
    if close:
        return f"{folder!r} has {close[0]!r}; names must be exact, with the suffix"
    return "names must be those of files in `directory`, with the suffix"


def check_frame(dataframe: object) -> Frame:
    """Returns a data frame as such, or says what was expected.

    Args:
        dataframe: from pandas or polars.

    Raises:
        DataError: anything else.

    Example:
        >>> import pandas
        >>> len(check_frame(pandas.DataFrame({"filename": ["a.png"]})))
        1
    """
    if hasattr(dataframe, "columns") and hasattr(dataframe, "__getitem__"):
        return cast(Frame, dataframe)
    raise DataError(
        message(
            _WHERE,
            f"`dataframe` must be a data frame, got {type(dataframe).__name__}",
            "read a table with pandas.read_csv(path)",
        )
    )
