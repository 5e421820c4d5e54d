"""The CTC loss: label sequences without alignment, for reading text in pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.core._errors import ShapeError, message
from saccade.losses._arrays import Values
from saccade.losses._loss import CLASS_INDEX_FUNCTIONS, BuiltinLoss

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

# Stands for log(0); finite, so that gradients are.
_LOG_ZERO = -1e5


def ctc(y_true: Values, y_pred: Values) -> jax.Array:
    """Returns -log of the probability that the frames spell the labels.

    Summed over all alignments by the forward recursion over the labels with a blank
    before, between and after them.

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
    # The labels with blanks around each: state 2i + 1 is label i.
    states = jnp.zeros((labels.shape[0], 2 * labels.shape[1] + 1), "int32")
    states = states.at[:, 1::2].set(labels)
    # A blank may be skipped between two different labels.
    skips = (
        jnp.zeros(states.shape, bool).at[:, 3::2].set(labels[:, 1:] != labels[:, :-1])
    )
    log_p = jax.nn.log_softmax(logits, axis=-1)
    emit = jnp.take_along_axis(log_p, states[:, None, :], axis=2)
    position = jnp.arange(states.shape[1])
    start = jnp.where(position < 2, emit[:, 0], _LOG_ZERO)

    def step(alpha: jax.Array, emitted: jax.Array) -> tuple[jax.Array, None]:
        one = _shifted(alpha, 1)
        two = jnp.where(skips, _shifted(alpha, 2), _LOG_ZERO)
        return jnp.logaddexp(jnp.logaddexp(alpha, one), two) + emitted, None

    alpha, _ = jax.lax.scan(step, start, jnp.swapaxes(emit[:, 1:], 0, 1))
    last_blank = jnp.take_along_axis(alpha, 2 * count[:, None], axis=1)[:, 0]
    last_label = jnp.take_along_axis(
        alpha, jnp.maximum(2 * count - 1, 0)[:, None], axis=1
    )[:, 0]
    last_label = jnp.where(count > 0, last_label, _LOG_ZERO)
    return -jnp.logaddexp(last_blank, last_label)


def _shifted(alpha: jax.Array, by: int) -> jax.Array:
    return jnp.pad(alpha, ((0, 0), (by, 0)), constant_values=_LOG_ZERO)[:, :-by]


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
