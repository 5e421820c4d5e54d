"""The words of this package: an array, a nested structure of them, a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import jax
import numpy as np

from saccade.core import _settings

Array: TypeAlias = np.ndarray | jax.Array
Nested: TypeAlias = (
    list["Tree | None"] | tuple["Tree | None", ...] | dict[str, "Tree | None"]
)
Tree: TypeAlias = Array | Nested
Batch: TypeAlias = tuple[Tree, Tree | None, Tree | None]
ClassWeight: TypeAlias = Mapping[int, float]


def named_leaves(tree: Tree | None, name: str) -> list[tuple[str, Array]]:
    """Returns the arrays of a structure with the names that a user would give them.

    Args:
        tree: the structure; None has no arrays.
        name: what the whole is called.

    Example:
        >>> names = named_leaves({"a": [np.zeros(1), np.ones(1)]}, "x")
        >>> [name for name, _ in names]
        ["x['a'][0]", "x['a'][1]"]
    """
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return [(name + jax.tree_util.keystr(path), leaf) for path, leaf in leaves]


def float_type() -> np.dtype:
    """Returns the global float type, which data of any float type are given.

    Example:
        >>> float_type()
        dtype('float32')
    """
    # NumPy learns the name 'bfloat16' from the package that JAX brings.
    return np.dtype(jax.numpy.dtype(_settings.floatx()))
