"""Convolution, pooling, resizing and padding as Keras 2's backend had them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import ops
from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.ops import image

from ._renamed import older

Ints = int | Sequence[int]
_CONV = (
    "x, kernel, strides={one}, padding='valid', data_format=None, dilation_rate={one}"
)


def _conv(name: str, rank: int, example: str) -> Any:
    one = "1" if rank == 1 else str((1,) * rank)
    kind = {1: "signals", 2: "pictures", 3: "volumes"}[rank]
    return older(
        name, ops.conv, _CONV.format(one=one),
        f"Convolves {kind} with filters; arguments as in `ops.conv`.", example,
        {"x": "inputs"},
    )  # fmt: skip


conv2d = _conv(
    "conv2d", 2,
    "conv2d(ones((1, 3, 3, 1)), ones((2, 2, 1, 1))).shape -> (1, 2, 2, 1)",
)  # fmt: skip
conv3d = _conv(
    "conv3d", 3,
    "conv3d(ones((1, 2, 2, 2, 1)), ones((2, 2, 2, 1, 3))).shape"
    " -> (1, 1, 1, 1, 3)",
)  # fmt: skip
depthwise_conv2d = older(
    "depthwise_conv2d", ops.depthwise_conv,
    "x, depthwise_kernel, strides=(1, 1), padding='valid', data_format=None, "
    "dilation_rate=(1, 1)",
    "Convolves each channel by itself; arguments as in `ops.depthwise_conv`.",
    "depthwise_conv2d(ones((1, 3, 3, 2)), ones((2, 2, 2, 1))).shape"
    " -> (1, 2, 2, 2)",
    {"x": "inputs", "depthwise_kernel": "kernel"},
)  # fmt: skip
separable_conv2d = older(
    "separable_conv2d", ops.separable_conv,
    "x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding='valid', "
    "data_format=None, dilation_rate=(1, 1)",
    "Convolves each channel by itself, then mixes them; as `ops.separable_conv`.",
    "separable_conv2d(ones((1, 3, 3, 2)), ones((2, 2, 2, 1)), "
    "ones((1, 1, 2, 4))).shape -> (1, 2, 2, 4)",
    {"x": "inputs"},
)  # fmt: skip


def conv1d(
    x: ArrayLike,
    kernel: ArrayLike,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> jax.Array:
    """Convolves signals with filters.

    Args:
        x: signals.
        kernel: the filters (length, channels, filters).
        strides: inputs between neighbouring windows.
        padding: 'valid', 'same' or 'causal', which looks back only.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: inputs between neighbouring taps.

    Example:
        >>> conv1d(ops.ones((1, 3, 1)), ops.ones((2, 1, 1)), padding="causal").ravel()
        Array([1., 2., 2.], dtype=float32)
    """
    if padding == "causal":
        last = _checks.data_format(data_format, "K.conv1d") == "channels_last"
        before = (dilation_rate * (ops.shape(kernel)[0] - 1), 0)  # type: ignore[operator]
        x = ops.pad(x, ((0, 0), before, (0, 0)) if last else ((0, 0), (0, 0), before))
        padding = "valid"
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x: ArrayLike,
    kernel: ArrayLike,
    output_shape: Sequence[int | None],
    strides: Ints = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Ints = (1, 1),
) -> jax.Array:
    """The transpose of a convolution, to a given shape.

    Args:
        x: pictures.
        kernel: the filters (height, width, output channels, input channels).
        output_shape: shape of the result, the batch included (or None for it).
        strides: outputs between neighbouring inputs.
        padding: 'valid' or 'same'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: outputs between neighbouring taps.

    Raises:
        ShapeError: a convolution of that shape does not give the shape of `x`.

    Example:
        >>> conv2d_transpose(ops.ones((1, 2, 2, 3)), ops.ones((2, 2, 5, 3)),
        ...                  (1, 4, 4, 5), strides=(2, 2)).shape
        (1, 4, 4, 5)
    """
    where = "K.conv2d_transpose"
    array, weights = jnp.asarray(x), jnp.asarray(kernel)
    last = _checks.data_format(data_format, where) == "channels_last"
    layout = ("NHWC", "HWIO", "NHWC") if last else ("NCHW", "HWIO", "NCHW")
    padding = _checks.one_of(padding, ("valid", "same"), "padding", where)
    steps = _checks.int_tuple(strides, 2, "strides", where)
    spread = _checks.int_tuple(dilation_rate, 2, "dilation_rate", where)

    def forward(picture: jax.Array) -> jax.Array:
        return jax.lax.conv_general_dilated(
            picture, weights, steps, padding.upper(), rhs_dilation=spread,
            dimension_numbers=layout,
        )  # fmt: skip

    shape = (array.shape[0], *map(int, output_shape[1:]))  # type: ignore[arg-type]
    place = jax.ShapeDtypeStruct(shape, array.dtype)
    back = jax.eval_shape(forward, place).shape
    if back != array.shape:
        raise ShapeError(
            message(
                where,
                f"`output_shape` {tuple(output_shape)} does not fit an input of shape "
                f"{array.shape}; a convolution of it has shape {back}",
            )
        )
    return jax.linear_transpose(forward, place)(array)[0]


def _pool(
    x: ArrayLike,
    pool_size: Ints,
    strides: Ints,
    padding: str,
    data_format: str | None,
    pool_mode: str,
) -> jax.Array:
    known = {"max": ops.max_pool, "avg": ops.average_pool}
    mode = _checks.one_of(pool_mode, tuple(known), "pool_mode", "K.pool")
    return known[mode](x, pool_size, strides, padding, data_format)


pool2d = older(
    "pool2d", _pool,
    "x, pool_size, strides=(1, 1), padding='valid', data_format=None, pool_mode='max'",
    "Takes the largest value ('max') or the mean ('avg') of each window.",
    "pool2d(ones((1, 4, 4, 1)), (2, 2), (2, 2)).shape -> (1, 2, 2, 1)",
)  # fmt: skip
pool3d = older(
    "pool3d", _pool,
    "x, pool_size, strides=(1, 1, 1), padding='valid', data_format=None, "
    "pool_mode='max'",
    "Takes the largest value ('max') or the mean ('avg') of each window.",
    "pool3d(ones((1, 2, 2, 2, 1)), (2, 2, 2)).shape -> (1, 1, 1, 1, 1)",
)  # fmt: skip


def resize_images(
    x: ArrayLike,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
    interpolation: str = "nearest",
) -> jax.Array:
    """Makes pictures larger by whole factors.

    Args:
        x: pictures (b, h, w, c), or with the channels first.
        height_factor: factor of the height.
        width_factor: factor of the width.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        interpolation: 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5'.

    Example:
        >>> resize_images(ops.ones((1, 2, 2, 1)), 2, 3).shape
        (1, 4, 6, 1)
    """
    last = _checks.data_format(data_format, "K.resize_images") == "channels_last"
    height, width = ops.shape(x)[1:3] if last else ops.shape(x)[2:4]
    size = (height * height_factor, width * width_factor)  # type: ignore[operator]
    return image.resize(x, size, interpolation, data_format=data_format)


def resize_volumes(
    x: ArrayLike,
    depth_factor: int,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
) -> jax.Array:
    """Repeats the values of volumes along three axes.

    Args:
        x: volumes (b, d, h, w, c), or with the channels first.
        depth_factor: factor of the depth.
        height_factor: factor of the height.
        width_factor: factor of the width.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Example:
        >>> resize_volumes(ops.ones((1, 1, 1, 1, 3)), 2, 1, 1).shape
        (1, 2, 1, 1, 3)
    """
    last = _checks.data_format(data_format, "K.resize_volumes") == "channels_last"
    first = 1 if last else 2
    for step, factor in enumerate((depth_factor, height_factor, width_factor)):
        x = ops.repeat(x, factor, first + step)
    return jnp.asarray(x)


def temporal_padding(x: ArrayLike, padding: Sequence[int] = (1, 1)) -> jax.Array:
    """Puts zeros before and behind signals (b, n, c).

    Args:
        x: signals.
        padding: how many before and behind.

    Raises:
        ConfigError: `padding` is no pair.

    Example:
        >>> temporal_padding(ops.ones((1, 3, 1))).shape
        (1, 5, 1)
    """
    if len(padding) != 2:
        raise ConfigError(
            message("K.temporal_padding", f"expected two numbers, got {padding!r}")
        )
    return ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


def _padded(
    x: ArrayLike, padding: Sequence[Sequence[int]], data_format: str | None, rank: int
) -> jax.Array:
    where = f"K.spatial_{rank}d_padding"
    if len(padding) != rank or any(len(side) != 2 for side in padding):
        raise ConfigError(
            message(where, f"expected {rank} pairs of numbers, got {padding!r}")
        )
    sides = [(before, after) for before, after in padding]
    last = _checks.data_format(data_format, where) == "channels_last"
    none = (0, 0)
    return ops.pad(x, (none, *sides, none) if last else (none, none, *sides))


def spatial_2d_padding(
    x: ArrayLike,
    padding: Sequence[Sequence[int]] = ((1, 1), (1, 1)),
    data_format: str | None = None,
) -> jax.Array:
    """Puts zeros around pictures.

    Args:
        x: pictures (b, h, w, c), or with the channels first.
        padding: ((above, below), (left, right)).
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Raises:
        ConfigError: `padding` is not two pairs.

    Example:
        >>> spatial_2d_padding(ops.ones((1, 2, 2, 1))).shape
        (1, 4, 4, 1)
    """
    return _padded(x, padding, data_format, 2)


def spatial_3d_padding(
    x: ArrayLike,
    padding: Sequence[Sequence[int]] = ((1, 1), (1, 1), (1, 1)),
    data_format: str | None = None,
) -> jax.Array:
    """Puts zeros around volumes.

    Args:
        x: volumes (b, d, h, w, c), or with the channels first.
        padding: three pairs.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Raises:
        ConfigError: `padding` is not three pairs.

    Example:
        >>> spatial_3d_padding(ops.ones((1, 1, 1, 1, 1))).shape
        (1, 3, 3, 3, 1)
    """
    return _padded(x, padding, data_format, 3)


def bias_add(
    x: ArrayLike, bias: ArrayLike, data_format: str | None = None
) -> jax.Array:
    """Adds one number for each channel, or an array for each element of the batch.

    Args:
        x: (b, ..., c), or with the channels first.
        bias: (c,), or as many axes as `x` has without the batch.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Raises:
        ShapeError: `bias` has another number of axes.

    Example:
        >>> bias_add(ops.zeros((1, 2)), [1.0, 2.0]).tolist()
        [[1.0, 2.0]]
    """
    last = _checks.data_format(data_format, "K.bias_add") == "channels_last"
    rank, shape = ops.ndim(x), ops.shape(bias)
    if len(shape) not in (1, rank - 1):
        raise ShapeError(
            message("K.bias_add", f"a bias of shape {shape} does not fit {rank} axes")
        )
    if not last and rank > 2:
        sizes = (*shape[-1:], *shape[:-1])
        sizes = (*sizes, *(1,) * (rank - 1 - len(sizes)))
        bias = ops.reshape(bias, (1, *sizes))  # type: ignore[arg-type]
    return ops.add(x, bias)


def batch_flatten(x: ArrayLike) -> jax.Array:
    """Makes everything behind the batch axis flat.

    Args:
        x: an array of at least one axis.

    Example:
        >>> batch_flatten(jnp.zeros((2, 3, 4))).shape
        (2, 12)
    """
    rest = ops.shape(x)[1:]
    return ops.reshape(x, (-1, math.prod(rest)))  # type: ignore[arg-type]
