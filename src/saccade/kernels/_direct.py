"""Convolution of few pictures by the compiled kernel, channels innermost.

The other compiled kernels fill their vectors with pictures; this one with filters. What
it is given and gives lies as everywhere outside, the batch first. Gradients and pooling
by themselves want the batch innermost, and to turn arrays round costs more than this
kernel gains; so it is for programs that only answer.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from . import _library, _made, _native
from ._spec import ConvSpec, PoolSpec

# Pictures from which on vectors along the batch are worth it.
MOST_PICTURES = 8
# A window of one result: nothing is left out.
_NONE = (1, 1)


def fits(spec: ConvSpec) -> bool:
    """Says whether the kernel is for a shape and the program, and is there."""
    few = spec.batch <= MOST_PICTURES and _made.is_answering()
    return few and _native.fits(spec) and _library.has("direct")


def conv(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Convolution; see `_conv.conv`."""
    return _run(x, kernel, jnp.zeros(spec.filters, x.dtype), spec, _NONE, relu=False)


def conv_relu(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec
) -> jax.Array:
    """relu(convolution + bias), in one pass; see `_conv_relu.conv_relu`."""
    return _run(x, kernel, bias, spec, _NONE, relu=True)


def conv_relu_max(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec, pool: PoolSpec
) -> jax.Array:
    """The maximum of each window of that, in the same pass; see `_windows`."""
    windows = _native.of_two(pool.size)
    return _run(x, kernel, bias, spec, windows, relu=True)


def _run(
    x: jax.Array,
    kernel: jax.Array,
    bias: jax.Array,
    spec: ConvSpec,
    windows: tuple[int, ...],
    relu: bool,
) -> jax.Array:
    y, along = _native.axes(spec, backward=False)
    flat = spec.rank == 1
    shape = (x.shape[0], y[1] // windows[0], along[1] // windows[1], spec.filters)
    run = jax.ffi.ffi_call(
        "saccade_direct",
        jax.ShapeDtypeStruct(shape, jnp.float32),
        vmap_method="sequential",
    )
    out = run(
        x[:, None] if flat else x,
        kernel[None] if flat else kernel,
        bias,
        **_native.numbers(y, along, spec.groups),
        windows=np.array(windows, np.int64),
        relu=relu,
    )
    return out[:, 0] if flat else out  # type: ignore[index]  one result
