"""The table from public names to objects, and users' own classes.

Configs and files name objects by their public place ("keras.layers", "Conv2D"), so
they outlive moves of the code and are read by Keras as well.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from saccade.core._errors import ConfigError, message

T = TypeVar("T")

_custom: dict[str, object] = {}
_custom_names: dict[int, str] = {}
_public: dict[tuple[str, str], object] = {}
_public_place: dict[int, tuple[str, str]] = {}


def export(namespace: str, names: Mapping[str, object]) -> None:
    """Records the public place of objects, as Keras names it.

    Args:
        namespace: for example 'keras.layers'.
        names: public name to object; the first name of an object is its own one.
    """
    for name, thing in names.items():
        _public[namespace, name] = thing
        _public_place.setdefault(id(thing), (namespace, name))


def public_place(thing: object) -> tuple[str, str] | None:
    """Returns (namespace, name) of a public object, None for anything else."""
    return _public_place.get(id(thing))


def find_public(namespace: str, name: str) -> object | None:
    """Returns the object at a public place, or None."""
    return _public.get((namespace, name))


def public_names(namespace: str) -> list[str]:
    """Returns the names exported at a public place so far."""
    return [name for place, name in _public if place == namespace]


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[T], T]:
    """Decorator that lets a class or function of one's own be saved and loaded.

    Args:
        package: the name of one's project.
        name: the name in files; None for the object's own.

    Raises:
        ConfigError: a class without `get_config`.

    Example:
        >>> @register_keras_serializable("demo")
        ... def double(x): return 2 * x
        >>> get_registered_name(double)
        'demo>double'
    """

    def decorator(thing: T) -> T:
        own = name or getattr(thing, "__name__", repr(thing))
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ConfigError(
                message(
                    f"register_keras_serializable({own})",
                    "the class has no `get_config()`",
                )
            )
        registered = f"{package}>{own}"
        _custom[registered] = thing
        _custom_names[id(thing)] = registered
        return thing

    return decorator


def get_registered_name(obj: object) -> str:
    """Returns the name under which an object is registered, else its own name.

    Example:
        >>> get_registered_name(len)
        'len'
    """
    return _custom_names.get(id(obj)) or getattr(obj, "__name__", repr(obj))


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, object] | None = None,
    module_objects: Mapping[str, object] | None = None,
) -> object | None:
    """Returns the object registered under a name, or None.

    Example:
        >>> get_registered_object("nothing") is None
        True
    """
    for table in (custom_objects, _custom, module_objects):
        if table is not None and name in table:
            return table[name]
    return None


def find_by_bare_name(name: str) -> object | None:
    """Returns the only object registered under a name in any package, or None.

    Older files name classes without their package.
    """
    found = [one for key, one in _custom.items() if key.rpartition(">")[2] == name]
    return found[0] if len(found) == 1 else None


def get_custom_objects() -> dict[str, object]:
    """Returns the table of users' own objects; it may be changed.

    Example:
        >>> isinstance(get_custom_objects(), dict)
        True
    """
    return _custom


@contextmanager
def custom_object_scope(*objects: Mapping[str, object] | None) -> Iterator[None]:
    """Makes users' own objects known to configs and files while it is open.

    Example:
        >>> with custom_object_scope({"double": abs}):
        ...     get_registered_object("double") is abs
        True
    """
    before = dict(_custom)
    for table in objects:
        _custom.update(table or {})
    try:
        yield
    finally:
        _custom.clear()
        _custom.update(before)
