"""Import of optional packages, only where they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from saccade.core._errors import MissingExtraError, message


def optional_import(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Imports an optional module, or says which extra installs it.

    Args:
        module: the module's dotted name.
        extra: the extra of saccade that brings it.
        purpose: what it is needed for, to complete "... needs the package X".

    Raises:
        MissingExtraError: it is not installed.

    Example:
        >>> optional_import("json", extra="plot", purpose="doctest").__name__
        'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        root = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != root:
            raise
        raise MissingExtraError(
            message(
                purpose,
                f"needs the package '{root}', which is not installed",
                f"pip install 'saccade[{extra}]'",
            )
        ) from None
