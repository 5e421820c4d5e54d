"""Metrics by name, by config, and back."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any

from saccade.core import _names
from saccade.metrics._metric import Metric, MetricFunction
from saccade.saving import _lookup, _objects

_SHORT = {
    "bce": "BinaryCrossentropy",
    "kld": "KLDivergence",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "mse": "MeanSquaredError",
    "msle": "MeanSquaredLogarithmicError",
}
# Names that mean a metric only together with the shapes: see `_resolve`.
SHAPE_DEPENDENT = frozenset({"acc", "accuracy", "ce", "crossentropy"})


@functools.cache
def _aliases() -> dict[str, str]:
    """Names of classes in small letters, and short ones, to the classes' own."""
    names = _objects.public_names("keras.metrics")
    aliases = {
        _names.to_snake_case(name): name
        for name in names
        if inspect.isclass(_objects.find_public("keras.metrics", name))
    }
    for short, name in _SHORT.items():
        aliases[short] = aliases[short.upper()] = name
    return aliases


def get(identifier: object) -> Any:
    """Returns the metric that a name, a config, a class or a function stands for.

    Args:
        identifier: 'mse', 'AUC', a config, a `Metric`, a class of metrics, a function
            of (y_true, y_pred), or None.

    Raises:
        ConfigError: an unknown name, with the nearest, or something not callable.

    Differs from Keras: functions of this package are found by name too.

    Example:
        >>> get("mse").name
        'mean_squared_error'
    """
    return _lookup.get_from("keras.metrics", identifier, "metric", aliases=_aliases())


def serialize(metric: Metric | MetricFunction) -> Any:
    """Returns the config of a metric or a function.

    Args:
        metric: what to describe.

    Example:
        >>> serialize(get("AUC"))["class_name"]
        'AUC'
    """
    return _objects.serialize(metric)


def deserialize(config: Any, custom_objects: Mapping[str, object] | None = None) -> Any:
    """Makes a metric from `serialize()`'s result or a name.

    Args:
        config: a config or a name.
        custom_objects: classes and functions of one's own, by name.

    Raises:
        ConfigError: an unknown name, with the nearest.

    Example:
        >>> deserialize({"class_name": "Mean", "config": {"name": "m"}}).name
        'm'
    """
    return _lookup.deserialize_from(
        "keras.metrics", config, custom_objects, aliases=_aliases()
    )
