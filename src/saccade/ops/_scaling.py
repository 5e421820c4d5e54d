"""Layer and RMS normalization, vectors of several ones, the quality of pictures."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _settings
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.ops._activations import floating
from saccade.ops._nn import one_hot

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def layer_normalization(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    axis: int | Sequence[int] = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> jax.Array:
    """Shifts and scales each row to mean 0 and variance 1.

    Args:
        x: values; short floats are computed in float32.
        gamma: factor on the result; None for 1.
        beta: added to it; None for 0.
        axis: the axes of a row.
        epsilon: keeps the division finite; None for the global setting.
        **kwargs: `rms_scaling=True`, which Keras gave up: no shift, no `beta`.

    Raises:
        ConfigError: unknown arguments.

    Example:
        >>> layer_normalization([[1.0, 3.0]]).round(2)
        Array([[-1.,  1.]], dtype=float32)
    """
    only_scale = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise ConfigError(
            message("ops.layer_normalization", f"unknown arguments {sorted(kwargs)}")
        )
    values, wide, over = _wide(x, axis)
    off = wide - jnp.mean(wide, over, keepdims=True)
    variance = jnp.mean(jnp.square(off), over, keepdims=True)
    least = _settings.epsilon() if epsilon is None else epsilon
    if only_scale:
        warnings.warn(
            "You passed `rms_scaling=True`, which is deprecated: it divides by the "
            "standard deviation. ops.rms_normalization divides by the root mean square",
            stacklevel=2,
        )
        off, beta = wide, None
    result = off * jax.lax.rsqrt(variance + least)
    if gamma is not None:
        result = result * _along(gamma, values.ndim, over)
    if beta is not None:
        result = result + _along(beta, values.ndim, over)
    return result.astype(values.dtype)


def rms_normalization(
    x: ArrayLike,
    scale: ArrayLike | None = None,
    axis: int | Sequence[int] = -1,
    epsilon: float | None = None,
) -> jax.Array:
    """Divides each row by the root of its mean square.

    Args:
        x: values; short floats are computed in float32.
        scale: factor on the result; None for 1.
        axis: the axes of a row.
        epsilon: keeps the division finite; None for the global setting.

    Example:
        >>> rms_normalization([[2.0, 2.0]]).round(2)
        Array([[1., 1.]], dtype=float32)

    Reference: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019,
        https://arxiv.org/abs/1910.07467
    """
    values, wide, over = _wide(x, axis)
    mean = jnp.mean(jnp.square(wide), over, keepdims=True)
    least = _settings.epsilon() if epsilon is None else epsilon
    result = wide * jax.lax.rsqrt(mean + least)
    if scale is not None:
        result = result * _along(scale, values.ndim, over)
    return result.astype(values.dtype)


def _wide(
    x: ArrayLike, axis: int | Sequence[int]
) -> tuple[jax.Array, jax.Array, tuple[int, ...]]:
    values = floating(x)
    over = (axis,) if isinstance(axis, int) else tuple(axis)
    wide = values.astype(jnp.promote_types(values.dtype, jnp.float32))
    return values, wide, tuple(sorted(a % values.ndim for a in over))


def _along(part: ArrayLike, rank: int, over: tuple[int, ...]) -> jax.Array:
    """Sets the axes of a weight to the axes of the rows."""
    array = jnp.asarray(part)
    if array.ndim != len(over):
        return array
    sizes = iter(array.shape)
    return array.reshape([next(sizes) if a in over else 1 for a in range(rank)])


def multi_hot(
    inputs: ArrayLike,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: DTypeLike | None = None,
    sparse: bool = False,
    **kwargs: Any,
) -> jax.Array:
    """Turns several class numbers into one vector with a 1 for each.

    Args:
        inputs: class numbers from 0; those of one vector on the last axis.
        num_classes: length of the vectors.
        axis: the place of the new axis.
        dtype: type of the result; None for the global float type.
        sparse: kept for Keras; must be false.
        **kwargs: kept for Keras; must be empty.

    Raises:
        ConfigError: `num_classes` is missing, or there are unknown arguments.

    Example:
        >>> multi_hot([0, 2], 3)
        Array([1., 0., 1.], dtype=float32)
    """
    if num_classes is None or kwargs:
        raise ConfigError(
            message(
                "ops.multi_hot",
                f"unknown arguments {sorted(kwargs)}"
                if kwargs
                else "`num_classes` is missing",
            )
        )
    numbers = jnp.asarray(inputs)
    along = 1 if numbers.ndim > 1 else 0
    return jnp.max(one_hot(numbers, num_classes, axis, dtype, sparse), axis=along)


def psnr(x1: ArrayLike, x2: ArrayLike, max_val: float) -> jax.Array:
    """Peak signal-to-noise ratio in decibels: how alike two pictures are.

    20 log10(max_val) - 10 log10(mean((x1 - x2)^2)).

    Args:
        x1: pictures.
        x2: others of the same shape.
        max_val: the largest value there can be.

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> round(float(psnr([1.0, 0.0], [1.0, 0.1], 1.0)), 2)
        23.01
    """
    one, other = floating(x1), floating(x2)
    if one.shape != other.shape:
        raise ShapeError(
            message(
                "ops.psnr", f"the shapes {one.shape} and {other.shape} must be equal"
            )
        )
    error = jnp.mean(jnp.square(one - other))
    return 20.0 * jnp.log10(jnp.asarray(max_val, one.dtype)) - 10.0 * jnp.log10(error)
