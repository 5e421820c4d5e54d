"""Operations on pictures; public as `saccade.ops.image`."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._errors import ConfigError, message

from ._pictures import check_pictures, saturate

INTERPOLATIONS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic")


def resize(
    images: ArrayLike,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> jax.Array:
    """Resizes pictures.

    Args:
        images: one picture or a batch.
        size: (height, width) of the result, in pixels.
        interpolation: 'bilinear', 'nearest', 'bicubic', 'lanczos3' or 'lanczos5'.
        antialias: whether to average over the pixels that fall together in a smaller
            picture.
        crop_to_aspect_ratio: first cut the largest middle part that has the
            proportions of `size`.
        pad_to_aspect_ratio: first add borders to reach the proportions of `size`.
        fill_mode: only 'constant'.
        fill_value: the value of added borders.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c), or with the channels before (h, w)
        -> the same with `size`, of the same type; integers are rounded.

    Raises:
        ShapeError: `images` have neither 3 nor 4 axes.
        ConfigError: an argument outside its range.

    Differs from Keras: none.

    Example:
        >>> resize(jnp.ones((2, 4, 4, 3)), (2, 8)).shape
        (2, 2, 8, 3)
    """
    where = "ops.image.resize"
    x = jnp.asarray(images)
    if any(isinstance(side, int) and side < 1 for side in size):
        raise ConfigError(
            message(where, f"`size` must have positive height and width, got {size!r}")
        )
    height, width = _checks.int_tuple(tuple(size), 2, "size", where)
    method = _checks.one_of(interpolation, INTERPOLATIONS, "interpolation", where)
    _checks.one_of(fill_mode, ("constant",), "fill_mode", where)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ConfigError(
            message(
                where,
                "`crop_to_aspect_ratio` and `pad_to_aspect_ratio` exclude each other",
            )
        )
    check_pictures(x, where)
    last = _checks.data_format(data_format, where) == "channels_last"
    axis = x.ndim - 3 if last else x.ndim - 2
    if crop_to_aspect_ratio:
        x = _crop(x, axis, height, width)
    elif pad_to_aspect_ratio:
        x = _pad(x, axis, height, width, fill_value)
    shape = (*x.shape[:axis], height, width, *x.shape[axis + 2 :])
    resized = jax.image.resize(x, shape, method=method, antialias=antialias)
    return saturate(resized, jnp.asarray(images).dtype)


def _crop(x: jax.Array, axis: int, height: int, width: int) -> jax.Array:
    """Cuts the largest middle part with the proportions of the target."""
    h, w = x.shape[axis : axis + 2]
    for step, have, wanted in (
        (0, h, int(w * height / width)),
        (1, w, int(h * width / height)),
    ):
        length = max(min(have, wanted), 1)
        start = (have - length) // 2
        x = jax.lax.slice_in_dim(x, start, start + length, axis=axis + step)
    return x


def _pad(
    x: jax.Array, axis: int, height: int, width: int, fill_value: float
) -> jax.Array:
    """Adds equal borders on two sides to reach the proportions of the target."""
    h, w = x.shape[axis : axis + 2]
    above = (max(h, int(w * height / width)) - h) // 2
    beside = (max(w, int(h * width / height)) - w) // 2
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype(jnp.float32)
    borders = [(0, 0)] * x.ndim
    if above > 0:
        borders[axis] = (above, above)
    elif beside > 0:
        borders[axis + 1] = (beside, beside)
    return jnp.pad(x, borders, constant_values=fill_value)
