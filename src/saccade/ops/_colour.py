"""Colours of pictures: grey, hue, saturation.

Channels are taken apart and put together in one fused loop; no matrix products.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from saccade.core._dtypes import is_float
from saccade.core._errors import ArgumentTypeError, ShapeError, message

from ._pictures import picture_axes

# How bright the eye finds red, green and blue (ITU-R BT.601).
_BRIGHTNESS = (0.2989, 0.5870, 0.1140)
# Where on the circle of six colours red, green and blue begin to fall.
_CORNERS = np.array([5.0, 3.0, 1.0], np.float32)


def rgb_to_grayscale(images: ArrayLike, data_format: str | None = None) -> jax.Array:
    """Takes the colour out of pictures: 0.2989 red + 0.587 green + 0.114 blue.

    Args:
        images: one picture or a batch; of one channel, they come back as they are.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, 3) or (b, h, w, 3), or with the channels before (h, w)
        -> the same with one channel, of the same type; integers are cut off.

    Raises:
        ShapeError: neither 3 nor 4 axes, or neither 1 nor 3 channels.

    Differs from Keras: none.

    Example:
        >>> rgb_to_grayscale(jnp.asarray([[[0.0, 1.0, 0.0]]])).ravel()
        Array([0.587], dtype=float32)
    """
    where = "ops.image.rgb_to_grayscale"
    x = jnp.asarray(images)
    axis = picture_axes(x, data_format, where)[2]
    if x.shape[axis] == 1:
        return x
    grey = grey_of(x if is_float(x.dtype) else x.astype(jnp.float32), axis, where)
    return grey.astype(x.dtype)


def rgb_to_hsv(images: ArrayLike, data_format: str | None = None) -> jax.Array:
    """Turns red, green and blue into hue, saturation and value.

    Args:
        images: one picture or a batch, values in [0, 1].
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, 3) or (b, h, w, 3), or with the channels before (h, w), float
        -> the same; hue is a share of the full circle.

    Raises:
        ShapeError: neither 3 nor 4 axes, or not 3 channels.
        ArgumentTypeError: integers.

    Differs from Keras: none.

    Example:
        >>> rgb_to_hsv(jnp.asarray([[[0.0, 0.5, 0.5]]])).ravel()
        Array([0.5, 1. , 0.5], dtype=float32)
    """
    where = "ops.image.rgb_to_hsv"
    x = jnp.asarray(images)
    axis = picture_axes(x, data_format, where)[2]
    _check_float(x, where)
    x = jnp.where(jnp.abs(x) < jnp.finfo(x.dtype).eps, 0, x)
    value, span = value_and_span(x, axis, where)
    saturation = jnp.where(value > 0, span / jnp.where(value > 0, value, 1), 0)
    return jnp.concatenate([hue_of(x, axis, value, span), saturation, value], axis)


def hsv_to_rgb(images: ArrayLike, data_format: str | None = None) -> jax.Array:
    """Turns hue, saturation and value into red, green and blue.

    Args:
        images: one picture or a batch, values in [0, 1].
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, 3) or (b, h, w, 3), or with the channels before (h, w), float
        -> the same.

    Raises:
        ShapeError: neither 3 nor 4 axes, or not 3 channels.
        ArgumentTypeError: integers.

    Differs from Keras: none.

    Example:
        >>> hsv_to_rgb(jnp.asarray([[[0.5, 1.0, 0.5]]])).ravel()
        Array([0. , 0.5, 0.5], dtype=float32)
    """
    where = "ops.image.hsv_to_rgb"
    x = jnp.asarray(images)
    axis = picture_axes(x, data_format, where)[2]
    _check_float(x, where)
    hue, saturation, value = planes(x, axis, where)
    return coloured(hue, value, value * saturation, axis).astype(x.dtype)


def planes(x: jax.Array, axis: int, where: str) -> list[jax.Array]:
    """Returns the three channels, each with an axis of one.

    Raises:
        ShapeError: not 3 channels.

    Example:
        >>> [plane.shape for plane in planes(jnp.ones((2, 2, 3)), -1, "hue")]
        [(2, 2, 1), (2, 2, 1), (2, 2, 1)]
    """
    if x.shape[axis] != 3:
        raise ShapeError(
            message(
                where,
                "needs 3 channels (red, green, blue), got pictures of shape "
                f"{tuple(x.shape)}",
                "check `data_format`, or read the pictures with color_mode='rgb'",
            )
        )
    return [jax.lax.slice_in_dim(x, i, i + 1, axis=x.ndim + axis) for i in range(3)]


def grey_of(x: jax.Array, axis: int, where: str) -> jax.Array:
    """The brightness of pixels, with an axis of one for the channels.

    Example:
        >>> grey_of(jnp.ones((1, 1, 3)), -1, "grey").shape
        (1, 1, 1)
    """
    red, green, blue = planes(x, axis, where)
    return red * _BRIGHTNESS[0] + green * _BRIGHTNESS[1] + blue * _BRIGHTNESS[2]


def value_and_span(x: jax.Array, axis: int, where: str) -> tuple[jax.Array, jax.Array]:
    """The largest channel of each pixel, and how far the smallest is from it.

    Example:
        >>> value_and_span(jnp.asarray([[[1.0, 2.0, 4.0]]]), -1, "hue")[1].ravel()
        Array([3.], dtype=float32)
    """
    red, green, blue = planes(x, axis, where)
    value = jnp.maximum(jnp.maximum(red, green), blue)
    return value, value - jnp.minimum(jnp.minimum(red, green), blue)


def hue_of(x: jax.Array, axis: int, value: jax.Array, span: jax.Array) -> jax.Array:
    """The place of each pixel on the circle of colours, in [0, 1); 0 for grey.

    Example:
        >>> blue = jnp.asarray([[[0.0, 0.0, 1.0]]])
        >>> round(float(hue_of(blue, -1, *value_and_span(blue, -1, "hue"))[0, 0, 0]), 3)
        0.667
    """
    red, green, blue = planes(x, axis, "hue")
    sixth = 1 / (6 * jnp.where(span > 0, span, 1))
    hue = jnp.where(
        value == red,
        sixth * (green - blue),
        jnp.where(
            value == green,
            sixth * (blue - red) + 2 / 6,
            sixth * (red - green) + 4 / 6,
        ),
    )
    return jnp.where(span > 0, hue + (hue < 0), 0)


def coloured(hue: jax.Array, value: jax.Array, span: jax.Array, axis: int) -> jax.Array:
    """Red, green and blue of pixels of given hue, largest channel and span.

    Example:
        >>> one = jnp.ones((1, 1, 1))
        >>> coloured(one / 3, one, one, -1).ravel()
        Array([0., 1., 0.], dtype=float32)
    """
    shape = [1] * hue.ndim
    shape[axis] = 3
    turned = _CORNERS.reshape(shape) + 6 * hue
    # Many times faster than the remainder, which XLA calls a function for.
    turned -= 6 * jnp.floor(turned / 6)
    return value - span * jnp.clip(jnp.minimum(turned, 4 - turned), 0, 1)


def _check_float(x: jax.Array, where: str) -> None:
    if not is_float(x.dtype):
        raise ArgumentTypeError(
            message(
                where,
                f"`images` must be floats in [0, 1], got {x.dtype}",
                "divide by 255: images.astype('float32') / 255",
            )
        )
