"""HDF5 files that may come from anyone, read without following what they point at.

HDF5 can name other files as links, as the storage of an array or as its parts, and an
array may declare any shape in a few bytes. None of that is in files of weights, so it
is refused before anything is opened or allocated.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from saccade.core._errors import SaccadeError, SavingError, message
from saccade.core._lazy import optional_import
from saccade.saving._hdf5_heap import find_broken_heap

# What arrays may grow by when they are unpacked; Keras writes them as they are.
_GROWTH = 8
_SMALL = 4096
_ATTRIBUTE = "dtype"


@contextmanager
def reading(name: str, place: str = "") -> Iterator[None]:
    """Turns what the library says about damaged files into one error.

    Args:
        name: what to call the file.
        place: what is read of it.

    Raises:
        SavingError: the file is cut off or altered.
    """
    try:
        yield
    except SaccadeError:
        raise
    except (
        OSError,
        RuntimeError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        MemoryError,
        OverflowError,
    ) as error:
        where = f"{place} in " if place else ""
        raise SavingError(
            message(
                "load_weights",
                f"{where}{name!r} {'' if place else 'is no HDF5 file, or it '}"
                f"is cut off or altered "
                f"({type(error).__name__}: {error})",
                "copy or download it again",
            )
        ) from error


class Hdf5Reader:
    """Reads plain arrays from an open file, and no more than it can hold.

    Args:
        source: the path, or the content.
        name: what to call it in messages.
        size_bytes: its size; arrays cannot be much larger, all together.
    """

    def __init__(self, source: Path | bytes, name: str, size_bytes: int) -> None:
        self.name = name
        self._source = source
        self._content = source if isinstance(source, bytes) else None
        self._heaps_checked = False
        self._left = _GROWTH * max(size_bytes, _SMALL)
        self._h5py: Any = optional_import("h5py", extra="", purpose="load_weights")
        with reading(name):
            place = io.BytesIO(source) if isinstance(source, bytes) else source
            self.file = self._h5py.File(place, "r")

    def __enter__(self) -> Hdf5Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def find(self, place: str) -> Any:
        """Returns the group or array at a place of this very file, or None.

        Raises:
            SavingError: a link is on the way, or something damaged.
        """
        with reading(self.name, place):
            found: Any = self.file
            way = ""
            for part in filter(None, place.split("/")):
                way = f"{way}/{part}"
                if not isinstance(found, self._h5py.Group):
                    return None
                link = found.get(part, getlink=True)
                if link is None:
                    return None
                if not isinstance(link, self._h5py.HardLink):
                    raise self._refused(way[1:], "is a link")
                found = found[part]
            return found

    def keys(self, place: str) -> list[str]:
        """Returns the names in a group; none where there is no group."""
        group = self.find(place)
        with reading(self.name):
            return list(group) if isinstance(group, self._h5py.Group) else []

    def array(self, place: str) -> np.ndarray:
        """Returns the array at a place.

        Raises:
            SavingError: it is no plain array of numbers, or larger than the file.
        """
        dataset = self.find(place)
        with reading(self.name, place):
            short = self._is_bfloat16(dataset)
            self._check(place, dataset, short)
            array = self._in_place(dataset)
            if array is None:
                array = np.asarray(dataset[()])
        return array.view(jnp.bfloat16) if short else array

    def _in_place(self, dataset: Any) -> np.ndarray | None:
        """A plain array as a view of the content; None where it has to be read."""
        if self._content is None or not dataset.dtype.isnative or not dataset.size:
            return None
        layout = dataset.id.get_create_plist().get_layout()
        start = dataset.id.get_offset()
        plain = layout == self._h5py.h5d.CONTIGUOUS and not self.file.userblock_size
        if not plain or start is None or dataset.dtype.kind not in "Vbiufc":
            return None
        if start + dataset.nbytes > len(self._content):
            raise self._refused(dataset.name, "is cut off")
        found = np.frombuffer(self._content, dataset.dtype, dataset.size, start)
        return found.reshape(dataset.shape)

    def _is_bfloat16(self, dataset: Any) -> bool:
        """HDF5 has no such type: it is kept as two bytes, with its name beside."""
        return (
            isinstance(dataset, self._h5py.Dataset)
            and dataset.dtype.itemsize == 2
            and dataset.dtype.fields is None
            and dataset.dtype.kind in "Vu"
            and dataset.attrs.get(_ATTRIBUTE) == "bfloat16"
        )

    def attribute(self, place: str, key: str) -> str | None:
        """Returns a text kept beside a group; None where there is none."""
        found = self._attribute(place, key)
        with reading(self.name):
            if isinstance(found, bytes):
                return found.decode("utf-8")
            return None if found is None else str(found)

    def attribute_list(self, place: str, key: str) -> list[str] | None:
        """Returns a list of texts kept beside a group; None where there is none."""
        found = self._attribute(place, key)
        if found is None:
            return None
        with reading(self.name):
            return [
                one.decode("utf-8") if isinstance(one, bytes) else str(one)
                for one in np.atleast_1d(found).tolist()
            ]

    def names(self, place: str, key: str) -> list[str]:
        """Returns a list of names beside a group; long ones are kept in pieces."""
        found = self.attribute_list(place, key)
        if found is not None:
            return found
        pieces: list[str] = []
        number = 0
        while (more := self.attribute_list(place, f"{key}{number}")) is not None:
            pieces += more
            number += 1
        return pieces

    def _attribute(self, place: str, key: str) -> Any:
        holder = self.find(place)
        with reading(self.name, place):
            if holder is None or key not in holder.attrs:
                return None
            details = holder.attrs.get_id(key)
            if self._h5py.check_vlen_dtype(details.dtype) or (
                self._h5py.check_string_dtype(details.dtype)
                and self._h5py.check_string_dtype(details.dtype).length is None
            ):
                self._check_heaps()
            size = math.prod(details.shape) * details.dtype.itemsize
            if size > self._left:
                raise self._refused(
                    f"{place or '/'}: {key}",
                    f"declares shape {details.shape}, far more than the file holds",
                )
            return holder.attrs[key]

    def _check_heaps(self) -> None:
        if self._heaps_checked:
            return
        broken = find_broken_heap(self._source)
        if broken is not None:
            raise SavingError(
                message(
                    "load_weights",
                    f"{self.name!r} is cut off or altered: the texts at byte "
                    f"{broken:,} do not add up",
                    "copy or download it again",
                )
            )
        self._heaps_checked = True

    def groups(self, ending: str) -> list[str]:
        """Returns the places of the groups of a name that have something inside."""
        found: list[str] = []

        def visit(name: str, item: Any) -> None:
            if name.endswith(f"/{ending}") and len(item):
                found.append(name.removesuffix(f"/{ending}"))

        with reading(self.name):
            self.file.visititems(visit)  # follows no links
        return found

    def _check(self, place: str, dataset: Any, opaque: bool) -> None:
        if not isinstance(dataset, self._h5py.Dataset):
            raise self._refused(place, "is no plain array")
        # The storage may be any file of this machine, named by who made the file.
        if dataset.external or dataset.is_virtual:
            raise self._refused(place, "is no plain array: it is kept in another file")
        numbers = opaque or dataset.dtype.kind in "biufc"
        if dataset.shape is None or not numbers:
            raise self._refused(place, f"is no plain array of numbers: {dataset.dtype}")
        size = int(dataset.size) * dataset.dtype.itemsize
        if size > self._left:
            raise self._refused(
                place, f"declares shape {dataset.shape}, far more than the file holds"
            )
        self._left -= size

    def _refused(self, place: str, why: str) -> SavingError:
        return SavingError(
            message(
                "load_weights",
                f"{place} in {self.name!r} {why}",
                "files of weights hold their arrays themselves; do not trust this one",
            )
        )
