"""Resizing of arrays without distortion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import jax
import numpy as np

from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.ops import image


@overload
def smart_resize(
    x: np.ndarray,
    size: Sequence[int],
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
) -> np.ndarray: ...
@overload
def smart_resize(
    x: jax.Array,
    size: Sequence[int],
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
) -> jax.Array: ...
def smart_resize(
    x: np.ndarray | jax.Array,
    size: Sequence[int],
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
) -> np.ndarray | jax.Array:
    """Resizes pictures without distortion: what does not fit is cut off.

    The largest middle part with the proportions of `size` is resized to it.

    Args:
        x: one picture or a batch.
        size: (height, width) of the result, in pixels.
        interpolation: 'bilinear', 'nearest', 'bicubic', 'lanczos3' or 'lanczos5'.
        data_format: 'channels_last' or 'channels_first'.

    Shapes:
        x: (h, w, c) or (b, h, w, c), or with the channels before (h, w)
        -> the same with `size`; NumPy for NumPy, JAX for JAX.

    Raises:
        ConfigError: `size` is no pair.
        ShapeError: `x` has neither 3 nor 4 axes.

    Differs from Keras: none.

    Example:
        >>> smart_resize(np.ones((4, 8, 3), "float32"), (2, 2)).shape
        (2, 2, 3)
    """
    where = "smart_resize"
    if len(size) != 2:
        raise ConfigError(
            message(where, f"`size` must be (height, width), got {size!r}")
        )
    height, width = _checks.int_tuple(tuple(size), 2, "size", where)
    if x.ndim not in (3, 4):
        raise ShapeError(
            message(
                where,
                "`x` must have 3 axes (one picture) or 4 (a batch), got shape "
                f"{x.shape}",
            )
        )
    layout = _checks.data_format(data_format, where)
    resized = image.resize(
        x,
        (height, width),
        interpolation=interpolation,
        crop_to_aspect_ratio=True,
        data_format=layout,
    )
    return np.array(resized) if isinstance(x, np.ndarray) else resized
