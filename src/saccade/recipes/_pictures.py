"""Folders made the pictures of a run: found, checked, split and read.

Training must not go here.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable, Sequence

import numpy as np

from saccade.core._errors import (
    ConfigError,
    DataError,
    PictureError,
    message,
    nearest,
)
from saccade.data import (
    FileIndex,
    PictureCache,
    PictureForm,
    PictureReader,
    Unusable,
    find_unusable,
    index_folder,
    list_unusable,
    problems_of,
    stratified_split,
    threads_for_reading,
)
from saccade.data._cache import SHARED_BUDGET, Budget

# Pictures read between two looks at the progress.
_CHUNK = 128
_PARTS = ({"train", "training"}, {"val", "valid", "validation", "test"})

Told = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class PictureSet:
    """Pictures with their classes.

    Args:
        index: the files, with the classes' names.
        form: size and colours.
        pixels: all pictures, None where they do not fit into the memory.

    Shapes:
        pixels: (n, h, w, c) uint8
    """

    index: FileIndex
    form: PictureForm
    pixels: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.index)

    @property
    def labels(self) -> np.ndarray:
        """The class of each picture, int32 (n,)."""
        return self.index.classes

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of pictures of each class."""
        return tuple(int(count) for count in self.index.counts)

    @property
    def size_bytes(self) -> int:
        """Memory that all pictures need."""
        return len(self) * int(np.prod(self.form.shape))

    def sample(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Returns some of the pictures.

        Raises:
            PictureError: one cannot be read any more.
        """
        if self.pixels is not None:
            return self.pixels[np.asarray(rows)]
        paths = self.index.filepaths
        return np.stack(
            _all_good(quiet_reader(self.form).read([paths[r] for r in rows]))
        )


def find_pictures(folder: str, argument: str = "FOLDER") -> FileIndex:
    """Lists the pictures of a folder and checks what can be told from names.

    Folders whose name starts with a dot are no classes.

    Args:
        folder: holds one folder for each class.
        argument: what the user calls it, for messages.

    Raises:
        FolderError: no such folder.
        DataError: no classes, one class, or one without pictures.
    """
    where = f"{argument} {folder!r}"
    names = _class_folders(where, folder)
    _refuse_parts(where, folder, names)
    index = index_folder(folder, names)
    if len(index.class_names) == 1:
        raise DataError(
            message(
                where,
                f"there is only one class, {names[0]!r}, so nothing to tell apart",
                "put the pictures of each class into a folder of its own",
            )
        )
    empty = [n for n, c in zip(names, index.counts, strict=True) if not c]
    if empty:
        shown = ", ".join(map(repr, empty))
        problem = f"there are no pictures in {shown}"
        if index.left_out:
            problem += "; " + problems_of(index, labelled=False)[-1]
        fix = "remove the empty folders or put pictures in"
        raise DataError(message(where, problem, fix))
    return index


def _class_folders(where: str, folder: str) -> list[str]:
    """Lists the folders of classes; those that start with a dot are none."""
    if not os.path.isdir(folder):
        index_folder(folder)  # raises, and says what there is instead
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_dir()]
    there = sorted(name for name in names if not name.startswith("."))
    if there:
        return there
    raise DataError(_no_classes(where, folder))


def _no_classes(where: str, folder: str) -> str:
    pictures = len(index_folder(folder, ["."]))
    if pictures:
        parent = os.path.dirname(os.path.abspath(folder))
        return message(
            where,
            f"holds {pictures} pictures and no folders of classes",
            f"put the pictures of each class into a folder of its own; if {folder!r} "
            f"is one class, give the folder above it, {parent!r}",
        )
    fix = "put the pictures of each class into a folder of its own: pictures/cats/..."
    return message(where, "holds no folders and no pictures", fix)


def _refuse_parts(where: str, folder: str, there: Sequence[str]) -> None:
    """Refuses a folder of train and val, which would be learnt as two classes."""
    lowered = {name.lower(): name for name in there}
    found = [[lowered[n] for n in sorted(part & lowered.keys())] for part in _PARTS]
    if not all(found) or len(there) > sum(map(len, found)):
        return
    train, val = (os.path.join(folder, names[0]) for names in found)
    raise DataError(
        message(
            where,
            f"its folders are {', '.join(map(repr, there))}, which are parts of data "
            "and no classes",
            f"give them apart: saccade train {train} --val {val}",
        )
    )


def find_validation(folder: str, train: FileIndex) -> FileIndex:
    """Lists the pictures of a folder for validation, with the classes of training.

    Args:
        folder: holds one folder for each class.
        train: the pictures for training.

    Raises:
        FolderError: no such folder.
        DataError: a class that training does not have, or no pictures.
    """
    return match_classes(folder, train.class_names, "the folder --val", "training")


def match_classes(
    folder: str, class_names: Sequence[str], argument: str, origin: str
) -> FileIndex:
    """Lists a folder's pictures with the class numbers of given names.

    Args:
        folder: holds folders of the classes, all or some.
        class_names: the names, in the order of the classes' numbers.
        argument: what the user calls the folder, for messages.
        origin: what has the names: 'training', 'the model'.

    Raises:
        FolderError: no such folder.
        DataError: a class that is not among the names, or no pictures.
    """
    where = f"{argument} {folder!r}"
    there = _class_folders(where, folder)
    for name in there:
        if name in class_names:
            continue
        close = nearest(name, set(class_names) - set(there))
        hint = f"is it {close[0]!r}? " if close else ""
        raise DataError(
            message(
                where,
                f"has the class {name!r}, which {origin} does not have",
                f"{hint}Classes of {origin}: {', '.join(class_names)}",
            )
        )
    index = index_folder(folder, class_names)
    if not len(index):
        raise DataError(message(where, "holds no pictures in its classes"))
    return index


def split_index(
    index: FileIndex, share: float, seed: int
) -> tuple[FileIndex, FileIndex]:
    """Cuts an index in two parts with the same share of every class.

    Args:
        index: all pictures.
        share: part of each class for the second, in (0, 1).
        seed: which.

    Raises:
        DataError: too few pictures.

    Example:
        >>> names = tuple(f"a/{i}.png" for i in range(8))
        >>> index = FileIndex("d", ("a",), names, np.zeros(8, np.int32), ())
        >>> [len(part) for part in split_index(index, 0.25, seed=1)]
        [6, 2]
    """
    rows = np.arange(len(index))
    try:
        (train, _), (val, _) = stratified_split(rows, index.classes, share, seed=seed)
    except ConfigError:
        raise
    except DataError:
        raise DataError(
            message(
                "train",
                f"{len(index)} pictures are too few to keep {share:.0%} for validation",
                "add pictures, or give others to validate with: --val FOLDER",
            )
        ) from None
    return tuple(index.keep(np.sort(np.asarray(part))) for part in (train, val))  # type: ignore[return-value]


def fingerprint(*indices: FileIndex) -> str:
    """Returns a short text that changes with the names, sizes or classes of files.

    Args:
        *indices: the pictures of a run.
    """
    digest = hashlib.sha256()
    for index in indices:
        for name, path, number in zip(
            index.filenames, index.filepaths, index.classes, strict=True
        ):
            size = os.stat(path).st_size if os.path.exists(path) else -1
            line = f"{name}\0{size}\0{number}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def read_pictures(
    index: FileIndex,
    form: PictureForm,
    skip: bool,
    budget_bytes: int,
    told: Told | None = None,
    where: str = "train",
) -> tuple[PictureSet, tuple[Unusable, ...]]:
    """Reads the pictures of an index, or looks through them where they are too many.

    Args:
        index: the files.
        form: size and colours.
        skip: whether to go on without those that cannot be read.
        budget_bytes: the memory they may take; beyond it they stay on disk.
        told: called with (done, of all) now and then.
        where: the command, for messages.

    Raises:
        PictureError: pictures cannot be read, and `skip` is off; all are named.
        DataError: nothing is left of a class.
    """
    paths = index.filepaths
    needed = PictureSet(index, form).size_bytes
    pixels = None
    if needed <= budget_bytes:
        pixels = np.empty((len(index), *form.shape), np.uint8)
        unusable = _read_into(pixels, paths, form, told)
    else:
        unusable = find_unusable(paths, threads_for_reading())
    if unusable and not skip:
        raise PictureError(_say_skip(list_unusable(where, unusable, len(paths))))
    if unusable:
        bad = {found.path for found in unusable}
        good = np.array([path not in bad for path in paths])
        before, index = index, index.keep(good)
        pixels = None if pixels is None else pixels[good]
        _check_left(where, before, index)
    return PictureSet(index, form, pixels), tuple(unusable)


def _read_into(
    pixels: np.ndarray, paths: Sequence[str], form: PictureForm, told: Told | None
) -> list[Unusable]:
    reader = quiet_reader(form)
    unusable = []
    for start in range(0, len(paths), _CHUNK):
        found = reader.read(paths[start : start + _CHUNK])
        for row, item in enumerate(found, start):
            if isinstance(item, Unusable):
                unusable.append(item)
            else:
                pixels[row] = eight_bits(item)
        if told is not None:
            told(min(start + _CHUNK, len(paths)), len(paths))
    return unusable


def quiet_reader(form: PictureForm) -> PictureReader:
    """Returns a reader that keeps nothing in memory.

    Pictures go straight to where they stay; keeping them twice would double them.

    Args:
        form: size and colours.
    """
    return PictureReader(form, PictureCache(Budget(0)))


def eight_bits(picture: np.ndarray) -> np.ndarray:
    """Returns a picture as uint8; grey ones of 16 bits keep their upper half.

    Example:
        >>> eight_bits(np.full((1, 1, 1), 65535, np.uint16)).item()
        255
    """
    if picture.dtype == np.uint8:
        return picture
    if picture.dtype == np.uint16 or picture.max(initial=0) > 255:
        return (picture.astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
    return picture.clip(0, 255).astype(np.uint8)


def _all_good(found: Sequence[np.ndarray | Unusable]) -> list[np.ndarray]:
    bad = [item for item in found if isinstance(item, Unusable)]
    if bad:
        raise PictureError(list_unusable("train", bad, len(found)))
    return [eight_bits(item) for item in found if not isinstance(item, Unusable)]


def _say_skip(text: str) -> str:
    return text.replace("pass on_error='skip'", "use --on-error skip")


def _check_left(where: str, before: FileIndex, after: FileIndex) -> None:
    gone = [
        name
        for name, old, new in zip(
            before.class_names, before.counts, after.counts, strict=True
        )
        if old and not new
    ]
    if gone:
        shown = ", ".join(map(repr, gone))
        problem = f"no picture of {shown} can be read"
        raise DataError(message(where, problem, "repair or replace the files"))


def memory_budget() -> int:
    """Returns the bytes that decoded pictures may take, see SACCADE_PICTURES_MEMORY."""
    return max(0, SHARED_BUDGET.limit_bytes - SHARED_BUDGET.used_bytes)
