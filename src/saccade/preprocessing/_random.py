"""Single random changes of one picture, drawn with NumPy's global generator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from saccade.core._errors import ConfigError, message
from saccade.preprocessing._affine import apply_affine_transform


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Rotates by a random angle.

    Args:
        x: one picture.
        rg: the angle is drawn from [-rg, rg] degrees.
        row_axis: as all that follow, see `apply_affine_transform`.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is outside.
        cval: the value outside for 'constant'.
        interpolation_order: its `order`.

    Differs from Keras: none.

    Example:
        >>> random_rotation(np.ones((1, 4, 4)), 30).shape
        (1, 4, 4)
    """
    return apply_affine_transform(
        x,
        theta=np.random.uniform(-rg, rg),
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shifts by random shares of the sides.

    Args:
        x: one picture.
        wrg: share of the width, drawn from [-wrg, wrg].
        hrg: share of the height.
        row_axis: as all that follow, see `apply_affine_transform`.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is outside.
        cval: the value outside for 'constant'.
        interpolation_order: its `order`.

    Differs from Keras: none.

    Example:
        >>> random_shift(np.ones((1, 4, 4)), 0.2, 0.2).shape
        (1, 4, 4)
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(
        x,
        tx=tx,
        ty=ty,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shears by a random angle.

    Args:
        x: one picture.
        intensity: the angle is drawn from [-intensity, intensity] degrees.
        row_axis: as all that follow, see `apply_affine_transform`.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is outside.
        cval: the value outside for 'constant'.
        interpolation_order: its `order`.

    Differs from Keras: none.

    Example:
        >>> random_shear(np.ones((1, 4, 4)), 10).shape
        (1, 4, 4)
    """
    return apply_affine_transform(
        x,
        shear=np.random.uniform(-intensity, intensity),
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )


def random_zoom(
    x: np.ndarray,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Zooms by random factors, one for each axis.

    Args:
        x: one picture.
        zoom_range: (lowest, highest) factor; above 1 the content becomes smaller.
        row_axis: as all that follow, see `apply_affine_transform`.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is outside.
        cval: the value outside for 'constant'.
        interpolation_order: its `order`.

    Raises:
        ConfigError: `zoom_range` is no pair.

    Differs from Keras: none.

    Example:
        >>> random_zoom(np.ones((1, 4, 4)), (0.8, 1.2)).shape
        (1, 4, 4)
    """
    if len(zoom_range) != 2:
        raise ConfigError(
            message(
                "random_zoom",
                f"`zoom_range` must be (lowest, highest) factor, got {zoom_range!r}",
            )
        )
    low, high = zoom_range
    zx, zy = (1, 1) if low == high == 1 else np.random.uniform(low, high, 2)
    return apply_affine_transform(
        x,
        zx=zx,
        zy=zy,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=interpolation_order,
    )
