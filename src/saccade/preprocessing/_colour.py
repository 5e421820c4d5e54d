"""Changes of the values of one picture: channel shift and brightness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from saccade.core import _settings
from saccade.core._errors import ConfigError, message


def apply_channel_shift(
    x: np.ndarray, intensity: float, channel_axis: int = 0
) -> np.ndarray:
    """Adds a number to all values and cuts them to the range they had before.

    Args:
        x: one picture.
        intensity: what is added.
        channel_axis: accepted as Keras has it; all channels are treated alike.

    Shapes:
        any shape -> the same shape

    Differs from Keras: none.

    Example:
        >>> apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 3.0).ravel().tolist()
        [3.0, 8.0, 9.0]
    """
    del channel_axis
    x = np.asarray(x)
    return np.clip(x + intensity, x.min(), x.max())


def apply_brightness_shift(
    x: np.ndarray, brightness: float, scale: bool = True
) -> np.ndarray:
    """Multiplies the values of a picture, which is first made one of 8 bits.

    Args:
        x: one picture; values outside [0, 255] are stretched to that range for the
            change, and back if `scale` is False.
        brightness: 0 gives black, 1 the picture, more a brighter one.
        scale: whether to stretch the values to [0, 255] in any case.

    Shapes:
        x: (h, w, c) -> the same, of the default float type; with 4 channels the last,
        alpha, stays.

    Differs from Keras: any place of the channels is taken.

    Example:
        >>> x = np.array([[[100.0, 200.0, 250.0]]])
        >>> apply_brightness_shift(x, 1.2, scale=False).ravel().tolist()
        [120.0, 240.0, 255.0]
    """
    x = np.asarray(x)
    low, high = np.min(x), np.max(x)
    outside = bool(low < 0 or high > 255)
    if outside or scale:
        x = x.astype(_settings.floatx()) - low
        most = np.max(x)
        x = x / most * 255 if most != 0 else x * 255
    whole = np.clip(x, 0, 255).astype(np.uint8)
    # Pillow multiplies in float32 and cuts the fraction off.
    bright = np.minimum(whole * np.float32(brightness), np.float32(255))
    bright = np.trunc(np.maximum(bright, 0)).astype(_settings.floatx())
    if x.ndim == 3 and x.shape[2] == 4:
        bright[..., 3] = whole[..., 3]
    if outside and not scale:
        return bright / 255 * (high - low) + low
    return bright


def random_channel_shift(
    x: np.ndarray, intensity_range: float, channel_axis: int = 0
) -> np.ndarray:
    """Adds one random number to all values; see `apply_channel_shift`.

    Args:
        x: one picture.
        intensity_range: the number is drawn from [-intensity_range, intensity_range]
            with NumPy's global generator.
        channel_axis: as in `apply_channel_shift`.

    Example:
        >>> random_channel_shift(np.array([1.0, 2.0]), 0).tolist()
        [1.0, 2.0]
    """
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis)


def random_brightness(
    x: np.ndarray, brightness_range: Sequence[float], scale: bool = True
) -> np.ndarray:
    """Multiplies values by one random number; see `apply_brightness_shift`.

    Args:
        x: one picture.
        brightness_range: (lowest, highest) factor, drawn with NumPy's global generator.
        scale: as in `apply_brightness_shift`.

    Raises:
        ConfigError: `brightness_range` is no pair.

    Example:
        >>> random_brightness(np.full((1, 1, 1), 10.0), (2, 2), False).ravel().tolist()
        [20.0]
    """
    low, high = check_brightness_range(brightness_range, "random_brightness")
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)


def check_brightness_range(
    brightness_range: Sequence[float], where: str
) -> tuple[float, float]:
    """Returns the pair, or says what it should be.

    Args:
        brightness_range: (lowest, highest) factor.
        where: the function that was called.

    Raises:
        ConfigError: it is no pair.

    Example:
        >>> check_brightness_range([0.5, 1.5], "ImageDataGenerator")
        (0.5, 1.5)
    """
    if isinstance(brightness_range, (tuple, list)) and len(brightness_range) == 2:
        return brightness_range[0], brightness_range[1]
    raise ConfigError(
        message(
            where,
            "`brightness_range` must be (lowest, highest) factor, got "
            f"{brightness_range!r}",
            "for example brightness_range=(0.5, 1.5)",
        )
    )
