"""Files of events as TensorBoard reads them, written without TensorFlow.

A file is a row of records: length, checksum of the length, content, checksum of the
content. The contents are protocol buffers of type Event; the few fields needed are
written here by hand. What is logged when must not go here.
"""

from __future__ import annotations

import os
import socket
import struct
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from saccade.core._disk import naming_full_disk

# Numbers of the fields and enums in TensorBoard's event.proto, summary.proto and
# tensor.proto.
_FLOAT, _DOUBLE, _STRING = 1, 2, 7
_SCALAR, _TENSOR, _BLOBS = 1, 2, 3
_BUCKETS = 30
_MOST_PICTURES = 3


class EventFile:
    """A new file of events in a folder; every summary is there when it returns.

    Args:
        folder: made if it is not there.

    Raises:
        DiskFullError: no space is left.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     events = EventFile(folder)
        ...     events.scalar("loss", 0.5, step=1)
        ...     [p.name[:19] for p in Path(folder).iterdir()]
        ['events.out.tfevents']
    """

    _made = 0

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        EventFile._made += 1
        name = (
            f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}."
            f"{os.getpid()}.{EventFile._made}.v2"
        )
        self.path = Path(folder, name)
        with naming_full_disk(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._write(_text(3, "brain.Event:2"))

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Adds a number."""
        content = struct.pack("<f", float(value))
        self._summary(tag, "scalars", _SCALAR, _tensor(_FLOAT, (), content), step)

    def histogram(self, tag: str, values: np.ndarray, step: int) -> None:
        """Adds how often which values come."""
        buckets = histogram_buckets(values)
        tensor = _tensor(_DOUBLE, buckets.shape, buckets.tobytes())
        self._summary(tag, "histograms", _TENSOR, tensor, step)

    def images(self, tag: str, pictures: np.ndarray, step: int) -> None:
        """Adds the first of some pictures, (n, h, w, c) in [0, 1], c of 1, 3 or 4."""
        height, width = pictures.shape[1:3]
        parts = [str(width).encode(), str(height).encode()]
        parts += [png(picture) for picture in pictures[:_MOST_PICTURES]]
        self._summary(tag, "images", _BLOBS, _strings(parts, (len(parts),)), step)

    def keras_model(self, tag: str, config: str) -> None:
        """Adds the config of a model, of which TensorBoard draws the layers."""
        tensor = _strings([config.encode()], ())
        self._summary(tag, "graph_keras_model", 0, tensor, 0, b"1")

    def _summary(
        self,
        tag: str,
        plugin: str,
        kind: int,
        tensor: bytes,
        step: int,
        content: bytes = b"",
    ) -> None:
        data = _text(1, plugin) + (_bytes(2, content) if content else b"")
        metadata = _bytes(1, data) + (_integer(4, kind) if kind else b"")
        value = _text(1, tag) + _bytes(8, tensor) + _bytes(9, metadata)
        self._write(_integer(2, step) + _bytes(5, _bytes(1, value)))

    def _write(self, event: bytes) -> None:
        event = _key(1, 1) + struct.pack("<d", time.time()) + event
        length = struct.pack("<Q", len(event))
        record = (
            length
            + struct.pack("<I", masked_checksum(length))
            + event
            + struct.pack("<I", masked_checksum(event))
        )
        with naming_full_disk(self.path), self.path.open("ab", buffering=0) as file:
            file.write(record)


def histogram_buckets(values: np.ndarray) -> np.ndarray:
    """Returns buckets (k, 3): from, to, and how many values are in it.

    Args:
        values: numbers; those that are not finite are left out.

    Example:
        >>> histogram_buckets(np.array([0.0, 1.0, 1.0]))[[0, -1]].round(2).tolist()
        [[0.0, 0.03, 1.0], [0.97, 1.0, 2.0]]
    """
    flat = np.asarray(values, np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return np.zeros((0, 3))
    low, high = float(flat.min()), float(flat.max())
    if low == high:
        return np.array([[low - 0.5, high + 0.5, flat.size]])
    counts, edges = np.histogram(flat, _BUCKETS, (low, high))
    return np.stack([edges[:-1], edges[1:], counts.astype(np.float64)], axis=1)


def png(picture: np.ndarray) -> bytes:
    r"""Returns a PNG file of a picture.

    Args:
        picture: (h, w, c) in [0, 1]; c is 1 for grey, 3 for RGB, 4 for RGBA.

    Example:
        >>> png(np.zeros((2, 2, 1)))[:4]
        b'\x89PNG'

    Reference: https://www.w3.org/TR/png-3/
    """
    height, width, channels = picture.shape
    levels = np.clip(np.nan_to_num(picture) * 255.5, 0, 255).astype(np.uint8)
    # Each row begins with the number of its filter: none.
    rows = np.pad(levels.reshape(height, -1), ((0, 0), (1, 0)))
    colour = {1: 0, 3: 2, 4: 6}[channels]
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes())),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def _checksum_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


_TABLE = _checksum_table()


def masked_checksum(content: bytes) -> int:
    """Returns the CRC-32C of some bytes, turned and shifted as TFRecord files have it.

    Args:
        content: the bytes.

    Example:
        >>> hex(masked_checksum(b"123456789"))
        '0xc78ab0e5'
    """
    value, table = 0xFFFFFFFF, _TABLE
    for byte in content:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    value ^= 0xFFFFFFFF
    return ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _varint(number: int) -> bytes:
    number &= 2**64 - 1
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _integer(field: int, value: int) -> bytes:
    return _key(field, 0) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _shape(shape: Sequence[int]) -> bytes:
    return _bytes(2, b"".join(_bytes(2, _integer(1, size)) for size in shape))


def _tensor(dtype: int, shape: Sequence[int], content: bytes) -> bytes:
    return _integer(1, dtype) + _shape(shape) + _bytes(4, content)


def _strings(values: Sequence[bytes], shape: Sequence[int]) -> bytes:
    parts = b"".join(_bytes(8, value) for value in values)
    return _integer(1, _STRING) + _shape(shape) + parts
