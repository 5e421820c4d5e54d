"""scikit-learn's bundled digits: 1,797 pictures of handwritten digits, no network.

Each is 8 by 8 pixels, written by one of 13 people; a copy of the test set of "Optical
Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, UCI Machine Learning
Repository, 1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0. Changed here:
pixels scaled from 0..16 to 0..255, rows shuffled and split.
"""

from __future__ import annotations

from importlib import resources

import numpy as np

from saccade.core._checks import positive_int

from ._split import Split

_SIDE = 8


def load_data(size: int | None = None) -> Split:
    """Loads the handwritten digits that come with saccade.

    Args:
        size: height and width to enlarge the pictures to, at least 8, bilinear; None
            leaves them 8 by 8.

    Returns:
        (x_train, y_train), (x_test, y_test): 1,437 and 360 pictures, of each digit the
        same share; the split is always the same.

    Shapes:
        x: (n, size, size) uint8, 0..255, bright writing on black; y: (n,) uint8, 0..9.

    Raises:
        ConfigError: `size` is below 8.

    Differs from Keras: not in Keras.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data(size=28)
        >>> x_train.shape, x_train.dtype, y_test.shape
        ((1437, 28, 28), dtype('uint8'), (360,))

    Reference: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits",
    UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49
    """
    if size is None:
        size = _SIDE
    size = positive_int(size, "size", "digits.load_data", minimum=_SIDE)
    file = resources.files("saccade.datasets").joinpath("digits.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        x_train, y_train = arrays["x_train"], arrays["y_train"]
        x_test, y_test = arrays["x_test"], arrays["y_test"]
    return (_enlarge(x_train, size), y_train), (_enlarge(x_test, size), y_test)


def _enlarge(pictures: np.ndarray, size: int) -> np.ndarray:
    """Returns pictures of 0..16 as uint8 0..255, bilinearly enlarged."""
    weights = _bilinear(_SIDE, size)
    scaled = weights @ pictures.astype(np.float32) @ weights.T
    return np.rint(scaled * (255 / 16)).astype(np.uint8)


def _bilinear(old: int, new: int) -> np.ndarray:
    """Returns the (new, old) matrix that resizes one axis, pixel centres at halves."""
    centres = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    low = np.minimum(centres.astype(int), old - 2)
    weights = np.zeros((new, old), np.float32)
    rows = np.arange(new)
    weights[rows, low] = low + 1 - centres
    weights[rows, low + 1] = centres - low
    return weights
