"""Numbers on the way to the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Returns logs as Python floats, in the order of their names, as Keras does."""
    result: dict[str, Any] = {}
    for name in sorted(logs):
        value = np.asarray(logs[name])
        result[name] = float(value) if value.ndim == 0 else value
    return result
