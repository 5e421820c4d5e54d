"""The exceptions of saccade and the one form of their messages.

::

    SaccadeError
    ├── ConfigError(ValueError)              a wrong argument
    ├── ArgumentTypeError(TypeError)         an argument of the wrong type
    │   └── ConfigTypeError(ValueError)      a config that a constructor refuses
    ├── ShapeError(ValueError)               arrays that do not fit
    ├── DataError(ValueError)                data that cannot be used
    │   └── PictureError(OSError)            pictures that cannot be read
    ├── FolderError(FileNotFoundError)       a folder that is not there
    ├── FolderAccessError(PermissionError)   a folder that may not be listed
    ├── DiskFullError(OSError)               a file for which no space is left
    ├── SavingError(ValueError)              files that cannot be read or written
    │   ├── UnsafeError(NotImplementedError) a file that would run code of its own
    │   └── MissingFileError(FileNotFoundError) a model's file that is not there
    ├── DownloadError(OSError)               a file that cannot be fetched
    ├── NotBuiltError(ValueError)            used before it was built or compiled
    │   └── NotCalledError(AttributeError)   has no `input` or `output` yet
    ├── RemovedNameError(AttributeError)     a name that Keras took out
    ├── NotInSaccadeError(AttributeError)    a name that is not there, and why
    ├── NotInSaccadeImportError(ImportError) the same in `from ... import ...`
    ├── UnsupportedFeatureError(NotImplementedError)
    └── MissingExtraError(ImportError)       an optional package is absent

Each is also the built-in exception that Keras raises in the same place, so programs
that catch ``ValueError`` or ``TypeError`` go on working.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SaccadeError(Exception):
    """Base of every error that saccade raises on purpose."""


class ConfigError(SaccadeError, ValueError):
    """An argument has a value that cannot work."""


class ArgumentTypeError(SaccadeError, TypeError):
    """An argument has a type that cannot work."""


class ConfigTypeError(ArgumentTypeError, ConfigError):
    """The constructor refuses a config; Keras raises TypeError, whatever the cause."""


class ShapeError(SaccadeError, ValueError):
    """Shapes of arrays, layers or files do not fit together."""


class DataError(SaccadeError, ValueError):
    """The data given for training or prediction cannot be used."""


class PictureError(DataError, OSError):
    """Pictures cannot be read; the message names each file and why."""


class FolderError(SaccadeError, FileNotFoundError):
    """A folder is not there."""


class FolderAccessError(SaccadeError, PermissionError):
    """A folder may not be listed."""


class DiskFullError(SaccadeError, OSError):
    """A file cannot be written, since no space is left."""


class SavingError(SaccadeError, ValueError):
    """A file cannot be written or read."""


class MissingFileError(SavingError, FileNotFoundError):
    """A file of a model or of weights is not there."""


class DownloadError(SaccadeError, OSError):
    """A file cannot be fetched over the network."""


class NotBuiltError(SaccadeError, ValueError):
    """An object was used before `build()` or `compile()`."""


class NotCalledError(NotBuiltError, AttributeError):
    """A layer that was not called on a placeholder has no `input` and `output`."""


class RemovedNameError(SaccadeError, AttributeError):
    """Older versions of Keras had this name; the text says what there is now."""


class NotInSaccadeError(SaccadeError, AttributeError):
    """A name was asked for that is not there; the text says why, where it is known."""


class NotInSaccadeImportError(SaccadeError, ImportError):
    """A name was imported that is not there; the text says why, where it is known."""


class UnsupportedFeatureError(SaccadeError, NotImplementedError):
    """Keras has this; saccade leaves it out on purpose or not yet has it."""


class UnsafeError(SavingError, UnsupportedFeatureError):
    """A config asks for code of its own to run, which is refused in safe mode."""


class MissingExtraError(SaccadeError, ImportError):
    """An optional package is needed and not installed."""


class DataWarning(UserWarning):
    """The data look wrong but can be used."""


def message(where: str, problem: str, fix: str | None = None) -> str:
    """Builds the text of an error: where, what was expected and got, how to fix it.

    Args:
        where: the layer, argument or file, as the user knows it.
        problem: what was expected and what was got, without a full stop.
        fix: what to do about it; left out when empty.

    Example:
        >>> print(message("Dense 'top'", "`units` must be an int > 0, got -3",
        ...               "pass the number of neurons, for example units=10"))
        Dense 'top': `units` must be an int > 0, got -3.
        Fix: pass the number of neurons, for example units=10.
    """
    text = f"{where}: {_sentence(problem)}"
    return f"{text}\nFix: {_sentence(fix)}" if fix else text


def _sentence(text: str) -> str:
    return text if text.endswith("?") else f"{text.rstrip('.')}."


def nearest(name: str, known: Iterable[str], count: int = 1) -> list[str]:
    """Returns the known names most like a misspelt one, best first.

    Args:
        name: what the user wrote.
        known: the names that exist.
        count: how many to return at most.

    Example:
        >>> nearest("adamm", ["sgd", "adam", "rmsprop"])
        ['adam']
    """
    lowered: dict[str, str] = {}
    for candidate in known:
        # Of 'mse' and 'MSE' the one written as the user writes.
        alike = candidate.islower() == name.islower()
        if alike or candidate.lower() not in lowered:
            lowered[candidate.lower()] = candidate
    matches = difflib.get_close_matches(name.lower(), list(lowered), count, 0.5)
    return [lowered[match] for match in matches]


def unknown_name(kind: str, name: object, known: Iterable[str]) -> str:
    """Builds the text for a name that is in no table, with the nearest that is.

    Args:
        kind: what was looked for: "loss", "optimizer", "activation" ...
        name: what the user gave.
        known: the names that exist.

    Example:
        >>> print(unknown_name("optimizer", "adamm", ["adam", "sgd"]))
        optimizer: unknown name 'adamm'.
        Fix: did you mean 'adam'? Known: adam, sgd.
    """
    names = sorted(set(known))
    close = nearest(str(name), names)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return message(kind, f"unknown name {name!r}", f"{hint}Known: {', '.join(names)}")
