"""Adding a bias per channel, with a gradient that keeps the layout of its input."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from . import _choose
from ._lanes import turned
from ._matmul import accumulator
from ._norm import spec_of


@jax.custom_vjp
def add_bias(x: jax.Array, bias: jax.Array) -> jax.Array:
    """Adds one number per channel to a channels-last array.

    Args:
        x: (b, ..., c).
        bias: (c,), of the same type.

    Shapes:
        -> (b, ..., c).
    """
    return x + bias


def _forward(x: jax.Array, bias: jax.Array) -> tuple[jax.Array, None]:
    return add_bias(x, bias), None


def _backward(_: None, g: jax.Array) -> tuple[jax.Array, jax.Array]:
    return g, _choose.choose("bias_gradient", spec_of(g)).run(g)


add_bias.defvjp(_forward, _backward)


def by_sum(g: jax.Array) -> jax.Array:
    """Sums over all axes but the last."""
    return jnp.sum(g, axis=tuple(range(g.ndim - 1)))


def by_lanes(g: jax.Array) -> jax.Array:
    """The same as a matrix product with the batch innermost.

    XLA rewrites a large sum into windows, which on CPU forces a copy of the whole
    array into its first layout.
    """
    rows = turned(g).reshape(g.shape[-1], -1)
    ones = jnp.ones(rows.shape[1:], g.dtype)
    out = jnp.matmul(rows, ones, preferred_element_type=accumulator(g.dtype))
    return out.astype(g.dtype)
