"""The errors of names that a Keras program uses and saccade does not have."""

from __future__ import annotations

from collections.abc import Iterable

from saccade.core._errors import SaccadeError, message, nearest


class UnavailableImportError(SaccadeError, ModuleNotFoundError):
    """A Keras or TensorFlow module or name was imported that is not there."""


class UnavailableNameError(SaccadeError, AttributeError):
    """An attribute of a Keras or TensorFlow module was asked for that is not there."""


def unavailable(place: str, name: str, known: Iterable[str], hint: str = "") -> str:
    """Builds the text for a name that `place` does not have.

    Args:
        place: the module as the program knows it, for example "keras.layers".
        name: what the program asked for.
        known: the names there are.
        hint: what to do instead, where it is known better than by spelling.

    Example:
        >>> print(unavailable("keras.layers", "Dens", ["Conv2D", "Dense"]))
        keras.layers: 'Dens' is not available in saccade.
        Fix: the nearest name is keras.layers.Dense.
    """
    if not hint:
        close = nearest(name, known)
        hint = (
            f"the nearest name is {place}.{close[0]}"
            if close
            else f"dir({place}) lists the names there are"
        )
    return message(place, f"{name!r} is not available in saccade", hint)
