"""Losses by name, by config, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax

from saccade.core import _names
from saccade.losses._loss import Loss, LossFunctionWrapper
from saccade.saving import _lookup, _objects

LossFunction = Callable[..., jax.Array]

# Names that mean a loss only together with the shapes: see `_resolve`.
SHAPE_DEPENDENT = frozenset({"ce", "crossentropy"})


def get(identifier: object) -> Any:
    """Returns the loss that a name, a config, a class or a function stands for.

    Args:
        identifier: 'mse', 'MeanSquaredError', a config, a `Loss`, a class of losses,
            a function of (y_true, y_pred), or None.

    Raises:
        ConfigError: an unknown name, with the nearest, or something not callable.

    Example:
        >>> get("mse").__name__
        'mean_squared_error'
    """
    return _lookup.get_from("keras.losses", identifier, "loss")


def as_loss(identifier: object) -> Loss | None:
    """Returns a `Loss` for anything that `get` takes; None for None.

    Args:
        identifier: see `get`.

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
    """Returns the name of a loss, metric or function as logs show it.

    Args:
        thing: what is to be named.

    Example:
        >>> object_name(len)
        'len'
    """
    name = getattr(thing, "name", None)
    if isinstance(name, str):
        return name
    name = getattr(thing, "__name__", None) or type(thing).__name__
    return _names.to_snake_case(str(name))


def serialize(loss: Loss | LossFunction) -> Any:
    """Returns the config of a loss or a function.

    Args:
        loss: what to describe.

    Example:
        >>> serialize(get("Huber"))["class_name"]
        'Huber'
    """
    return _objects.serialize(loss)


def deserialize(name: Any, custom_objects: Mapping[str, object] | None = None) -> Any:
    """Makes a loss from `serialize()`'s result or a name.

    Args:
        name: a config or a name.
        custom_objects: classes and functions of one's own, by name.

    Raises:
        ConfigError: an unknown name, with the nearest.

    Example:
        >>> deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).name
        'huber_loss'
    """
    return _lookup.deserialize_from("keras.losses", name, custom_objects)
