"""The wire format of protocol buffers, as much of it as ONNX files need.

A message is a sequence of fields; each is its number and kind in one int, then the
content. https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

_VARINT, _BYTES, _FLOAT = 0, 2, 5


def varint(number: int) -> bytes:
    r"""Writes an int with seven bits to a byte, the lowest first.

    Example:
        >>> varint(300)
        b'\xac\x02'
    """
    number &= 0xFFFFFFFFFFFFFFFF  # negative ones as 64 bits
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def whole(field: int, number: int) -> bytes:
    r"""Writes a field that holds an int.

    Example:
        >>> whole(1, 150)
        b'\x08\x96\x01'
    """
    return varint(field << 3 | _VARINT) + varint(number)


def real(field: int, number: float) -> bytes:
    """Writes a field that holds a float of 32 bits."""
    return varint(field << 3 | _FLOAT) + struct.pack("<f", number)


def block(field: int, content: bytes | str) -> bytes:
    r"""Writes a field that holds text, bytes or a message.

    Example:
        >>> block(2, "hi")
        b'\x12\x02hi'
    """
    data = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | _BYTES) + varint(len(data)) + data


def blocks(field: int, contents: Sequence[bytes | str]) -> bytes:
    """Writes a field that holds several texts or messages."""
    return b"".join(block(field, content) for content in contents)
