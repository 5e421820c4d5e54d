"""The base of initializers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import UnsupportedFeatureError, message

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class Initializer:
    """Base of initializers: a shape and a type to the first values of a weight.

    Subclasses write `__call__(shape, dtype=None)` and, if they have arguments,
    `get_config()`.

    Example:
        >>> class Ramp(Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return jnp.arange(shape[0], dtype=dtype)
        >>> Ramp()((3,), "float32")
        Array([0., 1., 2.], dtype=float32)
    """

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight.

        Args:
            shape: the weight's shape.
            dtype: its type; None for the global float type.
        """
        raise UnsupportedFeatureError(
            message(type(self).__name__, "must define `__call__(shape, dtype=None)`")
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes an initializer from `get_config()`."""
        return cls(**config)

    def clone(self) -> Self:
        """Makes another initializer with the same arguments."""
        return self.from_config(self.get_config())


def to_device(values: np.ndarray, dtype: DTypeLike | None) -> jax.Array:
    """Moves values made on the host to the device, without compiling anything.

    Example:
        >>> to_device(np.zeros(2), None)
        Array([0., 0.], dtype=float32)
    """
    name = jnp.dtype(standardize_dtype(dtype))
    # With its type given, JAX copies the array; without, it compiles a program to.
    return jnp.asarray(np.asarray(values, name), name)
