"""Predictions of large batches on CPU, in pieces whose numbers stay in the caches.

A batch of 1,024 pictures makes arrays that are written to memory and read again by the
next layer; pieces of it do not. The outputs are the same, because each row of them
depends on its own row of the input alone: a trace shows whether that is so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

# The largest array of a piece: about what the inner caches of a few cores hold.
PIECE_BYTES = 8 * 2**20
# Fewer rows leave vectors along the batch and threads without work.
LEAST_ROWS = 64


def in_pieces(
    step: Callable[[Any, jax.Array], Any], x: Any, mask: jax.Array
) -> Callable[[Any, jax.Array], Any]:
    """Returns a step that runs piece by piece, or the step itself where that is wrong.

    Args:
        step: (x, mask of real rows) -> outputs; its layers honour the mask.
        x: a batch that it is for, arrays (rows, ...).
        mask: bool (rows,).

    Example:
        >>> x, mask = jnp.ones((256, 2**15)), jnp.ones(256, bool)
        >>> run = in_pieces(lambda x, mask: x + 1, x, mask)
        >>> run(x, mask).shape  # four pieces of 64 rows
        (256, 32768)
    """
    # Several devices share the rows among them instead.
    if jax.default_backend() != "cpu" or jax.device_count() > 1:
        return step
    rows = mask.shape[0]
    if rows < 2 * LEAST_ROWS:
        return step
    traced, outputs = jax.make_jaxpr(step, return_shape=True)(x, mask)
    reads_mask = any(
        var is traced.jaxpr.invars[-1]
        for line in traced.jaxpr.eqns
        for var in line.invars
    )
    if reads_mask or any(a.shape[:1] != (rows,) for a in jax.tree.leaves(outputs)):
        return step
    size = piece_size(rows, _largest(traced.jaxpr, rows))
    return step if size == rows else _split(step, size)


def piece_size(rows: int, largest: int) -> int:
    """Returns how many rows a piece has: all, or a part that divides them.

    Args:
        rows: of the batch.
        largest: bytes of the largest array that the batch makes.

    Example:
        >>> piece_size(1024, 40 * 2**20), piece_size(100, 2**30)
        (128, 100)
    """
    most = max(LEAST_ROWS, rows * PIECE_BYTES // largest) if largest else rows
    if 2 * most > rows:
        return rows
    parts = (n for n in range(most, most // 2, -1) if rows % n == 0)
    return next(parts, rows)


def _largest(program: Any, rows: int) -> int:
    """The bytes of the largest array of rows; weights are the same for each piece."""
    made = (v.aval for line in program.eqns for v in line.outvars)
    sizes = (
        math.prod(a.shape) * a.dtype.itemsize for a in made if a.shape[:1] == (rows,)
    )
    return max(sizes, default=0)


def _split(
    step: Callable[[Any, jax.Array], Any], size: int
) -> Callable[[Any, jax.Array], Any]:
    def run(x: Any, mask: jax.Array) -> Any:
        # Rows of numbers, which are read where they lie: of pictures, and of arrays cut
        # beforehand, XLA would make a copy.
        flat = jax.tree.map(lambda a: a.reshape(len(a), math.prod(a.shape[1:])), x)
        real = jnp.ones(size, bool)

        def piece(start: jax.Array) -> Any:
            def take(rows: jax.Array, like: jax.Array) -> jax.Array:
                part = lax.dynamic_slice_in_dim(rows, start, size)
                return part.reshape(size, *like.shape[1:])

            return step(jax.tree.map(take, flat, x), real)

        outputs = lax.map(piece, jnp.arange(0, mask.shape[0], size))
        return jax.tree.map(lambda a: a.reshape(-1, *a.shape[2:]), outputs)

    return run
