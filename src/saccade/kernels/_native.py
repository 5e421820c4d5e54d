"""Convolution and pooling by the compiled kernels: the fast forms for CPU.

The batch is innermost, as in `_lanes`, with the channels next to it: pictures are
(h, w, c, b) inside. Arguments and results keep the batch first; XLA lays out what lies
between two such calls to suit both. The arithmetic is in `native/*.h`.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np

from . import _library, _pooling, _winograd
from ._spec import ConvSpec, PoolSpec

# In, out, taps, stride, dilation, before, spread: an axis of one place.
_POINT = (1, 1, 1, 1, 1, 0, 1)
_POOL_POINT = (1, 1, 1, 1, 0)


def fits(spec: ConvSpec) -> bool:
    """Says whether the kernels take a shape, and are there."""
    return (
        spec.rank <= 2
        and spec.dtype == "float32"
        and spec.batch > 0
        and _library.missing() is None
    )


def fits_pool(spec: PoolSpec) -> bool:
    """Says whether the kernels take a pooling, and are there."""
    return (
        len(spec.size) <= 2 and spec.dtype == "float32" and _library.missing() is None
    )


def fits_average(spec: PoolSpec) -> bool:
    """Says whether the kernels take an average pooling, and are there."""
    return fits_pool(spec) and _library.has("average_pool")


def fits_tiles(spec: ConvSpec) -> bool:
    """Says whether the kernels that work by Winograd's tiles take a shape."""
    return fits(spec) and _winograd.fits(spec) and _library.has("winograd")


def conv(
    x: jax.Array, kernel: jax.Array, spec: ConvSpec, tiles: bool = False
) -> jax.Array:
    """Convolution; see `_conv.conv`. `tiles` takes Winograd's way of 3x3 kernels."""
    y, along = axes(spec, backward=False)
    shape = (y[1], along[1], spec.filters, x.shape[0])
    weights = _flat(kernel, 2)
    target = "winograd" if tiles else "correlate"
    out = _call(target, shape, _inside(x), weights, y, along, spec.groups)
    return _outside(out, spec.outputs)


def conv_relu(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec
) -> jax.Array:
    """relu(convolution + bias), in one pass; see `_conv_relu.conv_relu`."""
    y, along = axes(spec, backward=False)
    shape = (y[1], along[1], spec.filters, x.shape[0])
    arrays = _inside(x), _flat(kernel, 2), bias
    out = _call("correlate_relu", shape, *arrays, y, along, spec.groups)
    return _outside(out, spec.outputs)


def conv_relu_max(
    x: jax.Array, kernel: jax.Array, bias: jax.Array, spec: ConvSpec, pool: PoolSpec
) -> jax.Array:
    """The maximum of each window of `conv_relu`, in the same pass; see `_windows`."""
    y, along = axes(spec, backward=False)
    high, wide = of_two(pool.size)
    run = jax.ffi.ffi_call(
        "saccade_correlate_windows",
        jax.ShapeDtypeStruct(
            (y[1] // high, along[1] // wide, spec.filters, x.shape[0]), jnp.float32
        ),
        vmap_method="sequential",
    )
    arrays = _inside(x), _flat(kernel, 2), bias
    windows = np.array((high, wide), np.int64)
    out = run(*arrays, **numbers(y, along, spec.groups), windows=windows)
    return _outside(out, pool.outputs)  # type: ignore[arg-type]  one result


def conv_grad_input(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec, tiles: bool = False
) -> jax.Array:
    """The gradient to the input: a correlation with the kernel turned round."""
    y, along = axes(spec, backward=True)
    shape = (y[1], along[1], spec.in_channels, cotangent.shape[0])
    weights = _turned(_flat(kernel, 2), spec.groups)
    target = "winograd" if tiles else "correlate"
    out = _call(target, shape, _inside(cotangent), weights, y, along, spec.groups)
    return _outside(out, spec.inputs)


def conv_grad_kernel(
    x: jax.Array, cotangent: jax.Array, spec: ConvSpec, tiles: bool = False
) -> jax.Array:
    """The gradient to the kernel."""
    y, along = axes(spec, backward=False)
    shape = (y[2], along[2], spec.group_channels, spec.filters)
    target = "winograd_kernel_gradient" if tiles else "kernel_gradient"
    arrays = _inside(x), _inside(cotangent)
    out = _call(target, shape, *arrays, y, along, spec.groups)
    return out.reshape(*spec.kernel, *shape[2:])


def conv_grad_kernel_relu(
    x: jax.Array, given: jax.Array, cotangent: jax.Array, spec: ConvSpec
) -> tuple[jax.Array, jax.Array]:
    """The gradients to the kernel and the bias, see `_conv_relu.gradients`."""
    y, along = axes(spec, backward=False)
    shape = (y[2], along[2], spec.group_channels, spec.filters)
    run = jax.ffi.ffi_call(
        "saccade_kernel_gradient_relu",
        [jax.ShapeDtypeStruct(s, jnp.float32) for s in (shape, shape[-1:])],
        vmap_method="sequential",
    )
    arrays = _inside(x), _inside(given), _inside(cotangent)
    kernel, bias = run(*arrays, **numbers(y, along, spec.groups))
    return kernel.reshape(*spec.kernel, *shape[2:]), bias


conv_tiles = functools.partial(conv, tiles=True)
conv_grad_input_tiles = functools.partial(conv_grad_input, tiles=True)
conv_grad_kernel_tiles = functools.partial(conv_grad_kernel, tiles=True)


def max_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Maximum of each window; see `_pool.max_pool`."""
    return _max_pool(x, spec)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def _max_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    y, along = _pool_axes(spec)
    shape = (y[1], along[1], spec.channels, x.shape[0])
    return _outside(_call("max_pool", shape, _inside(x), y, along), spec.outputs)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def max_pool_gradient(x: jax.Array, cotangent: jax.Array, spec: PoolSpec) -> jax.Array:
    """The cotangent at the first maximum of each window, 0 elsewhere."""
    y, along = _pool_axes(spec)
    shape = (y[0], along[0], spec.channels, x.shape[0])
    arrays = _inside(x), _inside(cotangent)
    return _outside(_call("max_pool_gradient", shape, *arrays, y, along), spec.inputs)


def _pool_forward(x: jax.Array, spec: PoolSpec) -> tuple[jax.Array, jax.Array]:
    return _max_pool(x, spec), x


def _pool_backward(spec: PoolSpec, x: jax.Array, g: jax.Array) -> tuple[jax.Array]:
    return (max_pool_gradient(x, g, spec),)


def _gradient_forward(
    x: jax.Array, cotangent: jax.Array, spec: PoolSpec
) -> tuple[jax.Array, jax.Array]:
    return max_pool_gradient(x, cotangent, spec), x


def _gradient_backward(
    spec: PoolSpec, x: jax.Array, g: jax.Array
) -> tuple[jax.Array, jax.Array]:
    # Linear in the cotangent: what it takes back is g at each window's maximum. Rare
    # enough (second derivatives) for the pure form.
    def pool(x: jax.Array) -> jax.Array:
        return _pooling.max_pool_views(x, spec)

    _, picked = jax.jvp(pool, (x,), (g,))
    return jnp.zeros_like(x), picked


_max_pool.defvjp(_pool_forward, _pool_backward)
max_pool_gradient.defvjp(_gradient_forward, _gradient_backward)


def average_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    """Average of each window; see `_pool.average_pool`."""
    return _average_pool(x, spec)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def _average_pool(x: jax.Array, spec: PoolSpec) -> jax.Array:
    y, along = _pool_axes(spec)
    shape = (y[1], along[1], spec.channels, x.shape[0])
    return _outside(_call("average_pool", shape, _inside(x), y, along), spec.outputs)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def average_pool_gradient(cotangent: jax.Array, spec: PoolSpec) -> jax.Array:
    """To each place, its share of the cotangents of the windows that it is in."""
    y, along = _pool_axes(spec)
    shape = (y[0], along[0], spec.channels, cotangent.shape[0])
    arrays = (_inside(cotangent), y, along)
    return _outside(_call("average_pool_gradient", shape, *arrays), spec.inputs)


# The two are linear and each other's derivatives.
_average_pool.defvjp(
    lambda x, spec: (_average_pool(x, spec), None),
    lambda spec, _, g: (average_pool_gradient(g, spec),),
)
average_pool_gradient.defvjp(
    lambda g, spec: (average_pool_gradient(g, spec), None),
    lambda spec, _, x: (_average_pool(x, spec),),
)


def _call(
    target: str,
    shape: tuple[int, ...],
    *arguments: jax.Array | tuple[int, ...] | int,
) -> jax.Array:
    """Calls a kernel with arrays, the numbers of both axes, and maybe groups."""
    arrays = [a for a in arguments if not isinstance(a, (tuple, int))]
    told = [a for a in arguments if isinstance(a, (tuple, int))]
    run = jax.ffi.ffi_call(
        f"saccade_{target}",
        jax.ShapeDtypeStruct(shape, jnp.float32),
        vmap_method="sequential",
    )
    return run(*arrays, **numbers(*told))  # type: ignore[return-value]  one result


def numbers(*told: tuple[int, ...] | int) -> dict[str, np.ndarray | np.int64]:
    """What a kernel is told: the numbers of both axes, and maybe groups."""
    made = (np.int64(n) if isinstance(n, int) else np.array(n, np.int64) for n in told)
    return dict(zip(("y", "x", "groups"), made, strict=False))


def axes(spec: ConvSpec, backward: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of both axes, for the convolution or its gradient to the input."""
    found = []
    for axis in range(spec.rank):
        taps, stride = spec.kernel[axis], spec.strides[axis]
        dilation, before = spec.dilation[axis], spec.padding[axis][0]
        sizes = (spec.inputs[axis], spec.outputs[axis])
        if backward:
            before = (taps - 1) * dilation - before
            found.append((*sizes[::-1], taps, 1, dilation, before, stride))
        else:
            found.append((*sizes, taps, stride, dilation, before, 1))
    return (_POINT, found[0]) if spec.rank == 1 else (found[0], found[1])


def _pool_axes(spec: PoolSpec) -> tuple[tuple[int, ...], tuple[int, ...]]:
    found = [
        (spec.inputs[i], spec.outputs[i], spec.size[i], spec.strides[i], before)
        for i, (before, _) in enumerate(spec.padding)
    ]
    return (_POOL_POINT, found[0]) if len(found) == 1 else (found[0], found[1])


def of_two(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Gives a window along one axis a second, of one place.

    Example:
        >>> of_two((3,)), of_two((2, 3))
        ((1, 3), (2, 3))
    """
    return (1,) * (2 - len(lengths)) + lengths


def _flat(kernel: jax.Array, rank: int) -> jax.Array:
    """Gives a kernel of one spatial axis a second, of one place."""
    return kernel if kernel.ndim == rank + 2 else kernel[None]


def _turned(kernel: jax.Array, groups: int) -> jax.Array:
    """Turns a kernel round and exchanges its channels and filters, group by group."""
    height, width, channels, filters = kernel.shape
    split = (height, width, channels, groups, filters // groups)
    turned = kernel[::-1, ::-1].reshape(split).transpose(0, 1, 4, 3, 2)
    return turned.reshape(height, width, filters // groups, groups * channels)


def _inside(x: jax.Array) -> jax.Array:
    """Brings (b, ..., c) to (h, w, c, b)."""
    if x.ndim == 3:
        x = x[:, None]
    return x.transpose(1, 2, 3, 0)


def _outside(x: jax.Array, lengths: tuple[int, ...]) -> jax.Array:
    """Brings (h, w, c, b) back to (b, *lengths, c)."""
    out = x.transpose(3, 0, 1, 2)
    return out if len(lengths) == 2 else out[:, 0]
