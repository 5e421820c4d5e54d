"""Decoded pictures kept in a file, so that the next run need not decode them again.

A pack belongs to one set of files in one form: their paths, ages and sizes make its
name, and it has one place of fixed size for each. It is written beside its name and
gets the name when every picture is in it and on the disk, so whoever opens a pack finds
a whole one, whatever happened to the process that wrote it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from saccade.core._errors import message
from saccade.core._runtime import cache_folder
from saccade.data._cache import identity, parse_bytes
from saccade.data._decode import PictureForm
from saccade.data._warn import warn

if TYPE_CHECKING:
    from io import FileIO

VARIABLE = "SACCADE_PICTURES_DISK"
"""Environment variable with the bound of all packs: '2GiB', '500MB', or '0'."""

_DEFAULT_LIMIT_BYTES = 4 * 2**30
# Of the free space of the disk: the rest is the user's.
_DEFAULT_SHARE = 0.1
_SUFFIX = ".pictures"
_HALF_WRITTEN = ".part"
# A half-written pack that nobody has written to for so long belongs to a dead process.
_ABANDONED_S = 3600.0
# Changes when the same name would mean other bytes.
_LAYOUT = "1"


class PicturePack:
    """The decoded pictures of one set of files, read from a file or written to it.

    Errors of the disk never reach the reader of pictures: a pack that cannot be
    written warns once and is given up, one that cannot be read is passed by.

    Args:
        paths: the files.
        form: how they are decoded; its size must be given.
        folder: where packs lie.
        limit_bytes: most bytes of all packs in the folder.

    Attributes:
        complete: whether every picture can be read from the pack.

    Raises:
        OSError: a file is not there, or the folder cannot be used.

    Example:
        >>> folder = tempfile.mkdtemp()
        >>> file = os.path.join(folder, "a.png")
        >>> _ = Path(file).write_bytes(b"some file")
        >>> form = PictureForm((2, 2))
        >>> pack = PicturePack([file], form, Path(folder), 1000)
        >>> pack.put(file, identity(file), np.ones((2, 2, 3), np.uint8))
        >>> pack.wait()
        >>> again = PicturePack([file], form, Path(folder), 1000)
        >>> pack.complete, int(again.get(file, identity(file)).sum())
        (True, 12)
    """

    def __init__(
        self,
        paths: Sequence[str],
        form: PictureForm,
        folder: Path,
        limit_bytes: int,
    ) -> None:
        self._shape = form.shape
        self._size = int(np.prod(form.shape))
        self._places = {
            path: (place, identity(path))
            for place, path in enumerate(dict.fromkeys(map(os.path.abspath, paths)))
        }
        self._path = folder / (_name(self._places, form) + _SUFFIX)
        self._lock = threading.Lock()
        self._missing = set(range(len(self._places)))
        self._held: dict[int, np.ndarray] = {}
        self._writer: threading.Thread | None = None
        self._part: Path | None = None
        self._file: FileIO | None = None
        self.complete = False
        total = self._size * len(self._places)
        if not self._open(total):
            self._begin(total, limit_bytes)

    def get(self, path: str, now: tuple[int, int]) -> np.ndarray | None:
        """Reads a picture if the pack is complete and the file is still the same.

        Args:
            path: the file.
            now: its present age and size.
        """
        found = self._places.get(os.path.abspath(path))
        if not self.complete or found is None or found[1] != now:
            return None
        picture = np.empty(self._shape, np.uint8)
        try:
            with self._lock:
                if self._file is None:
                    return None
                self._file.seek(found[0] * self._size)
                read = self._file.readinto(picture.data.cast("B"))
        except OSError:
            read = 0  # decoding the file itself still works
        return picture if read == self._size else None

    def put(
        self,
        path: str,
        now: tuple[int, int],
        picture: np.ndarray,
        in_memory: bool = False,
    ) -> None:
        """Takes a picture; after the last one the pack becomes complete.

        Args:
            path: the file.
            now: its age and size before it was decoded.
            picture: what was decoded; must not be changed afterwards.
            in_memory: whether it stays in memory anyway. Such pictures are written at
                the end, in the background, so that decoding does not wait for the disk.
        """
        found = self._places.get(os.path.abspath(path))
        if self._part is None or found is None or found[0] not in self._missing:
            return
        with self._lock:
            if self._part is None or found[0] not in self._missing:
                return
            fits = picture.shape == self._shape and picture.dtype == np.uint8
            if found[1] != now or not fits:  # 16 bits of grey do not fit
                self._give_up()
                return
            self._missing.discard(found[0])
            self._held[found[0]] = picture
            if self._missing and in_memory:
                return
            if self._missing:
                self._write_held()
            else:
                self._writer = threading.Thread(
                    target=self._write_rest, name="saccade-pictures"
                )
                self._writer.start()

    def wait(self) -> None:
        """Waits until a pack that has all its pictures is written."""
        if self._writer is not None:
            self._writer.join()

    def _write_rest(self) -> None:
        _step_back()
        with self._lock:
            self._write_held()
            if self._part is not None:
                self._finish()

    def _write_held(self) -> None:
        assert self._file is not None
        held, self._held = self._held, {}
        try:
            for place in sorted(held):
                self._file.seek(place * self._size)
                picture = np.ascontiguousarray(held[place])
                if self._file.write(picture.data.cast("B")) != self._size:
                    # What comes before "no space left".
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._give_up()
            _warn_once(self._path.parent, error)

    def _finish(self) -> None:
        assert self._file is not None
        assert self._part is not None
        try:
            # The name must not reach the disk before the pictures do.
            os.fsync(self._file.fileno())
            if sys.platform == "win32":  # open files have fixed names there
                self._file.close()
            os.replace(self._part, self._path)
            if sys.platform == "win32":
                self._file = open(self._path, "rb", buffering=0)  # noqa: SIM115
        except FileNotFoundError:
            self._give_up()  # another process emptied the cache; nothing is wrong
            return
        except OSError as error:
            self._give_up()
            _warn_once(self._path.parent, error)
            return
        self._part = None
        self.complete = True

    def _open(self, total: int) -> bool:
        try:
            file = open(self._path, "rb", buffering=0)  # noqa: SIM115  kept
        except FileNotFoundError:
            return False
        if os.fstat(file.fileno()).st_size != total:
            file.close()
            return False
        with contextlib.suppress(OSError):  # a folder that can only be read
            os.utime(self._path)
        self._file = file
        weakref.finalize(self, file.close)
        self.complete = True
        return True

    def _begin(self, total: int, limit_bytes: int) -> None:
        folder = self._path.parent
        if not self._places or total > limit_bytes:
            return
        _tidy(folder, limit_bytes - total)
        number, name = tempfile.mkstemp(_HALF_WRITTEN, self._path.stem + "-", folder)
        self._file = open(number, "r+b", buffering=0)  # noqa: SIM115  kept
        self._part = Path(name)
        weakref.finalize(self, _drop, self._file, self._part, os.getpid())

    def _give_up(self) -> None:
        file, part = self._file, self._part
        self._file = self._part = None
        self._held = {}
        if file is not None and part is not None:
            _drop(file, part, os.getpid())


def open_pack(paths: Sequence[str], form: PictureForm) -> PicturePack | None:
    """Opens or begins the pack of some files in the user's cache folder.

    Args:
        paths: the files.
        form: how they are decoded.

    Returns:
        None where nothing is kept: the cache or the packs are switched off, sizes
        differ from file to file, a file is not there, or the folder cannot be used
        (then with a warning, once).

    Example:
        >>> open_pack(["/no/such/picture.png"], PictureForm((8, 8))) is None
        True
    """
    compiled = cache_folder()
    if compiled is None or form.target_size is None or not paths:
        return None
    folder = compiled.parent.parent / "pictures"
    try:
        identity(paths[0])
    except OSError:
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        limit = _limit(folder)
        if limit == 0:
            return None
        return PicturePack(paths, form, folder, limit)
    except FileNotFoundError:
        return None  # a picture that vanished; reading it says so
    except OSError as error:
        _warn_once(folder, error)
        return None


def _limit(folder: Path) -> int:
    text = os.environ.get(VARIABLE, "").strip().lower()
    if text in ("off", "no", "false"):
        return 0
    if text:
        return parse_bytes(text, VARIABLE)
    kept = sum(size for _, size, _ in _packs(folder))
    free = shutil.disk_usage(folder).free
    return min(_DEFAULT_LIMIT_BYTES, int((free + kept) * _DEFAULT_SHARE))


def _name(places: dict[str, tuple[int, tuple[int, int]]], form: PictureForm) -> str:
    digest = hashlib.sha256(f"{_LAYOUT} {form!r}\n".encode())
    for path, (_, (age, size)) in places.items():
        digest.update(f"{path}\0{age} {size}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def _packs(folder: Path) -> list[tuple[float, int, Path]]:
    """Returns age, size and path of every file in the folder."""
    found = []
    for path in folder.iterdir():
        if path.suffix not in (_SUFFIX, _HALF_WRITTEN):
            continue
        try:
            details = path.stat()
        except FileNotFoundError:
            continue  # another process tidied up at the same time
        found.append((details.st_mtime, details.st_size, path))
    return found


def _tidy(folder: Path, limit_bytes: int) -> None:
    """Removes what dead processes left, and the packs used longest ago."""
    left, total = [], 0
    for age, size, path in sorted(_packs(folder)):
        if path.suffix == _HALF_WRITTEN and time.time() - age > _ABANDONED_S:
            path.unlink(missing_ok=True)
            continue
        total += size
        if path.suffix == _SUFFIX:
            left.append((size, path))
    for size, path in left:
        if total <= limit_bytes:
            return
        with contextlib.suppress(PermissionError):  # in use, on Windows
            path.unlink(missing_ok=True)
            total -= size


def _drop(file: FileIO, part: Path, owner: int) -> None:
    file.close()
    if os.getpid() != owner:  # a fork that ends; the parent still writes
        return
    with contextlib.suppress(OSError):  # named as a whole pack meanwhile, or gone
        part.unlink()


_warned = threading.Event()


def _step_back() -> None:
    """Lets this thread run when nobody else wants the core; the epoch goes first."""
    if sys.platform == "linux":  # elsewhere it would slow the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)


def _warn_once(folder: Path, error: OSError) -> None:
    if _warned.is_set():
        return
    _warned.set()
    warn(
        message(
            "PicturePack",
            f"decoded pictures are not kept for the next run: {folder} cannot be used "
            f"({error})",
            f"make room there, or set {VARIABLE} to a smaller bound or 0",
        )
    )
