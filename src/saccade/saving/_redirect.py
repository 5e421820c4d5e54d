"""HDF5 files opened in other places than where a program says.

HDF5 opens files in C, where replacing Python's `open` does not reach.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def redirect_hdf5(
    to_read: Callable[[Any], Any], to_write: Callable[[Any, bool], Any]
) -> Callable[[], None]:
    """Lets `h5py.File` open other files; returns what ends that.

    Args:
        to_read: returns the file to read for the one that was named.
        to_write: the same for writing; told whether the content is kept.

    Example:
        >>> import h5py
        >>> before = h5py.File
        >>> end = redirect_hdf5(lambda path: path, lambda path, keep: path)
        >>> issubclass(h5py.File, before)
        True
        >>> end()
    """
    import h5py

    before = h5py.File

    class File(before):
        def __init__(self, name: Any, mode: str = "r", *args: Any, **kw: Any) -> None:
            if mode == "r":
                place = to_read(name)
            else:
                place = to_write(name, mode in ("r+", "a"))
            super().__init__(place, mode, *args, **kw)

    def end() -> None:
        h5py.File = before

    h5py.File = File
    return end
