"""Cross-entropy computed from the logits behind probabilities.

A probability that rounds to 0 or 1 has no gradient, so a network whose outputs
saturate (pictures not scaled to [0, 1], say) would stop learning. Where the last step
of a model was a softmax or a sigmoid, its input is still known, and the loss is
computed from that: the same number, exact also where the probability is not.
"""

from __future__ import annotations

import copy
import warnings

from saccade.core._errors import DataWarning, message
from saccade.losses._crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from saccade.losses._loss import Loss, LossFunctionWrapper

# The activation whose input each function takes as logits.
_ACTIVATIONS = {
    binary_crossentropy: "sigmoid",
    categorical_crossentropy: "softmax",
    sparse_categorical_crossentropy: "softmax",
}


def on_logits(loss: Loss, activation: str) -> Loss | None:
    """Returns the same loss for logits, None if it cannot use them.

    Args:
        loss: a loss that is given probabilities.
        activation: what made them of the logits: 'softmax' or 'sigmoid'.

    Warns:
        DataWarning: the loss was told to expect logits but is given probabilities;
            the logits behind them are used.

    Example:
        >>> from saccade.losses import BinaryCrossentropy
        >>> float(on_logits(BinaryCrossentropy(), "sigmoid")([[0.0]], [[-200.0]]))
        0.0
        >>> on_logits(BinaryCrossentropy(), "softmax") is None
        True
    """
    if not isinstance(loss, LossFunctionWrapper):
        return None
    arguments = loss._fn_kwargs
    wanted = _ACTIVATIONS.get(loss.fn)
    if wanted != activation or arguments.get("axis", -1) != -1:
        return None
    if arguments.get("from_logits"):
        warnings.warn(
            message(
                loss.name,
                f"from_logits=True, but the model ends with a {activation}, so its "
                "outputs are probabilities; the values before it are used",
                f"remove the {activation}, or from_logits=True",
            ),
            DataWarning,
            stacklevel=2,
        )
    twin = copy.copy(loss)
    twin._fn_kwargs = {**arguments, "from_logits": True}
    return twin
