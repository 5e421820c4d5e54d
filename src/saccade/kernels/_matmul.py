"""Convolution as matrix products: the pure-JAX forms for CPU.

XLA's own convolution is slow on CPU and many times slower inside a loop, where a
whole epoch runs (openxla/xla issue 34273). Every form here takes channels-last arrays
and a `ConvSpec`, and comes as a triple: forward, gradient with respect to the input,
gradient with respect to the kernel.
"""

from __future__ import annotations

import itertools
import math
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


def conv_taps(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """A sum of one product per tap; no copy of the patches (one group)."""
    kind = accumulator(x.dtype)
    weights = kernel.reshape(spec.taps, spec.in_channels, spec.filters)
    out = None
    for v, w in zip(tap_views(x, spec), weights, strict=True):
        term = jnp.matmul(v, w, preferred_element_type=kind)
        out = term if out is None else out + term
    assert out is not None
    return out.astype(x.dtype)


def kernel_gradient_taps(
    x: jax.Array, cotangent: jax.Array, spec: ConvSpec
) -> jax.Array:
    """One product per tap (one group)."""
    kind = accumulator(x.dtype)
    flat = cotangent.reshape(-1, spec.filters)
    terms = [
        lax.dot_general(
            v.reshape(-1, spec.in_channels),
            flat,
            (((0,), (0,)), ((), ())),
            preferred_element_type=kind,
        )
        for v in tap_views(x, spec)
    ]
    shape = (*spec.kernel, spec.in_channels, spec.filters)
    return jnp.stack(terms).reshape(shape).astype(x.dtype)


def conv_shift(x: jax.Array, kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Shift, multiply, add: for depthwise convolution (one channel per group)."""
    kind = accumulator(x.dtype)
    weights = kernel.reshape(spec.taps, spec.groups, -1).astype(kind)
    many = weights.shape[-1]
    out: jax.Array | None = None
    for v, w in zip(tap_views(x, spec), weights, strict=True):
        v = v.astype(kind)
        term = v * w[:, 0] if many == 1 else v[..., None] * w
        out = term if out is None else out + term
    assert out is not None
    return out.reshape(*out.shape[: spec.rank + 1], spec.filters).astype(x.dtype)


def kernel_gradient_shift(
    x: jax.Array, cotangent: jax.Array, spec: ConvSpec
) -> jax.Array:
    """Shift, multiply, sum over pixels: for depthwise convolution."""
    kind = accumulator(x.dtype)
    many = spec.filters // spec.groups
    dy = cotangent.astype(kind)
    dy = dy.reshape(*dy.shape[:-1], spec.groups, many)
    axes = tuple(range(spec.rank + 1))
    terms = [
        jnp.sum(v.astype(kind)[..., None] * dy, axis=axes) for v in tap_views(x, spec)
    ]
    return jnp.stack(terms).reshape(*spec.kernel, 1, spec.filters).astype(x.dtype)


def flipped(kernel: jax.Array, spec: ConvSpec) -> jax.Array:
    """Returns the kernel of the gradient: reversed, channels exchanged per group."""
    turned = jnp.flip(kernel, tuple(range(spec.rank)))
    filters = spec.filters // spec.groups
    split = turned.reshape(*spec.kernel, spec.group_channels, spec.groups, filters)
    moved = jnp.swapaxes(split, -1, -3)
    return moved.reshape(*spec.kernel, filters, spec.in_channels)


def phase_taps(spec: ConvSpec, phase: Index) -> list[list[int]]:
    """Returns, per axis, the taps that write to the positions of one phase."""
    return [
        [k for k in range(size) if (k * d) % s == p]
        for size, d, s, p in zip(
            spec.kernel, spec.dilation, spec.strides, phase, strict=True
        )
    ]


def phase_spec(spec: ConvSpec, used: list[list[int]], phase: Index) -> ConvSpec:
    """Returns the convolution of the output's gradient that fills one phase.

    Positions of the padded input are p = o * stride + k * dilation; those with
    p = phase + stride * m are reached from outputs o = m - (k * dilation - phase) /
    stride, a convolution with stride 1 over m.
    """
    kernel, dilation, padding, outputs = [], [], [], []
    for axis in range(spec.rank):
        s, d, p = spec.strides[axis], spec.dilation[axis], phase[axis]
        lo, hi = spec.padding[axis]
        steps = [(k * d - p) // s for k in used[axis]]
        count = -(-(spec.inputs[axis] + lo + hi - p) // s)
        kernel.append(len(steps))
        dilation.append(steps[1] - steps[0] if len(steps) > 1 else 1)
        padding.append((steps[-1], count - 1 - steps[0] - (spec.outputs[axis] - 1)))
        outputs.append(count)
    return ConvSpec(
        batch=spec.batch,
        inputs=spec.outputs,
        outputs=tuple(outputs),
        kernel=tuple(kernel),
        in_channels=spec.filters,
        filters=spec.in_channels,
        strides=(1,) * spec.rank,
        dilation=tuple(dilation),
        padding=tuple(padding),
        groups=spec.groups,
    )


def interleave(parts: list[jax.Array], strides: Index) -> jax.Array:
    """Weaves the phases together: parts in row-major order of their phase."""
    rank = len(strides)
    if len(parts) == 1:
        return parts[0]
    shape = parts[0].shape
    woven = jnp.stack(parts).reshape(*strides, *shape)
    order = [rank]
    for axis in range(rank):
        order += [rank + 1 + axis, axis]
    sizes = [shape[1 + axis] * strides[axis] for axis in range(rank)]
    woven = woven.transpose(*order, woven.ndim - 1)
    return woven.reshape(shape[0], *sizes, shape[-1])


def all_phases(strides: Index) -> list[Index]:
    """Returns the phases of a stride in row-major order."""
    return list(itertools.product(*(range(s) for s in strides)))


def fits_one_group(spec: ConvSpec) -> bool:
    """Says whether the channels are in one block."""
    return spec.groups == 1


def fits_depthwise(spec: ConvSpec) -> bool:
    """Says whether each filter sees one channel only."""
    return spec.group_channels == 1


def phase_count(spec: ConvSpec) -> int:
    """Returns the number of phases of the gradient with respect to the input."""
    return math.prod(spec.strides)
