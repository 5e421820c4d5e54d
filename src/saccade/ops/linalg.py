"""Linear algebra, as `keras.ops.linalg` names it."""

from ._dispatch import open_door
from ._math import norm as norm

__all__ = [
    "norm",
]

open_door(globals(), __all__, "linalg")
