"""Objects by name: what `get("relu")`, `get("he_normal")`, `get("l2")` share."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from saccade.core import _registry
from saccade.core._errors import ConfigError, message, unknown_name
from saccade.saving import _objects


def get_from(
    namespace: str,
    identifier: object,
    kind: str,
    *,
    aliases: Mapping[str, str] | None = None,
) -> Any:
    """Returns what a name, a config, a class or a callable stands for.

    Args:
        namespace: the public package, for example 'keras.initializers'.
        identifier: a name, a config, a class (which is called without arguments), any
            other callable (returned as it is), or None.
        kind: what is looked for, for messages: 'initializer'.
        aliases: further names, to public ones of the package.

    Raises:
        ConfigError: an unknown name, with the nearest, or something not callable.

    Example:
        >>> from saccade import initializers
        >>> type(get_from("keras.initializers", "he_normal", "initializer")).__name__
        'HeNormal'
    """
    found: object = identifier
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = find(namespace, identifier, kind, aliases=aliases)
    elif isinstance(identifier, Mapping):
        found = deserialize_from(namespace, identifier, aliases=aliases)
    if inspect.isclass(found):
        found = found()
    if callable(found):
        return found
    raise ConfigError(
        message(
            kind,
            f"expected a name, a config or something callable, got {identifier!r}",
        )
    )


def find(
    namespace: str,
    name: str,
    kind: str,
    *,
    aliases: Mapping[str, str] | None = None,
) -> object:
    """Returns the object of a name: one of the user's own, or a public one.

    Raises:
        ConfigError: there is none; the nearest is named.
    """
    aliases = aliases or {}
    own = _registry.get_registered_object(name)
    if own is not None:
        return own
    found = _objects.find_public(namespace, aliases.get(name, name))
    if found is None:
        known = [*_objects.public_names(namespace), *aliases]
        raise ConfigError(unknown_name(kind, name, known))
    return found


def deserialize_from(
    namespace: str,
    config: Any,
    custom_objects: Mapping[str, object] | None = None,
    *,
    aliases: Mapping[str, str] | None = None,
) -> Any:
    """Makes an object of one package from its config or its name.

    Args:
        namespace: the public package.
        config: what `serialize` gave, or a name.
        custom_objects: classes and functions of one's own, by name.
        aliases: further names, to public ones of the package.

    Raises:
        ConfigError: an unknown name.
    """
    if aliases and isinstance(config, str):
        config = aliases.get(config, config)
    elif aliases and isinstance(config, Mapping):
        name = config.get("class_name")
        config = {**config, "class_name": aliases.get(str(name), name)}
    return _objects.deserialize(config, custom_objects, namespace=namespace)
