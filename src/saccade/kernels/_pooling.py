"""Pooling without window reductions: the pure-JAX forms for CPU.

The maximum's whole gradient goes to the first maximum of a window in row-major order,
as XLA's own rule does: a running maximum that only a greater value replaces. Windows
are taken one axis after the other, which keeps that order.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

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


def split_windows(x: jax.Array, spec: PoolSpec, empty: float) -> list[jax.Array]:
    """Returns the positions of windows that lie side by side, in row-major order."""
    fill = [
        (lo, n * k - have - lo)
        for (lo, _), n, k, have in zip(
            spec.padding, spec.outputs, spec.size, spec.inputs, strict=True
        )
    ]
    x = pad(x, fill, value=empty)
    rank = len(spec.size)
    folded: list[int] = []
    for n, k in zip(spec.outputs, spec.size, strict=True):
        folded += [n, k]
    cells = x.reshape(x.shape[0], *folded, x.shape[-1])
    window = [2 + 2 * axis for axis in range(rank)]
    outputs = [1 + 2 * axis for axis in range(rank)]
    cells = cells.transpose(*window, 0, *outputs, 2 * rank + 1)
    cells = cells.reshape(-1, *cells.shape[rank:])
    return [lax.squeeze(part, (0,)) for part in lax.split(cells, (1,) * cells.shape[0])]


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


def max_pool_split(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Windows side by side: reshape, then a running maximum."""
    return fold(split_windows(x, spec, lowest(x.dtype)), greater)


def max_pool_views(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Overlapping windows: shifted views, last axis first."""
    for axis in reversed(range(len(spec.size))):
        x = fold(axis_windows(x, axis, spec, lowest(x.dtype)), greater)
    return x


def sum_pool_split(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Windows side by side: reshape, then add."""
    return fold(split_windows(x, spec, 0), jnp.add)


def sum_pool_views(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Overlapping windows: shifted views, last axis first."""
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
