"""Affine transformations of one picture, by Keras' parameters."""

from __future__ import annotations

import numpy as np

from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._lazy import optional_import
from saccade.data import FILL_MODES, warp_picture


def affine_map(
    height: int,
    width: int,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
) -> tuple[np.ndarray, np.ndarray] | None:
    """Returns the map from places in the result to places in the picture.

    M = rotation @ shift @ shear @ zoom, about the middle. None where nothing moves.

    Args:
        height: of the picture, in pixels.
        width: of the picture, in pixels.
        theta: rotation in degrees.
        tx: shift of the content to the left, in pixels.
        ty: shift of the content up, in pixels.
        shear: angle in degrees.
        zx: zoom from left to right; above 1 the content becomes smaller.
        zy: zoom from top to bottom.

    Shapes:
        -> matrix (2, 2) and offset (2,), for (row, column)

    Example:
        >>> matrix, offset = affine_map(4, 4, tx=1)
        >>> matrix.tolist(), offset.tolist()
        ([[1.0, 0.0], [0.0, 1.0]], [0.0, 1.0])
    """
    if not (theta or tx or ty or shear) and zx == 1 and zy == 1:
        return None
    angle, slant = np.deg2rad(theta), np.deg2rad(shear)
    cos, sin = np.cos(angle), np.sin(angle)
    rotation = np.array([[cos, -sin], [sin, cos]])
    linear = rotation @ [[1, -np.sin(slant)], [0, np.cos(slant)]] @ np.diag([zx, zy])
    # Keras builds the map for (x, y), takes half the height for the middle of x, and
    # swaps the axes afterwards: in a picture that is no square, the middle that stays
    # is (width / 2, height / 2). Programs were tuned with that.
    middle = np.array([height, width]) / 2 - 0.5
    offset = rotation @ [tx, ty] + middle - linear @ middle
    return linear[::-1, ::-1].copy(), offset[::-1].copy()


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Rotates, shifts, shears and zooms a picture in one resampling.

    Args:
        x: one picture.
        theta: rotation in degrees.
        tx: shift of the content to the left, in pixels.
        ty: shift of the content up, in pixels.
        shear: angle in degrees.
        zx: zoom from left to right; above 1 the content becomes smaller.
        zy: zoom from top to bottom.
        row_axis: axis of the rows, 0 to 2.
        col_axis: axis of the columns.
        channel_axis: axis of the channels, 0 or 2.
        fill_mode: what is outside: 'nearest', 'constant', 'reflect' or 'wrap'.
        cval: the value outside for 'constant'.
        order: 0 for the nearest pixel, 1 for a mixture of four, up to 5 for splines.

    Shapes:
        x: (c, h, w) or (h, w, c) -> the same, of the same type

    Raises:
        ConfigError: axes that are not 0, 1 and 2, or an unknown `fill_mode`.
        ShapeError: `x` has not 3 axes.

    Differs from Keras: none.

    Example:
        >>> x = np.arange(6.0).reshape(1, 2, 3)
        >>> apply_affine_transform(x, tx=1)[0].tolist()
        [[1.0, 2.0, 2.0], [4.0, 5.0, 5.0]]
    """
    where = "apply_affine_transform"
    x = np.asarray(x)
    _check_axes(x, row_axis, col_axis, channel_axis, where)
    if fill_mode not in FILL_MODES:
        raise ConfigError(
            message(
                where,
                f"`fill_mode` must be one of {', '.join(FILL_MODES)}, got "
                f"{fill_mode!r}",
            )
        )
    height, width = x.shape[row_axis], x.shape[col_axis]
    found = affine_map(height, width, theta, tx, ty, shear, zx, zy)
    if found is None:
        return x
    matrix, offset = found
    if col_axis < row_axis:
        matrix, offset = matrix[::-1, ::-1], offset[::-1]
    last = np.moveaxis(x, channel_axis, 2)
    if order in (0, 1):
        warped = warp_picture(_as_float(last), matrix, offset, fill_mode, cval, order)
    else:
        warped = _splines(_as_float(last), matrix, offset, fill_mode, cval, order)
    if x.dtype.kind in "iu":
        limits = np.iinfo(x.dtype)
        warped = np.clip(np.floor(warped + 0.5), limits.min, limits.max)
    return np.moveaxis(warped.astype(x.dtype, copy=False), 2, channel_axis)


def _as_float(x: np.ndarray) -> np.ndarray:
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _check_axes(x: np.ndarray, row: int, column: int, channel: int, where: str) -> None:
    if {row, column, channel} != {0, 1, 2} or channel == 1:
        raise ConfigError(
            message(
                where,
                "the axes of rows, columns and channels must be 0, 1 and 2, channels "
                f"first or last, got row_axis={row}, col_axis={column}, "
                f"channel_axis={channel}",
            )
        )
    if x.ndim != 3:
        raise ShapeError(
            message(where, f"`x` must be one picture with 3 axes, got shape {x.shape}")
        )


def _splines(
    x: np.ndarray,
    matrix: np.ndarray,
    offset: np.ndarray,
    fill_mode: str,
    cval: float,
    order: int,
) -> np.ndarray:
    """Leaves the rarely used splines to SciPy, channel by channel."""
    ndimage = optional_import("scipy.ndimage", extra="dev", purpose="interpolation")
    channels = [
        ndimage.affine_transform(
            x[..., c], matrix, offset, order=order, mode=fill_mode, cval=cval
        )
        for c in range(x.shape[2])
    ]
    return np.stack(channels, axis=2)


def flip_axis(x: np.ndarray, axis: int) -> np.ndarray:
    """Turns a picture round along one axis.

    Args:
        x: any array.
        axis: which axis.

    Example:
        >>> flip_axis(np.array([[1, 2]]), 1).tolist()
        [[2, 1]]
    """
    return np.flip(x, axis)
