"""Linear algebra, as `keras.ops.linalg` names it."""

from ._math import norm as norm

__all__ = [
    "norm",
]
