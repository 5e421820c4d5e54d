"""The method `.numpy()`, which TensorFlow's tensors have and JAX's arrays do not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def add_numpy_method() -> None:
    """Gives JAX's arrays `.numpy()`, if JAX is loaded."""
    jax = sys.modules.get("jax")
    if jax is not None and not hasattr(jax.Array, "numpy"):
        jax.Array.numpy = _numpy


def remove_numpy_method() -> None:
    """Takes `.numpy()` away again."""
    jax = sys.modules.get("jax")
    if jax is not None and getattr(jax.Array, "numpy", None) is _numpy:
        del jax.Array.numpy


def _numpy(array: object) -> np.ndarray:
    """Returns the numbers on the host."""
    import numpy as np  # here, for programs that use no arrays

    return np.asarray(array)
