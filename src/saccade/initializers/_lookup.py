"""Initializers by name, by config, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from saccade.core._errors import ShapeError, message
from saccade.core._variable import Variable
from saccade.saving import _lookup, _objects

from ._initializer import Initializer, to_device

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_NAMESPACE = "keras.initializers"
_ALIASES = {
    "normal": "RandomNormal",
    "one": "Ones",
    "uniform": "RandomUniform",
    "zero": "Zeros",
}


def get(identifier: object) -> Any:
    """Returns the initializer that a name, a config, an array or a callable is.

    Args:
        identifier: 'he_normal', a config, a class, a function of (shape, dtype), an
            array of first values, or None.

    Raises:
        ConfigError: an unknown name, with the nearest, or something not callable.

    Example:
        >>> type(get("he_normal")).__name__, get(None)
        ('HeNormal', None)
    """
    if isinstance(identifier, (jax.Array, np.ndarray, np.generic, Variable)):
        return _from_array(np.asarray(identifier))
    return _lookup.get_from(_NAMESPACE, identifier, "initializer", aliases=_ALIASES)


def _from_array(values: np.ndarray) -> Callable[..., jax.Array]:
    def given_values(shape: Sequence[int], dtype: DTypeLike | None = None) -> jax.Array:
        if tuple(shape) != values.shape:
            raise ShapeError(
                message(
                    "initializer",
                    f"Expected `shape` to be {values.shape}, that of the array given, "
                    f"but the weight has shape {tuple(shape)}",
                )
            )
        return to_device(values, dtype)

    return given_values


def serialize(initializer: Initializer) -> dict[str, Any]:
    """Returns the config of an initializer.

    Args:
        initializer: what to describe.

    Example:
        >>> from saccade.initializers import Constant
        >>> serialize(Constant(2.0))["config"]
        {'value': 2.0}
    """
    return _objects.serialize(initializer)


def deserialize(
    config: str | Mapping[str, Any],
    custom_objects: Mapping[str, object] | None = None,
) -> Initializer:
    """Makes an initializer from `serialize()`'s result or a name.

    Args:
        config: a config or a name.
        custom_objects: classes of one's own, by name.

    Raises:
        ConfigError: an unknown name, with the nearest.

    Example:
        >>> deserialize({"class_name": "Constant", "config": {"value": 2.0}}).value
        2.0
    """
    return _lookup.deserialize_from(
        _NAMESPACE, config, custom_objects, aliases=_ALIASES
    )
