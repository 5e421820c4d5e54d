"""The CTC loss: label sequences without alignment, for reading text in pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.core._errors import ShapeError, message
from saccade.losses._arrays import Values
from saccade.losses._loss import CLASS_INDEX_FUNCTIONS, BuiltinLoss
from saccade.ops import ctc_loss

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def ctc(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns -log of the probability that the frames spell the labels.

    See `ops.ctc_loss`.

    Args:
        y_true: label numbers; 0 is the blank and fills up shorter sequences.
        y_pred: logits of every frame.

    Shapes:
        (b, labels) and (b, frames, k) -> (b,).

    Raises:
        ShapeError: other ranks.

    Example:
        >>> import numpy as np
        >>> round(float(ctc([[1]], np.zeros((1, 1, 2), "float32"))[0]), 4)
        0.6931

    Reference: Graves et al., "Connectionist Temporal Classification", 2006.
    """
    labels = jnp.asarray(y_true).astype("int32")
    logits = jnp.asarray(y_pred)
    if labels.ndim != 2 or logits.ndim != 3:
        raise ShapeError(
            message(
                "ctc",
                "expected labels (b, labels) and logits (b, frames, classes), got "
                f"{labels.shape} and {logits.shape}",
            )
        )
    count = jnp.sum(labels != 0, axis=1)
    frames = jnp.full(count.shape, logits.shape[1])
    return ctc_loss(labels, logits, count, frames)


CLASS_INDEX_FUNCTIONS.add(ctc)


class CTC(BuiltinLoss):
    """Label sequences without alignment; see `ctc`.

    Args:
        reduction: see `Loss`.
        name: its name.
        dtype: see `Loss`.

    Example:
        >>> import numpy as np
        >>> round(float(CTC()([[1]], np.zeros((1, 1, 2)))), 4)
        0.6931

    Reference: Graves et al., "Connectionist Temporal Classification", 2006.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "ctc",
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(ctc, reduction, name, dtype)
