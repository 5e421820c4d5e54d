"""Work strip by strip: a few rows of the output at a time.

Patches of a large picture do not fit into the cache, and memory is many times slower.
So the rows of the output are worked through in strips. Arrays are (c, rows, ..., b);
`stride` and `span` say which input rows a strip of output rows reads.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

# Bytes of scratch per strip that stay in the cache of a usual processor.
CACHE_BYTES = 16 << 20


def rows_per_strip(rows: int, row_bytes: int, multiple: int = 1) -> int:
    """Returns how many output rows to take at a time.

    Args:
        rows: rows of the output.
        row_bytes: scratch that one output row needs.
        multiple: strips have a multiple of this many rows.

    Example:
        >>> rows_per_strip(32, 1 << 21), rows_per_strip(32, 100)
        (8, 32)
    """
    if rows * row_bytes <= 2 * CACHE_BYTES:
        return rows
    strips = -(-rows * row_bytes // CACHE_BYTES)
    fair = -(-rows // strips)
    return min(rows, max(multiple, -(-fair // multiple) * multiple))


def read(x: jax.Array, first: int | jax.Array, count: int) -> jax.Array:
    """Returns `count` rows from `first` on."""
    return lax.dynamic_slice_in_dim(x, first, count, axis=1)


def join(
    part: Callable[[jax.Array], jax.Array],
    x: jax.Array,
    rows: int,
    strip: int,
    stride: int,
    span: int,
) -> jax.Array:
    """Puts the strips of an output side by side: each is `part` of its input rows."""
    if strip >= rows:
        return part(read(x, 0, (rows - 1) * stride + span))

    def reach(count: int) -> int:
        return (count - 1) * stride + span

    shape = jax.eval_shape(part, read(x, 0, reach(strip)))
    out = lax.empty((shape.shape[0], rows, *shape.shape[2:]), shape.dtype)

    def body(i: jax.Array, out: jax.Array) -> jax.Array:
        new = part(read(x, i * (strip * stride), reach(strip)))
        return lax.dynamic_update_slice_in_dim(out, new, i * strip, axis=1)

    out = lax.fori_loop(0, rows // strip, body, out)
    done = rows // strip * strip
    if done < rows:
        last = part(read(x, done * stride, reach(rows - done)))
        out = lax.dynamic_update_slice_in_dim(out, last, done, axis=1)
    return out


def total(
    part: Callable[[jax.Array, jax.Array], jax.Array],
    x: jax.Array,
    y: jax.Array,
    strip: int,
    stride: int,
    span: int,
) -> jax.Array:
    """Adds up `part` of each strip of input rows and output rows."""
    rows = y.shape[1]

    def of(first: int | jax.Array, count: int) -> jax.Array:
        seen = read(x, first * stride, (count - 1) * stride + span)
        return part(seen, read(y, first, count))

    if strip >= rows:
        return of(0, rows)
    out = of(0, strip)
    out = lax.fori_loop(1, rows // strip, lambda i, s: s + of(i * strip, strip), out)
    done = rows // strip * strip
    return out if done == rows else out + of(done, rows - done)


def spread(
    part: Callable[[jax.Array], jax.Array],
    y: jax.Array,
    length: int,
    strip: int,
    stride: int,
    span: int,
) -> jax.Array:
    """Adds `part` of each strip of output rows to the `length` rows it came from."""
    rows = y.shape[1]
    if strip >= rows:
        out = part(y)
        rest = [(0, 0, 0)] * out.ndim
        rest[1] = (0, length - out.shape[1], 0)
        return lax.pad(out, jnp.zeros((), out.dtype), rest)
    shape = jax.eval_shape(part, read(y, 0, strip))
    out = jnp.zeros((shape.shape[0], length, *shape.shape[2:]), shape.dtype)

    def add(out: jax.Array, first: int | jax.Array, count: int) -> jax.Array:
        there, tall = first * stride, (count - 1) * stride + span
        new = part(read(y, first, count)) + read(out, there, tall)
        return lax.dynamic_update_slice_in_dim(out, new, there, axis=1)

    out = lax.fori_loop(
        0, rows // strip, lambda i, out: add(out, i * strip, strip), out
    )
    done = rows // strip * strip
    return out if done == rows else add(out, done, rows - done)
