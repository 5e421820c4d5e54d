"""Looks through the heaps of an HDF5 file, in which the library may get stuck.

Texts beside groups lie in collections of objects, each with its size before it. The
library steps from one to the next by these sizes, and a size of zero lets it step
forever, so they are checked before.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_MARK = b"GCOL\x01"
_HEAD = 16  # of a collection, and of each object in it
_ROUND = 8


def find_broken_heap(source: Path | bytes) -> int | None:
    """Returns the place of a collection of objects that does not add up, or None.

    Args:
        source: the path of the file, or its content.

    Example:
        >>> head = b"GCOL" + struct.pack("<B3xQ", 1, 32)
        >>> find_broken_heap(head + struct.pack("<HHIQ", 0, 0, 0, 16))
        >>> find_broken_heap(head + struct.pack("<HHIQ", 0, 0, 0, 0))
        0
    """
    if isinstance(source, bytes):
        return _search(source)
    with (
        source.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return _search(content)


def _search(content: bytes | mmap.mmap) -> int | None:
    place = content.find(_MARK)
    while place >= 0:
        if not _adds_up(content, place):
            return place
        place = content.find(_MARK, place + 1)
    return None


def _adds_up(content: bytes | mmap.mmap, place: int) -> bool:
    if place + _HEAD > len(content):
        return False
    (size,) = struct.unpack_from("<Q", content, place + 8)
    end = place + size
    if end > len(content):
        return False
    at = place + _HEAD
    while at + _HEAD <= end:
        number, _, _, size = struct.unpack_from("<HHIQ", content, at)
        # The free space at the end is number 0, and its size holds its head.
        step = size if number == 0 else _HEAD + -(-size // _ROUND) * _ROUND
        if step < _HEAD or at + step > end:
            return False
        at += step
    return True
