"""Pooling without window reductions: the pure-JAX forms for CPU.

The maximum's whole gradient goes to the first maximum of a window in row-major order,
as XLA's own rule does: a running maximum that only a greater value replaces. Windows
are taken one axis after the other, which keeps that order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from ._matmul import pad, view
from ._spec import PoolSpec

Combine = Callable[[jax.Array, jax.Array], jax.Array]


def greater(best: jax.Array, new: jax.Array) -> jax.Array:
    """The greater of two; the first where they are equal; NaN where there is one."""
    wins = new > best
    if jnp.issubdtype(new.dtype, jnp.floating):
        wins = wins | (new != new)
    return jnp.where(wins, new, best)


def lowest(dtype: jnp.dtype) -> float:
    """The value that no other is smaller than."""
    if jnp.issubdtype(dtype, jnp.floating):
        return -np.inf
    return 0 if dtype == jnp.bool_ else int(jnp.iinfo(dtype).min)


def windows(x: jax.Array, spec: PoolSpec, empty: float) -> list[jax.Array]:
    """Returns the positions of the windows as shifted views, in row-major order."""
    x = pad(x, spec.padding, value=empty)
    taps = itertools.product(*(range(k) for k in spec.size))
    return [view(x, tap, spec.outputs, spec.strides) for tap in taps]


def axis_windows(
    x: jax.Array, axis: int, spec: PoolSpec, empty: float
) -> list[jax.Array]:
    """Returns the shifted views of one spatial axis; the last inputs may be unused."""
    rank = len(spec.size)
    padding = [(0, 0)] * rank
    padding[axis] = spec.padding[axis]
    x = pad(x, padding, value=empty)
    count = list(x.shape[1:-1])
    count[axis] = spec.outputs[axis]
    stride = [1] * rank
    stride[axis] = spec.strides[axis]
    starts = [[0] * rank for _ in range(spec.size[axis])]
    for k, start in enumerate(starts):
        start[axis] = k
    return [view(x, tuple(s), tuple(count), tuple(stride)) for s in starts]


def fold(parts: list[jax.Array], combine: Combine) -> jax.Array:
    """Combines from the first to the last."""
    total = parts[0]
    for part in parts[1:]:
        total = combine(total, part)
    return total


def max_pool_views(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """A running maximum over the positions of the windows."""
    return fold(windows(x, spec, lowest(x.dtype)), greater)


def max_pool_axes(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """A running maximum along one axis after the other, the last first."""
    for axis in reversed(range(len(spec.size))):
        x = fold(axis_windows(x, axis, spec, lowest(x.dtype)), greater)
    return x


def sum_pool_views(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """A sum over the positions of the windows."""
    return fold(windows(x, spec, 0), jnp.add)


def sum_pool_axes(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """A sum along one axis after the other, the last first."""
    for axis in reversed(range(len(spec.size))):
        x = fold(axis_windows(x, axis, spec, 0), jnp.add)
    return x


def counts(spec: PoolSpec) -> np.ndarray:
    """Returns how many real inputs each window has: (*outputs, 1)."""
    total = np.ones((1,) * len(spec.size))
    for axis, n in enumerate(spec.outputs):
        start = np.arange(n) * spec.strides[axis] - spec.padding[axis][0]
        stop = np.minimum(start + spec.size[axis], spec.inputs[axis])
        inside = stop - np.maximum(start, 0)
        shape = [1] * len(spec.size)
        shape[axis] = n
        total = total * inside.reshape(shape)
    return total[..., None]
