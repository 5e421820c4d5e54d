"""Draws of random numbers, as `keras.random` names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.typing import ArrayLike

from saccade.core import _checks, _scope
from saccade.core._dtypes import is_float, is_int, standardize_dtype
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._random import SeedGenerator, draw_key

from ._bits import keep_mask

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Seed: TypeAlias = int | SeedGenerator | jax.Array | None


def normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Draws from a normal distribution.

    Args:
        shape: shape of the result.
        mean: the mean.
        stddev: the standard deviation.
        dtype: a float type; None for the global one.
        seed: an int (the same values each time), a `SeedGenerator` (the next ones), a
            JAX key, or None for the global stream.

    Raises:
        ConfigError: `dtype` is no float type, or there is no seed in a function that
            jax.jit compiles.

    Example:
        >>> normal((2, 3), seed=1).shape
        (2, 3)
    """
    name = _float_type(dtype, "random.normal")
    return jax.random.normal(_key(seed), tuple(shape), name) * stddev + mean


def truncated_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Draws from a normal distribution cut at two standard deviations.

    Args:
        shape: shape of the result.
        mean: the mean.
        stddev: the standard deviation before the cut.
        dtype: a float type; None for the global one.
        seed: see `normal`.

    Raises:
        ConfigError: `dtype` is no float type.

    Example:
        >>> bool(abs(truncated_normal((100,), seed=1)).max() <= 2)
        True
    """
    name = _float_type(dtype, "random.truncated_normal")
    draws = jax.random.truncated_normal(_key(seed), -2.0, 2.0, tuple(shape), name)
    return draws * stddev + mean


def uniform(
    shape: Sequence[int],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Draws from a uniform distribution.

    Args:
        shape: shape of the result.
        minval: lower bound, included.
        maxval: upper bound, not included.
        dtype: a float type; None for the global one.
        seed: see `normal`.

    Raises:
        ConfigError: `dtype` is no float type.

    Example:
        >>> bool(uniform((100,), 2.0, 3.0, seed=1).min() >= 2)
        True
    """
    name = _float_type(dtype, "random.uniform", "use random.randint for integers")
    return jax.random.uniform(
        _key(seed), tuple(shape), name, minval=minval, maxval=maxval
    )


def randint(
    shape: Sequence[int],
    minval: int,
    maxval: int,
    dtype: DTypeLike = "int32",
    seed: Seed = None,
) -> jax.Array:
    """Draws integers, all equally likely.

    Args:
        shape: shape of the result.
        minval: lower bound, included.
        maxval: upper bound, not included.
        dtype: an integer type.
        seed: see `normal`.

    Raises:
        ConfigError: `dtype` is no integer type.

    Example:
        >>> int(randint((), 5, 6, seed=1))
        5
    """
    name = standardize_dtype(dtype)
    if not is_int(name):
        raise ConfigError(
            message("random.randint", f"`dtype` must be an integer type, got {name!r}")
        )
    return jax.random.randint(_key(seed), tuple(shape), minval, maxval, name)


def categorical(
    logits: ArrayLike,
    num_samples: int,
    dtype: DTypeLike = "int32",
    seed: Seed = None,
) -> jax.Array:
    """Draws class numbers, each row with its own probabilities.

    Args:
        logits: scores before softmax.
        num_samples: draws per row.
        dtype: an integer type.
        seed: see `normal`.

    Shapes:
        logits: (b, k) -> (b, num_samples)

    Raises:
        ShapeError: `logits` has not two axes.

    Example:
        >>> categorical(jnp.array([[0.0, 99.0]]), 3, seed=1)
        Array([[1, 1, 1]], dtype=int32)
    """
    scores = jnp.asarray(logits)
    if scores.ndim != 2:
        raise ShapeError(
            message(
                "random.categorical",
                f"`logits` must have the shape (batch, classes), got {scores.shape}",
            )
        )
    count = _checks.positive_int(
        num_samples, "num_samples", "random.categorical", minimum=0
    )
    draws = jax.random.categorical(
        _key(seed), scores[:, None], axis=-1, shape=(len(scores), count)
    )
    return draws.astype(standardize_dtype(dtype))


def dropout(
    inputs: ArrayLike,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Sets a random part of the values to 0 and scales up the rest.

    The kept values are divided by 1 - rate, so that the expected sum stays.

    Args:
        inputs: any float array.
        rate: probability of becoming 0, in [0, 1].
        noise_shape: shape of the mask, which is repeated to that of `inputs`; None as
            an entry for the size of `inputs`. (b, 1, 1, c) drops whole channels.
        seed: see `normal`.

    Raises:
        ConfigError: `rate` is outside its range.
        ShapeError: `noise_shape` does not fit.

    Differs from Keras: the mask comes from a hash that costs a tenth or less of
        JAX's own generators on a CPU.

    Example:
        >>> dropout(jnp.ones(4), rate=0.0)
        Array([1., 1., 1., 1.], dtype=float32)

    Reference: Srivastava et al., "Dropout", 2014,
        https://jmlr.org/papers/v15/srivastava14a.html
    """
    x = jnp.asarray(inputs)
    rate = _checks.fraction(rate, "rate", "random.dropout")
    if rate == 0:
        return x
    if rate == 1:
        return jnp.zeros_like(x)
    keep = 1.0 - rate
    mask = keep_mask(_key(seed), keep, _mask_shape(noise_shape, x.shape))
    return jnp.where(mask, x / keep, jnp.zeros((), x.dtype))


def _mask_shape(
    noise_shape: Sequence[int | None] | None, shape: tuple[int, ...]
) -> tuple[int, ...]:
    if noise_shape is None:
        return shape
    filled = tuple(
        size if wanted is None else wanted
        for wanted, size in zip(noise_shape, shape, strict=False)
    )
    fits = len(tuple(noise_shape)) == len(shape) and all(
        n in (1, size) for n, size in zip(filled, shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            message(
                "random.dropout",
                f"`noise_shape` {tuple(noise_shape)} cannot be repeated to the shape "
                f"{shape} of `inputs`",
                "give 1, None or the same size for each axis",
            )
        )
    return filled


def shuffle(x: ArrayLike, axis: int = 0, seed: Seed = None) -> jax.Array:
    """Puts the slices along an axis into a random order.

    Args:
        x: any array.
        axis: the axis.
        seed: see `normal`.

    Differs from Keras: slices stay whole, as with Keras on TensorFlow and torch;
        with Keras on JAX each column is shuffled for itself.

    Example:
        >>> int(shuffle(jnp.arange(5), seed=1).sum())
        10
    """
    return jax.random.permutation(_key(seed), jnp.asarray(x), axis=axis)


def gamma(
    shape: Sequence[int],
    alpha: ArrayLike,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Draws from a gamma distribution of scale 1.

    Args:
        shape: shape of the result.
        alpha: the distribution's shape parameter, > 0.
        dtype: a float type; None for the global one.
        seed: see `normal`.

    Raises:
        ConfigError: `dtype` is no float type.

    Example:
        >>> bool(gamma((3,), 2.0, seed=1).min() > 0)
        True
    """
    name = _float_type(dtype, "random.gamma")
    return jax.random.gamma(_key(seed), jnp.asarray(alpha), tuple(shape), name)


def beta(
    shape: Sequence[int],
    alpha: ArrayLike,
    beta: ArrayLike,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Draws from a beta distribution, on [0, 1].

    Args:
        shape: shape of the result.
        alpha: first parameter, > 0.
        beta: second parameter, > 0.
        dtype: a float type; None for the global one.
        seed: see `normal`.

    Raises:
        ConfigError: `dtype` is no float type.

    Example:
        >>> draws = beta((3,), 2.0, 2.0, seed=1)
        >>> bool(draws.min() >= 0), bool(draws.max() <= 1)
        (True, True)
    """
    name = _float_type(dtype, "random.beta")
    return jax.random.beta(
        _key(seed), jnp.asarray(alpha), jnp.asarray(beta), tuple(shape), name
    )


def binomial(
    shape: Sequence[int],
    counts: ArrayLike,
    probabilities: ArrayLike,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> jax.Array:
    """Draws numbers of successes.

    Args:
        shape: shape of the result.
        counts: number of trials.
        probabilities: probability of success of one trial, in [0, 1].
        dtype: a float type; None for the global one.
        seed: see `normal`.

    Raises:
        ConfigError: `dtype` is no float type.

    Example:
        >>> float(binomial((), 7.0, 1.0, seed=1))
        7.0
    """
    name = _float_type(dtype, "random.binomial")
    return jax.random.binomial(
        _key(seed),
        jnp.asarray(counts, name),
        jnp.asarray(probabilities, name),
        tuple(shape),
        name,
    )


def _key(seed: Seed) -> jax.Array:
    if isinstance(seed, jax.Array):
        return seed
    key = draw_key(seed)
    if seed is None and isinstance(key, Tracer) and _scope.current() is None:
        raise ConfigError(
            message(
                "saccade.random",
                "in a function compiled by jax.jit you should only use seeded random "
                "ops; without a seed each call would give the same numbers",
                "pass `seed=`: a JAX key that is an argument of the function",
            )
        )
    return key


def _float_type(dtype: DTypeLike | None, where: str, fix: str | None = None) -> str:
    name = standardize_dtype(dtype)
    if not is_float(name):
        raise ConfigError(
            message(where, f"`dtype` must be a float type, got {name!r}", fix)
        )
    return name
