"""Products of matrices, in the form that `_choose` picks.

On CPU a matrix product of few columns (the last layer of a classifier) is left to a
compiled kernel, and a wide one to XLA with the gradient in an order that it reads well.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from . import _choose
from ._library import has
from ._spec import ProductSpec

# Columns that the kernel takes, and rows times depth below which XLA is as good.
MOST_COLUMNS = 16
LEAST_WORK = 1 << 13
# Rows and numbers of the kernel from which turning it round for the gradient pays.
LEAST_ROWS = 16
LEAST_KERNEL = 1 << 17


def product(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Returns x @ kernel.

    Args:
        x: (..., k).
        kernel: (k, n), of the same type.

    Shapes:
        -> (..., n).

    Example:
        >>> product(jnp.ones((2, 3)), jnp.ones((3, 1))).ravel().tolist()
        [3.0, 3.0]
    """
    rows = x.shape[0] if x.ndim == 2 and isinstance(x.shape[0], int) else 0
    spec = ProductSpec(rows, *kernel.shape, dtype=x.dtype.name)
    if not (_is_thin(spec) or is_wide(spec)):
        return plain(x, kernel)
    return _choose.choose("product", spec).run(x, kernel)


def plain(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """XLA's product."""
    return jnp.matmul(x, kernel)


def fits(spec: ProductSpec) -> bool:
    """Says whether the compiled kernel takes a product, and is there."""
    return _is_thin(spec) and spec.dtype == "float32" and has("thin")


def _is_thin(spec: ProductSpec) -> bool:
    """Says whether there is anything to choose."""
    few = 1 < spec.columns <= MOST_COLUMNS
    return few and spec.rows * spec.depth >= LEAST_WORK


def is_wide(spec: ProductSpec) -> bool:
    """Says whether the gradient to the rows is worth an order of its own."""
    large = spec.depth * spec.columns >= LEAST_KERNEL and spec.columns > MOST_COLUMNS
    return large and spec.rows >= LEAST_ROWS and spec.dtype == "float32"


def turned(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """XLA's product, whose gradient to x turns the kernel round first."""
    from ._wide import multiply

    return multiply(x, kernel)


def native(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """The compiled kernel's product."""
    # Loaded where it is used: a primitive needs parts of JAX that take 20 ms to load.
    from ._thin import multiply

    return multiply(x, kernel)
