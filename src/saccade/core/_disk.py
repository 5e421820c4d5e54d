"""A disk that is full: the error names the file, and what was there stays."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from saccade.core._errors import DiskFullError, message

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@contextmanager
def naming_full_disk(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turns the error of a full disk into one that names the file; others go on.

    Python's own names no file, since it comes from writing and not from opening.

    Args:
        path: what is written inside.

    Raises:
        DiskFullError: no space is left, or no more may be used.

    Example:
        >>> with naming_full_disk("a.txt"):
        ...     raise OSError(errno.ENOSPC, "No space left on device")
        Traceback (most recent call last):
        ...
        saccade.core._errors.DiskFullError: a.txt: cannot be written: ...
    """
    try:
        yield
    except OSError as error:
        # HDF5 tells it in the text alone.
        if error.errno not in _FULL and "No space left on device" not in str(error):
            raise
        full = DiskFullError(
            message(
                os.fspath(path),
                "cannot be written: no space is left on the disk",
                "free some space; what was there before is unchanged",
            )
        )
        full.errno = errno.ENOSPC
        raise full from error


@contextmanager
def appending(path: Path) -> Iterator[TextIO]:
    """Opens a text file to add to it; what cannot be added as a whole is not added.

    Args:
        path: made if it is not there.

    Raises:
        DiskFullError: no space is left.
    """
    size = path.stat().st_size if path.is_file() else 0
    with naming_full_disk(path):
        try:
            with path.open("a", newline="", encoding="utf-8") as file:
                yield file
        except OSError:
            if path.is_file():
                os.truncate(path, size)
            raise
