"""Counting true and false positives and negatives at many thresholds.

The only place that knows how; what is computed from the counts is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core import _settings
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.losses._arrays import match_ranks
from saccade.metrics._metric import masked_weight

# Stands for "not among the best": below every threshold.
NEVER = -1e10
# Comparing every prediction with every threshold is cheaper up to this many pairs;
# beyond, predictions are counted into the intervals between the thresholds.
_PAIRS = 1 << 20


class Counts(NamedTuple):
    """Weights summed by truth and answer, one for each threshold (t,) or (t, labels).

    `positive` and `negative` are the sums over all that is true, and false.
    """

    true_positives: jax.Array
    false_positives: jax.Array
    positive: jax.Array
    negative: jax.Array

    @property
    def true_negatives(self) -> jax.Array:
        """What is false and was answered so."""
        return self.negative - self.false_positives

    @property
    def false_negatives(self) -> jax.Array:
        """What is true and was missed."""
        return self.positive - self.true_positives


def parse(
    thresholds: float | Sequence[float] | None, default: float, where: str
) -> list[float]:
    """Returns thresholds as a list.

    Raises:
        ConfigError: one is outside [0, 1].

    Example:
        >>> parse(None, 0.5, "precision")
        [0.5]
    """
    if thresholds is None:
        return [default]
    listed = list(np.atleast_1d(np.asarray(thresholds, dtype=object)))
    wrong = [t for t in listed if t is None or not 0 <= t <= 1]
    if wrong:
        raise ConfigError(
            message(where, f"`thresholds` must be in [0, 1], got {wrong}")
        )
    return [float(t) for t in listed]


def evenly(count: int) -> list[float]:
    """Returns the inner ones of `count` thresholds spread evenly over [0, 1]."""
    return [(i + 1) * 1.0 / (count - 1) for i in range(count - 2)]


def are_even(thresholds: Sequence[float]) -> bool:
    """Says whether thresholds are spread evenly from 0 to 1.

    Example:
        >>> are_even([0.0, 0.5, 1.0]), are_even([0.0, 0.4, 1.0])
        (True, False)
    """
    if len(thresholds) < 3:
        return False
    even = np.arange(len(thresholds), dtype=np.float32) / (len(thresholds) - 1)
    return np.allclose(thresholds, even, atol=_settings.epsilon())


def count(
    y_true: Any,
    y_pred: Any,
    thresholds: Sequence[float],
    *,
    dtype: str = "float32",
    top_k: int | None = None,
    class_id: int | None = None,
    sample_weight: Any = None,
    label_weights: jax.Array | None = None,
    by_label: bool = False,
) -> Counts:
    """Counts answers above each threshold as positive.

    Args:
        y_true: 0 or 1, or booleans.
        y_pred: probabilities.
        thresholds: in rising order.
        dtype: type of the sums.
        top_k: count only the k largest predictions of a row as positive.
        class_id: look at this column only.
        sample_weight: weights of the samples (b,) or of the values.
        label_weights: weights of the columns.
        by_label: whether to count each column apart.

    Raises:
        ShapeError: `class_id` for predictions without columns.

    Example:
        >>> counts = count([0, 1, 1], [0.2, 0.4, 0.8], [0.5])
        >>> counts.true_positives.tolist(), counts.false_negatives.tolist()
        ([1.0], [1.0])
    """
    y_pred, y_true = match_ranks(
        jnp.asarray(y_pred, dtype), jnp.asarray(y_true).astype(dtype)
    )
    weight = masked_weight(sample_weight, dtype)
    if weight is not None:
        _, weight = match_ranks(y_true, weight[..., None], expand_rank_1=False)
    if top_k is not None:
        y_pred = _only_best(y_pred, top_k)
    if class_id is not None:
        if y_pred.ndim == 1:
            raise ShapeError(
                message(
                    "class_id",
                    f"expected predictions (batch, classes), got {y_pred.shape}",
                )
            )
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    weight = jnp.ones((), dtype) if weight is None else weight
    weight = _spread(weight, y_pred.shape)
    if label_weights is not None:
        weight = weight * label_weights
    truth = y_true != 0
    shape = (y_pred.shape[0], -1) if by_label else (-1, 1)
    positive = jnp.where(truth, weight, 0).reshape(shape)
    negative = jnp.where(truth, 0, weight).reshape(shape)
    above = _above if not are_even(thresholds) else _above_even
    tp, fp = above(y_pred.reshape(shape), positive, negative, thresholds)
    sums = Counts(tp, fp, jnp.sum(positive, axis=0), jnp.sum(negative, axis=0))
    if by_label:
        return sums
    return Counts(tp[:, 0], fp[:, 0], sums.positive[0], sums.negative[0])


def _spread(weight: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    missing = len(shape) - weight.ndim
    if weight.ndim and missing > 0 and weight.shape[0] == shape[0]:
        weight = weight.reshape(weight.shape + (1,) * missing)
    return jnp.broadcast_to(weight, shape)


def _only_best(y_pred: jax.Array, k: int) -> jax.Array:
    """Keeps the k largest predictions of each row; among equal ones the first."""
    _, best = jax.lax.top_k(y_pred, k)
    kept = jnp.sum(jax.nn.one_hot(best, y_pred.shape[-1], dtype=y_pred.dtype), axis=-2)
    return y_pred * kept + NEVER * (1 - kept)


def _above(
    y_pred: jax.Array,
    positive: jax.Array,
    negative: jax.Array,
    thresholds: Sequence[float],
) -> tuple[jax.Array, jax.Array]:
    """Sums what is above each threshold: (n, labels) -> (t, labels)."""
    edges = jnp.asarray(thresholds, y_pred.dtype)[:, None, None]
    above = y_pred[None] > edges
    return (
        jnp.sum(jnp.where(above, positive, 0), axis=1),
        jnp.sum(jnp.where(above, negative, 0), axis=1),
    )


def _above_even(
    y_pred: jax.Array,
    positive: jax.Array,
    negative: jax.Array,
    thresholds: Sequence[float],
) -> tuple[jax.Array, jax.Array]:
    """`_above` for even thresholds: the interval follows from the prediction."""
    n = len(thresholds)
    interval = jnp.ceil(jnp.clip(y_pred, 0.0, 1.0) * (n - 1)) - 1
    if thresholds[0] < 0.0 or thresholds[-1] > 1.0:
        interval = jnp.maximum(interval, 0)
    interval = interval.astype("int32")
    if y_pred.size * n <= _PAIRS:
        above = interval[None] >= jnp.arange(n)[:, None, None]
        return (
            jnp.sum(jnp.where(above, positive, 0), axis=1),
            jnp.sum(jnp.where(above, negative, 0), axis=1),
        )
    labels = jnp.broadcast_to(jnp.arange(y_pred.shape[1]), y_pred.shape)
    # Below the first threshold lies one more interval, which counts nowhere.
    both = jnp.zeros((n + 1, y_pred.shape[1], 2), y_pred.dtype)
    both = both.at[interval + 1, labels].add(jnp.stack([positive, negative], -1))
    sums = jnp.cumsum(both[:0:-1], axis=0)[::-1]
    return sums[..., 0], sums[..., 1]
