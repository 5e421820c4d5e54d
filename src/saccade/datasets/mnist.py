"""MNIST: 70,000 pictures of handwritten digits."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from saccade.core._errors import DataError, message
from saccade.utils import get_file

from ._split import ORIGIN, Split

_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"

_DAMAGE = (
    AttributeError,  # an .npy file
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def load_data(path: str | os.PathLike[str] = "mnist.npz") -> Split:
    """Loads the MNIST digits, from Keras' folder or, the first time, the network.

    Args:
        path: name of the file in `~/.keras/datasets`.

    Returns:
        (x_train, y_train), (x_test, y_test).

    Shapes:
        x: (60000, 28, 28) and (10000, 28, 28) uint8, 0..255, bright writing on black;
        y: (60000,) and (10000,) uint8, 0..9.

    Raises:
        DownloadError: the file is not there and cannot be fetched.
        DataError: the file is damaged.

    Differs from Keras: `path` may be the whole path of a file one already has.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
        >>> x_train.shape  # doctest: +SKIP
        (60000, 28, 28)

    Reference: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten
    digits", licence CC BY-SA 3.0, http://yann.lecun.com/exdb/mnist/
    """
    own = Path(path).expanduser()
    if len(own.parts) > 1 and own.is_file():
        file = str(own)
    else:
        file = get_file(path, f"{ORIGIN}mnist.npz", file_hash=_SHA256)
    try:
        with open(file, "rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return (
                (arrays["x_train"], arrays["y_train"]),
                (arrays["x_test"], arrays["y_test"]),
            )
    except _DAMAGE as error:
        raise DataError(
            message(
                file,
                "it must be an .npz file with x_train, y_train, x_test and y_test "
                f"({error})",
            )
        ) from error
