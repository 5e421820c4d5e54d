"""Conditions that weights are brought back to after each update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _refused, _registry, _settings
from saccade.saving import _lookup, _objects

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]


class Constraint:
    """Base of constraints: a weight to the nearest one that is allowed.

    Subclasses write `__call__(w)` and, if they have arguments, `get_config()`.

    Example:
        >>> class Symmetric(Constraint):
        ...     def __call__(self, w): return (jnp.asarray(w) + jnp.asarray(w).T) / 2
        >>> Symmetric()(jnp.array([[0.0, 2.0], [0.0, 0.0]]))
        Array([[0., 1.],
               [1., 0.]], dtype=float32)
    """

    def __call__(self, w: ArrayLike) -> jax.Array:
        """Returns the weight that takes the place of `w`."""
        return jnp.asarray(w)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a constraint from `get_config()`."""
        return cls(**config)


class MinMaxNorm(Constraint):
    """Keeps the length of each vector of weights within bounds.

    Args:
        min_value: smallest length.
        max_value: largest length.
        rate: how far a length outside is moved to its bound, in (0, 1].
        axis: the axis or axes along which lengths are taken: 0 for the weights of one
            unit of Dense, (0, 1, 2) for those of one filter of Conv2D.

    Example:
        >>> w = MinMaxNorm(0.0, 1.0)(jnp.array([[3.0], [4.0]]))
        >>> round(float(w[0, 0]), 4), round(float(w[1, 0]), 4)
        (0.6, 0.8)
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: int | Sequence[int] = 0,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: ArrayLike) -> jax.Array:
        """Returns the weight that takes the place of `w`."""
        w = jnp.asarray(w)
        length = _length(w, self.axis)
        within = jnp.clip(length, self.min_value, self.max_value)
        desired = self.rate * within + (1 - self.rate) * length
        return w * (desired / (_settings.epsilon() + length))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


class MaxNorm(MinMaxNorm):
    """Keeps the length of each vector of weights below a bound.

    Args:
        max_value: largest length.
        axis: the axis or axes along which lengths are taken, see `MinMaxNorm`.

    Example:
        >>> w = MaxNorm(1.0)(jnp.array([[3.0], [4.0]]))
        >>> round(float(w[0, 0]), 4), round(float(w[1, 0]), 4)
        (0.6, 0.8)

    Reference: Srivastava et al., "Dropout", 2014, https://jmlr.org/papers/v15/
        srivastava14a.html
    """

    def __init__(self, max_value: float = 2, axis: int | Sequence[int] = 0) -> None:
        super().__init__(max_value=max_value, axis=axis)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    """Gives each vector of weights the length 1.

    Args:
        axis: the axis or axes along which lengths are taken, see `MinMaxNorm`.

    Example:
        >>> w = UnitNorm()(jnp.array([[3.0], [4.0]]))
        >>> round(float(w[0, 0]), 4), round(float(w[1, 0]), 4)
        (0.6, 0.8)
    """

    def __init__(self, axis: int | Sequence[int] = 0) -> None:
        self.axis = axis

    def __call__(self, w: ArrayLike) -> jax.Array:
        """Returns the weight that takes the place of `w`."""
        w = jnp.asarray(w)
        return w / (_settings.epsilon() + _length(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"axis": self.axis}


class NonNeg(Constraint):
    """Replaces negative weights by 0.

    Example:
        >>> NonNeg()(jnp.array([-1.0, 2.0]))
        Array([0., 2.], dtype=float32)
    """

    def __call__(self, w: ArrayLike) -> jax.Array:
        """Returns the weight that takes the place of `w`."""
        return jnp.maximum(jnp.asarray(w), 0)


def _length(w: jax.Array, axis: int | Sequence[int]) -> jax.Array:
    axes = axis if isinstance(axis, int) else tuple(axis)
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axes, keepdims=True))


def get(identifier: object) -> Any:
    """Returns the constraint that a name, a config or a callable stands for.

    Args:
        identifier: 'non_neg', a config, a function of an array, or None.

    Raises:
        ConfigError: an unknown name, with the nearest, or something not callable.

    Example:
        >>> type(get("non_neg")).__name__, get(None)
        ('NonNeg', None)
    """
    return _lookup.get_from("keras.constraints", identifier, "constraint")


def serialize(constraint: Constraint) -> dict[str, Any]:
    """Returns the config of a constraint.

    Args:
        constraint: what to describe.

    Example:
        >>> serialize(UnitNorm())["config"]
        {'axis': 0}
    """
    return _objects.serialize(constraint)


def deserialize(
    config: str | Mapping[str, Any],
    custom_objects: Mapping[str, object] | None = None,
) -> Constraint:
    """Makes a constraint from `serialize()`'s result or a name.

    Args:
        config: a config or a name.
        custom_objects: classes of one's own, by name.

    Raises:
        ConfigError: an unknown name, with the nearest.

    Example:
        >>> deserialize({"class_name": "MaxNorm", "config": {"max_value": 3}}).max_value
        3
    """
    return _lookup.deserialize_from("keras.constraints", config, custom_objects)


max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm

_registry.export("keras.constraints", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
