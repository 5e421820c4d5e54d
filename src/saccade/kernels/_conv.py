"""Convolution and its two gradients, each in the form that `_choose` picks.

The three are linear in both arguments and each other's derivatives, so the backward
rules below close: they can be differentiated in reverse any number of times.
"""

from __future__ import annotations

import dataclasses
import functools

import jax
import jax.numpy as jnp

from . import _choose
from ._spec import ConvSpec


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def conv(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Convolves a channels-last array.

    Args:
        x: (b, *inputs, in_channels).
        kernel: (*kernel, in_channels / groups, filters), of x's type.
        spec: strides, dilation, padding, groups.

    Shapes:
        -> (b, *outputs, filters).

    Differs from Keras: reverse-mode derivatives only (`jax.grad`, not `jax.jvp`).
    """
    if spec.is_empty:
        return jnp.zeros((x.shape[0], *spec.outputs, spec.filters), x.dtype)
    return _form("conv", x, spec).run(x, kernel, spec)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def conv_grad_input(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> jax.Array:
    """Gradient of `conv` with respect to its input: the transposed convolution.

    Args:
        cotangent: (b, *outputs, filters).
        kernel: (*kernel, in_channels / groups, filters), of the same type.
        spec: that of the forward convolution.

    Shapes:
        -> (b, *inputs, in_channels).
    """
    if spec.is_empty:
        shape = (cotangent.shape[0], *spec.inputs, spec.in_channels)
        return jnp.zeros(shape, cotangent.dtype)
    return _form("conv_grad_input", cotangent, spec).run(cotangent, kernel, spec)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def conv_grad_kernel(x: jax.Array, cotangent: jax.Array, spec: ConvSpec) -> jax.Array:
    """Gradient of `conv` with respect to its kernel.

    Args:
        x: (b, *inputs, in_channels).
        cotangent: (b, *outputs, filters), of the same type.
        spec: that of the forward convolution.

    Shapes:
        -> (*kernel, in_channels / groups, filters).
    """
    if spec.is_empty:
        shape = (*spec.kernel, spec.group_channels, spec.filters)
        return jnp.zeros(shape, x.dtype)
    return _form("conv_grad_kernel", x, spec).run(x, cotangent, spec)


def _form(operation: str, x: jax.Array, spec: ConvSpec) -> _choose.Form:
    return _choose.choose(operation, dataclasses.replace(spec, dtype=x.dtype.name))


Pair = tuple[jax.Array, jax.Array]


def _conv_fwd(
    x: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> tuple[jax.Array, Pair]:
    return conv(x, kernel, spec), (x, kernel)


def _conv_bwd(spec: ConvSpec, saved: Pair, g: jax.Array) -> Pair:
    x, kernel = saved
    return conv_grad_input(g, kernel, spec), conv_grad_kernel(x, g, spec)


def _input_fwd(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> tuple[jax.Array, Pair]:
    return conv_grad_input(cotangent, kernel, spec), (cotangent, kernel)


def _input_bwd(spec: ConvSpec, saved: Pair, g: jax.Array) -> Pair:
    cotangent, kernel = saved
    return conv(g, kernel, spec), conv_grad_kernel(g, cotangent, spec)


def _kernel_fwd(
    x: jax.Array, cotangent: jax.Array, spec: ConvSpec
) -> tuple[jax.Array, Pair]:
    return conv_grad_kernel(x, cotangent, spec), (x, cotangent)


def _kernel_bwd(spec: ConvSpec, saved: Pair, g: jax.Array) -> Pair:
    x, cotangent = saved
    return conv_grad_input(cotangent, g, spec), conv(x, g, spec)


conv.defvjp(_conv_fwd, _conv_bwd)
conv_grad_input.defvjp(_input_fwd, _input_bwd)
conv_grad_kernel.defvjp(_kernel_fwd, _kernel_bwd)
