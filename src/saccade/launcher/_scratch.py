"""A program's files in a rehearsal: it reads the real ones and writes into others.

What it writes, replaces or removes happens in a temporary folder, which it reads from
then on. Folders that it makes are made, and removed at the end with all that is in
them. What is written by other means than Python's (a process of its own, OpenCV's
`imwrite`) is not caught.
"""

from __future__ import annotations

import builtins
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.core._runtime import cache_folder
from saccade.saving._redirect import redirect_hdf5

# The functions as they are outside of a rehearsal.
_open, _os_open, _stat = io.open, os.open, os.stat
_remove, _replace, _rmdir, _mkdir = os.remove, os.replace, os.rmdir, os.mkdir
_rmtree, _listdir, _scandir = shutil.rmtree, os.listdir, os.scandir
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Functions that look at a file or change what the system notes about it.
_ON_COPIES = ("access", "chmod", "utime", "listxattr", "getxattr", "setxattr")


class Scratch:
    """What a program changed.

    Attributes:
        written: files that the real run would write, in order.
        removed: files and folders that the real run would remove.
    """

    def __init__(self, folder: str) -> None:
        self.written: dict[str, None] = {}
        self.removed: dict[str, None] = {}
        self._folder = folder
        self._made: list[str] = []
        self._new: set[str] = set()
        home = Path.home()
        own = [home / name for name in (".cache", ".config", ".keras", ".saccade")]
        cache = cache_folder()
        kept = [*own, *(() if cache is None else [cache])]
        system = ("/dev", "/proc", "/sys")
        self._exempt = (folder, *map(str, kept), *system)

    # Where things are ---------------------------------------------------------------

    def _full(self, path: Any) -> str | None:
        """Returns the whole path of what has to be looked after, else None."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        full = os.path.abspath(os.fsdecode(path))
        if any(_is_below(full, folder) for folder in self._exempt):
            return None
        ours = full in self._new or any(_is_below(full, made) for made in self._made)
        return None if ours else full

    def _copy(self, full: str) -> str:
        """Returns where the file of this path is in the rehearsal."""
        return os.path.join(self._folder, os.path.splitdrive(full)[1].lstrip(os.sep))

    def place_to_read(self, path: Any) -> Any:
        """Returns the file to read in the place of another."""
        full = self._full(path)
        if full is None or not os.path.isfile(self._copy(full)):
            return path
        return self._copy(full)

    def place_to_write(self, path: Any, keep: bool) -> Any:
        """Returns the file to write in the place of another.

        Args:
            path: where the program wants to write.
            keep: whether what is in the file stays.

        Raises:
            OSError: the program may not write there.
        """
        full = self._full(path)
        if full is None:
            if isinstance(path, (str, os.PathLike)):
                self._note_own(os.path.abspath(path))
            return path
        copy = self._copy(full)
        if not os.path.isfile(copy):
            _check_writable(full)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            if keep and os.path.exists(full):
                shutil.copyfile(full, copy)
        self.written[full] = None
        return copy

    def _note_own(self, full: str) -> None:
        if any(_is_below(full, made) for made in self._made):
            self.written[full] = None

    # What programs call -------------------------------------------------------------

    def open(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        """Opens a file, or the one in its place."""
        if not any(letter in mode for letter in "wax+"):
            return _open(self.place_to_read(file), mode, *args, **kwargs)
        full = self._full(file)
        if full is not None and not os.path.isfile(self._copy(full)):
            refused = ("x" in mode and os.path.exists(full)) or (
                "r" in mode and not os.path.exists(full)
            )
            if refused or not os.path.isdir(os.path.dirname(full)):
                return _open(file, mode, *args, **kwargs)  # raises
        keep = "w" not in mode
        return _open(self.place_to_write(file, keep), mode, *args, **kwargs)

    def os_open(self, path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        """Opens a file as `os.open` does; new ones are the rehearsal's own."""
        full = self._full(path)
        if full is None or not flags & _WRITING or "dir_fd" in kwargs:
            return _os_open(path, flags, *args, **kwargs)
        if os.path.exists(full) or os.path.isfile(self._copy(full)):
            place = self.place_to_write(path, keep=not flags & os.O_TRUNC)
            return _os_open(place, flags, *args, **kwargs)
        descriptor = _os_open(path, flags, *args, **kwargs)
        self._new.add(full)
        return descriptor

    def stat(self, path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
        """Looks at a file, or at the one in its place."""
        try:
            return _stat(path, *args, **kwargs)
        except FileNotFoundError:
            full = None if kwargs.get("dir_fd") is not None else self._full(path)
            if full is None:
                raise
            return _stat(self._copy(full))

    def on_copy(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Makes a function of paths work on the file in the place of another."""

        def call(path: Any, *args: Any, **kwargs: Any) -> Any:
            place = path if kwargs.get("dir_fd") is not None else None
            place = self.place_to_read(path) if place is None else place
            return function(place, *args, **kwargs)

        return call

    def listdir(self, path: Any = ".") -> list[Any]:
        """Lists a folder with what the rehearsal wrote into it."""
        found = _listdir(path)
        there = set(found)
        return found + [entry.name for entry in self._more(path, there)]

    def scandir(self, path: Any = ".") -> _Entries:
        """The same with what `os.scandir` tells of each."""
        with _scandir(path) as entries:
            found = list(entries)
        return _Entries(found + self._more(path, {entry.name for entry in found}))

    def _more(self, path: Any, known: set[Any]) -> list[os.DirEntry[str]]:
        full = None if isinstance(path, bytes) else self._full(path)
        if full is None or not os.path.isdir(self._copy(full)):
            return []
        with _scandir(self._copy(full)) as entries:
            return [e for e in entries if e.is_file() and e.name not in known]

    def remove(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Removes a file of the rehearsal; of others it notes that."""
        full = None if kwargs.get("dir_fd") is not None else self._full(path)
        if full is None:
            _remove(path, *args, **kwargs)
            self._new.discard(os.path.abspath(os.fsdecode(path)))
        elif os.path.isfile(self._copy(full)):
            _remove(self._copy(full))
        else:
            _stat(path)  # raises if there is none
            self.removed[full] = None

    def replace(self, source: Any, target: Any, **kwargs: Any) -> None:
        """Moves a file into the place of another one's."""
        full = self._full(target)
        own = os.path.abspath(os.fsdecode(source))
        if full is None or os.path.isdir(source):
            _replace(source, target, **kwargs)
            self._new.discard(own)
            if self.written.pop(own, self) is None:
                self.written[os.path.abspath(os.fsdecode(target))] = None
            return
        place = self.place_to_read(source)
        copy = self.place_to_write(target, keep=False)
        shutil.copyfile(place, copy)
        if own in self._new or place != source:
            _remove(place)
            self._new.discard(own)

    def mkdir(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """Makes a folder, which is removed at the end."""
        full = self._full(path)
        _mkdir(path, *args, **kwargs)
        if full is not None:
            self._made.append(full)

    def rmdir(self, path: Any, **kwargs: Any) -> None:
        """Removes a folder of the rehearsal; of others it notes that."""
        full = None if kwargs.get("dir_fd") is not None else self._full(path)
        if full is None:
            _rmdir(path, **kwargs)
        else:
            self.removed[full] = None

    def rmtree(self, path: Any, *args: Any, **kwargs: Any) -> None:
        """The same for a folder with all that is in it."""
        full = self._full(path)
        if full is None or not os.path.isdir(full):
            _rmtree(path, *args, **kwargs)
        else:
            self.removed[full] = None

    def clean(self) -> None:
        """Removes what was made beside the user's files."""
        for path in self._new:
            Path(path).unlink(missing_ok=True)
        for path in self._made:
            _rmtree(path, ignore_errors=True)


class _Entries(list[os.DirEntry[str]]):
    """What `os.scandir` returns: an iterator that can be closed."""

    def __enter__(self) -> _Entries:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __next__(self) -> os.DirEntry[str]:
        if not self:
            raise StopIteration
        return self.pop(0)

    def close(self) -> None:
        """Forgets the rest."""
        self.clear()


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _check_writable(full: str) -> None:
    place = full if os.path.exists(full) else os.path.dirname(full)
    if os.path.isdir(full):
        raise IsADirectoryError(21, "Is a directory", full)
    if not os.path.isdir(os.path.dirname(full)):
        raise FileNotFoundError(2, "No such file or directory", full)
    if not os.access(place, os.W_OK):
        raise PermissionError(13, "Permission denied", full)


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Lets the program write into a temporary folder, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="saccade-check-") as folder:
        found = Scratch(os.path.realpath(folder))
        undo = [
            _put(builtins, "open", found.open),
            _put(io, "open", found.open),
            _put(os, "open", found.os_open),
            _put(os, "stat", found.stat),
            _put(os, "remove", found.remove),
            _put(os, "unlink", found.remove),
            _put(os, "replace", found.replace),
            _put(os, "rename", found.replace),
            _put(os, "mkdir", found.mkdir),
            _put(os, "rmdir", found.rmdir),
            _put(os, "listdir", found.listdir),
            _put(os, "scandir", found.scandir),
            *(
                _put(os, name, found.on_copy(getattr(os, name)))
                for name in _ON_COPIES
                if hasattr(os, name)
            ),
            _put(shutil, "rmtree", found.rmtree),
            redirect_hdf5(found.place_to_read, found.place_to_write),
        ]
        try:
            yield found
        finally:
            for back in undo:
                back()
            found.clean()


def _put(module: Any, name: str, value: Any) -> Callable[[], None]:
    before = getattr(module, name)
    setattr(module, name, value)
    return lambda: setattr(module, name, before)
