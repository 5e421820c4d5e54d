"""Resizing of single pictures of any size, with the numbers of TensorFlow.

Each output pixel is a weighted sum of a few input pixels, first along the columns and
then along the rows. Nothing is compiled, so pictures of a thousand sizes cost no more
than those of one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

INTERPOLATIONS = (
    *("bilinear", "nearest", "bicubic", "area"),
    *("lanczos3", "lanczos5", "gaussian", "mitchellcubic"),
)
"""The methods of `tf.image.resize`."""

Taps = tuple[np.ndarray, np.ndarray]


def resize_picture(
    picture: np.ndarray, size: tuple[int, int], method: str
) -> np.ndarray:
    """Resizes a picture as `tf.image.resize` does, without antialiasing.

    Args:
        picture: any number type.
        size: (height, width) of the result.
        method: one of INTERPOLATIONS.

    Shapes:
        picture: (h, w, c) -> (height, width, c) float32; for 'nearest' the type given.

    Example:
        >>> line = np.array([[[0], [100]]], np.uint8)
        >>> resize_picture(line, (1, 4), "bilinear").ravel().tolist()
        [0.0, 25.0, 75.0, 100.0]
    """
    height, width = size
    if method == "nearest":
        rows, columns = (
            _nearest(picture.shape[0], height),
            _nearest(picture.shape[1], width),
        )
        return picture[rows[:, None], columns]
    if picture.shape[:2] == size and method in ("bilinear", "bicubic", "area"):
        return picture.astype(np.float32)
    channels = picture.shape[2]
    # Single numbers, and not pixels of three, are what NumPy picks out fastest.
    lines = picture.reshape(picture.shape[0], -1)
    places, weights = resize_taps(picture.shape[0], height, method)
    rows = _mix([lines.take(place, 0) for place in places], weights[:, :, None])
    places, weights = resize_taps(picture.shape[1], width, method, channels)
    columns = _mix([rows.take(place, 1) for place in places], weights[:, None])
    return columns.reshape(height, width, channels)


def _mix(parts: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Returns the weighted sum of arrays."""
    total = parts[0] * weights[0]
    for part, weight in zip(parts[1:], weights[1:], strict=True):
        total += part * weight
    return total


@functools.lru_cache(256)
def _nearest(have: int, want: int) -> np.ndarray:
    places = (np.arange(want, dtype=np.float32) + 0.5) * np.float32(have / want)
    return np.minimum(np.floor(places).astype(np.intp), have - 1)


@functools.lru_cache(256)
def resize_taps(have: int, want: int, method: str, channels: int = 1) -> Taps:
    """Returns which numbers make each number of the output, and their weights.

    Args:
        have: pixels there are.
        want: pixels wanted.
        method: the interpolation.
        channels: numbers of a pixel that lie side by side.

    Shapes:
        -> places (k, want * channels) int, weights (k, want * channels) float32

    Example:
        >>> places, weights = resize_taps(2, 1, "bilinear")
        >>> places.tolist(), weights.tolist()
        ([[0], [1]], [[0.5], [0.5]])
    """
    if method == "nearest":
        places = _nearest(have, want)[None]
        weights = np.ones(places.shape, np.float32)
    elif method in _KERNELS:
        places, weights = _kernel(have, want, *_KERNELS[method])
    else:
        places, weights = _SPLINES[method](have, want)
    inner = np.arange(channels)
    spread = (places[..., None] * channels + inner).reshape(len(places), -1)
    return spread, np.repeat(weights, channels, axis=1)


def _bilinear(have: int, want: int) -> Taps:
    centre = (np.arange(want) + 0.5) * (have / want) - 0.5
    low = np.floor(centre)
    part = centre - low
    places = np.stack([np.maximum(low, 0), np.minimum(low + 1, have - 1)])
    return places.astype(np.intp), np.stack([1 - part, part]).astype(np.float32)


def _bicubic(have: int, want: int) -> Taps:
    # TensorFlow reads the cubic from a table of 1,024 steps.
    centre = (np.arange(want) + 0.5) * (have / want) - 0.5
    low = np.floor(centre)
    part = np.rint((centre - low) * 1024) / 1024
    places = low + np.arange(-1, 3)[:, None]
    distance = np.abs(np.arange(-1, 3)[:, None] - part)
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return _normalised(places, np.where(distance <= 1, near, far), have)


def _area(have: int, want: int) -> Taps:
    scale = have / want
    start = np.arange(want) * scale
    count = math.ceil(scale) + 1
    places = np.floor(start) + np.arange(count)[:, None]
    covered = np.minimum(places + 1, start + scale) - np.maximum(places, start)
    return _normalised(places, np.maximum(covered, 0), have)


def _kernel(
    have: int, want: int, radius: float, kernel: Callable[[np.ndarray], np.ndarray]
) -> Taps:
    centre = (np.arange(want) + 0.5) * (have / want)
    first = np.ceil(centre - radius - 0.5)
    places = first + np.arange(math.floor(2 * radius) + 1)[:, None]
    distance = np.abs(places + 0.5 - centre)
    return _normalised(places, np.where(distance <= radius, kernel(distance), 0), have)


def _normalised(places: np.ndarray, weights: np.ndarray, have: int) -> Taps:
    """Leaves pixels outside the picture out and makes the weights sum to 1."""
    inside = (places >= 0) & (places < have)
    weights = np.where(inside, weights, 0)
    places = np.clip(places, 0, have - 1).astype(np.intp)
    weights = (weights / weights.sum(axis=0)).astype(np.float32)
    used = weights.any(axis=1)
    return places[used], weights[used]


def _lanczos(radius: float) -> tuple[float, Callable[[np.ndarray], np.ndarray]]:
    return radius, lambda x: np.sinc(x) * np.sinc(x / radius)


def _mitchell(x: np.ndarray) -> np.ndarray:
    far = ((-7 / 18 * x + 2) * x - 10 / 3) * x + 16 / 9
    return np.where(x >= 1, far, (7 / 6 * x - 2) * x**2 + 8 / 9)


_KERNELS = {
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
    "gaussian": (1.5, lambda x: np.exp(-2 * x**2)),
    "mitchellcubic": (2.0, _mitchell),
}


_SPLINES = {"bilinear": _bilinear, "bicubic": _bicubic, "area": _area}


def middle_part(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns the largest middle part of a picture with the proportions of a size.

    Args:
        picture: any type.
        size: (height, width).

    Shapes:
        picture: (h, w, c)

    Example:
        >>> middle_part(np.zeros((4, 9, 1)), (1, 1)).shape
        (4, 4, 1)
    """
    have_height, have_width = picture.shape[:2]
    height, width = size
    part_height = max(1, min(have_height, int(have_width * height / width)))
    part_width = max(1, min(have_width, int(have_height * width / height)))
    top, left = (have_height - part_height) // 2, (have_width - part_width) // 2
    return picture[top : top + part_height, left : left + part_width]


def resize_with_pad(
    picture: np.ndarray, size: tuple[int, int], method: str
) -> np.ndarray:
    """Resizes a picture as a whole into the middle of black borders.

    Args:
        picture: any number type.
        size: (height, width) of the result.
        method: one of INTERPOLATIONS.

    Shapes:
        picture: (h, w, c) -> (height, width, c); types as `resize_picture`

    Example:
        >>> resize_with_pad(np.ones((2, 4, 1)), (4, 4), "bilinear")[:, 0, 0].tolist()
        [0.0, 1.0, 1.0, 0.0]
    """
    have_height, have_width = picture.shape[:2]
    height, width = size
    # The fractions are those of TensorFlow, which rounds down late.
    ratio = max(np.float32(have_width / width), np.float32(have_height / height))
    exact = np.float32(have_height) / ratio, np.float32(have_width) / ratio
    inner = (
        min(height, max(1, math.floor(exact[0]))),
        min(width, max(1, math.floor(exact[1]))),
    )
    resized = resize_picture(picture, inner, method)
    framed = np.zeros((height, width, picture.shape[2]), resized.dtype)
    top = max(0, math.floor((height - exact[0]) / 2))
    left = max(0, math.floor((width - exact[1]) / 2))
    framed[top : top + inner[0], left : left + inner[1]] = resized
    return framed
