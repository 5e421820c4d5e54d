"""Folders of pictures made lists of files with class numbers.

Only names are looked at here; `_image_check` opens the files.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence

import numpy as np

from saccade.core._errors import FolderAccessError, FolderError, message, nearest

SUFFIXES = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
"""Ends of names that are taken for pictures, as in Keras: without the dot."""

# Pictures by their name that are left out, which the user is told.
_OTHER_PICTURES = (
    *(".gif", ".webp", ".jfif", ".jpe", ".jp2", ".heic", ".heif", ".avif"),
    *(".pgm", ".pnm", ".pbm", ".tga", ".ico", ".svg", ".raw", ".nef", ".cr2", ".dng"),
)


@dataclasses.dataclass(frozen=True)
class FileIndex:
    """The pictures found below a folder.

    Args:
        directory: the folder.
        class_names: one per class; the number of a class is its place here.
        filenames: paths relative to the folder, class by class.
        classes: number of the class of each file.
        left_out: relative paths of files that look like pictures by a suffix which is
            not taken.

    Shapes:
        classes: (n,) int32
    """

    directory: str
    class_names: tuple[str, ...]
    filenames: tuple[str, ...]
    classes: np.ndarray
    left_out: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.filenames)

    @property
    def filepaths(self) -> list[str]:
        """The files' paths, the folder's in front."""
        return [os.path.join(self.directory, name) for name in self.filenames]

    @property
    def counts(self) -> np.ndarray:
        """Number of files of each class."""
        return np.bincount(self.classes, minlength=len(self.class_names))

    def keep(self, rows: np.ndarray) -> FileIndex:
        """Returns the index with only some of the files.

        Args:
            rows: which, as numbers or as a mask.

        Shapes:
            rows: (m,) int or (n,) bool
        """
        numbers = np.arange(len(self))[rows]
        names = tuple(self.filenames[number] for number in numbers)
        return dataclasses.replace(self, filenames=names, classes=self.classes[numbers])


def index_folder(
    directory: str | os.PathLike[str],
    class_names: Sequence[str] | None = None,
    split: tuple[float, float] | None = None,
    follow_links: bool = False,
    suffixes: tuple[str, ...] = SUFFIXES,
) -> FileIndex:
    """Lists the pictures in the folders of classes, in the order of Keras.

    Classes are the folders of `directory` by name; files are sorted by their folder's
    path and then by name, at any depth below the folder of the class.

    Args:
        directory: holds one folder for each class.
        class_names: folders to use, in this order; None or empty for all, sorted.
        split: share of each class's files to take, (0, 0.2) for the first fifth;
            None for all.
        follow_links: whether to enter folders that are links; one that leads back to
            where it is entered from is left out.
        suffixes: ends of names, in lower case, that are taken for pictures.

    Raises:
        FolderError: there is no such folder.
        FolderAccessError: there is no permission to list it or a folder inside.

    Differs from Keras: a folder that may not be listed is an error; Keras takes it for
        an empty one.

    Example:
        >>> import tempfile, pathlib
        >>> root = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("bees/1.png", "ants/1.png", "ants/0.jpg", "ants/note.txt"):
        ...     (root / name).parent.mkdir(exist_ok=True)
        ...     (root / name).touch()
        >>> found = index_folder(root)
        >>> [name.replace(os.sep, "/") for name in found.filenames]
        ['ants/0.jpg', 'ants/1.png', 'bees/1.png']
        >>> found.class_names, found.classes.tolist()
        (('ants', 'bees'), [0, 0, 1])
    """
    root = os.fspath(directory)
    if not os.path.isdir(root):
        raise FolderError(_no_folder(root))
    if not class_names:
        class_names = sorted(entry.name for entry in _listed(root) if entry.is_dir())
    filenames: list[str] = []
    left_out: list[str] = []
    classes: list[int] = []
    for number, name in enumerate(class_names):
        folder = os.path.join(root, name)
        taken, others = _pictures_below(folder, follow_links, suffixes)
        if split is not None:
            first, last = (int(share * len(taken)) for share in split)
            taken = taken[first:last]
        filenames += [os.path.join(name, inner) for inner in taken]
        left_out += [os.path.join(name, inner) for inner in others]
        classes += [number] * len(taken)
    return FileIndex(
        root,
        tuple(class_names),
        tuple(filenames),
        np.array(classes, np.int32),
        tuple(left_out),
    )


def _pictures_below(
    folder: str, follow_links: bool, suffixes: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """Lists pictures and other files that look like some, relative to the folder."""
    taken: list[str] = []
    others: list[str] = []
    for inner, names in sorted(_walk(folder, "", follow_links, ())):
        for name in sorted(names):
            lowered = name.lower()
            if lowered.endswith(suffixes):
                taken.append(os.path.join(inner, name))
            elif lowered.endswith((*SUFFIXES, *_OTHER_PICTURES)):
                others.append(os.path.join(inner, name))
    return taken, others


def _walk(
    folder: str, inner: str, follow_links: bool, above: tuple[str, ...]
) -> Iterator[tuple[str, list[str]]]:
    """Gives (path relative to the start, names of files) for a folder and below."""
    files, folders = [], []
    try:
        for entry in _listed(folder):
            if not entry.is_dir():
                files.append(entry.name)
            elif follow_links or not entry.is_symlink():
                folders.append(entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return  # a class without a folder has no pictures
    yield inner, files
    place = os.path.realpath(folder) if follow_links else ""
    for name in folders:
        path = os.path.join(folder, name)
        if follow_links and os.path.realpath(path) in (*above, place):
            continue
        below = os.path.join(inner, name)
        yield from _walk(path, below, follow_links, (*above, place))


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except PermissionError as error:
        raise FolderAccessError(
            message(
                f"the folder {folder!r}",
                "there is no permission to list it",
                f"give yourself permission: chmod u+rx {folder!r}",
            )
        ) from error


def _no_folder(root: str) -> str:
    where = f"the folder {root!r}"
    if os.path.exists(root):
        return message(where, "is a file", "pass the folder that holds the classes")
    parent, name = os.path.split(os.path.abspath(root))
    fix = f"the present folder is {os.getcwd()!r}"
    if os.path.isdir(parent):
        close = nearest(name, os.listdir(parent))
        if close:
            fix = f"did you mean {os.path.join(os.path.dirname(root), close[0])!r}?"
    return message(where, "does not exist", fix)


def problems_of(
    index: FileIndex, labelled: bool, subset: str | None = None
) -> list[str]:
    """Lists what is odd about an index, each as a clause with its remedy.

    Args:
        index: as found.
        labelled: whether the classes will be used as labels.
        subset: 'training' or 'validation' if the index is a part of the files.

    Example:
        >>> one = FileIndex("d", ("a",), ("a/1.png",), np.zeros(1, np.int32), ())
        >>> problems_of(one, labelled=True)
        ["only one class, 'a', so nothing to tell"]
    """
    found = []
    if not index.class_names:
        found.append(
            "no folders of classes: put the pictures of each class into a folder of "
            "its own, or pass classes=['.'] with class_mode=None to read them from here"
        )
    empty = [
        _class_without_pictures(index, name)
        for name, count in zip(index.class_names, index.counts, strict=True)
        if count == 0
    ]
    if empty:
        part = f"the {subset} subset of" if subset else "the folders of"
        found.append(f"no pictures in {part} these classes: {', '.join(empty)}")
    if labelled and len(index.class_names) == 1:
        found.append(f"only one class, {index.class_names[0]!r}, so nothing to tell")
    if index.left_out:
        shown = ", ".join(repr(name) for name in index.left_out[:5])
        more = f" and {len(index.left_out) - 5} more" if len(index.left_out) > 5 else ""
        found.append(
            f"{len(index.left_out)} files look like pictures and are left out, because "
            f"only {', '.join(SUFFIXES)} are read: {shown}{more}"
        )
    return found


def _class_without_pictures(index: FileIndex, name: str) -> str:
    if os.path.isdir(os.path.join(index.directory, name)):
        return repr(name)
    there = os.path.isdir(index.directory)
    close = nearest(name, os.listdir(index.directory)) if there else []
    hint = f", did you mean {close[0]!r}?" if close else ""
    return f"{name!r} (there is no such folder{hint})"
