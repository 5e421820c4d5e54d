"""Warnings about data, pointing at the line of the user's program."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

from saccade.core._errors import DataWarning


def warn(text: str) -> None:
    """Gives a `DataWarning` for the first caller outside this package.

    Args:
        text: a message built by `core._errors.message`.

    Example:
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always")
        ...     warn("fit: odd data.")
        >>> caught[0].category.__name__
        'DataWarning'
    """
    frame: FrameType | None = sys._getframe()
    level = 0
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith("saccade."):
            break
        frame, level = frame.f_back, level + 1
    warnings.warn(text, DataWarning, stacklevel=level + 1)
