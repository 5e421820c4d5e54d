"""Accuracies: how often predictions are right.

Written with maxima and compare-and-select instead of argmax, whose reduction of pairs
XLA does not vectorise on CPUs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.core import _settings
from saccade.core._dtypes import is_float
from saccade.losses._arrays import Values, match_ranks, pair
from saccade.losses._crossentropy import at_class
from saccade.metrics._reduction import BuiltinMean

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def accuracy(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns 1 where predictions equal the targets, else 0.

    Args:
        y_true: the right values.
        y_pred: the predicted values.

    Shapes:
        (b, ...) and (b, ...) -> (b, ...).

    Example:
        >>> accuracy([1, 2, 3], [1, 2, 4]).tolist()
        [1.0, 1.0, 0.0]
    """
    y_true, y_pred = pair(y_true, y_pred)
    return (y_true == y_pred).astype(_settings.floatx())


def binary_accuracy(
    y_true: Values, y_pred: Values, threshold: float = 0.5
) -> jax.Array:
    """Returns 1 where a prediction is on its label's side of the threshold, else 0.

    Args:
        y_true: the labels, 0 or 1.
        y_pred: probabilities; above the threshold means 1.
        threshold: between the two answers.

    Shapes:
        (b, ...) and (b, ...) -> (b, ...).

    Example:
        >>> binary_accuracy([[1.0], [0.0]], [[0.9], [0.6]]).tolist()
        [[1.0], [0.0]]
    """
    y_true, y_pred = match_ranks(jnp.asarray(y_true), jnp.asarray(y_pred))
    answer = (y_pred > threshold).astype(y_true.dtype)
    return (y_true == answer).astype(_settings.floatx())


def categorical_accuracy(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns 1 where the largest prediction is the class of the one-hot label.

    Args:
        y_true: one-hot labels.
        y_pred: probabilities or logits; among equal ones the first counts.

    Shapes:
        (b, ..., k) and (b, ..., k) -> (b, ...).

    Example:
        >>> categorical_accuracy([[0, 1]], [[0.2, 0.8]]).tolist()
        [1.0]
    """
    right = first_maximum(jnp.asarray(y_true)) == first_maximum(jnp.asarray(y_pred))
    return right.astype(_settings.floatx())


def sparse_categorical_accuracy(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns 1 where the largest prediction is the class of the label, else 0.

    Args:
        y_true: class numbers.
        y_pred: probabilities or logits; among equal ones the first counts.

    Shapes:
        (b, ...) or (b, ..., 1), and (b, ..., k) -> (b, ...).

    Example:
        >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.1, 0.9]]).tolist()
        [1.0, 0.0]
    """
    labels, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if labels.ndim == y_pred.ndim and labels.shape[-1] == 1:
        labels = labels[..., 0]
    answer = first_maximum(y_pred)
    if is_float(labels.dtype):
        # Compared as numbers: 1.5 is no class.
        answer = answer.astype(labels.dtype)
    else:
        labels = labels.astype(answer.dtype)
    right = (labels == answer).astype(_settings.floatx())
    return right[..., 0] if right.ndim > 1 and right.shape[-1] == 1 else right


def top_k_categorical_accuracy(y_true: Values, y_pred: Values, k: int = 5) -> jax.Array:
    """Returns 1 where the one-hot label's class is among the k best, else 0.

    Args:
        y_true: one-hot labels.
        y_pred: probabilities or logits; equal ones all count as the better rank.
        k: how many best ones.

    Shapes:
        (b, ..., classes) and (b, ..., classes) -> (b, ...).

    Example:
        >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.1, 0.5, 0.4]], k=2).tolist()
        [1.0]
    """
    return _in_top_k(first_maximum(jnp.asarray(y_true)), jnp.asarray(y_pred), k)


def sparse_top_k_categorical_accuracy(
    y_true: Values, y_pred: Values, k: int = 5, from_sorted_ids: bool = False
) -> jax.Array:
    """Returns 1 where the label's class is among the k best, else 0.

    Args:
        y_true: class numbers.
        y_pred: probabilities or logits; equal ones all count as the better rank.
        k: how many best ones.
        from_sorted_ids: whether `y_pred` are class numbers, the best first.

    Shapes:
        (b, ...) and (b, ..., classes) -> (b, ...).

    Differs from Keras: labels (b, 1) beside (b, classes) are taken as (b,), where
        Keras' mean fails or compares each with every row.

    Example:
        >>> sparse_top_k_categorical_accuracy([2], [[0.1, 0.5, 0.4]], k=2).tolist()
        [1.0]
    """
    y_pred = jnp.asarray(y_pred)
    labels = jnp.asarray(y_true)
    if labels.ndim == y_pred.ndim and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if from_sorted_ids:
        found = jnp.any(labels.astype(y_pred.dtype)[..., None] == y_pred[..., :k], -1)
        return found.astype(_settings.floatx())
    return _in_top_k(labels.astype("int32"), y_pred, k)


def first_maximum(x: jax.Array) -> jax.Array:
    """Returns the index of the first largest entry along the last axis.

    Of rows with a NaN the first index.

    Example:
        >>> first_maximum(jnp.array([[1.0, 3.0, 3.0]])).tolist()
        [1]
    """
    largest = jnp.max(x, axis=-1, keepdims=True)
    number = jax.lax.broadcasted_iota("int32", x.shape, x.ndim - 1)
    return jnp.min(jnp.where(x < largest, x.shape[-1], number), axis=-1)


def _in_top_k(labels: jax.Array, y_pred: jax.Array, k: int) -> jax.Array:
    own = at_class(y_pred, labels, y_pred.ndim - 1)
    # NaN is no large probability, and other numbers are no classes.
    counts = (labels >= 0) & (labels < y_pred.shape[-1]) & ~jnp.isnan(own)
    own = jnp.where(counts, own, -jnp.inf)
    better = jnp.sum(y_pred > own[..., None], axis=-1)
    return (better < k).astype(_settings.floatx())


class Accuracy(BuiltinMean):
    """How often predictions equal the targets.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
        0.75
    """

    def __init__(self, name: str | None = "accuracy", dtype: DTypeLike | None = None):
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(BuiltinMean):
    """How often predictions are on their labels' side of the threshold.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.
        threshold: between the two answers.

    Example:
        >>> float(BinaryAccuracy()([[1.0], [0.0]], [[0.9], [0.6]]))
        0.5
    """

    def __init__(
        self,
        name: str | None = "binary_accuracy",
        dtype: DTypeLike | None = None,
        threshold: float = 0.5,
    ) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(BuiltinMean):
    """How often the largest prediction is the class of the one-hot label.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(CategoricalAccuracy()([[0, 1]], [[0.2, 0.8]]))
        1.0
    """

    def __init__(
        self,
        name: str | None = "categorical_accuracy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(BuiltinMean):
    """How often the largest prediction is the class of the label.

    Args:
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.1, 0.9]]))
        0.5
    """

    def __init__(
        self,
        name: str | None = "sparse_categorical_accuracy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(BuiltinMean):
    """How often the one-hot label's class is among the k best.

    Args:
        k: how many best ones.
        name: its name in the logs.
        dtype: see `Metric`.

    Example:
        >>> float(TopKCategoricalAccuracy(2)([[0, 0, 1]], [[0.1, 0.5, 0.4]]))
        1.0
    """

    def __init__(
        self,
        k: int = 5,
        name: str | None = "top_k_categorical_accuracy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(BuiltinMean):
    """How often the label's class is among the k best.

    Args:
        k: how many best ones.
        name: its name in the logs.
        dtype: see `Metric`.
        from_sorted_ids: whether predictions are class numbers, the best first.

    Example:
        >>> float(SparseTopKCategoricalAccuracy(2)([2], [[0.1, 0.5, 0.4]]))
        1.0
    """

    _unsaved = ("from_sorted_ids",)

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: DTypeLike | None = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(
            sparse_top_k_categorical_accuracy,
            name,
            dtype,
            k=k,
            from_sorted_ids=from_sorted_ids,
        )
        self.k = k
        self.from_sorted_ids = from_sorted_ids
