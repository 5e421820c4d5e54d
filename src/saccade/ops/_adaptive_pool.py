"""Pooling to an output of a given size, whatever the size of the input."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._errors import ShapeError, message

Ints = int | Sequence[int]


def adaptive_average_pool(
    inputs: ArrayLike, output_size: Ints, data_format: str | None = None
) -> jax.Array:
    """Takes means of windows so that the output has a given size.

    Window i of n over a length of m goes from floor(i m / n) to ceil((i + 1) m / n).

    Args:
        inputs: pictures.
        output_size: one int, or one per spatial axis.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        inputs: (b, ..., c) -> (b, *output_size, c)

    Raises:
        ShapeError: too few axes.
        ConfigError: a size below 1.

    Example:
        >>> adaptive_average_pool(jnp.arange(4.0).reshape(1, 4, 1), 2).ravel()
        Array([0.5, 2.5], dtype=float32)
    """
    return _pool(
        jnp.mean, inputs, output_size, data_format, "ops.adaptive_average_pool"
    )


def adaptive_max_pool(
    inputs: ArrayLike, output_size: Ints, data_format: str | None = None
) -> jax.Array:
    """Takes maxima of windows so that the output has a given size.

    Windows as in `adaptive_average_pool`.

    Args:
        inputs: pictures.
        output_size: one int, or one per spatial axis.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        inputs: (b, ..., c) -> (b, *output_size, c)

    Raises:
        ShapeError: too few axes.
        ConfigError: a size below 1.

    Example:
        >>> adaptive_max_pool(jnp.arange(4.0).reshape(1, 4, 1), 2).ravel()
        Array([1., 3.], dtype=float32)
    """
    return _pool(jnp.max, inputs, output_size, data_format, "ops.adaptive_max_pool")


def _pool(
    reduce: Callable[..., jax.Array],
    inputs: ArrayLike,
    output_size: Ints,
    data_format: str | None,
    where: str,
) -> jax.Array:
    x = jnp.asarray(inputs)
    last = _checks.data_format(data_format, where) == "channels_last"
    if x.ndim < 3:
        raise ShapeError(
            message(where, f"`inputs` need spatial axes, got shape {x.shape}")
        )
    sizes = _checks.int_tuple(output_size, x.ndim - 2, "output_size", where)
    for axis, size in enumerate(sizes, 1 if last else 2):
        x = _pool_axis(reduce, x, axis, size)
    return x


def _pool_axis(
    reduce: Callable[..., jax.Array], x: jax.Array, axis: int, size: int
) -> jax.Array:
    """The axes can be pooled in turn: each window is a box."""
    length = x.shape[axis]
    if length % size == 0:
        # All windows alike: no gather.
        shape = (*x.shape[:axis], size, length // size, *x.shape[axis + 1 :])
        return reduce(x.reshape(shape), axis=axis + 1)
    parts = [
        reduce(
            jax.lax.slice_in_dim(
                x, i * length // size, -(-(i + 1) * length // size), axis=axis
            ),
            axis=axis,
        )
        for i in range(size)
    ]
    return jnp.stack(parts, axis)
