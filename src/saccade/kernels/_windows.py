"""Maxima of a convolution's windows without the convolution itself, for answers."""

from __future__ import annotations

import functools

import jax

from . import _choose, _made
from ._conv_relu import conv_relu
from ._library import has
from ._spec import ConvSpec, PoolSpec

Arrays = tuple[jax.Array, jax.Array, jax.Array]


def joined(x: jax.Array, pool: PoolSpec) -> jax.Array | None:
    """Returns max pooling in one kernel with the convolution that `x` is, or None.

    The convolution that nobody reads then is left out by XLA.

    Args:
        x: (b, *inputs, c), what pooling was given.
        pool: windows, of x's type.

    Shapes:
        -> (b, *outputs, c).
    """
    made = _made.find(x)
    side_by_side = pool.is_tiling and not any(map(any, pool.padding))
    if made is None or not side_by_side or not has("correlate_windows"):
        return None
    # A form that somebody forces runs as it is.
    if not _choose.choose("max_pool", pool).native:
        return None
    if _choose.choose("conv", made.spec).with_max is None:
        return None
    return _conv_relu_max(made.x, made.kernel, made.bias, made.spec, pool)


@functools.partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def _conv_relu_max(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec, pool: PoolSpec
) -> jax.Array:
    run = _choose.choose("conv", spec).with_max
    return (run or _apart)(x, kernel, bias, spec, pool)


def _apart(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec, pool: PoolSpec
) -> jax.Array:
    """The same by functions that know their gradients."""
    out = conv_relu(x, kernel, bias, spec)
    return _choose.choose("max_pool", pool).run(out, pool)


def _forward(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec, pool: PoolSpec
) -> tuple[jax.Array, Arrays]:
    return _conv_relu_max(x, kernel, bias, spec, pool), (x, kernel, bias)


def _backward(spec: ConvSpec, pool: PoolSpec, saved: Arrays, g: jax.Array) -> Arrays:
    _, pull = jax.vjp(functools.partial(_apart, spec=spec, pool=pool), *saved)
    return pull(g)


_conv_relu_max.defvjp(_forward, _backward)
