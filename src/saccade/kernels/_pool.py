"""Maximum and average pooling, in the form that `_choose` picks."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp

from . import _choose
from ._pooling import counts
from ._spec import PoolSpec
from ._windows import joined


def max_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Maximum of each window of a channels-last array.

    Args:
        x: (b, *inputs, c).
        spec: window, strides, padding.

    Shapes:
        -> (b, *outputs, c).
    """
    spec = dataclasses.replace(spec, dtype=x.dtype.name)
    found = joined(x, spec)
    return _choose.choose("max_pool", spec).run(x, spec) if found is None else found


def average_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Average of the real inputs in each window of a channels-last array.

    Args:
        x: (b, *inputs, c) float.
        spec: window, strides, padding.

    Shapes:
        -> (b, *outputs, c).
    """
    return _form("average_pool", x, spec).run(x, spec)


def average_by_sums(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """The sum of each window, divided by the number of its real inputs."""
    total = _form("sum_pool", x, spec).run(x, spec)
    inside = counts(spec)
    if (inside == inside.flat[0]).all():
        return total / jnp.asarray(inside.flat[0], x.dtype)
    return total / jnp.asarray(inside, x.dtype)


def _form(operation: str, x: jax.Array, spec: PoolSpec) -> _choose.Form:
    return _choose.choose(operation, dataclasses.replace(spec, dtype=x.dtype.name))
