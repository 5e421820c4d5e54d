"""Focal losses: cross-entropies in which easy samples weigh less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.losses._arrays import Values, clip_probability, int_axis
from saccade.losses._crossentropy import (
    binary_targets,
    binary_values,
    categorical_targets,
)
from saccade.losses._loss import BuiltinLoss

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def binary_focal_crossentropy(
    y_true: Values,
    y_pred: Values,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns the mean focal loss of independent yes-or-no labels.

    Binary cross-entropy times (1 - p_t)^gamma, p_t being the probability of the truth.

    Args:
        y_true: the labels, 0 or 1.
        y_pred: probabilities in [0, 1], or logits.
        apply_class_balancing: whether to weigh class 1 by alpha, class 0 by 1 - alpha.
        alpha: weight of class 1, in [0, 1].
        gamma: how strongly easy samples are weakened, >= 0.
        from_logits: whether `y_pred` are logits (before the sigmoid).
        label_smoothing: in [0, 1]; labels are moved this far towards 0.5.
        axis: the axis of the mean.

    Shapes:
        (b, ..., d) and (b, ..., d) -> (b, ...).

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> round(float(binary_focal_crossentropy([[1.0]], [[0.5]])[0]), 4)
        0.1733

    Reference: Lin et al., "Focal Loss for Dense Object Detection", 2017,
    https://arxiv.org/abs/1708.02002
    """
    y_true, y_pred = binary_targets(
        y_true, y_pred, label_smoothing, "binary_focal_crossentropy"
    )
    if from_logits:
        y_pred = jax.nn.sigmoid(y_pred)
    truth = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    values = jnp.power(1.0 - truth, gamma) * binary_values(y_true, y_pred, False)
    if apply_class_balancing:
        values = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * values
    return jnp.mean(values, axis=axis)


def categorical_focal_crossentropy(
    y_true: Values,
    y_pred: Values,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Returns the focal loss of one class among several, labels being one-hot.

    -sum alpha (1 - p)^gamma t log(p).

    Args:
        y_true: one-hot labels.
        y_pred: probabilities in [0, 1], or logits.
        alpha: weight of all classes, or of each class (k,).
        gamma: how strongly easy samples are weakened, >= 0.
        from_logits: whether `y_pred` are logits (before the softmax).
        label_smoothing: in [0, 1]; labels are moved this far towards 1 / classes.
        axis: the axis of the classes.

    Shapes:
        (b, ..., k) and (b, ..., k) -> (b, ...).

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> loss = categorical_focal_crossentropy([[0, 1]], [[0.5, 0.5]])
        >>> round(float(loss[0]), 4)
        0.0433

    Reference: Lin et al., 2017, https://arxiv.org/abs/1708.02002
    """
    where = "categorical_focal_crossentropy"
    axis = int_axis(axis, where)
    y_true, y_pred = categorical_targets(y_true, y_pred, label_smoothing, where)
    if from_logits:
        y_pred = jax.nn.softmax(y_pred, axis=axis)
    p = clip_probability(y_pred / jnp.sum(y_pred, axis=axis, keepdims=True))
    weight = jnp.power(1.0 - p, gamma) * jnp.asarray(alpha, p.dtype)
    return jnp.sum(-weight * y_true * jnp.log(p), axis=axis)


class BinaryFocalCrossentropy(BuiltinLoss):
    """The focal loss of yes-or-no labels; see `binary_focal_crossentropy`.

    Args:
        apply_class_balancing: whether to weigh class 1 by alpha, class 0 by 1 - alpha.
        alpha: weight of class 1, in [0, 1].
        gamma: how strongly easy samples are weakened, >= 0.
        from_logits: whether predictions are logits (before the sigmoid).
        label_smoothing: in [0, 1]; labels are moved this far towards 0.5.
        axis: the axis of the mean.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
        0.1733

    Reference: Lin et al., 2017, https://arxiv.org/abs/1708.02002
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.apply_class_balancing = apply_class_balancing
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class CategoricalFocalCrossentropy(BuiltinLoss):
    """The focal loss of one-hot labels; see `categorical_focal_crossentropy`.

    Args:
        alpha: weight of all classes, or of each class (k,).
        gamma: how strongly easy samples are weakened, >= 0.
        from_logits: whether predictions are logits (before the softmax).
        label_smoothing: in [0, 1]; labels are moved this far towards 1 / classes.
        axis: the axis of the classes.
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> loss = CategoricalFocalCrossentropy()
        >>> round(float(loss([[0, 1]], [[0.5, 0.5]])), 4)
        0.0433

    Reference: Lin et al., 2017, https://arxiv.org/abs/1708.02002
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis
