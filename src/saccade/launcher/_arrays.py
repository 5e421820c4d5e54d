"""Methods of TensorFlow's tensors that JAX's arrays do not have, such as `.numpy()`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def add_numpy_method() -> None:
    """Gives JAX's arrays `.numpy()`, `.get_shape()`, `.set_shape()`, if JAX is loaded.

    Arrays that are being traced have shapes, but no numbers.
    """
    for kind, name, method in _methods():
        if not hasattr(kind, name):
            setattr(kind, name, method)


def remove_numpy_method() -> None:
    """Takes the methods away again."""
    for kind, name, method in _methods():
        if vars(kind).get(name) is method:
            delattr(kind, name)


def _methods() -> Iterator[tuple[type, str, Callable[..., Any]]]:
    jax = sys.modules.get("jax")
    if jax is not None:
        yield jax.Array, "numpy", _numpy
        for kind in (jax.Array, jax.core.Tracer):
            yield kind, "get_shape", _get_shape
            yield kind, "set_shape", _set_shape


def _numpy(array: object) -> np.ndarray:
    """Returns the numbers on the host."""
    import numpy as np  # here, for programs that use no arrays

    return np.asarray(array)


def _get_shape(array: Any) -> tuple[int | None, ...]:
    """Returns the shape, with `as_list()`."""
    from saccade.launcher._tensorflow_more import TensorShape

    return TensorShape(array.shape)


def _set_shape(array: Any, shape: object) -> None:
    """Does nothing: an array knows its shape."""
