"""TensorFlow's functions of networks and of chance, under its own argument names."""

from __future__ import annotations

import sys
from typing import TextIO

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.typing import ArrayLike
from numpy.typing import DTypeLike

from saccade.core._random import SeedGenerator, draw_key
from saccade.launcher._tensorflow_functions import (
    Axis,
    Shape,
    to_axis,
    to_dtype,
    to_shape,
)

# In TensorFlow a seed of one call gives other numbers at each call.
_streams: dict[int, SeedGenerator] = {}


def leaky_relu(
    features: ArrayLike, alpha: float = 0.2, name: str | None = None
) -> jax.Array:
    """Returns x where positive, else alpha * x."""
    return jax.nn.leaky_relu(jnp.asarray(features), alpha)


def gelu(
    features: ArrayLike, approximate: bool = False, name: str | None = None
) -> jax.Array:
    """Returns x times the normal distribution's share below x."""
    return jax.nn.gelu(jnp.asarray(features), approximate)


def l2_normalize(
    x: ArrayLike,
    axis: Axis = None,
    epsilon: float = 1e-12,
    name: str | None = None,
) -> jax.Array:
    """Divides by the length along an axis."""
    array = jnp.asarray(x)
    square = jnp.sum(array * array, axis=to_axis(axis), keepdims=True)
    return array * jax.lax.rsqrt(jnp.maximum(square, epsilon))


def l2_loss(t: ArrayLike, name: str | None = None) -> jax.Array:
    """Returns half the sum of squares."""
    return jnp.sum(jnp.square(jnp.asarray(t))) / 2


def moments(
    x: ArrayLike,
    axes: Axis,
    shift: object = None,
    keepdims: bool = False,
    name: str | None = None,
) -> tuple[jax.Array, jax.Array]:
    """Returns the mean and the variance over axes."""
    array, over = jnp.asarray(x), to_axis(axes)
    mean = jnp.mean(array, axis=over, keepdims=keepdims)
    return mean, jnp.var(array, axis=over, keepdims=keepdims)


def bias_add(
    value: ArrayLike,
    bias: ArrayLike,
    data_format: str | None = None,
    name: str | None = None,
) -> jax.Array:
    """Adds one number per channel; 'NC...' puts the channels at axis 1."""
    array, shift = jnp.asarray(value), jnp.asarray(bias)
    if data_format is not None and data_format.upper().startswith("NC"):
        shift = shift.reshape((-1,) + (1,) * (array.ndim - 2))
    return array + shift


def sigmoid_cross_entropy_with_logits(
    labels: ArrayLike, logits: ArrayLike, name: str | None = None
) -> jax.Array:
    """Returns max(x, 0) - x z + log(1 + exp(-|x|)) for logits x and labels z."""
    x, z = jnp.asarray(logits), jnp.asarray(labels)
    return jnp.maximum(x, 0) - x * z + jnp.log1p(jnp.exp(-jnp.abs(x)))


def softmax_cross_entropy_with_logits(
    labels: ArrayLike, logits: ArrayLike, axis: int = -1, name: str | None = None
) -> jax.Array:
    """Returns -sum(labels * log softmax(logits)) along an axis."""
    log_probabilities = jax.nn.log_softmax(jnp.asarray(logits), axis=axis)
    return -jnp.sum(jnp.asarray(labels) * log_probabilities, axis=axis)


def sparse_softmax_cross_entropy_with_logits(
    labels: ArrayLike, logits: ArrayLike, name: str | None = None
) -> jax.Array:
    """Returns -log softmax(logits) at each row's class number."""
    log_probabilities = jax.nn.log_softmax(jnp.asarray(logits), axis=-1)
    places = jnp.asarray(labels)[..., None]
    return -jnp.take_along_axis(log_probabilities, places, axis=-1)[..., 0]


def top_k(
    input: ArrayLike, k: int = 1, sorted: bool = True, name: str | None = None
) -> tuple[jax.Array, jax.Array]:
    """Returns the k largest numbers of each row, and their places."""
    values, places = jax.lax.top_k(jnp.asarray(input), k)
    return values, places


def in_top_k(
    targets: ArrayLike, predictions: ArrayLike, k: int, name: str | None = None
) -> jax.Array:
    """Says for each row whether its class is among the k most probable."""
    scores = jnp.asarray(predictions)
    own = jnp.take_along_axis(scores, jnp.asarray(targets)[:, None], axis=1)
    return jnp.sum(scores > own, axis=1) < k


def cumsum(
    x: ArrayLike,
    axis: int = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Sums up along an axis, without the element itself where `exclusive`."""
    array = jnp.asarray(x)
    turned = jnp.flip(array, axis) if reverse else array
    total = jnp.cumsum(turned, axis) - (turned if exclusive else 0)
    return jnp.flip(total, axis) if reverse else total


def print_(
    *inputs: object,
    output_stream: TextIO | None = None,
    sep: str = " ",
    end: str = "\n",
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Prints to standard error, as TensorFlow does; from compiled code as well."""

    def show(*values: object) -> None:
        print(*values, sep=sep, end=end, file=output_stream or sys.stderr)

    if not any(isinstance(value, Tracer) for value in inputs):
        show(*inputs)
        return
    arrays = [value for value in inputs if isinstance(value, jax.Array)]

    def show_all(*values: object) -> None:
        given = iter(values)
        show(*(next(given) if isinstance(v, jax.Array) else v for v in inputs))

    jax.debug.callback(show_all, *arrays, ordered=False)


def draw(seed: int | None) -> jax.Array:
    """Returns the next key of a seed's stream, or of the global one."""
    if seed is None:
        return draw_key(None)
    return draw_key(_streams.setdefault(seed, SeedGenerator(seed)))


def normal(
    shape: Shape,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Draws from a normal distribution."""
    kind = to_dtype(dtype)
    return (
        jax.random.normal(draw(seed), to_shape(shape), kind) * stddev + mean
    ).astype(kind)


def truncated_normal(
    shape: Shape,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Draws from a normal distribution, within two deviations of its mean."""
    kind = to_dtype(dtype)
    drawn = jax.random.truncated_normal(draw(seed), -2.0, 2.0, to_shape(shape), kind)
    return (drawn * stddev + mean).astype(kind)


def uniform(
    shape: Shape,
    minval: ArrayLike = 0,
    maxval: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Draws evenly from [minval, maxval): numbers, or integers for an integer type."""
    kind, top = to_dtype(dtype), 1 if maxval is None else maxval
    make = jax.random.randint if kind.kind in "iu" else jax.random.uniform
    return make(draw(seed), to_shape(shape), minval=minval, maxval=top, dtype=kind)


def shuffle(
    value: ArrayLike, seed: int | None = None, name: str | None = None
) -> jax.Array:
    """Puts the rows into a random order."""
    return jax.random.permutation(draw(seed), jnp.asarray(value), axis=0)
