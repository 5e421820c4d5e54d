"""Sums over channels by the compiled kernels, with their gradients.

Arrays are (pixels, c, b) inside, as in `_native`, so that what lies between a
convolution and its normalization keeps one layout. Number by number (subtracting the
mean, multiplying) XLA joins the work to its neighbours.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from . import _library
from ._norm import Pair, normalize_plainly, wide
from ._spec import ChannelSpec

Saved = tuple[jax.Array, ...]


def fits(spec: ChannelSpec) -> bool:
    """Says whether the kernels take an array, and are there."""
    return spec.pixels > 1 and spec.dtype == "float32" and _library.has("moments")


def fits_relu(spec: ChannelSpec) -> bool:
    """Says whether the kernel takes the gradient of relu, and is there."""
    return fits(spec) and _library.has("relu_gradient")


def moments(x: jax.Array, rows: jax.Array | None) -> Pair:
    """Mean and variance; see `_norm.moments`."""
    return _moments(x, _counting(x, rows))


@jax.custom_vjp
def _moments(x: jax.Array, rows: jax.Array) -> Pair:
    one = jax.ShapeDtypeStruct(x.shape[-1:], jnp.float32)
    mean, variance = _call("moments", (one, one), _inside(x), rows)
    return mean, variance


def _moments_forward(x: jax.Array, rows: jax.Array) -> tuple[Pair, Saved]:
    mean, variance = _moments(x, rows)
    return (mean, variance), (x, rows, mean)


def _moments_backward(saved: Saved, g: Pair) -> tuple[jax.Array, jax.Array]:
    x, rows, mean = saved
    count = jnp.maximum(jnp.sum(rows), 1) * (x[0].size // x.shape[-1])
    slope = g[0] / count + (x - mean) * (2 * g[1] / count)
    return jnp.where(wide(rows, x) != 0, slope, 0), jnp.zeros_like(rows)


_moments.defvjp(_moments_forward, _moments_backward)


def normalize(
    x: jax.Array,
    centre: jax.Array,
    factor: jax.Array,
    shift: jax.Array,
    rows: jax.Array | None = None,
) -> jax.Array:
    """See `_norm.normalize`; the gradients of factor and shift in one pass."""
    return _normalize(x, centre, factor, shift, _counting(x, rows))


@jax.custom_vjp
def _normalize(
    x: jax.Array,
    centre: jax.Array,
    factor: jax.Array,
    shift: jax.Array,
    rows: jax.Array,
) -> jax.Array:
    return normalize_plainly(x, centre, factor, shift)


def _normalize_forward(
    x: jax.Array,
    centre: jax.Array,
    factor: jax.Array,
    shift: jax.Array,
    rows: jax.Array,
) -> tuple[jax.Array, Saved]:
    return _normalize(x, centre, factor, shift, rows), (x, centre, factor, rows)


def _normalize_backward(saved: Saved, g: jax.Array) -> Saved:
    x, centre, factor, rows = saved
    shift, slope = products(g, x, centre, rows)
    return g * factor, jnp.zeros_like(centre), slope, shift, jnp.zeros_like(rows)


_normalize.defvjp(_normalize_forward, _normalize_backward)


@jax.custom_vjp
def products(g: jax.Array, x: jax.Array, centre: jax.Array, rows: jax.Array) -> Pair:
    """Returns the sum of g, and of g * (x - centre), for each channel.

    Args:
        g: (b, ..., c).
        x: (b, ..., c); what it is in pictures that do not count is of no matter.
        centre: (c,).
        rows: (b,), 0 for pictures that do not count.
    """
    one = jax.ShapeDtypeStruct(centre.shape, jnp.float32)
    plain, mixed = _call("products", (one, one), _inside(g), _inside(x), centre, rows)
    return plain, mixed


def _products_forward(
    g: jax.Array, x: jax.Array, centre: jax.Array, rows: jax.Array
) -> tuple[Pair, Saved]:
    return products(g, x, centre, rows), (g, x, centre, rows)


def _products_backward(saved: Saved, cotangent: Pair) -> Saved:
    g, x, centre, rows = saved
    plain, mixed = cotangent
    kept = wide(rows, x) != 0
    off = jnp.where(kept, x - centre, 0)
    total = sums(jnp.where(kept, g, 0))
    slope = jnp.where(kept, mixed * g, 0)
    return plain + mixed * off, slope, -mixed * total, jnp.zeros_like(rows)


products.defvjp(_products_forward, _products_backward)


@jax.custom_vjp
def sums(x: jax.Array) -> jax.Array:
    """Returns the sum of each channel of (b, ..., c): the gradient of a bias."""
    one = jax.ShapeDtypeStruct(x.shape[-1:], jnp.float32)
    (total,) = _call("channel_sums", (one,), _inside(x))
    return total


def _sums_forward(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return sums(x), jnp.zeros_like(x)


def _sums_backward(like: jax.Array, g: jax.Array) -> tuple[jax.Array]:
    return (like + g,)


sums.defvjp(_sums_forward, _sums_backward)


@jax.custom_vjp
def relu_gradient(given: jax.Array, g: jax.Array) -> Pair:
    """See `_conv_relu.relu_gradient`."""
    last = g.ndim - 1
    inside = _inside(g)
    results = (
        jax.ShapeDtypeStruct(inside.shape, jnp.float32),
        jax.ShapeDtypeStruct(g.shape[-1:], jnp.float32),
    )
    slope, total = _call("relu_gradient", results, _inside(given), inside)
    slope = slope.reshape(*g.shape[1:], g.shape[0])
    return slope.transpose(last, *range(last)), total


def _relu_gradient_forward(given: jax.Array, g: jax.Array) -> tuple[Pair, jax.Array]:
    return relu_gradient(given, g), given


def _relu_gradient_backward(
    given: jax.Array, cotangent: Pair
) -> tuple[jax.Array, jax.Array]:
    slope, total = cotangent
    # Where relu bends it has no second derivative; elsewhere that is 0.
    return jnp.zeros_like(given), jnp.where(given > 0, slope + total, 0)


relu_gradient.defvjp(_relu_gradient_forward, _relu_gradient_backward)


def _counting(x: jax.Array, rows: jax.Array | None) -> jax.Array:
    """Which pictures count, as numbers that the kernels read."""
    if rows is None:
        return jnp.ones(x.shape[:1], jnp.float32)
    return rows.astype(jnp.float32)


def _call(
    target: str, results: tuple[jax.ShapeDtypeStruct, ...], *arrays: jax.Array
) -> Saved:
    run = jax.ffi.ffi_call(f"saccade_{target}", results, vmap_method="sequential")
    return tuple(run(*arrays))


def _inside(x: jax.Array) -> jax.Array:
    """Brings (b, ..., c) to (pixels, c, b)."""
    last = x.ndim - 1
    turned = x.transpose(*range(1, last), last, 0)
    return turned.reshape(math.prod(x.shape[1:last]), x.shape[last], x.shape[0])
