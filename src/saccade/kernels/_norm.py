"""What batch normalization needs of all pixels and pictures, for each channel.

Channels are the last axis. On CPU a large sum of XLA costs more than it seems: it is
rewritten into windows, which forces copies of the whole array into another layout.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax import lax

from . import _choose
from ._spec import USUAL_BATCH, ChannelSpec

Pair = tuple[jax.Array, jax.Array]


def moments(x: jax.Array, rows: jax.Array | None = None) -> Pair:
    """Returns mean and variance of each channel.

    Args:
        x: (b, ..., c) float.
        rows: bool (b,), which pictures count; None for all.

    Shapes:
        -> (c,), (c,).

    Example:
        >>> mean, variance = moments(jnp.array([[1.0], [3.0]]))
        >>> mean.tolist(), variance.tolist()
        ([2.0], [1.0])
    """
    return _choose.choose("moments", spec_of(x)).run(x, rows)


def normalize(
    x: jax.Array,
    centre: jax.Array,
    factor: jax.Array,
    shift: jax.Array,
    rows: jax.Array | None = None,
) -> jax.Array:
    """Returns (x - centre) * factor + shift, with one number of each per channel.

    Args:
        x: (b, ..., c) float.
        centre: (c,) of the same type, a constant: it gets no gradient.
        factor: (c,).
        shift: (c,).
        rows: bool (b,), which pictures count in the gradient; None for all.

    Shapes:
        -> (b, ..., c).

    Example:
        >>> one = jnp.ones(1)
        >>> normalize(jnp.array([[1.0], [3.0]]), one, 2 * one, one).ravel().tolist()
        [1.0, 5.0]
    """
    centre = lax.stop_gradient(centre)
    form = _choose.choose("normalize", spec_of(x))
    return form.run(x, centre, factor, shift, rows)


def spec_of(x: jax.Array) -> ChannelSpec:
    """Describes an array (b, ..., c)."""
    batch = x.shape[0] if isinstance(x.shape[0], int) else USUAL_BATCH
    pixels = [n for n in x.shape[1:-1] if isinstance(n, int)]
    return ChannelSpec(batch, math.prod(pixels), x.shape[-1], x.dtype.name)


def moments_by_sums(x: jax.Array, rows: jax.Array | None) -> Pair:
    """Two passes: the mean, and the squares about it."""
    axes = tuple(range(x.ndim - 1))
    count: jax.Array | float = math.prod(x.shape[:-1])
    kept = None
    if rows is not None:
        kept = wide(rows, x)
        x = jnp.where(kept, x, 0)
        count = jnp.maximum(rows.sum(), 1) * math.prod(x.shape[1:-1])
    mean = x.sum(axes) / count
    # About a constant centre, the gradient needs no sum of x - mean, which is 0. What
    # the centre changes is a square of 0: of use to second derivatives alone.
    centre = lax.stop_gradient(mean)
    off = x - centre
    if kept is not None:
        off = jnp.where(kept, off, 0)
    return mean, jnp.square(off).sum(axes) / count - jnp.square(mean - centre)


def normalize_plainly(
    x: jax.Array,
    centre: jax.Array,
    factor: jax.Array,
    shift: jax.Array,
    rows: jax.Array | None = None,
) -> jax.Array:
    """The formula as it stands."""
    if rows is not None:
        x = jnp.where(wide(rows, x), x, 0)
    return (x - centre) * factor + shift


def wide(rows: jax.Array, x: jax.Array) -> jax.Array:
    """Gives one number for each picture the axes of pictures, (b, 1, ...)."""
    return rows.reshape((-1,) + (1,) * (x.ndim - 1))
