"""Kernels that everybody should have seen at work."""

from __future__ import annotations

import numpy as np

from saccade.core._errors import ConfigError, unknown_name

from ._numbers import Floats

KERNELS: dict[str, list[list[float]]] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blur": [[1 / 9] * 3] * 3,
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "edges": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "vertical": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "horizontal": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
}


def kernel(name: str) -> Floats:
    """Returns a well-known kernel of 3 x 3 weights by its name.

    Args:
        name: 'identity', 'blur', 'sharpen', 'edges' (all edges), 'vertical' or
            'horizontal' (edges of that direction).

    Raises:
        ConfigError: there is none; the nearest is named.

    Differs from Keras: not in Keras.

    Example:
        >>> from saccade import explain
        >>> explain.convolve([[1, 1, 9, 9]] * 3, kernel("vertical")).result
        [[32.0, 32.0]]
    """
    if name not in KERNELS:
        raise ConfigError(unknown_name("kernel", name, KERNELS))
    return np.array(KERNELS[name], np.float64)
