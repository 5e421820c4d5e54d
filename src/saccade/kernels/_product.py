"""Products of matrices, in the form that `_choose` picks.

A matrix product of few columns (the last layer of a classifier) is left to a compiled
kernel on CPU. It is a primitive of its own, bilinear, so derivatives of any kind and
order, and vmap, go on as with XLA's product.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from . import _choose
from ._library import has
from ._spec import ProductSpec

# Columns that the kernel takes, and rows times depth below which XLA is as good.
MOST_COLUMNS = 16
LEAST_WORK = 1 << 13


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
    if not _is_thin(spec):
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


def native(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """The compiled kernel's product."""
    return _thin.bind(x, kernel, turned=False)


def _plainly(wide: jax.Array, narrow: jax.Array, *, turned: bool) -> jax.Array:
    return jnp.matmul(wide.T if turned else wide, narrow)


def _call(wide: jax.Array, narrow: jax.Array, *, turned: bool) -> jax.Array:
    shape = (wide.shape[1 if turned else 0], narrow.shape[1])
    out = jax.ShapeDtypeStruct(shape, jnp.float32)
    return jax.ffi.ffi_call("saccade_thin", out)(wide, narrow, turned=turned)


def _shape_of(wide: ShapedArray, narrow: ShapedArray, *, turned: bool):
    shape = (wide.shape[1 if turned else 0], narrow.shape[1])
    return ShapedArray(shape, narrow.dtype)


def _to_wide(
    g: jax.Array, wide: ad.UndefinedPrimal, narrow: jax.Array, *, turned: bool
) -> jax.Array:
    return narrow @ g.T if turned else g @ narrow.T


def _to_narrow(
    g: jax.Array, wide: jax.Array, narrow: ad.UndefinedPrimal, *, turned: bool
) -> jax.Array:
    return _thin.bind(wide, g, turned=not turned)


def _batched(
    arrays: Sequence[jax.Array], axes: Sequence[int | None], *, turned: bool
) -> tuple[jax.Array, int]:
    out = jax.vmap(lambda a, b: _plainly(a, b, turned=turned), tuple(axes))(*arrays)
    return out, 0


# wide @ narrow, or wide.T @ narrow if turned.
_thin = Primitive("saccade_thin")
_thin.def_impl(jax.jit(_call, static_argnames="turned"))
_thin.def_abstract_eval(_shape_of)
ad.defbilinear(_thin, _to_wide, _to_narrow)
batching.primitive_batchers[_thin] = _batched
mlir.register_lowering(_thin, mlir.lower_fun(_plainly, multiple_results=False))
mlir.register_lowering(
    _thin, mlir.lower_fun(_call, multiple_results=False), platform="cpu"
)
