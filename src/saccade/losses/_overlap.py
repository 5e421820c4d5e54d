"""Losses of overlap, for segmentation: Dice and Tversky."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import jax
import jax.numpy as jnp

from saccade.core import _settings
from saccade.losses._arrays import Values, pair, real_rows
from saccade.losses._loss import BuiltinLoss

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Axes: TypeAlias = "int | Sequence[int] | None"


def dice(y_true: Values, y_pred: Values, axis: Axes = None) -> jax.Array:
    """Returns 1 - 2 |both| / (|true| + |predicted|).

    Args:
        y_true: the right mask, in [0, 1].
        y_pred: the predicted mask, in [0, 1].
        axis: the axes summed over; None for all, the batch included.

    Shapes:
        (b, ...) and (b, ...) -> () or the axes left over.

    Example:
        >>> round(float(dice([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333

    Reference: Milletari et al., "V-Net", 2016, https://arxiv.org/abs/1606.04797
    """
    y_true, y_pred = _masks(y_true, y_pred)
    axis = _axes(axis)
    both = jnp.sum(y_true * y_pred, axis=axis)
    sizes = jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis)
    return 1 - 2.0 * both / (sizes + _settings.epsilon())


def tversky(
    y_true: Values,
    y_pred: Values,
    alpha: float = 0.5,
    beta: float = 0.5,
    axis: Axes = None,
) -> jax.Array:
    """Returns 1 - |both| / (|both| + alpha |true only| + beta |predicted only|).

    Args:
        y_true: the right mask, in [0, 1].
        y_pred: the predicted mask, in [0, 1].
        alpha: weight of what is true but not predicted.
        beta: weight of what is predicted but not true.
        axis: the axes summed over; None for all, the batch included.

    Shapes:
        (b, ...) and (b, ...) -> () or the axes left over.

    Differs from Keras: in words only. Its documentation says that `alpha` weighs
        false positives; its code, like this one, lets it weigh false negatives.

    Example:
        >>> round(float(tversky([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333

    Reference: Salehi et al., 2017, https://arxiv.org/abs/1706.05721
    """
    y_true, y_pred = _masks(y_true, y_pred)
    axis = _axes(axis)
    both = jnp.sum(y_true * y_pred, axis=axis)
    missed = jnp.sum((1 - y_pred) * y_true, axis=axis)
    invented = jnp.sum(y_pred * (1 - y_true), axis=axis)
    return 1 - both / (both + missed * alpha + invented * beta + _settings.epsilon())


def _masks(y_true: Values, y_pred: Values) -> tuple[jax.Array, jax.Array]:
    # Rows of zeros add nothing to any of the sums.
    y_true, y_pred = pair(y_true, y_pred)
    return real_rows(y_true), real_rows(y_pred)


def _axes(axis: Axes) -> int | tuple[int, ...] | None:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)


class Dice(BuiltinLoss):
    """One minus the Dice coefficient of two masks; see `dice`.

    Args:
        reduction: see `Loss`.
        name: its name.
        axis: the axes summed over; None for all, the batch included.
        dtype: see `Loss`.

    Example:
        >>> round(float(Dice()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333

    Reference: Milletari et al., "V-Net", 2016, https://arxiv.org/abs/1606.04797
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Axes = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)
        self.axis = axis


class Tversky(BuiltinLoss):
    """One minus the Tversky index of two masks; see `tversky`.

    Args:
        alpha: weight of what is true but not predicted.
        beta: weight of what is predicted but not true.
        reduction: see `Loss`.
        name: its name.
        axis: the axes summed over; None for all, the batch included.
        dtype: see `Loss`.

    Example:
        >>> round(float(Tversky()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
        0.3333

    Reference: Salehi et al., 2017, https://arxiv.org/abs/1706.05721
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Axes = None,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(
            tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis
        )
        self.alpha = alpha
        self.beta = beta
        self.axis = axis
