"""Members of `.keras` archives that may come from anyone, read into memory.

Nothing is unpacked to disk, so no name can lead out of a folder, and what an archive
declares is bounded by its size.
"""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.core._errors import SavingError, message

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"

_CONFIG_BYTES = 64 * 2**20
# What training states and weights may grow by in a stored zip.
_GROWTH = 100
_SMALL = 4096


def read_members(path: Path, names: Sequence[str], where: str) -> dict[str, bytes]:
    """Returns members of an archive by name; of metadata, empty if there is none.

    Args:
        path: the archive.
        names: which members.
        where: the function, for messages.

    Raises:
        SavingError: no such archive, damaged, a member is missing, or it declares
            more than the file can hold.
    """
    with _reading(path, where), zipfile.ZipFile(path) as archive:
        return {name: _member(archive, name, path, where) for name in names}


def read_below(path: Path, prefix: str, where: str) -> dict[str, bytes]:
    """Returns the files of an archive whose names begin alike, by the rest of the name.

    Args:
        path: the archive.
        prefix: how the names begin; ends in '/'.
        where: the function, for messages.

    Raises:
        SavingError: no such archive, damaged, or it declares more than it can hold.
    """
    with _reading(path, where), zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.startswith(prefix)]
        return {
            name.removeprefix(prefix): _member(archive, name, path, where)
            for name in names
            if not name.endswith("/")
        }


def read_object(content: bytes, name: str, path: Path, where: str) -> dict[str, Any]:
    """Returns a member that must be a JSON object.

    Raises:
        SavingError: it is none.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SavingError(
            message(
                where,
                f"{name} in {str(path)!r} is no JSON ({error})",
                "the file was altered; copy or download it again",
            )
        ) from None
    return found if isinstance(found, dict) else {}


@contextmanager
def _reading(path: Path, where: str) -> Iterator[None]:
    """Turns what zipfile says about damaged files into one error."""
    try:
        yield
    except SavingError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        ValueError,  # of text that is no UTF-8, of sizes
        EOFError,
        OSError,
        RuntimeError,  # a password is asked for
        NotImplementedError,  # a way of packing that zipfile does not know
        struct.error,
    ) as error:
        raise SavingError(
            message(
                where,
                f"{str(path)!r} is no '.keras' file, or it is cut off or altered "
                f"({error})",
                "copy or download it again"
                if path.suffix == ".keras"
                else "give a file that `model.save('name.keras')` wrote",
            )
        ) from None


def _member(archive: zipfile.ZipFile, name: str, path: Path, where: str) -> bytes:
    try:
        details = archive.getinfo(name)
    except KeyError:
        if name == METADATA:
            return b"{}"
        raise SavingError(
            message(where, f"{str(path)!r} is no '.keras' file: no {name} in it")
        ) from None
    stored = max(path.stat().st_size, _SMALL)
    limit = _CONFIG_BYTES if name.endswith(".json") else _GROWTH * stored
    if details.file_size > limit:
        raise SavingError(
            message(
                where,
                f"{name} in {str(path)!r} declares {details.file_size:,} bytes, more "
                f"than a file of {stored:,} bytes can hold",
            )
        )
    if details.compress_type == zipfile.ZIP_STORED:
        return archive.read(name)
    with archive.open(name) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise SavingError(message(where, f"{name} is larger than declared"))
    return content
