"""The files of CIFAR-10 and CIFAR-100: Python pickles, read without running code."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy._core.multiarray import _reconstruct  # type: ignore[attr-defined]

from saccade.core import _settings
from saccade.core._errors import DataError, message
from saccade.utils import get_file
from saccade.utils._get_file import cache_folder

_SIDE = 32
_ALLOWED: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
}


class _ArraysOnly(pickle.Unpickler):
    """Reads dicts, lists, bytes and NumPy arrays; refuses everything else."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, encoding="bytes")

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which no data set needs"
            ) from None


def find_folder(name: str, origin: str, sha256: str, files: Sequence[str]) -> Path:
    """Returns the folder with the unpacked files, fetching them if need be.

    Args:
        name: the folder inside the archive.
        origin: the archive's address.
        sha256: its hash.
        files: the names of the files wanted.

    Raises:
        DataError: the folder lacks some of them.
    """
    for place in (f"{name}-target/{name}", name):  # as in Keras 3, as in Keras 2
        folder = cache_folder(holding=place) / place
        if all((folder / file).is_file() for file in files):
            return folder
    target = get_file(f"{name}-target", origin, file_hash=sha256, extract=True)
    folder = Path(target) / name
    missing = [file for file in files if not (folder / file).is_file()]
    if missing:
        raise DataError(
            message(
                str(folder),
                f"the files {', '.join(missing)} are missing",
                f"remove the folder {target}, so that it is unpacked again",
            )
        )
    return folder


def read_batch(path: Path, label_key: str) -> tuple[np.ndarray, np.ndarray]:
    """Reads one file of pictures and labels.

    Args:
        path: the file.
        label_key: the entry with the labels.

    Returns:
        Pictures (n, 3, 32, 32) uint8 and labels (n, 1) int64.

    Raises:
        DataError: the file is damaged or holds something else.
    """
    try:
        with path.open("rb") as file:
            content = _ArraysOnly(file).load()
        pictures = content[b"data"]
        labels = np.array(content[label_key.encode()], np.int64)
        if not isinstance(pictures, np.ndarray) or pictures.dtype != np.uint8:
            raise ValueError("its pictures are no array of bytes")
        return pictures.reshape(len(labels), 3, _SIDE, _SIDE), labels[:, None]
    except (
        pickle.UnpicklingError,
        AttributeError,
        EOFError,
        ImportError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise DataError(
            message(
                str(path),
                f"the file is damaged or not of CIFAR ({error})",
                "remove its folder, so that it is fetched again",
            )
        ) from error


def in_layout(pictures: np.ndarray) -> np.ndarray:
    """Returns (n, 3, h, w) pictures in the layout of `config.image_data_format()`."""
    if _settings.image_data_format() == "channels_last":
        pictures = pictures.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pictures)
