"""Counts of right and wrong answers, precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from saccade.core._errors import ConfigError, message
from saccade.losses._arrays import divide_no_nan
from saccade.metrics import _thresholds
from saccade.metrics._metric import Metric

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class CountingMetric(Metric):
    """A metric made of counts at some thresholds; it knows how to update them.

    Subclasses set `thresholds` and name the counts in `_counted`.
    """

    _counted: tuple[str, ...] = ()

    def __init__(
        self,
        thresholds: Sequence[float],
        name: str | None,
        dtype: DTypeLike | None,
        *,
        top_k: int | None = None,
        class_id: int | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.thresholds = list(thresholds)
        self.top_k = top_k
        self.class_id = class_id
        for attribute in self._attributes():
            shape = (len(self.thresholds),)
            setattr(self, attribute, self.add_variable(shape, "zeros", name=attribute))

    def _attributes(self) -> tuple[str, ...]:
        """The names of the state, in the order of `_counted`."""
        return self._counted

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch in.

        Args:
            y_true: the labels, 0 or 1.
            y_pred: probabilities.
            sample_weight: weights of the samples (b,) or of the values.
        """
        counts = _thresholds.count(
            y_true,
            y_pred,
            self.thresholds,
            top_k=self.top_k,
            class_id=self.class_id,
            sample_weight=sample_weight,
        )
        for attribute, name in zip(self._attributes(), self._counted, strict=True):
            getattr(self, attribute).assign_add(getattr(counts, name))

    def _counts(self, name: str) -> jax.Array:
        return getattr(self, name).value

    def _share(self, of: str, beside: str) -> jax.Array:
        """Returns one count divided by its sum with another, 0 where there is none."""
        part = self._counts(of)
        return divide_no_nan(part, part + self._counts(beside))

    def _one_or_all(self, values: jax.Array) -> jax.Array:
        return values[0] if len(self.thresholds) == 1 else values


class _Count(CountingMetric):
    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        self.init_thresholds = thresholds
        where = type(self).__name__
        super().__init__(_thresholds.parse(thresholds, 0.5, where), name, dtype)

    def _attributes(self) -> tuple[str, ...]:
        return ("accumulator",)

    def result(self) -> jax.Array:
        """Returns the count so far: a number, or one for each threshold."""
        return self._one_or_all(self._counts("accumulator"))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return super().get_config() | {"thresholds": self.init_thresholds}


class TruePositives(_Count):
    """How many are true and predicted so.

    Args:
        thresholds: predictions above mean true; one or several in [0, 1]; None: 0.5.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: a threshold outside [0, 1].

    Example:
        >>> float(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
        2.0
    """

    _counted = ("true_positives",)


class FalsePositives(_Count):
    """How many are false but predicted true.

    Args:
        thresholds: predictions above mean true; one or several in [0, 1]; None: 0.5.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: a threshold outside [0, 1].

    Example:
        >>> float(FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
        2.0
    """

    _counted = ("false_positives",)


class TrueNegatives(_Count):
    """How many are false and predicted so.

    Args:
        thresholds: predictions above mean true; one or several in [0, 1]; None: 0.5.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: a threshold outside [0, 1].

    Example:
        >>> float(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
        2.0
    """

    _counted = ("true_negatives",)


class FalseNegatives(_Count):
    """How many are true but predicted false.

    Args:
        thresholds: predictions above mean true; one or several in [0, 1]; None: 0.5.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: a threshold outside [0, 1].

    Example:
        >>> float(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
        2.0
    """

    _counted = ("false_negatives",)


class _Ratio(CountingMetric):
    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        self.init_thresholds = thresholds
        default = 0.5 if top_k is None else _thresholds.NEVER
        parsed = _thresholds.parse(thresholds, default, type(self).__name__)
        super().__init__(parsed, name, dtype, top_k=top_k, class_id=class_id)

    def result(self) -> jax.Array:
        """Returns the ratio so far: a number, or one for each threshold."""
        return self._one_or_all(self._share(*self._counted))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return super().get_config() | {
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Ratio):
    """The share of right ones among those predicted true.

    Args:
        thresholds: predictions above mean true; one or several in [0, 1]; None: 0.5.
        top_k: count only the k largest predictions of a row as true.
        class_id: look at this class only.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: a threshold outside [0, 1].

    Example:
        >>> round(float(Precision()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
        0.6667
    """

    _counted = ("true_positives", "false_positives")


class Recall(_Ratio):
    """The share of those predicted true among the true.

    Args:
        thresholds: predictions above mean true; one or several in [0, 1]; None: 0.5.
        top_k: count only the k largest predictions of a row as true.
        class_id: look at this class only.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: a threshold outside [0, 1].

    Example:
        >>> round(float(Recall()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
        0.6667
    """

    _counted = ("true_positives", "false_negatives")


# Each measure as (count, count beside it in the denominator).
_SENSITIVITY = ("true_positives", "false_negatives")
_SPECIFICITY = ("true_negatives", "false_positives")
_PRECISION = ("true_positives", "false_positives")


class _AtLeast(CountingMetric):
    """The best of one measure where another is at least a given value."""

    _counted = (
        "true_positives",
        "false_positives",
        "true_negatives",
        "false_negatives",
    )
    _argument = ""
    _held: tuple[str, str] = ("", "")
    _best: tuple[str, str] = ("", "")

    def __init__(
        self,
        value: float,
        num_thresholds: int,
        class_id: int | None,
        name: str | None,
        dtype: DTypeLike | None,
    ) -> None:
        where = type(self).__name__
        if not 0 <= value <= 1:
            raise ConfigError(
                message(where, f"`{self._argument}` must be in [0, 1], got {value!r}")
            )
        if num_thresholds <= 0:
            raise ConfigError(
                message(
                    where, f"`num_thresholds` must be an int > 0, got {num_thresholds}"
                )
            )
        self.value = value
        self.num_thresholds = num_thresholds
        if num_thresholds == 1:
            thresholds = [0.5]
        else:
            thresholds = [0.0, *_thresholds.evenly(num_thresholds), 1.0]
        super().__init__(thresholds, name, dtype, class_id=class_id)

    def result(self) -> jax.Array:
        """Returns the best value so far, 0 if the condition is never met."""
        met = self._share(*self._held) >= self.value
        return jnp.max(jnp.where(met, self._share(*self._best), 0), initial=0)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return super().get_config() | {
            "num_thresholds": self.num_thresholds,
            self._argument: self.value,
            "class_id": self.class_id,
        }


class SensitivityAtSpecificity(_AtLeast):
    """The best sensitivity where the specificity is at least a given value.

    Args:
        specificity: in [0, 1].
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: `specificity` outside [0, 1], no thresholds.

    Example:
        >>> metric = SensitivityAtSpecificity(0.5)
        >>> float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    _argument, _held, _best = "specificity", _SPECIFICITY, _SENSITIVITY

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity


class SpecificityAtSensitivity(_AtLeast):
    """The best specificity where the sensitivity is at least a given value.

    Args:
        sensitivity: in [0, 1].
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: `sensitivity` outside [0, 1], no thresholds.

    Example:
        >>> metric = SpecificityAtSensitivity(0.5)
        >>> round(float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    _argument, _held, _best = "sensitivity", _SENSITIVITY, _SPECIFICITY

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity


class PrecisionAtRecall(_AtLeast):
    """The best precision where the recall is at least a given value.

    Args:
        recall: in [0, 1].
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: `recall` outside [0, 1], no thresholds.

    Example:
        >>> metric = PrecisionAtRecall(0.5)
        >>> float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    _argument, _held, _best = "recall", _SENSITIVITY, _PRECISION

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall


class RecallAtPrecision(_AtLeast):
    """The best recall where the precision is at least a given value.

    Args:
        precision: in [0, 1].
        num_thresholds: how many thresholds to try.
        class_id: look at this class only.
        name: its name in the logs.
        dtype: see `Metric`.

    Raises:
        ConfigError: `precision` outside [0, 1], no thresholds.

    Example:
        >>> metric = RecallAtPrecision(0.8)
        >>> float(metric([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.5
    """

    _argument, _held, _best = "precision", _PRECISION, _SENSITIVITY

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision
