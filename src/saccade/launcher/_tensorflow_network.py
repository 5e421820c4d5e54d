"""TensorFlow's operations of networks (`tf.nn.conv2d` and the like), on `keras.ops`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import ops
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.launcher._tensorflow_functions import Shape, to_shape
from saccade.launcher._tensorflow_nn import draw

Window = int | Sequence[int]


def _window(value: Window, where: str) -> tuple[int, int]:
    """Two numbers out of one, two, or four for all axes."""
    sizes = (value,) if isinstance(value, int) else tuple(value)
    if len(sizes) == 4:
        batch, *sizes, channels = sizes
        if batch != 1 or channels != 1:
            raise ConfigError(
                message(where, f"must be 1 for batch and channels, got {value!r}")
            )
    if len(sizes) not in (1, 2):
        raise ConfigError(message(where, f"must be 1, 2 or 4 ints, got {value!r}"))
    return (sizes[0], sizes[-1])


def _padding(padding: Any, where: str) -> str:
    if isinstance(padding, str) and padding.upper() in ("SAME", "VALID"):
        return padding.lower()
    raise ConfigError(
        message(
            where,
            f"`padding` must be 'SAME' or 'VALID', got {padding!r}",
            "tf.pad(input, ...) first, and padding='VALID'",
        )
    )


def _channels_last(data_format: str | None, where: str) -> str:
    if data_format in (None, "NHWC"):
        return "channels_last"
    raise ConfigError(
        message(
            where,
            f"`data_format` must be 'NHWC', got {data_format!r}",
            "tf.transpose(input, (0, 2, 3, 1)) puts the channels last",
        )
    )


def conv2d(
    input: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Window | None = None,
    name: str | None = None,
) -> jax.Array:
    """Convolves pictures (b, h, w, c) with filters (kh, kw, c, filters)."""
    where = "tf.nn.conv2d"
    return ops.conv(
        jnp.asarray(input), jnp.asarray(filters), _window(strides, where),
        _padding(padding, where), _channels_last(data_format, where),
        _window(dilations or 1, where),
    )  # fmt: skip


def depthwise_conv2d(
    input: ArrayLike,
    filter: ArrayLike,
    strides: Window,
    padding: Any,
    data_format: str | None = None,
    dilations: Window | None = None,
    name: str | None = None,
) -> jax.Array:
    """Convolves each channel by itself; the filter is (kh, kw, c, multiplier)."""
    where = "tf.nn.depthwise_conv2d"
    return ops.depthwise_conv(
        jnp.asarray(input), jnp.asarray(filter), _window(strides, where),
        _padding(padding, where), _channels_last(data_format, where),
        _window(dilations or 1, where),
    )  # fmt: skip


def conv2d_transpose(
    input: ArrayLike,
    filters: ArrayLike,
    output_shape: Shape,
    strides: Window,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    dilations: Window | None = None,
    name: str | None = None,
) -> jax.Array:
    """Convolves backwards; the filters are (kh, kw, filters, c)."""
    where = "tf.nn.conv2d_transpose"
    made = ops.conv_transpose(
        jnp.asarray(input), jnp.asarray(filters), _window(strides, where),
        _padding(padding, where), None, _channels_last(data_format, where),
        _window(dilations or 1, where),
    )  # fmt: skip
    if made.shape[1:3] != to_shape(output_shape)[-3:-1]:
        raise ShapeError(
            message(
                where,
                f"these strides and this padding give {made.shape}, not "
                f"`output_shape` {to_shape(output_shape)}",
                "keras.ops.conv_transpose has `output_padding`",
            )
        )
    return made


def _pool(function: Callable[..., jax.Array], where: str) -> Callable[..., jax.Array]:
    """Makes a function that pools windows of pictures."""

    def pool(
        input: ArrayLike,
        ksize: Window,
        strides: Window,
        padding: Any,
        data_format: str | None = "NHWC",
        name: str | None = None,
    ) -> jax.Array:
        return function(
            jnp.asarray(input), _window(ksize, where), _window(strides, where),
            _padding(padding, where), _channels_last(data_format, where),
        )  # fmt: skip

    return pool


max_pool2d = _pool(ops.max_pool, "tf.nn.max_pool2d")
avg_pool2d = _pool(ops.average_pool, "tf.nn.avg_pool2d")


def dropout(
    x: ArrayLike,
    rate: float,
    noise_shape: Shape | None = None,
    seed: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Sets a share of the numbers to 0, and makes up for it in the others."""
    array = jnp.asarray(x)
    shape = array.shape if noise_shape is None else to_shape(noise_shape)
    kept = jax.random.bernoulli(draw(seed), 1.0 - rate, shape)
    return jnp.where(kept, array / (1.0 - rate), 0).astype(array.dtype)


def batch_normalization(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    offset: ArrayLike | None,
    scale: ArrayLike | None,
    variance_epsilon: float,
    name: str | None = None,
) -> jax.Array:
    """Returns (x - mean) / sqrt(variance) * scale + offset."""
    factor = jax.lax.rsqrt(jnp.asarray(variance) + variance_epsilon)
    factor = factor if scale is None else factor * jnp.asarray(scale)
    made = (jnp.asarray(x) - jnp.asarray(mean)) * factor
    return made if offset is None else made + jnp.asarray(offset)


def embedding_lookup(
    params: ArrayLike,
    ids: ArrayLike,
    max_norm: float | None = None,
    name: str | None = None,
) -> jax.Array:
    """Takes rows by their number."""
    return jnp.take(jnp.asarray(params), jnp.asarray(ids), axis=0)


def depth_to_space(
    input: ArrayLike, block_size: int, data_format: str = "NHWC", name: Any = None
) -> jax.Array:
    """Moves channels into blocks of pixels: (b, h, w, c n n) -> (b, h n, w n, c)."""
    x, n = jnp.asarray(input), block_size
    _channels_last(data_format, "tf.nn.depth_to_space")
    b, h, w, c = x.shape
    blocks = x.reshape(b, h, w, n, n, c // n**2).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(b, h * n, w * n, c // n**2)


def space_to_depth(
    input: ArrayLike, block_size: int, data_format: str = "NHWC", name: Any = None
) -> jax.Array:
    """Moves blocks of pixels into channels, the reverse of `depth_to_space`."""
    x, n = jnp.asarray(input), block_size
    _channels_last(data_format, "tf.nn.space_to_depth")
    b, h, w, c = x.shape
    blocks = x.reshape(b, h // n, n, w // n, n, c).transpose(0, 1, 3, 2, 4, 5)
    return blocks.reshape(b, h // n, w // n, c * n**2)


def weighted_cross_entropy_with_logits(
    labels: ArrayLike, logits: ArrayLike, pos_weight: ArrayLike, name: Any = None
) -> jax.Array:
    """Returns the cross-entropy of a sigmoid, positives weighed by a factor."""
    z, x = jnp.asarray(labels), jnp.asarray(logits)
    weight = 1 + (jnp.asarray(pos_weight) - 1) * z
    return (1 - z) * x + weight * (jnp.log1p(jnp.exp(-jnp.abs(x))) + jax.nn.relu(-x))
