"""The area under curves over all thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core import _settings
from saccade.core._checks import one_of
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._variable import Variable
from saccade.losses._arrays import divide_no_nan
from saccade.metrics import _thresholds
from saccade.metrics._metric import Metric

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_COUNTED = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class AUC(Metric):
    """The area under the ROC or the precision-recall curve.

    Approximated by a sum over thresholds spread over [0, 1].

    Args:
        num_thresholds: how many thresholds, > 1.
        curve: 'ROC' (true over false positive rate), 'PR' (precision over recall) or
            'PRGAIN' (their gains).
        summation_method: heights of the strips: 'interpolation' (mean of both ends;
            for 'PR' the exact curve), 'minoring' (the lower), 'majoring' (the higher).
        name: its name in the logs.
        dtype: see `Metric`.
        thresholds: inner thresholds instead of evenly spread ones.
        multi_label: whether columns are labels of their own, averaged in the end.
        num_labels: number of labels; only with `multi_label`.
        label_weights: weights of the labels.
        from_logits: whether predictions are logits (before the sigmoid).

    Raises:
        ConfigError: an unknown curve or method, fewer than 2 thresholds, `num_labels`
            without `multi_label`.
        ShapeError: predictions not (b, labels) with `multi_label`.

    Example:
        >>> float(AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.75

    Reference: Davis and Goadrich, "The Relationship Between Precision-Recall and ROC
    Curves", 2006; Flach and Kull, "Precision-Recall-Gain Curves", 2015.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: DTypeLike | None = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.curve = one_of(curve, ["roc", "pr", "prgain"], "curve", "AUC").upper()
        self.summation_method = one_of(
            summation_method,
            ["interpolation", "minoring", "majoring"],
            "summation_method",
            "AUC",
        )
        self._given = thresholds is not None
        if thresholds is not None:
            inner = sorted(_thresholds.parse(thresholds, 0.5, "AUC"))
        elif num_thresholds > 1:
            inner = _thresholds.evenly(num_thresholds)
        else:
            raise ConfigError(
                message("AUC", f"`num_thresholds` must be > 1, got {num_thresholds}")
            )
        self.num_thresholds = len(inner) + 2
        epsilon = _settings.epsilon()
        self._thresholds = [0.0 - epsilon, *inner, 1.0 + epsilon]
        if num_labels and not multi_label:
            raise ConfigError(message("AUC", "`num_labels` needs multi_label=True"))
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = (
            None if label_weights is None else np.asarray(label_weights, "float32")
        )
        self._from_logits = from_logits
        self._states: list[Variable] = []
        if not multi_label or num_labels:
            self.ensure_built((None,), (None, num_labels))

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, the first below 0 and the last above 1."""
        return list(self._thresholds)

    def ensure_built(
        self, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
    ) -> None:
        """Makes the counts, one column per label with `multi_label`.

        Args:
            y_true_shape: of the targets, the batch first.
            y_pred_shape: of the predictions.

        Raises:
            ShapeError: predictions not (b, labels) with `multi_label`.
        """
        if self._states:
            return
        shape: tuple[int, ...] = (self.num_thresholds,)
        if self.multi_label:
            labels = y_pred_shape[-1] if len(y_pred_shape) == 2 else None
            if labels is None:
                raise ShapeError(
                    message(
                        self.name,
                        "`multi_label` expects predictions (batch, labels), got "
                        f"{tuple(y_pred_shape)}",
                    )
                )
            shape = (*shape, labels)
        self._states = [self.add_variable(shape, "zeros", name=n) for n in _COUNTED]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch in.

        Args:
            y_true: the labels, 0 or 1.
            y_pred: probabilities, or logits.
            sample_weight: weights of the samples (b,) or of the values.
        """
        y_pred = jnp.asarray(y_pred)
        self.ensure_built(np.shape(y_true), y_pred.shape)
        if self._from_logits:
            y_pred = jax.nn.sigmoid(y_pred)
        weights = None if self.multi_label else self.label_weights
        counts = _thresholds.count(
            y_true,
            y_pred,
            self._thresholds,
            sample_weight=sample_weight,
            label_weights=None if weights is None else jnp.asarray(weights),
            by_label=self.multi_label,
        )
        for variable, name in zip(self._states, _COUNTED, strict=True):
            variable.assign_add(getattr(counts, name))

    def result(self) -> jax.Array:
        """Returns the area so far."""
        if not self._states:
            return jnp.zeros((), self.dtype)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._over_labels(self._exact_pr_strips())
        x, y = self._curve_points()
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2.0
        elif self.summation_method == "minoring":
            heights = jnp.minimum(y[:-1], y[1:])
        else:
            heights = jnp.maximum(y[:-1], y[1:])
        return self._over_labels((x[:-1] - x[1:]) * heights)

    def _curve_points(self) -> tuple[jax.Array, jax.Array]:
        tp, fp, tn, fn = (v.value for v in self._states)
        recall = divide_no_nan(tp, tp + fn)
        if self.curve == "ROC":
            return divide_no_nan(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, divide_no_nan(tp, tp + fp)
        odds = divide_no_nan(tp + fn, tn + fp)
        recall_gain = 1.0 - odds * divide_no_nan(fn, tp)
        precision_gain = 1.0 - odds * divide_no_nan(fp, tp)
        none = tp == 0
        recall_gain = jnp.maximum(jnp.where(none, 0.0, recall_gain), 0.0)
        return recall_gain, jnp.where(none, 1.0, precision_gain)

    def _exact_pr_strips(self) -> jax.Array:
        """Strips under the curve on which true positives grow linearly with all."""
        tp, fp, _, fn = (v.value for v in self._states)
        all_positive = tp + fp
        gained = tp[:-1] - tp[1:]
        slope = divide_no_nan(
            gained, jnp.maximum(all_positive[:-1] - all_positive[1:], 0)
        )
        intercept = tp[1:] - slope * all_positive[1:]
        before, after = all_positive[:-1], all_positive[1:]
        ratio = jnp.where(
            (before > 0) & (after > 0),
            divide_no_nan(before, jnp.maximum(after, 0)),
            1.0,
        )
        return divide_no_nan(
            slope * (gained + intercept * jnp.log(ratio)),
            jnp.maximum(tp[1:] + fn[1:], 0),
        )

    def _over_labels(self, strips: jax.Array) -> jax.Array:
        if not self.multi_label:
            return jnp.sum(strips)
        by_label = jnp.sum(strips, axis=0)
        if self.label_weights is None:
            return jnp.mean(by_label)
        weights = jnp.asarray(self.label_weights)
        return divide_no_nan(jnp.sum(by_label * weights), jnp.sum(weights))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        weights = self.label_weights
        config: dict[str, Any] = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self._from_logits,
        }
        if self._given:
            config["thresholds"] = self.thresholds[1:-1]
        return super().get_config() | config
