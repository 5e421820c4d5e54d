"""Normalisations, one-hot vectors and cross-entropies of `keras.ops.nn`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _settings
from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import (
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.ops._activations import floating

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def batch_normalization(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    axis: int,
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    epsilon: float = 1e-3,
) -> jax.Array:
    """Shifts and scales with given statistics: (x - mean) / sqrt(variance + epsilon).

    Args:
        x: values.
        mean: mean of each channel.
        variance: variance of each channel.
        axis: the axis of the channels.
        offset: added at the end, one number per channel.
        scale: multiplied before that.
        epsilon: keeps the division finite.

    Shapes:
        x: any; mean, variance, offset, scale: (c,) with c = x.shape[axis] -> as x

    Example:
        >>> batch_normalization(jnp.full((1, 2), 3.0), [1.0, 3.0], [4.0, 4.0], -1,
        ...                     epsilon=0.0)
        Array([[1., 0.]], dtype=float32)

    Reference: Ioffe and Szegedy, "Batch Normalization", 2015,
        https://arxiv.org/abs/1502.03167
    """
    values = jnp.asarray(x)
    if not jnp.issubdtype(values.dtype, jnp.inexact):
        values = values.astype(floating(mean).dtype)
    shape = [1] * values.ndim
    shape[axis] = values.shape[axis]

    def per_channel(part: ArrayLike) -> jax.Array:
        return jnp.reshape(jnp.asarray(part), shape)

    factor = jax.lax.rsqrt(per_channel(variance) + epsilon)
    if scale is not None:
        factor = factor * per_channel(scale)
    shift = -per_channel(mean) * factor
    if offset is not None:
        shift = shift + per_channel(offset)
    # One multiplication and one addition per value.
    return values * factor + shift


def moments(
    x: ArrayLike,
    axes: int | Sequence[int],
    keepdims: bool = False,
    synchronized: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """The mean and the variance over axes.

    Args:
        x: values; short floats are computed in float32.
        axes: the axes.
        keepdims: whether the axes stay, with length 1.
        synchronized: kept for Keras; must be false.

    Raises:
        UnsupportedFeatureError: `synchronized` is true.

    Example:
        >>> mean, variance = moments([[1.0, 3.0]], axes=1)
        >>> mean, variance
        (Array([2.], dtype=float32), Array([1.], dtype=float32))
    """
    if synchronized:
        raise UnsupportedFeatureError(
            message("ops.moments", "synchronized=True is not supported")
        )
    values = floating(x)
    over = axes if isinstance(axes, int) else tuple(axes)
    wide = values.astype(jnp.promote_types(values.dtype, jnp.float32))
    mean = jnp.mean(wide, over, keepdims=keepdims)
    variance = jnp.var(wide, over, keepdims=keepdims)
    if wide.dtype != values.dtype:
        # In Keras, too, sums that a short float cannot hold become its largest value.
        largest = float(jnp.finfo(jnp.float16).max)
        mean = jnp.clip(mean, -largest, largest)
        variance = jnp.clip(variance, -largest, largest)
    return mean.astype(values.dtype), variance.astype(values.dtype)


def normalize(
    x: ArrayLike,
    axis: int | Sequence[int] | None = -1,
    order: int = 2,
    epsilon: float | None = None,
) -> jax.Array:
    """Divides by the length along an axis.

    Args:
        x: values.
        axis: the axis or axes; None for all.
        order: kind of length: 2 for the Euclidean one, 1 for the sum of |x| ...
        epsilon: least length to divide by; None for the global setting.

    Raises:
        ConfigError: `order` is no int >= 1.

    Example:
        >>> round(float(normalize([3.0, 4.0])[0]), 4)
        0.6
    """
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ConfigError(
            message("ops.normalize", f"Argument `order` must be an int >= 1: {order!r}")
        )
    values = jnp.atleast_1d(floating(x))
    least = _settings.epsilon() if epsilon is None else epsilon
    if axis is None:
        axis = tuple(range(values.ndim))
    over = axis if isinstance(axis, int) else tuple(axis)
    if order == 2:
        total = jnp.sum(jnp.square(values), over, keepdims=True)
        return values * jnp.minimum(jax.lax.rsqrt(total), 1.0 / least)
    powers = jnp.sum(jnp.abs(values) ** order, over, keepdims=True)
    length = powers ** (1 / order)
    return values / jnp.maximum(length, least)


def one_hot(
    x: ArrayLike,
    num_classes: int,
    axis: int = -1,
    dtype: DTypeLike | None = None,
    sparse: bool = False,
) -> jax.Array:
    """Turns class numbers into vectors with a single 1.

    Args:
        x: class numbers from 0; others give only 0.
        num_classes: length of the vectors.
        axis: the place of the new axis.
        dtype: type of the result; None for the global float type.
        sparse: kept for Keras; must be false.

    Raises:
        UnsupportedFeatureError: `sparse` is true.

    Example:
        >>> one_hot([0, 2], 3)
        Array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    if sparse:
        raise UnsupportedFeatureError(
            message("ops.one_hot", "sparse=True is not supported", "leave it out")
        )
    return jax.nn.one_hot(
        jnp.asarray(x), num_classes, axis=axis, dtype=standardize_dtype(dtype)
    )


def binary_crossentropy(
    target: ArrayLike, output: ArrayLike, from_logits: bool = False
) -> jax.Array:
    """Cross-entropy of yes/no answers, element by element.

    -target * log(output) - (1 - target) * log(1 - output).

    Args:
        target: right answers, in [0, 1].
        output: probabilities, or scores before the sigmoid.
        from_logits: whether `output` are scores.

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> round(float(binary_crossentropy(1.0, 0.5)), 4)
        0.6931
    """
    target, output = jnp.asarray(target), floating(output)
    _same_shape(target, output, "ops.binary_crossentropy")
    if target.dtype == bool:
        target = target.astype(output.dtype)
    if from_logits:
        right, wrong = jax.nn.log_sigmoid(output), jax.nn.log_sigmoid(-output)
    else:
        clipped = _clipped(output)
        right, wrong = jnp.log(clipped), jnp.log(1.0 - clipped)
    return -target * right - (1.0 - target) * wrong


def categorical_crossentropy(
    target: ArrayLike, output: ArrayLike, from_logits: bool = False, axis: int = -1
) -> jax.Array:
    """Cross-entropy of classes given as one-hot vectors: -sum(target * log(output)).

    Args:
        target: probabilities or one-hot vectors.
        output: probabilities, or scores before softmax.
        from_logits: whether `output` are scores.
        axis: the axis of the classes.

    Raises:
        ShapeError: the shapes differ or have no axis.

    Example:
        >>> round(float(categorical_crossentropy([0.0, 1.0], [0.5, 0.5])), 4)
        0.6931
    """
    target, output = jnp.asarray(target), floating(output)
    _same_shape(target, output, "ops.categorical_crossentropy", least_axes=1)
    return -jnp.sum(target * _log_probabilities(output, from_logits, axis), axis)


def sparse_categorical_crossentropy(
    target: ArrayLike, output: ArrayLike, from_logits: bool = False, axis: int = -1
) -> jax.Array:
    """Cross-entropy of classes given as numbers: -log(output[target]).

    Args:
        target: class numbers.
        output: probabilities, or scores before softmax.
        from_logits: whether `output` are scores.
        axis: the axis of the classes.

    Shapes:
        target: (b,) or (b, 1) int; output: (b, k) -> (b,)

    Raises:
        ShapeError: the shapes do not fit.

    Example:
        >>> round(float(sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    labels, output = jnp.asarray(target, "int32"), floating(output)
    if labels.ndim == output.ndim and labels.shape[-1:] == (1,):
        labels = labels[..., 0]
    if not output.ndim or labels.shape != output.shape[:-1]:
        raise ShapeError(
            message(
                "ops.sparse_categorical_crossentropy",
                f"`target` of shape {labels.shape} does not fit `output` of shape "
                f"{output.shape}",
                "give one class number for each row of probabilities",
            )
        )
    log_p = _log_probabilities(output, from_logits, axis)
    one = jax.nn.one_hot(labels, output.shape[axis], axis=axis, dtype=log_p.dtype)
    return -jnp.sum(one * log_p, axis)


def _log_probabilities(output: jax.Array, from_logits: bool, axis: int) -> jax.Array:
    if from_logits:
        return jax.nn.log_softmax(output, axis)
    return jnp.log(_clipped(output / jnp.sum(output, axis, keepdims=True)))


def _clipped(probabilities: jax.Array) -> jax.Array:
    epsilon = _settings.epsilon()
    return jnp.clip(probabilities, epsilon, 1.0 - epsilon)


def _same_shape(
    target: jax.Array, output: jax.Array, where: str, least_axes: int = 0
) -> None:
    if target.shape != output.shape or target.ndim < least_axes:
        raise ShapeError(
            message(
                where,
                f"`target` and `output` must have one shape"
                f"{' with at least one axis' if least_axes else ''}, got "
                f"{target.shape} and {output.shape}",
            )
        )
