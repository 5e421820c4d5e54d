"""Losses of numbers against numbers: squared, absolute, relative, robust errors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.core import _settings
from saccade.losses._arrays import Values, pair
from saccade.losses._loss import BuiltinLoss

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def mean_squared_error(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns the mean of the squared differences over the last axis.

    Args:
        y_true: the right values.
        y_pred: the predicted values.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> mean_squared_error([[0.0, 2.0]], [[1.0, 1.0]]).tolist()
        [1.0]
    """
    y_true, y_pred = pair(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns the mean of the absolute differences over the last axis.

    Args:
        y_true: the right values.
        y_pred: the predicted values.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> mean_absolute_error([[0.0, 4.0]], [[1.0, 1.0]]).tolist()
        [2.0]
    """
    y_true, y_pred = pair(y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns 100 times the mean of |true - predicted| / |true| over the last axis.

    Args:
        y_true: the right values; smaller ones than epsilon count as epsilon.
        y_pred: the predicted values.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]).tolist()
        [25.0]
    """
    y_true, y_pred = pair(y_true, y_pred)
    scale = jnp.maximum(jnp.abs(y_true), _settings.epsilon())
    return 100.0 * jnp.mean(jnp.abs((y_true - y_pred) / scale), axis=-1)


def mean_squared_logarithmic_error(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns the mean of (log(1 + true) - log(1 + predicted))^2 over the last axis.

    Args:
        y_true: the right values; below epsilon they count as epsilon.
        y_pred: the predicted values, likewise.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> mean_squared_logarithmic_error([[1.0, 3.0]], [[1.0, 3.0]]).tolist()
        [0.0]
    """
    y_true, y_pred = pair(y_true, y_pred)
    epsilon = _settings.epsilon()
    first = jnp.log(jnp.maximum(y_pred, epsilon) + 1.0)
    second = jnp.log(jnp.maximum(y_true, epsilon) + 1.0)
    return jnp.mean(jnp.square(first - second), axis=-1)


def huber(y_true: Values, y_pred: Values, delta: float = 1.0) -> jax.Array:
    """Returns the mean Huber loss: squared near zero, linear beyond `delta`.

    With e = predicted - true: e^2 / 2 if |e| <= delta, else delta |e| - delta^2 / 2.

    Args:
        y_true: the right values.
        y_pred: the predicted values.
        delta: where the parabola becomes a line, > 0.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
        [1.5]

    Reference: Huber, "Robust Estimation of a Location Parameter", 1964.
    """
    y_true, y_pred = pair(y_true, y_pred)
    error = y_pred - y_true
    size = jnp.abs(error)
    values = jnp.where(
        size <= delta, 0.5 * jnp.square(error), delta * size - 0.5 * delta**2
    )
    return jnp.mean(values, axis=-1)


def log_cosh(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns the mean of log(cosh(predicted - true)) over the last axis.

    Args:
        y_true: the right values.
        y_pred: the predicted values.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> round(float(log_cosh([[0.0]], [[2.0]])[0]), 4)
        1.325
    """
    y_true, y_pred = pair(y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - math.log(2.0), axis=-1)


def cosine_similarity(y_true: Values, y_pred: Values, axis: int = -1) -> jax.Array:
    """Returns minus the cosine of the angle between the vectors: -1 is best.

    Args:
        y_true: the right vectors.
        y_pred: the predicted vectors.
        axis: the axis along which the vectors lie.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> cosine_similarity([[3.0, 0.0]], [[2.0, 0.0]]).tolist()
        [-1.0]
    """
    y_true, y_pred = pair(y_true, y_pred)
    return -jnp.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def poisson(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns the mean of predicted - true * log(predicted) over the last axis.

    Args:
        y_true: the right counts, >= 0.
        y_pred: the predicted rates, > 0.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> round(float(poisson([[0.0, 3.0]], [[2.0, 1.0]])[0]), 3)
        1.5
    """
    y_true, y_pred = pair(y_true, y_pred)
    values = y_pred - y_true * jnp.log(y_pred + _settings.epsilon())
    return jnp.mean(values, axis=-1)


def _unit(x: jax.Array, axis: int) -> jax.Array:
    inverse = jax.lax.rsqrt(jnp.sum(jnp.square(x), axis=axis, keepdims=True))
    return x * jnp.minimum(inverse, 1.0 / _settings.epsilon())


class MeanSquaredError(BuiltinLoss):
    """The mean of the squared differences; see `mean_squared_error`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(MeanSquaredError()([[0.0, 2.0]], [[1.0, 1.0]]))
        1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(BuiltinLoss):
    """The mean of the absolute differences; see `mean_absolute_error`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(MeanAbsoluteError()([[0.0, 4.0]], [[1.0, 1.0]]))
        2.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(BuiltinLoss):
    """The mean relative error in percent; see `mean_absolute_percentage_error`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]))
        25.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(BuiltinLoss):
    """The mean squared error of logarithms; see `mean_squared_logarithmic_error`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(MeanSquaredLogarithmicError()([[1.0, 3.0]], [[1.0, 3.0]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(BuiltinLoss):
    """Squared near zero, linear beyond `delta`; see `huber`.

    Args:
        delta: where the parabola becomes a line, > 0.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Differs from Keras: a `delta` other than 1 is kept in the config.

    Example:
        >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
        1.5
    """

    _unsaved = ("delta",)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(BuiltinLoss):
    """The logarithm of the hyperbolic cosine of the error; see `log_cosh`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> round(float(LogCosh()([[0.0]], [[2.0]])), 4)
        1.325
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(log_cosh, reduction, name, dtype)


class CosineSimilarity(BuiltinLoss):
    """Minus the cosine of the angle between vectors; see `cosine_similarity`.

    Args:
        axis: the axis along which the vectors lie.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Differs from Keras: an `axis` other than -1 is kept in the config.

    Example:
        >>> float(CosineSimilarity()([[3.0, 0.0]], [[2.0, 0.0]]))
        -1.0
    """

    _unsaved = ("axis",)

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)


class Poisson(BuiltinLoss):
    """The loss of counts under a Poisson distribution; see `poisson`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> round(float(Poisson()([[0.0, 3.0]], [[2.0, 1.0]])), 3)
        1.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)
