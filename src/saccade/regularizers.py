"""Penalties on weights or outputs, as `keras.regularizers` names them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _refused, _registry
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.saving import _lookup, _objects

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


class Regularizer:
    """Base of penalties: an array to one number that is added to the loss.

    Subclasses write `__call__(x)` and, to be saved, `get_config()`.

    Example:
        >>> class Mean(Regularizer):
        ...     def __call__(self, x): return jnp.mean(jnp.asarray(x))
        >>> float(Mean()(jnp.ones(3)))
        1.0
    """

    def __call__(self, x: ArrayLike) -> jax.Array:
        """Returns the penalty of an array."""
        return jnp.zeros(())

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments.

        Raises:
            NotImplementedError: a subclass has not written it.
        """
        raise NotImplementedError(
            message(type(self).__name__, "has no `get_config()`, so it cannot be saved")
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a regularizer from `get_config()`."""
        return cls(**config)


class L1L2(Regularizer):
    """Penalty l1 * sum|x| + l2 * sum(x^2).

    Args:
        l1: factor of the absolute values, >= 0.
        l2: factor of the squares, >= 0.

    Raises:
        ConfigError: a factor is negative or no number.

    Example:
        >>> float(L1L2(l1=1.0, l2=0.5)(jnp.array([-2.0, 2.0])))
        8.0
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = _factor(0.0 if l1 is None else l1, "l1", type(self).__name__)
        self.l2 = _factor(0.0 if l2 is None else l2, "l2", type(self).__name__)

    def __call__(self, x: ArrayLike) -> jax.Array:
        """Returns the penalty of an array."""
        x = jnp.asarray(x)
        penalty = jnp.zeros((), x.dtype)
        if self.l1:
            penalty += jnp.asarray(self.l1, x.dtype) * jnp.sum(jnp.abs(x))
        if self.l2:
            penalty += jnp.asarray(self.l2, x.dtype) * jnp.sum(jnp.square(x))
        return penalty

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"l1": self.l1, "l2": self.l2}


class L1(L1L2):
    """Penalty l1 * sum|x|.

    Args:
        l1: the factor, >= 0.

    Raises:
        ConfigError: the factor is negative or no number.

    Example:
        >>> float(L1(0.5)(jnp.array([-2.0, 2.0])))
        2.0
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        super().__init__(l1=0.01 if l1 is None else l1)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"l1": self.l1}


class L2(L1L2):
    """Penalty l2 * sum(x^2): weight decay by the loss.

    Args:
        l2: the factor, >= 0.

    Raises:
        ConfigError: the factor is negative or no number.

    Example:
        >>> float(L2(0.5)(jnp.array([-2.0, 2.0])))
        4.0
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        super().__init__(l2=0.01 if l2 is None else l2)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """Penalty on rows or columns that are not orthogonal to each other.

    factor times the mean of |cos| over all pairs of rows (or columns).

    Args:
        factor: the factor, >= 0.
        mode: 'rows' or 'columns'.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: called with an array that is no matrix.

    Example:
        >>> penalty = OrthogonalRegularizer(factor=1.0)
        >>> float(penalty(jnp.eye(3))), float(penalty(jnp.ones((2, 2))).__round__(4))
        (0.0, 1.0)
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        where = type(self).__name__
        self.factor = _factor(factor, "factor", where)
        if mode not in ("rows", "columns"):
            # Programs compare this text as a whole, so the rest is a note.
            error = ConfigError(
                "Invalid value for argument `mode`. Expected one of "
                f'{{"rows", "columns"}}. Received: mode={mode}'
            )
            error.add_note(f"Fix: pass mode='rows' or mode='columns' to {where}.")
            raise error
        self.mode = mode

    def __call__(self, inputs: ArrayLike) -> jax.Array:
        """Returns the penalty of a matrix."""
        x = jnp.asarray(inputs)
        if x.ndim != 2:
            error = ShapeError(
                f"Inputs to {type(self).__name__} must have rank 2. "
                f"Received: inputs.shape={x.shape}"
            )
            error.add_note("Fix: use it for kernels of Dense and other matrices.")
            raise error
        rows = x if self.mode == "rows" else x.T
        length = jnp.linalg.norm(rows, axis=1, keepdims=True)
        unit = rows / jnp.maximum(length, 1e-12)
        cosines = unit @ unit.T
        size = len(rows)
        off_diagonal = cosines * (1.0 - jnp.eye(size, dtype=x.dtype))
        pairs = size * (size - 1) / 2
        return self.factor * 0.5 * jnp.sum(jnp.abs(off_diagonal)) / pairs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"factor": self.factor, "mode": self.mode}


def _factor(value: object, name: str, where: str) -> float:
    number = (
        float(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else -1.0
    )
    if not math.isfinite(number) or number < 0:
        raise ConfigError(
            message(where, f"`{name}` must be a finite number >= 0, got {value!r}")
        )
    return number


def get(identifier: object) -> Any:
    """Returns the regularizer that a name, a config or a callable stands for.

    Args:
        identifier: 'l2', a config, a function of an array, or None.

    Raises:
        ConfigError: an unknown name, with the nearest, or something not callable.

    Example:
        >>> get("l2").l2, get(None)
        (0.01, None)
    """
    return _lookup.get_from(
        "keras.regularizers", identifier, "regularizer", aliases={"l1l2": "L1L2"}
    )


def serialize(regularizer: Regularizer) -> dict[str, Any]:
    """Returns the config of a regularizer.

    Args:
        regularizer: what to describe.

    Example:
        >>> serialize(L2(0.5))["config"]
        {'l2': 0.5}
    """
    return _objects.serialize(regularizer)


def deserialize(
    config: str | Mapping[str, Any],
    custom_objects: Mapping[str, object] | None = None,
) -> Regularizer:
    """Makes a regularizer from `serialize()`'s result or a name.

    Args:
        config: a config or a name.
        custom_objects: classes of one's own, by name.

    Raises:
        ConfigError: an unknown name, with the nearest.

    Example:
        >>> deserialize({"class_name": "L1", "config": {"l1": 0.5}}).l1
        0.5
    """
    return _lookup.deserialize_from("keras.regularizers", config, custom_objects)


l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

_registry.export("keras", {"Regularizer": Regularizer})
_registry.export("keras.regularizers", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
