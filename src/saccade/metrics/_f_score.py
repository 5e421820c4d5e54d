"""F scores: the harmonic mean of precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from saccade.core import _settings
from saccade.core._errors import ConfigError, message
from saccade.core._variable import Variable
from saccade.metrics._metric import Metric, masked_weight
from saccade.metrics._regression import two_axes

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class FBetaScore(Metric):
    """The mean of precision and recall in which recall weighs `beta` times as much.

    (1 + beta^2) precision recall / (beta^2 precision + recall).

    Args:
        average: how classes become one number: 'micro' (count all together), 'macro'
            (mean), 'weighted' (mean weighted by the number of true ones), or None for
            one score per class.
        beta: weight of recall, a float > 0.
        threshold: a float in (0, 1]; predictions above mean true. None: the largest
            of a row does.
        name: its name in the logs.
        dtype: see `Metric`.

    Shapes:
        (b, k) and (b, k).

    Raises:
        ConfigError: a wrong `average`, `beta` or `threshold`.
        ShapeError: targets or predictions are not of rank 2.

    Example:
        >>> score = FBetaScore(average="micro", beta=2.0, threshold=0.5)
        >>> round(float(score([[1, 1], [1, 0]], [[0.2, 0.6], [0.7, 0.6]])), 4)
        0.6667
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        known = (None, "micro", "macro", "weighted")
        if average not in known:
            problem = f"`average` must be one of {known}, got {average!r}"
            raise ConfigError(message(self.name, problem))
        if not isinstance(beta, float) or beta <= 0.0:
            problem = f"`beta` must be a float > 0, got {beta!r}"
            raise ConfigError(message(self.name, problem))
        if threshold is not None and not (
            isinstance(threshold, float) and 0.0 < threshold <= 1.0
        ):
            problem = f"`threshold` must be a float in (0, 1], got {threshold!r}"
            raise ConfigError(message(self.name, problem))
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._states: list[Variable] = []

    def ensure_built(
        self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
    ) -> None:
        """Makes the counts, one per class unless averaged 'micro'.

        Args:
            y_true_shape: of the targets, the batch first.
            y_pred_shape: of the predictions.

        Raises:
            ShapeError: not (b, k), or k unknown.
        """
        if self._states:
            return
        width = two_axes(self.name, y_true_shape, y_pred_shape)
        shape = () if self.average == "micro" else (width,)
        self._states = [
            self.add_variable(shape, "zeros", dtype=self.dtype, name=name)
            for name in (
                "true_positives",
                "false_positives",
                "false_negatives",
                "intermediate_weights",
            )
        ]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch in.

        Args:
            y_true: the labels (b, k), 0 or 1.
            y_pred: probabilities (b, k).
            sample_weight: weights of the samples (b,).
        """
        y_true = jnp.asarray(y_true, self.dtype)
        y_pred = jnp.asarray(y_pred, self.dtype)
        self.ensure_built(y_true.shape, y_pred.shape)
        if self.threshold is None:
            best = jnp.max(y_pred, axis=-1, keepdims=True)
            answer = (y_pred >= best) & (jnp.abs(y_pred) > 1e-9)
        else:
            answer = y_pred > self.threshold
        y_pred = answer.astype(self.dtype)
        weight = masked_weight(sample_weight, self.dtype)
        axis = None if self.average == "micro" else 0
        parts = (
            y_pred * y_true,
            y_pred * (1 - y_true),
            (1 - y_pred) * y_true,
            y_true,
        )
        for variable, part in zip(self._states, parts, strict=True):
            if weight is not None:
                part = part * jnp.expand_dims(weight, 1)
            variable.assign_add(jnp.sum(part, axis=axis))

    def result(self) -> jax.Array:
        """Returns the score so far, or one for each class."""
        if not self._states:
            return jnp.zeros((), self.dtype)
        epsilon = _settings.epsilon()
        tp, fp, fn, true = (v.value for v in self._states)
        precision = tp / (tp + fp + epsilon)
        recall = tp / (tp + fn + epsilon)
        below = self.beta**2 * precision + recall
        score = precision * recall / (below + epsilon) * (1 + self.beta**2)
        if self.average == "weighted":
            return jnp.sum(score * (true / (jnp.sum(true) + epsilon)))
        return score if self.average is None else jnp.mean(score)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return super().get_config() | {
            "average": self.average,
            "beta": self.beta,
            "threshold": self.threshold,
        }


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall; see `FBetaScore`.

    Args:
        average: 'micro', 'macro', 'weighted', or None for one score per class.
        threshold: a float in (0, 1]; None: the largest of a row means true.
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> score = F1Score(average="micro", threshold=0.5)
        >>> round(float(score([[1, 1], [1, 0]], [[0.2, 0.6], [0.7, 0.6]])), 4)
        0.6667
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {k: v for k, v in super().get_config().items() if k != "beta"}
