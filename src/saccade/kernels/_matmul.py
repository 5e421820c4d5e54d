"""Convolution as one matrix product of all patches, channels last: the plain form.

XLA's own convolution is slow on CPU and many times slower inside a loop, where a
whole epoch runs (openxla/xla issue 34273). `_lanes` and `_winograd` are faster still
and share the views and paddings here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import jax
import jax.numpy as jnp
from jax import lax

from ._spec import ConvSpec

Index = tuple[int, ...]


def accumulator(dtype: jnp.dtype) -> jnp.dtype:
    """Returns the type to add up in: float32 for the short float types."""
    short = dtype in (jnp.bfloat16, jnp.float16)
    return jnp.dtype(jnp.float32) if short else dtype


def pad(
    x: jax.Array,
    padding: Sequence[tuple[int, int]],
    spread: Sequence[int] | None = None,
    value: float = 0,
) -> jax.Array:
    """Pads the spatial axes of a channels-last array.

    Args:
        x: (b, ..., c).
        padding: positions before and after each spatial axis; negative cuts off.
        spread: distance between neighbouring inputs afterwards; None for 1.
        value: what to fill with.
    """
    spread = spread or (1,) * len(padding)
    if all(p == (0, 0) for p in padding) and set(spread) == {1}:
        return x
    inner = [(lo, hi, s - 1) for (lo, hi), s in zip(padding, spread, strict=True)]
    return lax.pad(x, jnp.asarray(value, x.dtype), [(0, 0, 0), *inner, (0, 0, 0)])


def taps(spec: ConvSpec) -> Iterator[Index]:
    """Yields the positions of the kernel in row-major order."""
    return itertools.product(*(range(k) for k in spec.kernel))


def view(x: jax.Array, start: Index, count: Index, stride: Index) -> jax.Array:
    """Returns every `stride`-th position of the spatial axes, `count` of them."""
    stop = [a + (n - 1) * s + 1 for a, n, s in zip(start, count, stride, strict=True)]
    last = x.ndim - 1
    return lax.slice(
        x,
        (0, *start, 0),
        (x.shape[0], *stop, x.shape[last]),
        (1, *stride, 1),
    )


def tap_views(x: jax.Array, spec: ConvSpec) -> list[jax.Array]:
    """Returns, per tap, the inputs that it meets: (b, *outputs, c) each."""
    x = pad(x, spec.padding)
    return [
        view(
            x,
            tuple(k * d for k, d in zip(tap, spec.dilation, strict=True)),
            spec.outputs,
            spec.strides,
        )
        for tap in taps(spec)
    ]


def patches(x: jax.Array, spec: ConvSpec) -> jax.Array:
    """Returns what each output pixel sees: (b, *outputs, taps, c)."""
    views = tap_views(x, spec)
    if len(views) == 1:
        return views[0][..., None, :]
    return jnp.concatenate([v[..., None, :] for v in views], axis=-2)


def conv_patches(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """One product of all patches with the kernel."""
    kind = accumulator(x.dtype)
    seen = patches(x, spec)
    if spec.groups == 1:
        flat = kernel.reshape(-1, spec.filters)
        rows = seen.reshape(-1, flat.shape[0])
        out = jnp.matmul(rows, flat, preferred_element_type=kind)
    else:
        split = _by_group(seen, spec)
        blocks = kernel.reshape(spec.taps, spec.group_channels, spec.groups, -1)
        out = jnp.einsum("ntgc,tcgf->ngf", split, blocks, preferred_element_type=kind)
    return out.reshape(*seen.shape[:-2], spec.filters).astype(x.dtype)


def is_point(spec: ConvSpec) -> bool:
    """Says whether the kernel is one tap that all channels pass through."""
    return spec.taps == 1 and spec.groups == 1


def conv_grad_input_points(
    cotangent: jax.Array, kernel: jax.Array, spec: ConvSpec
) -> jax.Array:
    """The gradient to the input of a kernel of one tap: one product, spread out."""
    flat = kernel.reshape(spec.in_channels, spec.filters)
    rows = cotangent.reshape(-1, spec.filters)
    kind = accumulator(cotangent.dtype)
    out = lax.dot_general(
        rows, flat, (((1,), (1,)), ((), ())), preferred_element_type=kind
    )
    out = out.reshape(*cotangent.shape[:-1], spec.in_channels).astype(cotangent.dtype)
    around = [
        (-lo, size - 1 + lo - (count - 1) * stride)
        for size, count, stride, (lo, _) in zip(
            spec.inputs, spec.outputs, spec.strides, spec.padding, strict=True
        )
    ]
    return pad(out, around, spec.strides)


def kernel_gradient_patches(
    x: jax.Array, cotangent: jax.Array, spec: ConvSpec
) -> jax.Array:
    """One product of all patches with the output's gradient."""
    kind = accumulator(x.dtype)
    seen = patches(x, spec)
    shape = (*spec.kernel, spec.group_channels, spec.filters)
    if spec.groups == 1:
        rows = seen.reshape(-1, spec.taps * spec.in_channels)
        flat = cotangent.reshape(-1, spec.filters)
        out = lax.dot_general(
            rows, flat, (((0,), (0,)), ((), ())), preferred_element_type=kind
        )
    else:
        split = _by_group(seen, spec)
        blocks = cotangent.reshape(-1, spec.groups, spec.filters // spec.groups)
        out = jnp.einsum("ntgc,ngf->tcgf", split, blocks, preferred_element_type=kind)
    return out.reshape(shape).astype(x.dtype)


def _by_group(seen: jax.Array, spec: ConvSpec) -> jax.Array:
    return seen.reshape(-1, spec.taps, spec.groups, spec.group_channels)


def flipped(kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Returns the kernel of the gradient: reversed, channels exchanged per group."""
    turned = jnp.flip(kernel, tuple(range(spec.rank)))
    filters = spec.filters // spec.groups
    split = turned.reshape(*spec.kernel, spec.group_channels, spec.groups, filters)
    moved = jnp.swapaxes(split, -1, -3)
    return moved.reshape(*spec.kernel, filters, spec.in_channels)
