"""The safetensors format: a header in JSON, then the numbers, and nothing else.

Read strictly, since files may come from anyone: a header of bounded size, each name
once, arrays one after another without gaps or overlaps to the very end of the file.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import jax.numpy as jnp
import numpy as np

from saccade.core._errors import SavingError, message

# What other readers allow, too.
_HEADER_BYTES = 100_000_000
_METADATA = "__metadata__"
_ALIGNMENT = 8
_DTYPES: dict[str, Any] = {
    "BF16": jnp.bfloat16, "BOOL": np.bool_, "F16": np.float16, "F32": np.float32,
    "F64": np.float64, "I16": np.int16, "I32": np.int32, "I64": np.int64,
    "I8": np.int8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64,
    "U8": np.uint8,
}  # fmt: skip
_NAMES = {np.dtype(dtype).name: name for name, dtype in _DTYPES.items()}


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays by name into a file.

    Args:
        path: the file.
        arrays: by name, of numbers.
    """
    # Large types first, so that each array begins where its type may.
    names = sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name))
    header: dict[str, Any] = {_METADATA: {"format": "np"}}
    end = 0
    for name in names:
        start, end = end, end + arrays[name].nbytes
        header[name] = {
            "dtype": _NAMES[arrays[name].dtype.name],
            "shape": list(arrays[name].shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % _ALIGNMENT)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in names:
            file.write(np.ascontiguousarray(arrays[name]).tobytes())


class SafetensorsReader:
    """Reads arrays by name from a file.

    Args:
        path: the file.

    Raises:
        SavingError: no such file, or it breaks a rule of the format.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "a.safetensors"
        ...     write_arrays(path, {"a": np.arange(3, dtype="float32")})
        ...     SafetensorsReader(path).array("a")
        array([0., 1., 2.], dtype=float32)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        size = path.stat().st_size
        with path.open("rb") as file:
            header, self._start = self._header(file, size)
        self._entries = self._checked(header, size - self._start)

    @property
    def names(self) -> list[str]:
        """The names of the arrays."""
        return list(self._entries)

    def array(self, name: str) -> np.ndarray:
        """Returns an array."""
        dtype, shape, start, _ = self._entries[name]
        count = math.prod(shape)
        with self._path.open("rb") as file:
            file.seek(self._start + start)
            found = np.fromfile(file, dtype=dtype, count=count)
        if found.size != count:
            raise self._broken("it became shorter while it was read")
        return found.reshape(shape)

    def shape(self, name: str) -> tuple[int, ...]:
        """Returns the shape of an array without reading it."""
        return self._entries[name][1]

    def _header(self, file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
        start = file.read(8)
        if len(start) < 8:
            raise self._broken("it is too short")
        (length,) = struct.unpack("<Q", start)
        if length > min(_HEADER_BYTES, size - 8):
            raise self._broken(f"its header declares {length:,} bytes")
        try:
            header = json.loads(
                file.read(length).decode("utf-8"), object_pairs_hook=self._once
            )
        except (ValueError, RecursionError) as error:
            if isinstance(error, SavingError):
                raise
            raise self._broken(f"its header is no JSON: {error}") from None
        if not isinstance(header, dict):
            raise self._broken("its header is no JSON object")
        return header, 8 + length

    def _once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise self._broken(f"the name {twice!r} is there twice")
        return found

    def _checked(
        self, header: dict[str, Any], size: int
    ) -> dict[str, tuple[Any, tuple[int, ...], int, int]]:
        header.pop(_METADATA, None)
        entries = {name: self._entry(name, entry) for name, entry in header.items()}
        end = 0
        for name, (_, _, start, stop) in sorted(
            entries.items(), key=lambda item: item[1][2:]
        ):
            if start != end:
                raise self._broken(
                    f"{name!r} begins at byte {start:,} of the numbers, not at "
                    f"{end:,} where the one before ends"
                )
            end = stop
        if end != size:
            raise self._broken(f"its arrays take {end:,} bytes, and there are {size:,}")
        return entries

    def _entry(self, name: str, entry: Any) -> tuple[Any, tuple[int, ...], int, int]:
        if not isinstance(entry, dict) or set(entry) != {
            "dtype", "shape", "data_offsets",
        }:  # fmt: skip
            raise self._broken(f"{name!r} is no array: {str(entry)[:100]}")
        shape, offsets = entry["shape"], entry["data_offsets"]
        if not _are_sizes(shape) or not _are_sizes(offsets) or len(offsets) != 2:
            raise self._broken(f"{name!r} has the shape {str(shape)[:100]}")
        kind = entry["dtype"]
        if not isinstance(kind, str) or kind not in _DTYPES:
            raise self._broken(f"{name!r} has the unknown type {str(kind)[:100]!r}")
        dtype = np.dtype(_DTYPES[kind])
        start, stop = offsets
        if stop - start != math.prod(shape) * dtype.itemsize:
            raise self._broken(
                f"{name!r} of shape {tuple(shape)} has {stop - start:,} bytes"
            )
        return dtype, tuple(shape), start, stop

    def _broken(self, why: str) -> SavingError:
        return SavingError(
            message(
                "load_weights",
                f"{str(self._path)!r} is no safetensors file, or it is cut off or "
                f"altered: {why}",
                "copy or download it again",
            )
        )


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(size, int) and not isinstance(size, bool) and size >= 0
        for size in value
    )
