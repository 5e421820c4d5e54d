"""Cheap signs that a JPEG can be decoded.

Decoding takes a millisecond, walking from marker to marker a twentieth of that. What is
odd in any way, and what is rare, is not called bad here but left to the decoder.

Source: ITU-T T.81, annex B.
"""

from __future__ import annotations

import io
import re

_START = b"\xff\xd8"
_END = b"\xff\xd9"
_SCAN = 0xDA
# In the data of a scan 0xFF is followed by 0, or by the number of a restart.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")
# Bytes of the scan that are tried: enough to use every table of the header.
_TRIED = 2048


def looks_whole(content: bytes) -> bool:
    """Says whether a JPEG has all its parts and a header that decodes.

    False means in doubt: the decoder has to say.

    Args:
        content: the file.

    Example:
        >>> looks_whole(b"GIF89a")
        False
    """
    scan = _start_of_scan(content)
    if scan is None:
        return False
    found = _MARKER.search(content, scan)
    # Another marker belongs to a progressive picture, or was made by damage.
    if found is None or found.group() != _END:
        return False
    return _header_decodes(content[: scan + _TRIED])


def _start_of_scan(content: bytes) -> int | None:
    """Returns where the data of the first scan start, by the lengths of segments."""
    if not content.startswith(_START):
        return None
    place = 2
    while place + 4 <= len(content):
        mark, kind = content[place], content[place + 1]
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if mark != 0xFF or length < 2:
            return None
        place += 2 + length
        if kind == _SCAN:
            return place
    return None


def _header_decodes(start: bytes) -> bool:
    """Decodes the first rows at an eighth of the size.

    A cut file makes the decoder ask for more, which is fine here; tables that cannot
    be used make it stop.
    """
    from PIL import Image

    with Image.open(io.BytesIO(start), formats=("JPEG",)) as image:
        image.draft("L", (1, 1))
        try:
            image.load()
        except OSError as error:
            return "truncated" in str(error)
    return True
