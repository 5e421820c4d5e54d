"""Metrics of numbers against numbers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
from jax import core as jax_core

from saccade.core._errors import ConfigError, DataWarning, ShapeError, message
from saccade.losses import _regression
from saccade.losses._arrays import Values, match_ranks
from saccade.metrics._metric import Metric, masked_weight
from saccade.metrics._reduction import BuiltinMean, Mean

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from saccade.core._variable import Variable


class MeanSquaredError(BuiltinMean):
    """The mean of the squared differences.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(MeanSquaredError()([[0.0, 2.0]], [[1.0, 1.0]]))
        1.0
    """

    def __init__(
        self, name: str | None = "mean_squared_error", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_regression.mean_squared_error, name, dtype)


class MeanAbsoluteError(BuiltinMean):
    """The mean of the absolute differences.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(MeanAbsoluteError()([[0.0, 4.0]], [[1.0, 1.0]]))
        2.0
    """

    def __init__(
        self, name: str | None = "mean_absolute_error", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_regression.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(BuiltinMean):
    """The mean relative error in percent.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]))
        25.0
    """

    def __init__(
        self,
        name: str | None = "mean_absolute_percentage_error",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(_regression.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(BuiltinMean):
    """The mean squared difference of the logarithms.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(MeanSquaredLogarithmicError()([[1.0, 3.0]], [[1.0, 3.0]]))
        0.0
    """

    def __init__(
        self,
        name: str | None = "mean_squared_logarithmic_error",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(_regression.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(BuiltinMean):
    """The mean logarithm of the hyperbolic cosine of the error.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> round(float(LogCoshError()([[0.0]], [[2.0]])), 4)
        1.325
    """

    def __init__(
        self, name: str | None = "logcosh", dtype: DTypeLike | None = None
    ) -> None:
        super().__init__(_regression.log_cosh, name, dtype)


def _cosine(y_true: Values, y_pred: Values, axis: int = -1) -> jax.Array:
    return -_regression.cosine_similarity(y_true, y_pred, axis)


class CosineSimilarity(BuiltinMean):
    """The mean cosine of the angle between vectors: 1 is best.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.
        axis: the axis along which the vectors lie.

    Differs from Keras: an `axis` other than -1 is kept in the config.

    Example:
        >>> float(CosineSimilarity()([[3.0, 0.0]], [[2.0, 0.0]]))
        1.0
    """

    _unsaved = ("axis",)

    def __init__(
        self,
        name: str | None = "cosine_similarity",
        dtype: DTypeLike | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(_cosine, name, dtype, axis=axis)


class RootMeanSquaredError(Mean):
    """The square root of the mean squared difference.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(RootMeanSquaredError()([[0.0, 0.0]], [[2.0, 2.0]]))
        2.0
    """

    def __init__(
        self,
        name: str | None = "root_mean_squared_error",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(name, dtype)

    def update_state(  # pyright: ignore[reportIncompatibleMethodOverride] Keras'
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Counts a batch in.

        Args:
            y_true: the right values.
            y_pred: the predicted values.
            sample_weight: weights of the samples (b,) or of the values.
        """
        y_true, y_pred = match_ranks(
            jnp.asarray(y_true, self.dtype), jnp.asarray(y_pred, self.dtype)
        )
        super().update_state(jnp.square(y_pred - y_true), sample_weight=sample_weight)

    def result(self) -> jax.Array:
        """Returns the root of the mean so far."""
        return jnp.sqrt(super().result())


class R2Score(Metric):
    """The share of the targets' variance that predictions explain: 1 is best.

    1 - sum (true - predicted)^2 / sum (true - mean of true)^2.

    Args:
        class_aggregation: how columns become one: 'uniform_average',
            'variance_weighted_average', or None for one score per column.
        num_regressors: number of explaining variables for the adjusted score; 0 for
            the plain one.
        name: its name in the logs.
        dtype: see `Metric`.

    Shapes:
        (b, d) and (b, d).

    Raises:
        ConfigError: another `class_aggregation`, a negative `num_regressors`.
        ShapeError: targets or predictions are not of rank 2.

    Example:
        >>> score = R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
        >>> round(float(score), 4)
        0.5714
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        known = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in known:
            raise ConfigError(
                message(
                    self.name,
                    f"`class_aggregation` must be one of {known}, got "
                    f"{class_aggregation!r}",
                )
            )
        if num_regressors < 0:
            raise ConfigError(
                message(
                    self.name, f"`num_regressors` must be >= 0, got {num_regressors}"
                )
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._columns: list[Variable] = []

    def ensure_built(
        self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
    ) -> None:
        """Makes one state per column.

        Args:
            y_true_shape: of the targets, the batch first.
            y_pred_shape: of the predictions.

        Raises:
            ShapeError: not (b, d), or d unknown.
        """
        if self._columns:
            return
        width = two_axes(self.name, y_true_shape, y_pred_shape)
        self._columns = [
            self.add_variable((width,), "zeros", name=name)
            for name in ("squared_sum", "sum", "residual", "count")
        ]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch in.

        Args:
            y_true: the right values (b, d).
            y_pred: the predicted values (b, d).
            sample_weight: weights of the samples (b,) or of the values.
        """
        y_true, y_pred = match_ranks(
            jnp.asarray(y_true, self.dtype), jnp.asarray(y_pred, self.dtype)
        )
        self.ensure_built(y_true.shape, y_pred.shape)
        rows = masked_weight(None, self.dtype)
        weight = masked_weight(sample_weight, self.dtype)
        if weight is None:
            weight = jnp.ones((), self.dtype)
        if weight.ndim == 1:
            weight = weight[:, None]
        weight = jnp.broadcast_to(weight, y_true.shape)
        squared_sum, total, residual, count = self._columns
        total.assign_add(jnp.sum(y_true * weight, axis=0))
        squared_sum.assign_add(jnp.sum(y_true * y_true * weight, axis=0))
        residual.assign_add(jnp.sum(jnp.square(y_true - y_pred) * weight, axis=0))
        count.assign_add(jnp.sum(weight, axis=0))
        samples = y_true.size
        if rows is None:
            self.num_samples.assign_add(samples)
        else:
            self.num_samples.assign_add(jnp.sum(rows) * (samples // rows.size))

    def result(self) -> jax.Array:
        """Returns the score so far."""
        if not self._columns:
            return jnp.zeros((), self.dtype)
        squared_sum, total, residual, count = (v.value for v in self._columns)
        spread = squared_sum - total * (total / count)
        scores = 1 - residual / spread
        scores = jnp.where(jnp.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = jnp.sum(spread * scores) / jnp.sum(spread)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, score: jax.Array) -> jax.Array:
        samples = self.num_samples.value
        freedom = samples - self.num_regressors - 1.0
        if not isinstance(samples, jax_core.Tracer) and float(freedom) <= 0:
            warnings.warn(
                message(
                    self.name,
                    f"{self.num_regressors} regressors need more than "
                    f"{int(samples)} values for the adjusted score",
                    "the plain score is given",
                ),
                DataWarning,
                stacklevel=3,
            )
        safe = jnp.where(freedom > 0, freedom, 1.0)
        adjusted = 1.0 - (1.0 - score) * (samples - 1.0) / safe
        return jnp.where(freedom > 0, adjusted, score)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return super().get_config() | {
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }


def two_axes(
    where: str, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
) -> int:
    """Returns the width of (b, d) targets and predictions.

    Raises:
        ShapeError: either is not of rank 2, or the width is unknown.
    """
    width = y_pred_shape[-1] if len(y_pred_shape) == 2 else None
    if len(y_true_shape) != 2 or width is None:
        raise ShapeError(
            message(
                where,
                "expected targets and predictions of shape (batch, width), got "
                f"{tuple(y_true_shape)} and {tuple(y_pred_shape)}",
            )
        )
    return width
