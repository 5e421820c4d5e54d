"""Callbacks that every fit() gets, for commands that watch a whole program."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

from saccade.callbacks._callback import Callback, CallbackList

_makers: list[Callable[[], Callback]] = []
_class_names: ContextVar[list[str] | None] = ContextVar("class_names", default=None)


def in_every_fit(make: Callable[[], Callback]) -> None:
    """Adds a callback to every fit() that comes.

    Args:
        make: makes the callback, a new one for each fit().
    """
    _makers.append(make)


def with_those_of_every_fit(callbacks: Any) -> Any:
    """Returns the callbacks of a fit() with those that every fit() gets.

    Args:
        callbacks: as given to fit(): None, a callback, a nest, a `CallbackList`.

    Example:
        >>> with_those_of_every_fit(None) is None
        True
    """
    if not _makers or isinstance(callbacks, CallbackList):
        return callbacks
    return [*([] if callbacks is None else [callbacks]), *(make() for make in _makers)]


@contextlib.contextmanager
def naming_classes(names: Sequence[str]) -> Iterator[None]:
    """Lets callbacks within know what the classes of the data are called.

    Args:
        names: in the order of the outputs.
    """
    token = _class_names.set(list(names))
    try:
        yield
    finally:
        _class_names.reset(token)


def known_class_names() -> list[str] | None:
    """Returns the names that `naming_classes` gave, None outside of it.

    Example:
        >>> with naming_classes(["cat", "dog"]):
        ...     known_class_names()
        ['cat', 'dog']
    """
    return _class_names.get()
