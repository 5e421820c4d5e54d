"""A convolution with its bias and relu: one pass over the output instead of three."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import CustomVJPPrimal, SymbolicZero

from . import _bias, _choose, _made
from ._conv import conv_grad_input, conv_grad_kernel
from ._library import has
from ._norm import spec_of
from ._spec import ConvSpec

# Input, kernel (None where no gradient to the input is asked for), result.
Saved = tuple[jax.Array, jax.Array | None, jax.Array]


def conv_relu(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec
) -> jax.Array:
    """Convolves a channels-last array, adds a bias and cuts off what is below 0.

    What is kept for the gradient is the result itself, which the next layer keeps too.

    Args:
        x: (b, *inputs, in_channels).
        kernel: (*kernel, in_channels / groups, filters), of x's type.
        bias: (filters,), of x's type.
        spec: strides, dilation, padding, groups.

    Shapes:
        -> (b, *outputs, filters).

    Differs from Keras: reverse-mode derivatives only (`jax.grad`, not `jax.jvp`).

    Example:
        >>> spec = ConvSpec(1, (3,), (3,), (1,), 1, 2, (1,), (1,), ((0, 0),))
        >>> x, kernel = jnp.array([[[1.0], [2.0], [3.0]]]), jnp.array([[[1.0, -1.0]]])
        >>> conv_relu(x, kernel, jnp.array([0.0, 2.0]), spec)[0].tolist()
        [[1.0, 1.0], [2.0, 0.0], [3.0, 0.0]]
    """
    spec = dataclasses.replace(spec, dtype=x.dtype.name)
    result: jax.Array = _conv_relu(x, kernel, bias, spec)  # type: ignore[assignment]
    if not spec.is_empty:
        _made.note(_made.Made(result, x, kernel, bias, spec))
    return result


@functools.partial(jax.custom_vjp, nondiff_argnums=(3,))
def _conv_relu(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec
) -> jax.Array:
    if spec.is_empty:
        shape = (x.shape[0], *spec.outputs, spec.filters)
        return jnp.broadcast_to(jax.nn.relu(bias), shape)
    form = _choose.choose("conv", spec)
    if (joined := _joined(form)) is not None:
        return joined(x, kernel, bias, spec)
    return jax.nn.relu(form.run(x, kernel, spec) + bias)


def _joined(form: _choose.Form) -> Callable[..., Any] | None:
    """The form's function that counts bias and relu in, if it is there."""
    # A library of an earlier version has the convolution alone.
    return form.with_relu if has("kernel_gradient_relu") else None


def _forward(
    x: CustomVJPPrimal, kernel: CustomVJPPrimal, bias: CustomVJPPrimal, spec: ConvSpec
) -> tuple[jax.Array, Saved]:
    out = conv_relu(x.value, kernel.value, bias.value, spec)
    # The first layer's input is data: no gradient to it is asked for.
    return out, (x.value, kernel.value if x.perturbed else None, out)


def _backward(
    spec: ConvSpec, saved: Saved, g: jax.Array | SymbolicZero
) -> tuple[jax.Array | None, jax.Array, jax.Array]:
    x, kernel, out = saved
    slope = jnp.zeros_like(out) if isinstance(g, SymbolicZero) else g
    if kernel is None:
        to_kernel, total = gradients(x, out, slope, spec)
        return None, to_kernel, total
    slope, total = relu_gradient(out, slope)
    return (
        conv_grad_input(slope, kernel, spec),
        conv_grad_kernel(x, slope, spec),
        total,
    )


_conv_relu.defvjp(_forward, _backward, symbolic_zeros=True)


def gradients(
    x: jax.Array, given: jax.Array, g: jax.Array, spec: ConvSpec
) -> tuple[jax.Array, jax.Array]:
    """Returns the gradients of `conv_relu` to the kernel and to the bias.

    Args:
        x: (b, *inputs, in_channels).
        given: (b, *outputs, filters), the result.
        g: (b, *outputs, filters), the gradient of that.
        spec: that of the convolution.

    Shapes:
        -> (*kernel, in_channels / groups, filters), (filters,).
    """
    return _gradients(x, given, g, spec)


@functools.partial(jax.custom_vjp, nondiff_argnums=(3,))
def _gradients(
    x: jax.Array, given: jax.Array, g: jax.Array, spec: ConvSpec
) -> tuple[jax.Array, jax.Array]:
    if spec.is_empty:
        return _apart(x, given, g, spec)
    spec = dataclasses.replace(spec, dtype=x.dtype.name)
    form = _choose.choose("conv_grad_kernel", spec)
    if (joined := _joined(form)) is not None:
        return joined(x, given, g, spec)
    slope, total = relu_gradient(given, g)
    return form.run(x, slope, spec), total


def _apart(
    x: jax.Array, given: jax.Array, g: jax.Array, spec: ConvSpec
) -> tuple[jax.Array, jax.Array]:
    """The same by functions that know their own gradients."""
    slope, total = relu_gradient(given, g)
    return conv_grad_kernel(x, slope, spec), total


def _gradients_forward(
    x: jax.Array, given: jax.Array, g: jax.Array, spec: ConvSpec
) -> tuple[tuple[jax.Array, jax.Array], tuple[jax.Array, jax.Array, jax.Array]]:
    return gradients(x, given, g, spec), (x, given, g)


def _gradients_backward(
    spec: ConvSpec,
    saved: tuple[jax.Array, jax.Array, jax.Array],
    cotangent: tuple[jax.Array, jax.Array],
) -> tuple[jax.Array, jax.Array, jax.Array]:
    _, pull = jax.vjp(functools.partial(_apart, spec=spec), *saved)
    return pull(cotangent)


_gradients.defvjp(_gradients_forward, _gradients_backward)


def relu_gradient(given: jax.Array, g: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Returns the gradient to what relu was given, and its sum for each channel.

    Args:
        given: (b, ..., c), what relu gave.
        g: (b, ..., c), the gradient of that.

    Shapes:
        -> (b, ..., c), (c,).
    """
    return _choose.choose("relu_gradient", spec_of(g)).run(given, g)


def by_sum(given: jax.Array, g: jax.Array) -> tuple[jax.Array, jax.Array]:
    """XLA's operations."""
    slope = jnp.where(given > 0, g, 0)
    return slope, _bias.by_sum(slope)


def by_lanes(given: jax.Array, g: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The same, with the sum that keeps the batch innermost."""
    slope = jnp.where(given > 0, g, 0)
    return slope, _bias.by_lanes(slope)
