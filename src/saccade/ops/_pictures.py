"""What the operations on pictures share: checks, axes, casts."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from saccade.core import _checks
from saccade.core._errors import ShapeError, message


def check_pictures(x: jax.Array, where: str) -> None:
    """Raises unless `x` is one picture or a batch.

    Raises:
        ShapeError: neither 3 nor 4 axes.

    Example:
        >>> check_pictures(jnp.ones((4, 4, 3)), "resize")
    """
    if x.ndim not in (3, 4):
        raise ShapeError(
            message(
                where,
                "`images` must have 3 axes (one picture) or 4 (a batch), got shape "
                f"{x.shape}",
            )
        )


def picture_axes(
    x: jax.Array, data_format: str | None, where: str
) -> tuple[int, int, int]:
    """Returns the axes of rows, columns and channels, counted from the end.

    Example:
        >>> picture_axes(jnp.ones((4, 4, 3)), "channels_first", "resize")
        (-2, -1, -3)
    """
    check_pictures(x, where)
    if _checks.data_format(data_format, where) == "channels_last":
        return -3, -2, -1
    return -2, -1, -3


def saturate(x: jax.Array, dtype: jnp.dtype) -> jax.Array:
    """Casts; integers are rounded and kept within the range of their type.

    Example:
        >>> saturate(jnp.asarray([-1.0, 1.6, 300.0]), jnp.dtype("uint8"))
        Array([  0,   2, 255], dtype=uint8)
    """
    if x.dtype == dtype:
        return x
    if jnp.issubdtype(dtype, jnp.integer):
        limits = jnp.iinfo(dtype)
        x = jnp.clip(jnp.round(x), limits.min, limits.max)
    return x.astype(dtype)
