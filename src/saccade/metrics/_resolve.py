"""What 'accuracy' and 'crossentropy' mean, which depends on the shapes."""

from __future__ import annotations

from typing import Any

from saccade.core._errors import ConfigError, message
from saccade.losses._lookup import object_name
from saccade.losses._resolve import Shaped, crossentropy_for, kind_of_targets
from saccade.losses._resolve import resolve as resolve_loss
from saccade.metrics import _lookup
from saccade.metrics._accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
from saccade.metrics._metric import Metric
from saccade.metrics._reduction import MeanMetricWrapper

_ACCURACIES = {
    "binary": BinaryAccuracy,
    "sparse": SparseCategoricalAccuracy,
    "categorical": CategoricalAccuracy,
}


def resolve(identifier: object, y_true: Shaped | None, y_pred: Shaped) -> Metric:
    """Returns the metric for what `compile()` was given, knowing the shapes.

    A name stays the metric's name in the logs: 'acc' is 'acc', 'mse' is 'mse'.

    Args:
        identifier: see `get`; 'accuracy', 'acc', 'crossentropy' and 'ce' are binary
            for outputs of one unit, sparse for targets without the output's last axis
            (or of length 1 there), else categorical.
        y_true: the targets, or anything with their shape.
        y_pred: the output, or anything with its shape.

    Raises:
        ConfigError: see `get`; None.

    Differs from Keras: 'crossentropy' and 'ce' too, as in tf.keras.

    Example:
        >>> import numpy as np
        >>> resolve("acc", np.zeros(5), np.zeros((5, 10)))
        <SparseCategoricalAccuracy name=acc>
    """
    name = identifier if isinstance(identifier, str) else None
    word = name.lower() if name else ""
    found: Any
    if word in ("accuracy", "acc"):
        found = _ACCURACIES[kind_of_targets(y_true, y_pred)](name=name)
    elif word in _lookup.SHAPE_DEPENDENT:
        found = crossentropy_for(y_true, y_pred)
    else:
        found = _lookup.get(identifier)
    name = name or object_name(found)
    if isinstance(found, Metric):
        found.name = name
        # State must exist before anything is traced.
        found.ensure_built(
            y_pred.shape if y_true is None else y_true.shape, y_pred.shape
        )
        return found
    if found is None:
        raise ConfigError(message("metrics", "expected a metric, got None"))
    return MeanMetricWrapper(found, name=name)


shape_dependent_loss = resolve_loss
