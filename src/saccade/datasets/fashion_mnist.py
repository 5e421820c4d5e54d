"""Fashion-MNIST: 70,000 pictures of clothes, a harder stand-in for MNIST."""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from pathlib import Path

import numpy as np

from saccade.core._errors import DataError, message
from saccade.utils import get_file

from ._split import ORIGIN, Split

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""What labels 0 to 9 mean."""

_FOLDER = os.path.join("datasets", "fashion-mnist")
_SIDE = 28
# The first four bytes of an IDX file: unsigned bytes, then the number of axes.
_LABELS, _PICTURES = 0x801, 0x803


def load_data() -> Split:
    """Loads Fashion-MNIST, from Keras' folder or, the first time, the network.

    Returns:
        (x_train, y_train), (x_test, y_test).

    Shapes:
        x: (60000, 28, 28) and (10000, 28, 28) uint8, 0..255, bright on black;
        y: (60000,) and (10000,) uint8, 0..9, see `CLASS_NAMES`.

    Raises:
        DownloadError: a file is not there and cannot be fetched.
        DataError: a file is damaged.

    Differs from Keras: damaged files are noticed; `CLASS_NAMES` is not in Keras.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
        >>> x_train.shape  # doctest: +SKIP
        (60000, 28, 28)

    Reference: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset
    for Benchmarking Machine Learning Algorithms", 2017, MIT licence,
    https://arxiv.org/abs/1708.07747
    """
    y_train = _read("train-labels-idx1-ubyte.gz", _LABELS)
    x_train = _read("train-images-idx3-ubyte.gz", _PICTURES)
    y_test = _read("t10k-labels-idx1-ubyte.gz", _LABELS)
    x_test = _read("t10k-images-idx3-ubyte.gz", _PICTURES)
    for name, x, y in (("train", x_train, y_train), ("t10k", x_test, y_test)):
        if len(x) != len(y):
            raise DataError(
                message(
                    f"fashion_mnist {name}",
                    f"there are {len(x)} pictures but {len(y)} labels",
                )
            )
    return (x_train, y_train), (x_test, y_test)


def _read(name: str, kind: int) -> np.ndarray:
    """Returns the array in a gzipped IDX file, big-endian, as its header says."""
    path = Path(get_file(name, ORIGIN + name, cache_subdir=_FOLDER))
    axes = kind & 0xFF
    try:
        with gzip.open(path, "rb") as file:
            magic, *shape = struct.unpack(f">{1 + axes}I", file.read(4 + 4 * axes))
            right = magic == kind and shape[1:] == [_SIDE] * (axes - 1)
            size = int(np.prod(shape, dtype=np.int64)) if right else 0
            # One byte more than there should be, so that surplus is noticed.
            content = file.read(size + 1)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataError(_damaged(path, str(error))) from error
    if not right or len(content) != size:
        raise DataError(_damaged(path, "header and content do not fit"))
    return np.frombuffer(bytearray(content), np.uint8).reshape(shape)


def _damaged(path: Path, reason: str) -> str:
    return message(
        str(path),
        f"the file is damaged ({reason})",
        "remove it, so that it is fetched again",
    )
