"""Bounds on gradients, as pure functions of lists of arrays."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp


def by_value(gradients: Sequence[jax.Array], bound: float) -> list[jax.Array]:
    """Bounds every element to [-bound, bound].

    Example:
        >>> by_value([jnp.array([3.0, -0.5])], 1.0)[0].tolist()
        [1.0, -0.5]
    """
    return [jnp.clip(g, -bound, bound) for g in gradients]


def by_norm(gradients: Sequence[jax.Array], bound: float) -> list[jax.Array]:
    """Shortens each gradient whose length is more than the bound.

    Example:
        >>> by_norm([jnp.array([3.0, 4.0]), jnp.array([0.5])], 1.0)[0].tolist()
        [0.6000000238418579, 0.800000011920929]
    """
    return [
        g * (bound / jnp.maximum(_norm([g]), bound)).astype(g.dtype) for g in gradients
    ]


def by_global_norm(gradients: Sequence[jax.Array], bound: float) -> list[jax.Array]:
    """Shortens all gradients by one factor if their common length is too large.

    An infinite length makes all of them NaN, so that it does not go unseen.

    Example:
        >>> [g.tolist() for g in by_global_norm([jnp.array([6.0]), jnp.array([8.0])],
        ...                                     1.0)]
        [[0.6000000238418579], [0.800000011920929]]
    """
    norm = _norm(gradients)
    factor = bound / jnp.maximum(norm, bound) + (norm - norm)
    return [g * factor.astype(g.dtype) for g in gradients]


def _norm(arrays: Sequence[jax.Array]) -> jax.Array:
    squares = [jnp.sum(jnp.square(a.astype(jnp.float32))) for a in arrays]
    return jnp.sqrt(sum(squares[1:], squares[0]))
