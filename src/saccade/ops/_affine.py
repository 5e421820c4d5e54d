"""Warping of pictures: each pixel of the result is looked up somewhere in the input.

All functions look up whole batches at once, by `kernels.look_up`. Filters and colours
must not go here.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import kernels
from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message

from ._pictures import check_pictures

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
WARP_INTERPOLATIONS = ("nearest", "bilinear")


def affine_transform(
    images: ArrayLike,
    transform: ArrayLike,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> jax.Array:
    """Rotates, scales, shears and shifts pictures.

    With the 8 numbers a0 a1 a2 b0 b1 b2 c0 c1, the pixel (x, y) of the result is read
    at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1.

    Args:
        images: one picture or a batch.
        transform: the 8 numbers, the same for all pictures or of each.
        interpolation: 'bilinear' or 'nearest'.
        fill_mode: what lies outside: 'constant' (`fill_value`), 'nearest' (the pixel
            at the edge), 'wrap' (the other side), 'mirror' (mirrored at the middle of
            the last pixel) or 'reflect' (mirrored at the edge).
        fill_value: the value outside for 'constant'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c), or with the channels before (h, w);
        transform: (8,) or (b, 8) -> as images, of the same type; integers are rounded.

    Raises:
        ShapeError: other shapes.
        ConfigError: an argument outside its range.

    Differs from Keras: c0 and c1 follow the formula; Keras on JAX misreads them.

    Example:
        >>> left = [1.0, 0, 1, 0, 1, 0, 0, 0]
        >>> affine_transform(jnp.arange(3.0).reshape(1, 3, 1), left).ravel()
        Array([1., 2., 0.], dtype=float32)
    """
    where = "ops.image.affine_transform"
    x = jnp.asarray(images)
    matrix = jnp.asarray(transform, jnp.float32)
    check_pictures(x, where)
    if matrix.shape != (8,) and (matrix.ndim != 2 or matrix.shape[1] != 8):
        raise ShapeError(
            message(
                where,
                f"`transform` must be of shape (8,) or (b, 8), got {matrix.shape}",
            )
        )
    return _project(x, matrix, interpolation, fill_mode, fill_value, data_format, where)


def perspective_transform(
    images: ArrayLike,
    start_points: ArrayLike,
    end_points: ArrayLike,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> jax.Array:
    """Shows pictures as if looked at from the side.

    Args:
        images: one picture or a batch.
        start_points: (x, y) of four corners in the input.
        end_points: where they come to lie in the result.
        interpolation: 'bilinear' or 'nearest'.
        fill_value: the value of what lies outside the input.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        images: (h, w, c) or (b, h, w, c), or with the channels before (h, w);
        points: (4, 2) or (b, 4, 2) -> as images, of the same type.

    Raises:
        ShapeError: other shapes.
        ConfigError: an argument outside its range.

    Differs from Keras: none.

    Example:
        >>> corners = jnp.asarray([[0.0, 0], [2, 0], [0, 2], [2, 2]])
        >>> x = jnp.arange(9.0).reshape(3, 3, 1)
        >>> perspective_transform(x, corners, corners * 2, "nearest")[..., 0]
        Array([[0., 1., 1.],
               [3., 4., 4.],
               [3., 4., 4.]], dtype=float32)
    """
    where = "ops.image.perspective_transform"
    x = jnp.asarray(images)
    start = jnp.asarray(start_points, jnp.float32)
    end = jnp.asarray(end_points, jnp.float32)
    check_pictures(x, where)
    if (
        start.shape != end.shape
        or start.ndim not in (2, 3)
        or start.shape[-2:] != (4, 2)
    ):
        raise ShapeError(
            message(
                where,
                "`start_points` and `end_points` must both be of shape (4, 2) or "
                f"(b, 4, 2), got {start.shape} and {end.shape}",
            )
        )
    return _project(
        x, homography(start, end), interpolation, "constant", fill_value, data_format,
        where,
    )  # fmt: skip


def map_coordinates(
    inputs: ArrayLike,
    coordinates: ArrayLike,
    order: int,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
) -> jax.Array:
    """Reads an array at places between its elements.

    Args:
        inputs: any array.
        coordinates: the places, one row for each axis of `inputs`.
        order: 0 for the nearest element, 1 for linear interpolation.
        fill_mode: as of `affine_transform`.
        fill_value: the value outside for 'constant'.

    Shapes:
        inputs: of n axes; coordinates: (n, ...) -> (...), of the type of inputs.

    Raises:
        ShapeError: the number of rows is not that of axes.
        ConfigError: an argument outside its range.

    Differs from Keras: none.

    Example:
        >>> map_coordinates(jnp.asarray([0.0, 10.0, 20.0]), [[0.5, 2.0]], 1)
        Array([ 5., 20.], dtype=float32)
    """
    where = "ops.image.map_coordinates"
    x, places = jnp.asarray(inputs), jnp.asarray(coordinates)
    if places.ndim < 2 or places.shape[0] != x.ndim:
        raise ShapeError(
            message(
                where,
                f"`coordinates` must be of shape ({x.ndim}, ...) for `inputs` of "
                f"shape {x.shape}, got {places.shape}",
            )
        )
    _checks.one_of(fill_mode, FILL_MODES, "fill_mode", where)
    if order not in (0, 1):
        raise ConfigError(message(where, f"`order` must be 0 or 1, got {order!r}"))
    return jax.scipy.ndimage.map_coordinates(
        x, list(places), order, fill_mode, fill_value
    )


def homography(start: jax.Array, end: jax.Array) -> jax.Array:
    """The 8 numbers that lead from each end point back to its start point."""
    x, y = end[..., 0], end[..., 1]
    one, zero = jnp.ones_like(x), jnp.zeros_like(x)
    sx, sy = start[..., 0], start[..., 1]
    rows_x = jnp.stack([x, y, one, zero, zero, zero, -sx * x, -sx * y], -1)
    rows_y = jnp.stack([zero, zero, zero, x, y, one, -sy * x, -sy * y], -1)
    matrix = jnp.concatenate([rows_x, rows_y], axis=-2)
    target = jnp.concatenate([sx, sy], axis=-1)[..., None]
    return jnp.linalg.solve(matrix, target)[..., 0]


def _project(
    x: jax.Array,
    matrix: jax.Array,
    interpolation: str,
    fill_mode: str,
    fill_value: float,
    data_format: str | None,
    where: str,
) -> jax.Array:
    """Reads each pixel where the 8 numbers of its picture say."""
    bilinear = (
        _checks.one_of(interpolation, WARP_INTERPOLATIONS, "interpolation", where)
        == "bilinear"
    )
    mode = _checks.one_of(fill_mode, FILL_MODES, "fill_mode", where)
    first = _checks.data_format(data_format, where) == "channels_first"
    batch = x if x.ndim == 4 else x[None]
    if first:
        batch = jnp.moveaxis(batch, 1, -1)
    number = batch.shape[0]
    if matrix.ndim == 2 and matrix.shape[0] not in (1, number):
        raise ShapeError(
            message(
                where,
                f"there are {matrix.shape[0]} transforms for {number} pictures",
                "give one for all, or one for each",
            )
        )
    spec = _spec(batch, batch.shape[1:3], bilinear, mode, fill_value)
    result = kernels.look_up(batch, jnp.atleast_2d(matrix), spec)
    if first:
        result = jnp.moveaxis(result, -1, 1)
    return result if x.ndim == 4 else result[0]


def _spec(
    images: jax.Array,
    outputs: Sequence[int],
    bilinear: bool,
    fill_mode: str,
    fill_value: float,
) -> kernels.WarpSpec:
    number, height, width, channels = images.shape
    return kernels.WarpSpec(
        number, (height, width), tuple(outputs), channels, fill_mode, bilinear,
        float(fill_value), images.dtype.name,
    )  # fmt: skip


def warp(
    images: jax.Array,
    rows: jax.Array,
    columns: jax.Array,
    bilinear: bool,
    fill_mode: str,
    fill_value: float = 0.0,
) -> jax.Array:
    """Reads pictures at given places.

    Args:
        images: a batch, channels last.
        rows: the place of each pixel of the result, in pixels from the top.
        columns: the same from the left.
        bilinear: whether to interpolate between four pixels, else the nearest.
        fill_mode: as of `affine_transform`.
        fill_value: the value outside for 'constant'.

    Shapes:
        images: (b, h, w, c); rows, columns: (b or 1, h', w') -> (b, h', w', c).

    Example:
        >>> x = jnp.asarray([0.0, 10.0]).reshape(1, 1, 2, 1)
        >>> at = jnp.full((1, 1, 1), 0.25)
        >>> warp(x, at * 0, at, True, "nearest").ravel()
        Array([2.5], dtype=float32)
    """
    spec = _spec(images, rows.shape[1:], bilinear, fill_mode, fill_value)
    places = jnp.stack(jnp.broadcast_arrays(rows, columns))
    return kernels.look_up(images, places, spec)
