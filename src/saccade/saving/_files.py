"""Files that are there whole or not at all."""

from __future__ import annotations

import glob
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from saccade.core._disk import naming_full_disk

_HOUR = 3600


@contextmanager
def replacing(path: Path, flush: bool = True) -> Iterator[Path]:
    """Gives a temporary file beside `path` that takes its place at the end.

    A kill at any moment leaves the old file, or none. An exception inside removes the
    temporary file.

    Args:
        path: the file.
        flush: whether to wait until the disk has it, so that it outlives a power cut.

    Raises:
        DiskFullError: no space is left; the old file is as it was.
    """
    with naming_full_disk(path):
        yield from _replace(path, flush)


def kind_of(path: Path) -> str:
    """Returns what a file is by its first bytes: 'zip', 'hdf5' or 'other'.

    Args:
        path: a file that is there.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start == b"\x89HDF\r\n\x1a\n":
        return "hdf5"
    return "zip" if start[:4] in (b"PK\x03\x04", b"PK\x05\x06") else "other"


def _replace(path: Path, flush: bool) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_remains(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if flush:
            _flush(temporary)
        mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
        temporary.chmod(mode & 0o777)
        temporary.replace(path)
        if flush:
            _flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_remains(path: Path) -> None:
    """Removes what killed processes left of files of this name, after an hour."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}")
    for one in path.parent.glob(f".{glob.escape(path.name)}.*"):
        with suppress(FileNotFoundError):  # another process was quicker
            if ours.fullmatch(one.name) and time.time() - one.stat().st_mtime > _HOUR:
                one.unlink()


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
