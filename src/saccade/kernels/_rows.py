"""Rows of a data set, in any order: what a batch is made of."""

from __future__ import annotations

import math

import jax

from . import _choose
from ._library import has
from ._spec import RowsSpec


def take_rows(data: jax.Array, rows: jax.Array) -> jax.Array:
    """Returns some rows of an array; it has no derivative.

    Args:
        data: (n, ...).
        rows: int32 (b,), each in 0..n-1.

    Shapes:
        -> (b, ...).

    Example:
        >>> import jax.numpy as jnp
        >>> take_rows(jnp.array([[1], [2], [3]]), jnp.array([2, 0])).ravel().tolist()
        [3, 1]
    """
    size = math.prod(data.shape[1:]) * data.dtype.itemsize
    spec = RowsSpec(rows.shape[0], size, data.dtype.name)
    return _choose.choose("take_rows", spec).run(data, rows)


def by_index(data: jax.Array, rows: jax.Array) -> jax.Array:
    """XLA's gather."""
    return data.at[rows].get(mode="promise_in_bounds")


def fits(spec: RowsSpec) -> bool:
    """Says whether the compiled kernel takes the rows, and is there."""
    # Numbers of less than a byte, and random keys, are not laid out as bytes.
    plain = spec.dtype.startswith(("float", "bfloat16", "int", "uint"))
    return plain and not spec.dtype.endswith(("int2", "int4")) and has("gather")


def native(data: jax.Array, rows: jax.Array) -> jax.Array:
    """Copies rows while the caches fetch the next ones."""
    out = jax.ShapeDtypeStruct((rows.shape[0], *data.shape[1:]), data.dtype)
    run = jax.ffi.ffi_call("saccade_gather", out, vmap_method="sequential")
    return run(data, rows.astype("int32"))  # type: ignore[return-value]  one result
