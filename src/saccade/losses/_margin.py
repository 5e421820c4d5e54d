"""Losses with a margin: hinge losses and the circle loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.core import _scope
from saccade.losses._arrays import Values, pair, real_rows
from saccade.losses._loss import ELEMENT_MASKS, BuiltinLoss

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def hinge(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns the mean of max(1 - true * predicted, 0) over the last axis.

    Args:
        y_true: -1 or 1; if the batch has only 0 and 1, 0 counts as -1.
        y_pred: any numbers; their sign is the class.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
        [1.0]
    """
    return jnp.mean(_shortfall(y_true, y_pred), axis=-1)


def squared_hinge(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns the mean of max(1 - true * predicted, 0)^2 over the last axis.

    Args:
        y_true: -1 or 1; if the batch has only 0 and 1, 0 counts as -1.
        y_pred: any numbers; their sign is the class.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Example:
        >>> squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
        [1.25]
    """
    return jnp.mean(jnp.square(_shortfall(y_true, y_pred)), axis=-1)


def categorical_hinge(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns max(best wrong score - right score + 1, 0).

    Args:
        y_true: one-hot labels.
        y_pred: scores of the classes.

    Shapes:
        (b, ..., k) and (b, ..., k) -> (b, ...).

    Example:
        >>> categorical_hinge([[0.0, 1.0]], [[0.5, 0.25]]).tolist()
        [1.25]
    """
    y_true, y_pred = pair(y_true, y_pred)
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1.0, 0)


def circle(
    y_true: Values,
    y_pred: Values,
    ref_labels: Values | None = None,
    ref_embeddings: Values | None = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> jax.Array:
    """Returns the circle loss: embeddings of a class together, others apart.

    Args:
        y_true: class numbers.
        y_pred: embeddings of length 1.
        ref_labels: class numbers to compare with; None for the batch's own.
        ref_embeddings: embeddings to compare with; None for the batch's own.
        remove_diagonal: whether to leave out each sample's likeness to itself.
        gamma: scale, > 0.
        margin: relaxation, in [0, 1].

    Shapes:
        (b,) and (b, d) -> (b,).

    Example:
        >>> import numpy as np
        >>> values = circle([0, 0, 1], np.eye(3, dtype="float32"))
        >>> [round(float(v), 1) for v in values]
        [54.4, 54.4, 0.0]

    Reference: Sun et al., "Circle Loss: A Unified Perspective of Pair Similarity
    Optimization", 2020, https://arxiv.org/abs/2002.10857
    """
    y_pred = jnp.asarray(y_pred)
    labels = jnp.asarray(y_true, "int32").reshape(-1)
    others = y_pred if ref_embeddings is None else jnp.asarray(ref_embeddings)
    other_labels = (
        labels if ref_labels is None else jnp.asarray(ref_labels, "int32").reshape(-1)
    )
    distance = jnp.maximum(1.0 - y_pred @ others.T, 0)
    same = labels[:, None] == other_labels[None, :]
    different = ~same
    if remove_diagonal:
        same &= ~jnp.eye(labels.size, other_labels.size, dtype=bool)
    mask = _scope.current_row_mask()
    if mask is not None and ref_embeddings is None:
        same, different = same & mask[None, :], different & mask[None, :]
    pull = jnp.maximum((margin + distance) * same, 0)
    push = jnp.maximum((1.0 + margin - distance) * different, 0)
    positive = jnp.where(same, -gamma * pull * (margin - distance), -jnp.inf)
    negative = jnp.where(different, gamma * push * (1.0 - margin - distance), -jnp.inf)
    both = jax.nn.logsumexp(positive, axis=1) + jax.nn.logsumexp(negative, axis=1)
    return jax.nn.softplus(both)


def _shortfall(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns max(1 - true * predicted, 0), labels 0 and 1 meaning -1 and 1."""
    y_true, y_pred = pair(y_true, y_pred)
    zero_or_one = (y_true == 0) | (y_true == 1)
    binary = jnp.all(real_rows(zero_or_one, fill=True))
    y_true = jnp.where(binary, 2.0 * y_true - 1.0, y_true)
    return jnp.maximum(1.0 - y_true * y_pred, 0)


def _above_zero(
    y_true: jax.Array, values: jax.Array, kwargs: Mapping[str, object]
) -> jax.Array:
    return values > 0


ELEMENT_MASKS[circle] = _above_zero


class Hinge(BuiltinLoss):
    """The hinge loss of labels -1 and 1; see `hinge`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(Hinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(BuiltinLoss):
    """The squared hinge loss of labels -1 and 1; see `squared_hinge`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
        1.25
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(BuiltinLoss):
    """The hinge loss of one-hot labels; see `categorical_hinge`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.25]]))
        1.25
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)


class Circle(BuiltinLoss):
    """Embeddings of a class together, others apart; see `circle`.

    Args:
        gamma: scale, > 0.
        margin: relaxation, in [0, 1].
        remove_diagonal: whether to leave out each sample's likeness to itself.
        reduction: see `Loss`; samples whose loss is 0 do not count.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> import numpy as np
        >>> round(float(Circle()([0, 0, 1], np.eye(3))), 1)
        54.4

    Reference: Sun et al., 2020, https://arxiv.org/abs/2002.10857
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal
