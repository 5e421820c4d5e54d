"""Convolution and pooling with the batch innermost: the fast forms for CPU.

Inside, arrays are (c, *spatial, b). Shifted views are then long contiguous runs, and
every loop that XLA writes runs along the batch and fills the vector lanes, whatever
the number of channels. Arguments and results keep the batch first; the exchange of
axes costs nothing between two such operations, because XLA lays out the array between
them to suit both.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from . import _choose, _strips
from ._matmul import accumulator, pad
from ._spec import ConvSpec, PoolSpec


def turned(x: jax.Array) -> jax.Array:
    """Exchanges the first and the last axis: to (c, ..., b) and back."""
    last = x.ndim - 1
    return x.transpose(last, *range(1, last), 0)


# Numbers of a picture from which flattening minds where they lie.
LEAST_TO_TURN = 1 << 13


def flatten(x: jax.Array) -> jax.Array:
    """Returns the numbers of each picture in a row.

    Large pictures that come from a convolution or pooling lie with the batch innermost,
    and stay so: the result is (n, b) in memory, which products take as it is.

    Args:
        x: (b, ...).

    Shapes:
        -> (b, n).

    Example:
        >>> flatten(jnp.arange(12).reshape(2, 3, 2)).tolist()
        [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    """
    size = math.prod(x.shape[1:])
    if x.ndim != 4 or size < LEAST_TO_TURN or not _choose.suits("cpu"):
        return x.reshape(x.shape[0], size)
    return x.transpose(1, 2, 3, 0).reshape(size, x.shape[0]).T


def conv(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """A product of the kernel with all patches."""
    weights = _rows(kernel, spec)

    def part(x: jax.Array) -> jax.Array:
        kind = accumulator(x.dtype)
        inside = _strip_spec(spec, x.shape[1])
        out = jnp.matmul(weights, _patches(x, inside), preferred_element_type=kind)
        return out.reshape(spec.filters, *inside.outputs, -1).astype(x.dtype)

    padded = pad(turned(x), spec.padding)
    strip, stride, span = _strip(x, spec)
    return turned(_strips.join(part, padded, spec.outputs[0], strip, stride, span))


def conv_grad_input(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> jax.Array:
    """The gradient of all patches, added up where they overlap."""
    dy = turned(cotangent)
    weights = _rows(kernel, spec).mT
    strip, stride, span = _strip(cotangent, spec)
    if strip >= spec.outputs[0]:
        return turned(_input_gradient(dy, weights, spec))

    def part(dy: jax.Array) -> jax.Array:
        inside = _strip_spec(spec, (dy.shape[1] - 1) * stride + span)
        return _input_gradient(dy, weights, inside)

    length = spec.inputs[0] + sum(spec.padding[0])
    out = _strips.spread(part, dy, length, strip, stride, span)
    return turned(pad(out, [(-lo, -hi) for lo, hi in spec.padding]))


def conv_grad_kernel(x: jax.Array, cotangent: jax.Array, spec: ConvSpec) -> jax.Array:
    """A product of all patches with the output's gradient."""
    strip, stride, span = _strip(x, spec)

    def part(x: jax.Array, dy: jax.Array) -> jax.Array:
        seen = _patches(x, _strip_spec(spec, x.shape[1]))
        kind = accumulator(dy.dtype)
        return jnp.matmul(seen, _columns(dy, spec).mT, preferred_element_type=kind)

    padded = pad(turned(x), spec.padding)
    out = _strips.total(part, padded, turned(cotangent), strip, stride, span)
    out = out.reshape(spec.groups, spec.taps, spec.group_channels, -1)
    shape = (*spec.kernel, spec.group_channels, spec.filters)
    return jnp.moveaxis(out, 0, 2).reshape(shape).astype(x.dtype)


def _strip(x: jax.Array, spec: ConvSpec) -> tuple[int, int, int]:
    """Returns rows per strip, and input rows per output row and per window."""
    row = spec.pixels // spec.outputs[0] * spec.taps * spec.in_channels
    strip = _strips.rows_per_strip(spec.outputs[0], row * x.dtype.itemsize)
    return strip, spec.strides[0], (spec.kernel[0] - 1) * spec.dilation[0] + 1


def _strip_spec(spec: ConvSpec, rows: int) -> ConvSpec:
    """Returns the spec of a strip of so many rows of the padded input."""
    span = (spec.kernel[0] - 1) * spec.dilation[0] + 1
    padded = [
        n + lo + hi for n, (lo, hi) in zip(spec.inputs, spec.padding, strict=True)
    ]
    return dataclasses.replace(
        spec,
        inputs=(rows, *padded[1:]),
        outputs=((rows - span) // spec.strides[0] + 1, *spec.outputs[1:]),
        padding=((0, 0),) * spec.rank,
    )


def _input_gradient(dy: jax.Array, weights: jax.Array, spec: ConvSpec) -> jax.Array:
    """Returns (c, *inputs, b) from the output's gradient (filters, *outputs, b)."""
    kind = accumulator(dy.dtype)
    seen = jnp.matmul(weights, _columns(dy, spec), preferred_element_type=kind)
    tail = (*spec.outputs, dy.shape[-1])
    seen = seen.reshape(spec.groups, *spec.kernel, spec.group_channels, *tail)
    for axis in reversed(range(spec.rank)):
        seen = _overlap(seen, axis, spec)
    out = seen.reshape(spec.in_channels, *spec.inputs, dy.shape[-1])
    return out.astype(dy.dtype)


def _overlap(seen: jax.Array, axis: int, spec: ConvSpec) -> jax.Array:
    """Adds up the taps of one axis, each at its place; removes the taps' axis."""
    tap_axis, place = 1 + axis, seen.ndim - 2 - spec.rank + axis
    size, stride = spec.inputs[axis], spec.strides[axis]
    total: jax.Array | None = None
    for tap in range(spec.kernel[axis]):
        part = lax.index_in_dim(seen, tap, tap_axis, keepdims=False)
        first = tap * spec.dilation[axis] - spec.padding[axis][0]
        last = first + (spec.outputs[axis] - 1) * stride
        config = [(0, 0, 0)] * part.ndim
        config[place] = (first, size - 1 - last, stride - 1)
        part = lax.pad(part, jnp.zeros((), part.dtype), config)
        total = part if total is None else total + part
    assert total is not None
    return total


def _patches(x: jax.Array, spec: ConvSpec) -> jax.Array:
    """Returns what the pixels see: (groups, taps * channels, pixels * b).

    The taps of one axis after the other: kernels of n x n taps then take 2 n copies to
    write down, not n squared.
    """
    x = pad(x, spec.padding)
    seen = x.reshape(spec.groups, spec.group_channels, *x.shape[1:])
    for axis in reversed(range(spec.rank)):
        place, stride = seen.ndim - 1 - spec.rank + axis, spec.strides[axis]
        reach = (spec.outputs[axis] - 1) * stride + 1
        starts = [k * spec.dilation[axis] for k in range(spec.kernel[axis])]
        views = [
            lax.slice_in_dim(seen, k, k + reach, stride, place)[:, None] for k in starts
        ]
        seen = jnp.concatenate(views, axis=1) if len(views) > 1 else views[0]
    return seen.reshape(spec.groups, spec.taps * spec.group_channels, -1)


def _columns(dy: jax.Array, spec: ConvSpec) -> jax.Array:
    """Returns the output's gradient as (groups, filters / groups, pixels * b)."""
    return dy.reshape(spec.groups, spec.filters // spec.groups, -1)


def _rows(kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Returns the kernel as (groups, filters / groups, taps * channels)."""
    flat = kernel.reshape(spec.taps * spec.group_channels, spec.groups, -1)
    return flat.transpose(1, 2, 0)


def pooled(
    pool: Callable[[jax.Array, PoolSpec], jax.Array],
) -> Callable[[jax.Array, PoolSpec], jax.Array]:
    """Returns a form of pooling that works with the batch innermost."""

    def run(x: jax.Array, spec: PoolSpec) -> jax.Array:
        return turned(pool(turned(x), spec))

    return run
