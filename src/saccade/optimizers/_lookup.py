"""Optimizers by name or stored form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import overload

from saccade.core import _registry
from saccade.core._errors import ConfigError, message, unknown_name
from saccade.optimizers._optimizer import Optimizer

BUILT_IN: dict[str, type[Optimizer]] = {}
"""Optimizers that a string can name, by their name in lower case."""


def serialize(optimizer: Optimizer) -> dict[str, object] | str:
    """Returns the stored form of an optimizer.

    Args:
        optimizer: the optimizer; its state is not stored.

    Example:
        >>> from saccade.optimizers import SGD
        >>> serialize(SGD())["class_name"]
        'SGD'
    """
    from saccade.saving import serialize_keras_object

    return serialize_keras_object(optimizer)


def deserialize(
    config: Mapping[str, object], custom_objects: Mapping[str, object] | None = None
) -> Optimizer:
    """Makes an optimizer from its stored form.

    Args:
        config: what `serialize` returned; names of built-in classes in any case.
        custom_objects: classes of one's own, by name.

    Raises:
        ConfigError: no optimizer of that name; the nearest is named.

    Example:
        >>> deserialize({"class_name": "sgd", "config": {"momentum": 0.9}}).momentum
        0.9
    """
    name = str(config.get("class_name"))
    arguments = config.get("config") or {}
    own = _registry.get_registered_object(
        str(config.get("registered_name") or name), custom_objects
    )
    cls = BUILT_IN.get(name.lower()) if own is None else own
    if not isinstance(cls, type) or not isinstance(arguments, Mapping):
        raise ConfigError(unknown_name("optimizer", name, _known()))
    if not issubclass(cls, Optimizer):
        raise _no_optimizer(cls)
    return cls.from_config(arguments, custom_objects)


@overload
def get(identifier: None) -> None: ...


@overload
def get(identifier: str | Mapping[str, object] | Optimizer) -> Optimizer: ...


def get(
    identifier: str | Mapping[str, object] | Optimizer | None,
) -> Optimizer | None:
    """Returns the optimizer that a name, a config or an optimizer stands for.

    Args:
        identifier: for example "adam", in any case.

    Raises:
        ConfigError: no optimizer of that name, and the nearest is named; or anything
            else, for example the class itself.

    Example:
        >>> get("adam").name.startswith("adam")
        True
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier, "config": {}})
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    raise _no_optimizer(identifier)


def _known() -> list[str]:
    return [cls.__name__ for cls in BUILT_IN.values()]


def _no_optimizer(thing: object) -> ConfigError:
    called = isinstance(thing, type) and issubclass(thing, Optimizer)
    return ConfigError(
        message(
            "optimizer",
            f"expected a name, a config or an Optimizer, got {thing!r}",
            f"call the class: {thing.__name__}()" if called else None,  # type: ignore[union-attr]
        )
    )
