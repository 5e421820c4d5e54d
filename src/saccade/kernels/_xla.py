"""XLA's own convolution and window reductions: the forms for GPU and TPU.

On CPU they are fast where channels are many, if they come as XLA's library takes them.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ._matmul import flipped
from ._spec import ConvSpec, PoolSpec


def _axes(rank: int) -> lax.ConvDimensionNumbers:
    last = rank + 1
    spatial = tuple(range(1, last))
    data = (0, last, *spatial)
    return lax.ConvDimensionNumbers(data, (last, rank, *range(rank)), data)


def conv(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Convolution as one XLA operation."""
    return lax.conv_general_dilated(
        x,
        kernel,
        spec.strides,
        spec.padding,
        rhs_dilation=spec.dilation,
        dimension_numbers=_axes(spec.rank),
        feature_group_count=spec.groups,
    )


def conv_grad_input(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> jax.Array:
    """Transposed convolution as one XLA operation on the spread-out gradient."""
    padding = []
    for axis in range(spec.rank):
        span = (spec.kernel[axis] - 1) * spec.dilation[axis]
        spread = (spec.outputs[axis] - 1) * spec.strides[axis] + 1
        before = span - spec.padding[axis][0]
        padding.append((before, spec.inputs[axis] + span - spread - before))
    return lax.conv_general_dilated(
        cotangent,
        flipped(kernel, spec),
        (1,) * spec.rank,
        padding,
        lhs_dilation=spec.strides,
        rhs_dilation=spec.dilation,
        dimension_numbers=_axes(spec.rank),
        feature_group_count=spec.groups,
    )


def conv_grad_kernel(x: jax.Array, cotangent: jax.Array, spec: ConvSpec) -> jax.Array:
    """The kernel's gradient by XLA's own rule."""
    shape = (*spec.kernel, spec.group_channels, spec.filters)
    zero = jnp.zeros(shape, x.dtype)
    (gradient,) = jax.linear_transpose(lambda w: conv(x, w, spec), zero)(cotangent)
    return gradient


def fits_library(spec: ConvSpec) -> bool:
    """Says whether XLA hands a convolution on CPU over to its library."""
    return spec.groups == 1 and spec.rank <= 2 and spec.dtype == "float32"


def conv_grad_kernel_turned(
    x: jax.Array, cotangent: jax.Array, spec: ConvSpec
) -> jax.Array:
    """The kernel's gradient as a convolution whose axes are in the usual order.

    The channels take the place of the batch, the output's gradient that of the kernel.
    XLA's own rule leaves the axes where they are, and inside a loop the result then
    misses the library: it is 50 times slower (openxla/xla issue 34273).
    """
    last = spec.rank + 1
    between = range(1, last)
    pictures = x.transpose(last, *between, 0)
    windows = cotangent.transpose(*between, 0, last)
    padding = []
    for axis, (before, _) in enumerate(spec.padding):
        taps = (spec.kernel[axis] - 1) * spec.dilation[axis]
        reach = (spec.outputs[axis] - 1) * spec.strides[axis] + 1
        padding.append((before, taps + reach - spec.inputs[axis] - before))
    out = lax.conv_general_dilated(
        pictures,
        windows,
        spec.dilation,
        padding,
        rhs_dilation=spec.strides,
        dimension_numbers=_axes(spec.rank),
    )
    return out.transpose(*between, 0, last)


def _window(spec: PoolSpec) -> tuple[tuple[int, ...], tuple[int, ...], list]:
    size = (1, *spec.size, 1)
    strides = (1, *spec.strides, 1)
    return size, strides, [(0, 0), *spec.padding, (0, 0)]


def max_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Maximum of each window as one XLA operation."""
    least = -np.inf if jnp.issubdtype(x.dtype, jnp.floating) else _least(x.dtype)
    lowest = np.asarray(least, x.dtype)
    return lax.reduce_window(x, lowest, lax.max, *_window(spec))


def _least(dtype: jnp.dtype) -> int | bool:
    return False if dtype == jnp.bool_ else int(jnp.iinfo(dtype).min)


def sum_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Sum of each window as one XLA operation."""
    zero = np.zeros((), x.dtype)
    return lax.reduce_window(x, zero, lax.add, *_window(spec))
