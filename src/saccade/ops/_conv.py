"""Convolution in one to any number of dimensions: argument checks and data formats.

How a convolution is computed belongs to `saccade.kernels`.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import kernels
from saccade.core import _checks
from saccade.core._errors import ShapeError, message

from ._shapes import (
    check_size,
    group_count,
    transposed_padding,
    transposed_shape,
    window_padding,
    windowed_shape,
)

Ints = int | Sequence[int]


def conv(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> jax.Array:
    """Convolves pictures, signals or volumes with filters.

    out[b, p, f] = sum over taps t and channels c of
    inputs[b, p * strides + t * dilation_rate, c] * kernel[t, c, f]; the kernel is not
    turned round. Where the kernel sees fewer channels than the input has, channels and
    filters are split into groups.

    Args:
        inputs: pictures; cast to the kernel's type.
        kernel: the filters.
        strides: inputs between neighbouring windows, one int or one per axis.
        padding: 'valid' or 'same' (zeros around; the odd one at the end).
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: inputs between neighbouring taps, one int or one per axis.

    Shapes:
        inputs: (b, ..., c) or (b, c, ...); kernel: (..., c / groups, filters)
        -> (b, ..., filters) or (b, filters, ...).

    Raises:
        ShapeError: ranks or channels do not fit, or the kernel is larger than its
            input with padding='valid'.
        ConfigError: an argument outside its range, or filters that do not divide into
            the groups.

    Differs from Keras: forward-mode derivatives (`jax.jvp`) are not defined.

    Example:
        >>> conv(jnp.ones((1, 5, 5, 3)), jnp.ones((3, 3, 3, 8))).shape
        (1, 3, 3, 8)
    """
    where = "ops.conv"
    windows = strides, padding, data_format, dilation_rate
    x, w, spec, last = _prepared(inputs, kernel, *windows, where)
    return _restore(kernels.conv(x, w, spec), last)


def conv_relu(
    inputs: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> jax.Array:
    """Convolves, adds a bias and cuts off what is below 0, in one go.

    Args:
        inputs: pictures; cast to the kernel's type.
        kernel: the filters.
        bias: one number for each filter; cast to the kernel's type.
        strides: as for `conv`.
        padding: as for `conv`.
        data_format: as for `conv`.
        dilation_rate: as for `conv`.

    Shapes:
        inputs: (b, ..., c) or (b, c, ...); kernel: (..., c / groups, filters);
        bias: (filters,) -> (b, ..., filters) or (b, filters, ...).

    Raises:
        ShapeError: as `conv`, or not one number for each filter.
        ConfigError: as `conv`.

    Differs from Keras: not part of `keras.ops`; no forward-mode derivatives.

    Example:
        >>> conv_relu(jnp.ones((1, 2, 1)), -jnp.ones((1, 1, 2)), jnp.array([0.0, 3.0]))
        Array([[[0., 2.],
                [0., 2.]]], dtype=float32)
    """
    where = "ops.conv_relu"
    windows = strides, padding, data_format, dilation_rate
    x, w, spec, last = _prepared(inputs, kernel, *windows, where)
    b = jnp.asarray(bias).astype(w.dtype)
    _one_per_channel(b, w.shape[-1:], where)
    return _restore(kernels.conv_relu(x, w, b, spec), last)


def depthwise_conv(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> jax.Array:
    """Convolves each channel with filters of its own.

    Args:
        inputs: pictures; cast to the kernel's type.
        kernel: `m` filters per channel; output channel c * m + j is filter j of
            channel c.
        strides: inputs between neighbouring windows, one int or one per axis.
        padding: 'valid' or 'same'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: inputs between neighbouring taps, one int or one per axis.

    Shapes:
        inputs: (b, ..., c) or (b, c, ...); kernel: (..., c, m)
        -> (b, ..., c * m) or (b, c * m, ...).

    Raises:
        ShapeError: ranks or channels do not fit, or the kernel is larger than its
            input with padding='valid'.
        ConfigError: an argument outside its range.

    Differs from Keras: forward-mode derivatives (`jax.jvp`) are not defined.

    Example:
        >>> depthwise_conv(jnp.ones((1, 5, 5, 3)), jnp.ones((3, 3, 3, 2))).shape
        (1, 3, 3, 6)
    """
    where = "ops.depthwise_conv"
    x, w, last = _arrays(inputs, kernel, data_format, where)
    channels = x.shape[-1]
    _same_channels(channels, w.shape[-2], where)
    w = w.reshape(*w.shape[:-2], 1, channels * w.shape[-1])
    spec = _spec(x, w, strides, padding, dilation_rate, channels, where)
    return _restore(kernels.conv(x.astype(w.dtype), w, spec), last)


def separable_conv(
    inputs: ArrayLike,
    depthwise_kernel: ArrayLike,
    pointwise_kernel: ArrayLike,
    strides: Ints = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> jax.Array:
    """Convolves each channel by itself, then mixes the channels of each pixel.

    Args:
        inputs: pictures.
        depthwise_kernel: as `kernel` of `depthwise_conv`.
        pointwise_kernel: filters of one tap.
        strides: of the first step, one int or one per axis.
        padding: of the first step, 'valid' or 'same'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: of the first step, one int or one per axis.

    Shapes:
        inputs: (b, ..., c); depthwise_kernel: (..., c, m);
        pointwise_kernel: (1, ..., c * m, filters) -> (b, ..., filters).

    Raises:
        ShapeError: as `conv` and `depthwise_conv`.
        ConfigError: an argument outside its range.

    Differs from Keras: forward-mode derivatives (`jax.jvp`) are not defined.

    Example:
        >>> separable_conv(jnp.ones((1, 5, 5, 3)), jnp.ones((3, 3, 3, 1)),
        ...                jnp.ones((1, 1, 3, 8))).shape
        (1, 3, 3, 8)
    """
    mixed = depthwise_conv(
        inputs, depthwise_kernel, strides, padding, data_format, dilation_rate
    )
    return conv(mixed, pointwise_kernel, data_format=data_format)


def conv_transpose(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: Ints = 1,
    padding: str = "valid",
    output_padding: Ints | None = None,
    data_format: str | None = None,
    dilation_rate: Ints = 1,
) -> jax.Array:
    """Spreads each input over a window: the transpose of a convolution.

    Args:
        inputs: pictures; cast to the kernel's type.
        kernel: the filters, with input and output channels the other way round.
        strides: outputs between neighbouring inputs, one int or one per axis.
        padding: 'valid' keeps all that is reached, 'same' gives input * strides.
        output_padding: outputs added at the end of each axis; None for the lengths
            above.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: outputs between neighbouring taps, one int or one per axis.

    Shapes:
        inputs: (b, ..., c); kernel: (..., filters, c) -> (b, ..., filters).

    Raises:
        ShapeError: ranks or channels do not fit, or the output would be empty.
        ConfigError: an argument outside its range.

    Differs from Keras: forward-mode derivatives (`jax.jvp`) are not defined.

    Example:
        >>> conv_transpose(jnp.ones((1, 4, 4, 3)), jnp.ones((3, 3, 8, 3)), 2).shape
        (1, 9, 9, 8)
    """
    where = "ops.conv_transpose"
    x, w, last = _arrays(inputs, kernel, data_format, where)
    _same_channels(x.shape[-1], w.shape[-1], where)
    rank = x.ndim - 2
    steps = _checks.int_tuple(strides, rank, "strides", where)
    dilation = _checks.int_tuple(dilation_rate, rank, "dilation_rate", where)
    padding = _checks.one_of(padding, ("valid", "same"), "padding", where)
    extra: tuple[int | None, ...] = (None,) * rank
    if output_padding is not None:
        extra = _checks.int_tuple(
            output_padding, rank, "output_padding", where, minimum=0
        )
    size = w.shape[:-2]
    lengths = transposed_shape(
        x.shape,
        size,
        steps,
        padding,
        "channels_last",
        where,
        channels=w.shape[-2],
        output_padding=None if output_padding is None else extra,  # type: ignore[arg-type]
        dilation=dilation,
    )[1:-1]
    around = []
    for k, s, e, d in zip(size, steps, extra, dilation, strict=True):
        before, after = transposed_padding(k, s, padding, e, d)
        span = (k - 1) * d
        around.append((span - before, span - after))
    lengths = tuple(int(n or 0) for n in lengths)
    check_size((_batch(x), *lengths), around, w.shape[-2], where)
    spec = kernels.ConvSpec(
        batch=_batch(x),
        inputs=lengths,
        outputs=x.shape[1:-1],
        kernel=size,
        in_channels=w.shape[-2],
        filters=w.shape[-1],
        strides=steps,
        dilation=dilation,
        padding=tuple(around),
    )
    return _restore(kernels.conv_grad_input(x.astype(w.dtype), w, spec), last)


def add_bias(
    inputs: ArrayLike, bias: ArrayLike, data_format: str | None = None
) -> jax.Array:
    """Adds one number per channel; its gradient is fast after a convolution.

    Args:
        inputs: pictures.
        bias: the numbers; `inputs` are cast to their type.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Shapes:
        inputs: (b, ..., c) or (b, c, ...); bias: (c,) -> as `inputs`.

    Raises:
        ShapeError: not one number per channel.

    Differs from Keras: not part of `keras.ops`.

    Example:
        >>> add_bias(jnp.zeros((1, 2, 2)), jnp.asarray([1.0, 2.0])).ravel()
        Array([1., 2., 1., 2.], dtype=float32)
    """
    where = "ops.add_bias"
    x, b = jnp.asarray(inputs), jnp.asarray(bias)
    last = _checks.data_format(data_format, where) == "channels_last"
    x = x if last else jnp.moveaxis(x, 1, -1)
    _one_per_channel(b, x.shape[-1:], where)
    return _restore(kernels.add_bias(x.astype(b.dtype), b), last)


def _arrays(
    inputs: ArrayLike, kernel: ArrayLike, data_format: str | None, where: str
) -> tuple[jax.Array, jax.Array, bool]:
    """Returns the input channels last, the kernel, and whether it was so before."""
    x, w = jnp.asarray(inputs), jnp.asarray(kernel)
    last = _checks.data_format(data_format, where) == "channels_last"
    if x.ndim < 3 or w.ndim != x.ndim:
        raise ShapeError(
            message(
                where,
                "`inputs` need a batch axis, one or more spatial axes and a channel "
                f"axis, and `kernel` as many axes, got shapes {x.shape} and {w.shape}",
            )
        )
    if 0 in w.shape:
        raise ShapeError(message(where, f"`kernel` is empty: its shape is {w.shape}"))
    return (x if last else jnp.moveaxis(x, 1, -1)), w, last


def _prepared(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: Ints,
    padding: str,
    data_format: str | None,
    dilation_rate: Ints,
    where: str,
) -> tuple[jax.Array, jax.Array, kernels.ConvSpec, bool]:
    """Arrays of one type with channels last, the shape, whether they came like that."""
    x, w, last = _arrays(inputs, kernel, data_format, where)
    groups = group_count(x.shape[-1], w.shape[-2], w.shape[-1], where)
    spec = _spec(x, w, strides, padding, dilation_rate, groups, where)
    return x.astype(w.dtype), w, spec, last


def _one_per_channel(bias: jax.Array, shape: tuple[int, ...], where: str) -> None:
    if bias.shape != shape:
        raise ShapeError(
            message(
                where,
                f"`bias` must have shape {shape}, one number per channel, got "
                f"{bias.shape}",
            )
        )


def _restore(x: jax.Array, last: bool) -> jax.Array:
    return x if last else jnp.moveaxis(x, -1, 1)


def _batch(x: jax.Array) -> int:
    """Returns the batch size, or a usual one where it is symbolic."""
    return x.shape[0] if isinstance(x.shape[0], int) else kernels.USUAL_BATCH


def _same_channels(channels: int, expected: int, where: str) -> None:
    if channels != expected:
        raise ShapeError(
            message(
                where,
                f"the input has {channels} channels, the kernel expects {expected}",
                "check `data_format` and the kernel's shape",
            )
        )


def _spec(
    x: jax.Array,
    w: jax.Array,
    strides: Ints,
    padding: str,
    dilation_rate: Ints,
    groups: int,
    where: str,
) -> kernels.ConvSpec:
    rank = x.ndim - 2
    steps = _checks.int_tuple(strides, rank, "strides", where)
    dilation = _checks.int_tuple(dilation_rate, rank, "dilation_rate", where)
    padding = _checks.one_of(padding, ("valid", "same"), "padding", where)
    size, lengths = w.shape[:-2], x.shape[1:-1]
    outputs = windowed_shape(
        x.shape, size, steps, padding, "channels_last", where, dilation=dilation
    )[1:-1]
    around = tuple(
        window_padding(n, k, s, padding, d)
        for n, k, s, d in zip(lengths, size, steps, dilation, strict=True)
    )
    check_size((_batch(x), *lengths), around, x.shape[-1], where)
    return kernels.ConvSpec(
        batch=_batch(x),
        inputs=lengths,
        outputs=tuple(int(n or 0) for n in outputs),
        kernel=size,
        in_channels=x.shape[-1],
        filters=w.shape[-1],
        strides=steps,
        dilation=dilation,
        padding=around,
        groups=groups,
    )
