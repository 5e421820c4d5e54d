"""Activations that are seldom used: shrinking, sparse and piecewise ones."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.ops._activations import floating
from saccade.ops._table import unary

sparse_plus = unary(
    "sparse_plus", jax.nn.sparse_plus,
    "0 below -1, x above 1, a parabola between.",
    "sparse_plus([-2.0, 2.0]) -> [0.0, 2.0]",
    floats=True,
)  # fmt: skip
sparse_sigmoid = unary(
    "sparse_sigmoid", jax.nn.sparse_sigmoid,
    "0 below -1, 1 above 1, a line between.",
    "sparse_sigmoid([-2.0, 0.0]) -> [0.0, 0.5]", floats=True,
)  # fmt: skip
tanh_shrink = unary(
    "tanh_shrink", lambda x: x - jnp.tanh(x), "x - tanh(x).", "tanh_shrink(0.0) -> 0.0",
    floats=True,
)  # fmt: skip


def hard_shrink(x: ArrayLike, threshold: float = 0.5) -> jax.Array:
    """x, and 0 within a threshold around 0.

    Args:
        x: any array.
        threshold: the threshold.

    Example:
        >>> hard_shrink([0.2, 2.0])
        Array([0., 2.], dtype=float32)
    """
    array = floating(x)
    return jnp.where(jnp.abs(array) > threshold, array, 0)


def soft_shrink(x: ArrayLike, threshold: float = 0.5) -> jax.Array:
    """X moved towards 0 by a threshold, at most to 0.

    Args:
        x: any array.
        threshold: the threshold.

    Example:
        >>> soft_shrink([0.2, 2.0])
        Array([0. , 1.5], dtype=float32)
    """
    array = floating(x)
    return jnp.sign(array) * jnp.maximum(jnp.abs(array) - threshold, 0)


def threshold(x: ArrayLike, threshold: float, default_value: float) -> jax.Array:
    """X above a threshold, another value elsewhere.

    Args:
        x: any array.
        threshold: the threshold.
        default_value: the other value.

    Example:
        >>> threshold([1.0, 3.0], 2.0, 0.0)
        Array([0., 3.], dtype=float32)
    """
    array = floating(x)
    return jnp.where(array > threshold, array, jnp.asarray(default_value, array.dtype))


def squareplus(x: ArrayLike, b: float = 4) -> jax.Array:
    """(x + sqrt(x^2 + b)) / 2: like softplus, without exponentials.

    Args:
        x: any array.
        b: how round the bend is.

    Example:
        >>> squareplus([0.0])
        Array([1.], dtype=float32)
    """
    array = floating(x)
    return (array + jnp.sqrt(jnp.square(array) + b)) / 2


def sparsemax(x: ArrayLike, axis: int = -1) -> jax.Array:
    """The nearest vector of probabilities: like softmax, with true zeros.

    Args:
        x: scores.
        axis: the axis that sums to 1.

    Example:
        >>> sparsemax([1.0, 3.0])
        Array([0., 1.], dtype=float32)

    Reference: Martins and Astudillo, "From Softmax to Sparsemax", 2016,
        https://arxiv.org/abs/1602.02068
    """
    scores = jnp.moveaxis(floating(x), axis, -1)
    falling = -jnp.sort(-scores, axis=-1)
    number = jnp.arange(1, scores.shape[-1] + 1, dtype=scores.dtype)
    sums = jnp.cumsum(falling, axis=-1)
    count = jnp.sum(1 + number * falling > sums, axis=-1, keepdims=True)
    bound = (jnp.take_along_axis(sums, count - 1, axis=-1) - 1) / count
    return jnp.moveaxis(jnp.maximum(scores - bound, 0), -1, axis)
