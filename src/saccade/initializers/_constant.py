"""Initializers without chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import jax
import numpy as np

from saccade.core._errors import ShapeError, message
from saccade.saving import _objects

from ._initializer import Initializer, to_device

if TYPE_CHECKING:
    from jax.typing import ArrayLike
    from numpy.typing import DTypeLike


class Constant(Initializer):
    """Gives every element one value.

    Args:
        value: the value, or an array that the shape can repeat.

    Raises:
        ShapeError: called with a shape that an array value does not fit.

    Example:
        >>> Constant(0.5)((2,))
        Array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, value: ArrayLike = 0.0) -> None:
        self.value = value

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        value = np.asarray(self.value)
        try:
            values = np.broadcast_to(value, tuple(shape))
        except ValueError:
            raise ShapeError(
                message(
                    type(self).__name__,
                    f"a value of shape {value.shape} does not fit a weight of shape "
                    f"{tuple(shape)}",
                )
            ) from None
        return to_device(values, dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"value": _objects.serialize(self.value)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes an initializer from `get_config()`."""
        return cls(_objects.deserialize(config["value"]))


class Zeros(Initializer):
    """Gives every element the value 0.

    Example:
        >>> Zeros()((2,))
        Array([0., 0.], dtype=float32)
    """

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        return to_device(np.zeros(tuple(shape), np.float32), dtype)


class Ones(Initializer):
    """Gives every element the value 1.

    Example:
        >>> Ones()((2,))
        Array([1., 1.], dtype=float32)
    """

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        return to_device(np.ones(tuple(shape), np.float32), dtype)


class Identity(Initializer):
    """Makes a matrix with one value on its diagonal and 0 elsewhere.

    Args:
        gain: the value on the diagonal.

    Raises:
        ShapeError: called with a shape of other than two axes.

    Differs from Keras: the config keeps `gain`, which Keras 3.15 forgets.

    Example:
        >>> Identity(2.0)((2, 3))
        Array([[2., 0., 0.],
               [0., 2., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(
        self, shape: Sequence[int], dtype: DTypeLike | None = None
    ) -> jax.Array:
        """Returns the first values of a weight."""
        if len(shape) != 2:
            raise ShapeError(
                message(
                    type(self).__name__,
                    f"makes matrices only, got shape {tuple(shape)} of "
                    f"{len(shape)} axes",
                )
            )
        return to_device(self.gain * np.eye(*shape, dtype=np.float32), dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"gain": self.gain}
