"""Callbacks that every fit() gets, for commands that watch a whole program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saccade.callbacks._callback import Callback, CallbackList

_makers: list[Callable[[], Callback]] = []


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
