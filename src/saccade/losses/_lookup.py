"""Losses by name, by config, and back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax

from saccade.core import _names, _registry
from saccade.core._errors import ConfigError, message, unknown_name
from saccade.losses import (
    _crossentropy,
    _ctc,
    _focal,
    _margin,
    _overlap,
    _regression,
)
from saccade.losses._loss import Loss, LossFunctionWrapper
from saccade.saving import _objects

LossFunction = Callable[..., jax.Array]

_MODULES = (_crossentropy, _ctc, _focal, _margin, _overlap, _regression)
_ALIASES = {
    "binary_crossentropy": ("bce", "BCE"),
    "kl_divergence": ("kld", "KLD", "kullback_leibler_divergence"),
    "log_cosh": ("logcosh",),
    "mean_absolute_error": ("mae", "MAE"),
    "mean_absolute_percentage_error": ("mape", "MAPE"),
    "mean_squared_error": ("mse", "MSE"),
    "mean_squared_logarithmic_error": ("msle", "MSLE"),
}
_FUNCTION_OF = {"CTC": "ctc", "KLDivergence": "kl_divergence"}
# Names that mean a loss only together with the shapes: see `_resolve`.
SHAPE_DEPENDENT = frozenset({"ce", "crossentropy"})


def _table() -> dict[str, LossFunction | type[Loss]]:
    functions: dict[str, LossFunction | type[Loss]] = {}
    classes: dict[str, LossFunction | type[Loss]] = {}
    for module in _MODULES:
        for name, thing in vars(module).items():
            own = getattr(thing, "__module__", None) == module.__name__
            if own and inspect.isclass(thing) and issubclass(thing, Loss):
                classes[name] = thing
                function = _FUNCTION_OF.get(name, _names.to_snake_case(name))
                functions[function] = vars(module)[function]
    for name, aliases in _ALIASES.items():
        for alias in aliases:
            functions[alias] = functions[name]
    return functions | classes


TABLE = _table()


def get(identifier: object) -> Any:
    """Returns the loss that a name, a config, a class or a function stands for.

    Args:
        identifier: 'mse', 'MeanSquaredError', a config, a `Loss`, a class of losses,
            a function of (y_true, y_pred), or None.

    Raises:
        ConfigError: an unknown name, with the nearest, or something else.

    Example:
        >>> get("mse").__name__
        'mean_squared_error'
    """
    if identifier is None:
        return None
    found: object = identifier
    if isinstance(identifier, Mapping):
        found = deserialize(identifier)
    elif isinstance(identifier, str):
        found = TABLE.get(identifier) or _registry.get_registered_object(identifier)
        if found is None:
            raise ConfigError(
                unknown_name("loss", identifier, [*TABLE, *SHAPE_DEPENDENT])
            )
    if inspect.isclass(found):
        found = found()
    if callable(found):
        return found
    raise ConfigError(
        message(
            "loss",
            f"expected a name, a function of (y_true, y_pred) or a Loss, got {found!r}",
        )
    )


def as_loss(identifier: object) -> Loss | None:
    """Returns a `Loss` for anything that `get` takes; None for None.

    Raises:
        ConfigError: see `get`.

    Example:
        >>> as_loss("mse").name
        'mse'
    """
    found = get(identifier)
    if found is None or isinstance(found, Loss):
        return found
    name = identifier if isinstance(identifier, str) else object_name(found)
    return LossFunctionWrapper(found, name=name)


def object_name(thing: object) -> str:
    """Returns the name of a loss, metric or function as logs show it."""
    name = getattr(thing, "name", None)
    if isinstance(name, str):
        return name
    name = getattr(thing, "__name__", None) or type(thing).__name__
    return _names.to_snake_case(str(name))


def serialize(loss: Loss | LossFunction) -> Any:
    """Returns the config of a loss or the name of a function.

    Args:
        loss: what to describe.

    Example:
        >>> serialize(get("Huber"))["class_name"]
        'Huber'
    """
    return _objects.serialize(loss)


def deserialize(name: Any, custom_objects: Mapping[str, object] | None = None) -> Any:
    """Builds a loss from `serialize()`'s result.

    Args:
        name: a config or a name.
        custom_objects: further names.

    Raises:
        ConfigError: it names no loss.

    Example:
        >>> deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).name
        'huber_loss'
    """
    return _objects.deserialize(
        name, custom_objects=custom_objects, namespace="keras.losses"
    )
