"""The compiled product of few columns, as a primitive of JAX.

It is bilinear, so derivatives of any kind and order, and vmap, go on as with XLA's
product; a function with a gradient of its own would know none in forward mode.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir
from jaxlib.mlir import ir

from ._product import MOST_COLUMNS


def multiply(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Returns x @ kernel; see `_product.product`."""
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
    if g.shape[0] <= MOST_COLUMNS and not turned:
        # A small batch is few columns, too, and beside pictures it lies innermost.
        return _thin.bind(narrow, g.T, turned=False).T
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


def _lower(
    ctx: mlir.LoweringRuleContext, wide: ir.Value, narrow: ir.Value, *, turned: bool
) -> Sequence[ir.Value]:
    """Lets the kernel read a matrix that was just turned round as it was before."""
    source, shapes = wide.owner, list(ctx.avals_in)
    if isinstance(source, ir.OpView) and source.name == "stablehlo.transpose":
        wide, turned = source.operation.operands[0], not turned
        rows, columns = wide.type.shape  # type: ignore[attr-defined]  of a tensor
        shapes[0] = ShapedArray((rows, columns), jnp.float32)
    lower = mlir.lower_fun(_call, multiple_results=False)
    return lower(ctx.replace(avals_in=shapes), wide, narrow, turned=turned)


# wide @ narrow, or wide.T @ narrow if turned.
_thin = Primitive("saccade_thin")
_thin.def_impl(jax.jit(_call, static_argnames="turned"))
_thin.def_abstract_eval(_shape_of)
ad.defbilinear(_thin, _to_wide, _to_narrow)
batching.primitive_batchers[_thin] = _batched
mlir.register_lowering(_thin, mlir.lower_fun(_plainly, multiple_results=False))
# Not cached: a cached rule sees no operation around it.
mlir.register_lowering(_thin, _lower, platform="cpu", cacheable=False)
