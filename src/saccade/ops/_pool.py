"""Maximum and average over windows: argument checks and data formats.

How pooling is computed belongs to `saccade.kernels`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import kernels
from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message

from ._shapes import check_size, window_padding, windowed_shape

Ints = int | Sequence[int]
# The places of a window are counted in 32 bits.
MOST_PLACES = 2**31


def max_pool(
    inputs: ArrayLike,
    pool_size: Ints,
    strides: Ints | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Takes the maximum of each window.

    The whole gradient goes to the first maximum of a window in row-major order.

    Args:
        inputs: pictures.
        pool_size: the window, one int or one per spatial axis.
        strides: inputs between neighbouring windows; None for `pool_size`.
        padding: 'valid' or 'same'; what is added never wins.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        inputs: (b, ..., c) or (b, c, ...) -> the same with shorter spatial axes.

    Raises:
        ShapeError: too few axes, or a window larger than its input with
            padding='valid'.
        ConfigError: an argument outside its range.

    Differs from Keras: none.

    Example:
        >>> max_pool(jnp.arange(4.0).reshape(1, 2, 2, 1), 2).ravel()
        Array([3.], dtype=float32)
    """
    x, spec, last = _prepare(
        inputs, pool_size, strides, padding, data_format, "ops.max_pool"
    )
    return _restore(kernels.max_pool(x, spec), last)


def average_pool(
    inputs: ArrayLike,
    pool_size: Ints,
    strides: Ints | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> jax.Array:
    """Takes the mean of each window; with padding='same' of its real inputs only.

    Args:
        inputs: pictures.
        pool_size: the window, one int or one per spatial axis.
        strides: inputs between neighbouring windows; None for `pool_size`.
        padding: 'valid' or 'same'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        inputs: (b, ..., c) or (b, c, ...) -> the same with shorter spatial axes.

    Raises:
        ShapeError: too few axes, or a window larger than its input with
            padding='valid'.
        ConfigError: an argument outside its range.

    Differs from Keras: integers are averaged as floats. Forward-mode derivatives
    (`jax.jvp`) are not defined where the compiled kernels run, on CPU.

    Example:
        >>> average_pool(jnp.arange(4.0).reshape(1, 2, 2, 1), 2).ravel()
        Array([1.5], dtype=float32)
    """
    x, spec, last = _prepare(
        inputs, pool_size, strides, padding, data_format, "ops.average_pool"
    )
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype(float)
    return _restore(kernels.average_pool(x, spec), last)


def _restore(x: jax.Array, last: bool) -> jax.Array:
    return x if last else jnp.moveaxis(x, -1, 1)


def _prepare(
    inputs: ArrayLike,
    pool_size: Ints,
    strides: Ints | None,
    padding: str,
    data_format: str | None,
    where: str,
) -> tuple[jax.Array, kernels.PoolSpec, bool]:
    """Returns the input channels last, the spec, and whether it was so before."""
    x = jnp.asarray(inputs)
    last = _checks.data_format(data_format, where) == "channels_last"
    if x.ndim < 3:
        raise ShapeError(
            message(
                where,
                "`inputs` need a batch axis, one or more spatial axes and a channel "
                f"axis, got shape {x.shape}",
            )
        )
    x = x if last else jnp.moveaxis(x, 1, -1)
    rank = x.ndim - 2
    size = _checks.int_tuple(pool_size, rank, "pool_size", where)
    if math.prod(size) >= MOST_PLACES:
        raise ConfigError(
            message(where, f"`pool_size` must be below 2^31 places, got {size}")
        )
    steps = size
    if strides is not None:
        steps = _checks.int_tuple(strides, rank, "strides", where)
    padding = _checks.one_of(padding, ("valid", "same"), "padding", where)
    lengths = x.shape[1:-1]
    outputs = windowed_shape(x.shape, size, steps, padding, "channels_last", where)
    around = tuple(
        window_padding(n, k, s, padding)
        for n, k, s in zip(lengths, size, steps, strict=True)
    )
    batch = x.shape[0] if isinstance(x.shape[0], int) else kernels.USUAL_BATCH
    check_size((batch, *lengths), around, x.shape[-1], where)
    spec = kernels.PoolSpec(
        batch=batch,
        inputs=lengths,
        outputs=tuple(int(n or 0) for n in outputs[1:-1]),
        size=size,
        strides=steps,
        padding=around,
        channels=x.shape[-1],
    )
    return x, spec, last
