"""Nests of lists, tuples and dicts, as `keras.tree` walks through them.

Dicts go in the order of their sorted keys; None is a leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from saccade.core import _refused, _registry
from saccade.core._errors import ConfigError, message

Nest = Any


def _is_none(x: object) -> bool:
    return x is None


def is_nested(structure: Nest) -> bool:
    """Says whether something is a list, tuple or dict.

    Args:
        structure: anything.

    Example:
        >>> is_nested([1]), is_nested(1)
        (True, False)
    """
    return isinstance(structure, (list, tuple, dict))


def flatten(structure: Nest) -> list[Any]:
    """The leaves of a nest.

    Args:
        structure: anything.

    Example:
        >>> flatten({"b": [1, 2], "a": None})
        [None, 1, 2]
    """
    return jax.tree.leaves(structure, is_leaf=_is_none)


def flatten_with_path(structure: Nest) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves of a nest, each with the keys and numbers that lead to it.

    Args:
        structure: anything.

    Example:
        >>> flatten_with_path({"b": [1, 2], "a": 3})
        [(('a',), 3), (('b', 0), 1), (('b', 1), 2)]
    """
    found, _ = jax.tree_util.tree_flatten_with_path(structure, is_leaf=_is_none)
    return [(tuple(_plain(step) for step in path), leaf) for path, leaf in found]


def _plain(step: Any) -> Any:
    for name in ("key", "idx", "name"):
        if hasattr(step, name):
            return getattr(step, name)
    return step


def map_structure(
    func: Callable[..., Any], *structures: Nest, none_is_leaf: bool = True
) -> Nest:
    """Calls a function on each leaf.

    Args:
        func: gets one leaf of each nest.
        *structures: nests of one structure.
        none_is_leaf: whether `func` gets None as well; else it stays.

    Raises:
        ConfigError: no nest, or the structures differ.

    Example:
        >>> map_structure(lambda a, b: a + b, {"x": 1}, {"x": 2})
        {'x': 3}
    """
    if not structures:
        raise ConfigError(message("tree.map_structure", "give one nest at least"))
    leaf = _is_none if none_is_leaf else None
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return jax.tree.map(func, *structures, is_leaf=leaf)


def assert_same_structure(a: Nest, b: Nest, check_types: bool | None = None) -> None:
    """Raises if two nests are built otherwise.

    Args:
        a: a nest.
        b: another.
        check_types: kept for Keras; types are always compared.

    Raises:
        ConfigError: they differ.

    Example:
        >>> assert_same_structure([1, (2, 3)], [4, (5, 6)])
    """
    one = jax.tree.structure(a, is_leaf=_is_none)
    other = jax.tree.structure(b, is_leaf=_is_none)
    if one != other:
        raise ConfigError(
            message(
                "tree",
                f"the nests are built otherwise: expected a {type(a).__name__}, {one}, "
                f"got a {type(b).__name__}, {other}",
            )
        )


def pack_sequence_as(structure: Nest, flat_sequence: Sequence[Any]) -> Nest:
    """Puts leaves into a nest.

    Args:
        structure: the nest whose form counts.
        flat_sequence: as many leaves.

    Raises:
        ConfigError: another number of leaves.

    Example:
        >>> pack_sequence_as({"a": 0, "b": [0]}, [1, 2])
        {'a': 1, 'b': [2]}
    """
    form = jax.tree.structure(structure, is_leaf=_is_none)
    if len(flat_sequence) != form.num_leaves:
        raise ConfigError(
            message(
                "tree.pack_sequence_as",
                f"expected {form.num_leaves} leaves, got {len(flat_sequence)}",
            )
        )
    return jax.tree.unflatten(form, flat_sequence)


__all__ = [
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "map_structure",
    "pack_sequence_as",
]

_registry.export("keras.tree", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
