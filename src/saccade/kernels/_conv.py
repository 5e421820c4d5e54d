"""Convolution and its two gradients, each in the form that `_choose` picks.

The three are linear in both arguments and each other's derivatives, so the backward
rules below close: they can be differentiated in reverse any number of times.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax

from . import _choose, _matmul
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
    return _choose.choose("conv", spec).run(x, kernel, spec)


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
    return _choose.choose("conv_grad_input", spec).run(cotangent, kernel, spec)


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
    return _choose.choose("conv_grad_kernel", spec).run(x, cotangent, spec)


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


def input_gradient_phases(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> jax.Array:
    """One stride-1 convolution with the flipped kernel per phase of the stride.

    With stride 1 this is the usual convolution with the flipped kernel; with larger
    strides no zeros are multiplied.
    """
    parts: list[jax.Array | None] = []
    phases = _matmul.all_phases(spec.strides)
    lengths = [
        -(-(n + lo + hi) // s)
        for n, (lo, hi), s in zip(spec.inputs, spec.padding, spec.strides, strict=True)
    ]
    shape = (cotangent.shape[0], *lengths, spec.in_channels)
    for phase in phases:
        used = _matmul.phase_taps(spec, phase)
        if not all(used) or any(
            p >= n + lo + hi
            for p, n, (lo, hi) in zip(phase, spec.inputs, spec.padding, strict=True)
        ):
            parts.append(None)
            continue
        sub = _matmul.phase_spec(spec, used, phase)
        part = _sub_kernel(kernel, used)
        forward = _forward_of(sub, spec)
        turned = _matmul.flipped(part, forward)
        out = _choose.choose("conv", sub).run(cotangent, turned, sub)
        grow = [(0, n - m) for n, m in zip(lengths, sub.outputs, strict=True)]
        parts.append(_matmul.pad(out, grow))
    zeros = jnp.zeros(shape, cotangent.dtype)
    woven = _matmul.interleave(
        [zeros if part is None else part for part in parts], spec.strides
    )
    crop = [
        (-lo, n + lo - have)
        for n, (lo, _), have in zip(
            spec.inputs, spec.padding, woven.shape[1:-1], strict=True
        )
    ]
    return _matmul.pad(woven, crop)


def _sub_kernel(kernel: jax.Array, used: list[list[int]]) -> jax.Array:
    for axis, taps in enumerate(used):
        if len(taps) != kernel.shape[axis]:
            step = taps[1] - taps[0] if len(taps) > 1 else 1
            kernel = lax.slice_in_dim(kernel, taps[0], taps[-1] + 1, step, axis)
    return kernel


def _forward_of(sub: ConvSpec, spec: ConvSpec) -> ConvSpec:
    """The forward convolution whose kernel is one phase's part of the kernel."""
    return ConvSpec(
        batch=spec.batch,
        inputs=sub.outputs,
        outputs=sub.inputs,
        kernel=sub.kernel,
        in_channels=spec.in_channels,
        filters=spec.filters,
        strides=sub.strides,
        dilation=sub.dilation,
        padding=sub.padding,
        groups=spec.groups,
    )
