"""What 'crossentropy' means, which depends on the shapes of targets and outputs."""

from __future__ import annotations

from typing import Protocol

from saccade.losses._crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from saccade.losses._lookup import SHAPE_DEPENDENT, LossFunction, as_loss
from saccade.losses._loss import Loss, LossFunctionWrapper


class Shaped(Protocol):
    """Anything with a shape; only that is looked at."""

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The lengths of the axes, None where unknown."""
        ...


def kind_of_targets(y_true: Shaped | None, y_pred: Shaped) -> str:
    """Says what targets are: 'binary', 'sparse' or 'categorical'.

    Binary if the output has one unit; sparse if the targets lack the output's last
    axis, or have length 1 there; else categorical.

    Args:
        y_true: the targets; None counts as shaped like the output.
        y_pred: the output.

    Example:
        >>> import numpy as np
        >>> kind_of_targets(np.zeros((5, 1)), np.zeros((5, 10)))
        'sparse'
    """
    width = y_pred.shape[-1] if y_pred.shape else None
    if width == 1:
        return "binary"
    if y_true is None:
        return "categorical"
    fewer_axes = len(y_true.shape) < len(y_pred.shape)
    if fewer_axes or (y_true.shape and y_true.shape[-1] == 1 and (width or 0) > 1):
        return "sparse"
    return "categorical"


def resolve(identifier: object, y_true: Shaped | None, y_pred: Shaped) -> Loss | None:
    """Returns the `Loss` for what `compile()` was given, knowing the shapes.

    Args:
        identifier: see `get`; also 'crossentropy' and 'ce'.
        y_true: the targets, or anything with their shape.
        y_pred: the output, or anything with its shape.

    Raises:
        ConfigError: see `get`.

    Example:
        >>> import numpy as np
        >>> resolve("ce", np.zeros(5), np.zeros((5, 10))).fn.__name__
        'sparse_categorical_crossentropy'
    """
    if isinstance(identifier, str) and identifier.lower() in SHAPE_DEPENDENT:
        fn = crossentropy_for(y_true, y_pred)
        return LossFunctionWrapper(fn, name=identifier)
    return as_loss(identifier)


def crossentropy_for(y_true: Shaped | None, y_pred: Shaped) -> LossFunction:
    """Returns the cross-entropy that fits the shapes."""
    return {
        "binary": binary_crossentropy,
        "sparse": sparse_categorical_crossentropy,
        "categorical": categorical_crossentropy,
    }[kind_of_targets(y_true, y_pred)]
