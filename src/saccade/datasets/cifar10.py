"""CIFAR-10: 60,000 small colour photographs of ten kinds of things."""

from __future__ import annotations

import numpy as np

from ._cifar import find_folder, in_layout, read_batch
from ._split import Split

CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
"""What labels 0 to 9 mean."""

_NAME = "cifar-10-batches-py"
_ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
_TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
_TEST = "test_batch"


def load_data() -> Split:
    """Loads CIFAR-10, from Keras' folder or, the first time, the network.

    Returns:
        (x_train, y_train), (x_test, y_test).

    Shapes:
        x: (50000, 32, 32, 3) and (10000, 32, 32, 3) uint8, 0..255, or channels first
        if `config.image_data_format()` says so; y: (50000, 1) and (10000, 1) uint8,
        0..9, see `CLASS_NAMES`.

    Raises:
        DownloadError: the archive is not there and cannot be fetched.
        DataError: a file is damaged.

    Differs from Keras: `CLASS_NAMES` is not in Keras; Keras 2's folder is read too.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
        >>> x_train.shape  # doctest: +SKIP
        (50000, 32, 32, 3)

    Reference: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
    2009, https://www.cs.toronto.edu/~kriz/cifar.html
    """
    folder = find_folder(_NAME, _ORIGIN, _SHA256, (*_TRAIN, _TEST))
    batches = [read_batch(folder / name, "labels") for name in (*_TRAIN, _TEST)]
    x_train = np.concatenate([pictures for pictures, _ in batches[:-1]])
    y_train = np.concatenate([labels for _, labels in batches[:-1]])
    x_test, y_test = batches[-1]
    return (
        (in_layout(x_train), y_train.astype(np.uint8)),
        (in_layout(x_test), y_test.astype(np.uint8)),
    )
