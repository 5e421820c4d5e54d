"""Filters of pictures: blur, edges, likeness, elastic distortion.

Small windows are sums of shifted views, since XLA runs convolutions badly on a CPU;
wide ones are products with a banded matrix. Colours must not go here.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._dtypes import is_float
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._random import SeedGenerator, draw_key

from ._affine import FILL_MODES, WARP_INTERPOLATIONS, warp
from ._pictures import picture_axes, saturate

# Up to this many taps shifted sums are faster than a matrix.
_FEW_TAPS = 15


def gaussian_blur(
    images: ArrayLike,
    kernel_size: Sequence[int] = (3, 3),
    sigma: ArrayLike | Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> jax.Array:
    """Blurs pictures with a bell-shaped window; outside there are zeros.

    Args:
        images: one picture or a batch.
        kernel_size: pixels of the window across and down, odd.
        sigma: standard deviations of the bell across and down, in pixels.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c), or with the channels before (h, w)
        -> the same, of the same type; integers are rounded.

    Raises:
        ShapeError: neither 3 nor 4 axes.
        ConfigError: `kernel_size` is not two ints.

    Differs from Keras: integers are blurred too; without `data_format` the global
    setting holds, where Keras on JAX takes 'channels_first'.

    Example:
        >>> spot = jnp.zeros((3, 3, 1)).at[1, 1].set(16.0)
        >>> gaussian_blur(spot, (3, 1), (100.0, 1.0))[..., 0].round(2)
        Array([[0.  , 0.  , 0.  ],
               [5.33, 5.33, 5.33],
               [0.  , 0.  , 0.  ]], dtype=float32)
    """
    where = "ops.image.gaussian_blur"
    x = jnp.asarray(images)
    down, across, _ = picture_axes(x, data_format, where)
    size = _checks.int_tuple(tuple(kernel_size), 2, "kernel_size", where)
    sigmas = jnp.asarray(sigma, jnp.float32)
    blurred = x if is_float(x.dtype) else x.astype(jnp.float32)
    for axis, taps, width in ((down, size[1], sigmas[1]), (across, size[0], sigmas[0])):
        blurred = _blurred(blurred, axis, taps, width)
    return saturate(blurred, x.dtype)


def _bell(places: jax.Array, sigma: jax.Array) -> jax.Array:
    return jnp.exp(-0.5 * (places / sigma) ** 2)


def _blurred(x: jax.Array, axis: int, taps: int, sigma: jax.Array) -> jax.Array:
    """Blurs along one axis, zeros outside."""
    places = jnp.arange(taps) - (taps - 1) / 2
    weights = _bell(places, sigma)
    weights = (weights / weights.sum()).astype(x.dtype)
    if taps <= _FEW_TAPS:
        return shifted_sum(x, weights, axis)
    length = x.shape[axis]
    # Entry (i, j) says what pixel j adds to pixel i.
    offset = jnp.arange(length) - jnp.arange(length)[:, None] + (taps - 1) // 2
    inside = (offset >= 0) & (offset < taps)
    matrix = jnp.where(inside, weights[jnp.clip(offset, 0, taps - 1)], 0)
    return _along(matrix, x, axis)


def _along(matrix: jax.Array, x: jax.Array, axis: int) -> jax.Array:
    """Multiplies a matrix with each line of pixels along an axis."""
    moved = jnp.moveaxis(x, axis, -1)
    product = jnp.matmul(moved, matrix.T, precision=jax.lax.Precision.HIGHEST)
    return jnp.moveaxis(product, -1, axis)


def shifted_sum(
    x: jax.Array, weights: jax.Array | Sequence[float], axis: int, full: bool = True
) -> jax.Array:
    """Weighs each pixel's neighbours along one axis and adds them up.

    Args:
        x: any array of floats.
        weights: one for each neighbour, from the lowest index on.
        axis: the axis.
        full: whether to keep the length, with zeros outside; else only pixels with
            all neighbours.

    Example:
        >>> shifted_sum(jnp.asarray([1.0, 2.0, 3.0]), [1, 1, 1], 0)
        Array([3., 6., 5.], dtype=float32)
    """
    taps = len(weights)
    axis %= x.ndim
    shape = x.shape
    # A view with all that follows the axis in one line: neighbours are then whole
    # runs apart, which vectorises also for three channels.
    step = 1
    for size in shape[axis + 1 :]:
        step *= size
    line = x.reshape(*shape[:axis], shape[axis] * step)
    if full:
        before = (taps - 1) // 2 * step
        borders = [(0, 0)] * axis + [(before, (taps - 1) * step - before)]
        line = jnp.pad(line, borders)
    length = line.shape[-1] - (taps - 1) * step
    total: jax.Array | float = 0.0
    for tap in range(taps):
        part = jax.lax.slice_in_dim(line, tap * step, tap * step + length, axis=axis)
        total = total + part * weights[tap]
    return jnp.asarray(total).reshape(*shape[:axis], length // step, *shape[axis + 1 :])


def elastic_transform(
    images: ArrayLike,
    alpha: ArrayLike = 20.0,
    sigma: ArrayLike = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: SeedGenerator | int | jax.Array | None = None,
    data_format: str | None = None,
) -> jax.Array:
    """Distorts pictures as if they were printed on rubber.

    Each pixel is read at a place nearby; the way there is smooth noise.

    Args:
        images: one picture or a batch.
        alpha: how far pixels move.
        sigma: how smooth the noise is, and its size, in pixels.
        interpolation: 'bilinear' or 'nearest'.
        fill_mode: what lies outside: 'constant' (`fill_value`), 'nearest', 'wrap',
            'mirror' or 'reflect'.
        fill_value: the value outside for 'constant'.
        seed: a stream, an int or a JAX key; None for the global stream.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c), or with the channels before (h, w)
        -> the same, of the same type; integers are rounded.

    Raises:
        ShapeError: neither 3 nor 4 axes.
        ConfigError: an argument outside its range.

    Differs from Keras: the ways across and down are drawn apart; Keras on JAX draws
    them alike, so that pixels move along one diagonal only. `alpha` and `sigma` may
    be traced.

    Example:
        >>> x = jnp.ones((2, 6, 8, 3))
        >>> elastic_transform(x, seed=1).shape
        (2, 6, 8, 3)
    """
    where = "ops.image.elastic_transform"
    x = jnp.asarray(images)
    down, across, _ = picture_axes(x, data_format, where)
    _checks.one_of(interpolation, WARP_INTERPOLATIONS, "interpolation", where)
    _checks.one_of(fill_mode, FILL_MODES, "fill_mode", where)
    key = seed if isinstance(seed, jax.Array) else draw_key(seed)
    rows = x.shape[0] if x.ndim == 4 else 1
    noise = jax.random.normal(key, (2, rows, x.shape[down], x.shape[across]))
    batch = x if x.ndim == 4 else x[None]
    result = distorted(
        batch, noise, alpha, sigma, interpolation, fill_mode, fill_value, across == -1
    )
    return result if x.ndim == 4 else result[0]


def distorted(
    images: jax.Array,
    noise: jax.Array,
    alpha: ArrayLike,
    sigma: ArrayLike,
    interpolation: str,
    fill_mode: str,
    fill_value: float,
    channels_first: bool,
) -> jax.Array:
    """Distorts a batch by given noise.

    Args:
        images: the batch.
        noise: normally distributed numbers, for the ways down and across.
        alpha: as of `elastic_transform`, like the rest.
        sigma: how smooth the noise is made.
        interpolation: 'bilinear' or 'nearest'.
        fill_mode: what lies outside.
        fill_value: the value outside for 'constant'.
        channels_first: whether the channels come before the pixels.

    Shapes:
        images: (b, h, w, c), or with the channels before; noise: (2, b, h, w)
        -> as images.

    Example:
        >>> x, still = jnp.ones((1, 4, 4, 3)), jnp.zeros((2, 1, 4, 4))
        >>> distorted(x, still, 1.0, 1.0, "nearest", "wrap", 0.0, False).shape
        (1, 4, 4, 3)
    """
    if channels_first:
        images = jnp.moveaxis(images, 1, -1)
    width = jnp.maximum(jnp.asarray(sigma, jnp.float32), 1e-6)
    ways = _smooth(noise * width, width) * alpha
    rows, columns = images.shape[1:3]
    result = warp(
        images,
        jnp.arange(rows)[:, None] + ways[0],
        jnp.arange(columns) + ways[1],
        interpolation.lower() == "bilinear",
        fill_mode.lower(),
        fill_value,
    )
    return jnp.moveaxis(result, -1, 1) if channels_first else result


def _smooth(fields: jax.Array, sigma: jax.Array) -> jax.Array:
    """Blurs the last two axes; the window reaches 3 sigma far.

    The number of taps depends on sigma, which may be traced, so the window is cut off
    by comparing, not by its size.
    """
    radius = (jnp.floor(6 * sigma).astype(jnp.int32) | 1) // 2
    longest = 4 * max(fields.shape[-2:])
    taps = jnp.arange(longest)
    bell = jnp.where(taps <= radius, _bell(taps, sigma), 0)
    bell = bell / (2 * bell.sum() - bell[0])
    for axis in (-2, -1):
        length = fields.shape[axis]
        distance = jnp.abs(jnp.arange(length) - jnp.arange(length)[:, None])
        fields = _along(bell[distance], fields, axis)
    return fields


def sobel_edges(images: ArrayLike, data_format: str | None = None) -> jax.Array:
    """Finds how fast pictures get brighter downwards and to the right.

    Args:
        images: a batch.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (b, h, w, c) or (b, c, h, w) -> the same with an axis of 2 at the end:
        downwards, to the right.

    Raises:
        ShapeError: not 4 axes.

    Differs from Keras: none.

    Example:
        >>> sobel_edges(jnp.arange(9.0).reshape(1, 3, 3, 1))[0, 1, 1, 0]
        Array([24.,  8.], dtype=float32)
    """
    where = "ops.image.sobel_edges"
    x = jnp.asarray(images)
    down, across, _ = picture_axes(x, data_format, where)
    if x.ndim != 4:
        raise ShapeError(
            message(where, f"`images` must be a batch (4 axes), got shape {x.shape}")
        )
    smooth, slope = [1, 2, 1], [-1, 0, 1]
    return jnp.stack(
        [
            shifted_sum(shifted_sum(x, one, down), other, across).astype(x.dtype)
            for one, other in ((slope, smooth), (smooth, slope))
        ],
        axis=-1,
    )


def ssim(
    image1: ArrayLike,
    image2: ArrayLike,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> jax.Array:
    """Measures how alike two pictures are (structural similarity, 1 if equal).

    Args:
        image1: one picture or a batch.
        image2: those to compare with.
        max_val: the largest possible value, 1 or 255.
        filter_size: pixels of the window that means are taken over.
        filter_sigma: its standard deviation.
        k1: steadies the comparison of brightness.
        k2: steadies the comparison of contrast.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        image1, image2: (h, w, c) -> (), or (b, h, w, c) -> (b,), or with the channels
        before (h, w).

    Raises:
        ShapeError: other shapes, or pictures smaller than the window.

    Differs from Keras: none.

    Example:
        >>> x = jnp.arange(256.0).reshape(16, 16, 1)
        >>> float(ssim(x, x, max_val=255.0))
        1.0

    Reference: Wang et al., "Image quality assessment: from error visibility to
        structural similarity", IEEE Transactions on Image Processing 13, 2004
    """
    where = "ops.image.ssim"
    first, second = jnp.asarray(image1), jnp.asarray(image2)
    down, across, channels = picture_axes(first, data_format, where)
    if first.shape != second.shape:
        raise ShapeError(
            message(
                where,
                "`image1` and `image2` must have one shape, got "
                f"{first.shape} and {second.shape}",
            )
        )
    size = _checks.positive_int(filter_size, "filter_size", where)
    if size > min(first.shape[down], first.shape[across]):
        raise ConfigError(
            message(
                where,
                f"`filter_size` {size} is larger than pictures of shape {first.shape}",
                "give a smaller `filter_size`",
            )
        )
    weights = _bell(jnp.arange(size) - (size - 1) / 2, jnp.float32(filter_sigma))
    weights = weights / weights.sum()

    def mean(x: jax.Array) -> jax.Array:
        return shifted_sum(shifted_sum(x, weights, down, False), weights, across, False)

    a, b = (x if is_float(x.dtype) else x.astype(jnp.float32) for x in (first, second))
    mean_a, mean_b = mean(a), mean(b)
    spread = mean(a * a) - mean_a**2 + mean(b * b) - mean_b**2
    common = mean(a * b) - mean_a * mean_b
    steady = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    likeness = (2 * mean_a * mean_b + steady[0]) * (2 * common + steady[1])
    likeness /= (mean_a**2 + mean_b**2 + steady[0]) * (spread + steady[1])
    return likeness.mean((down, across, channels)).astype(first.dtype)
