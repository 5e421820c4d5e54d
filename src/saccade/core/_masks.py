"""Masks of arrays: which steps of a sequence are real, as Keras hands them on.

A mask belongs to one array object and is never part of its value. Arrays and
placeholders keep it as an attribute, where programs written for Keras look for it;
tracers take no attributes, so a table stands beside them. The mask of real rows of a
batch is another thing: see `_scope.current_row_mask`.
"""

from __future__ import annotations

import weakref
from typing import Any

import jax
from jax.core import Tracer

_ATTRIBUTE = "_keras_mask"
_of_tracers: dict[int, Any] = {}
# Most programs have no masks, and looking one up takes time in every call of a layer.
_any_set = False


def get_mask(x: object) -> Any:
    """Returns the mask of an array or placeholder, None if it has none.

    Example:
        >>> import numpy as np
        >>> x = jax.numpy.ones((1, 2)); set_mask(x, np.array([[True, False]]))
        >>> get_mask(x)
        array([[ True, False]])
    """
    if not _any_set:
        return None
    if isinstance(x, Tracer):
        return _of_tracers.get(id(x))
    return getattr(x, _ATTRIBUTE, None)


def set_mask(x: object, mask: Any) -> None:
    """Gives an array or placeholder a mask; None takes it away.

    Example:
        >>> x = jax.numpy.ones((1, 2)); set_mask(x, None); get_mask(x) is None
        True
    """
    global _any_set
    if mask is None and get_mask(x) is None:
        return
    _any_set = True
    if isinstance(x, Tracer):
        if id(x) not in _of_tracers:
            weakref.finalize(x, _of_tracers.pop, id(x), None)
        _of_tracers[id(x)] = mask
    else:
        setattr(x, _ATTRIBUTE, mask)


def masks_of(nest: Any) -> Any:
    """Returns the masks of the arrays in a nest, in the form of the nest.

    Example:
        >>> masks_of([jax.numpy.ones(1), jax.numpy.ones(2)])
        [None, None]
    """
    return jax.tree.map(get_mask, nest)


def has_mask(nest: Any) -> bool:
    """Says whether any array in a nest has a mask.

    Example:
        >>> has_mask([jax.numpy.ones(1)])
        False
    """
    return _any_set and any(get_mask(x) is not None for x in jax.tree.leaves(nest))


def keep_mask(old: object, new: Any) -> Any:
    """Returns `new`, which is `old` in another type, with the mask of `old`.

    Example:
        >>> keep_mask(jax.numpy.ones(1), jax.numpy.zeros(1))
        Array([0.], dtype=float32)
    """
    if new is not old and get_mask(old) is not None:
        set_mask(new, get_mask(old))
    return new
