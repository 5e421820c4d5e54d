"""What a graph is given: data put in the order of its inputs and checked.

How the graph is run must not go here.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from saccade import tree
from saccade.core._errors import ConfigError, DataWarning, ShapeError, message
from saccade.core._symbolic import KerasTensor, Operation, Shape

# Programs look for these words, to catch the error or to silence the warning.
_OTHER_FORM = "The structure of `inputs` doesn't match the expected structure"


class Entrance:
    """The inputs of a graph.

    Args:
        struct: the placeholders of the inputs, in a nest.
        where: the model, for messages.
    """

    def __init__(self, struct: Any, where: str) -> None:
        self.struct = struct
        self.where = where
        found = tree.flatten_with_path(struct)
        self.tensors: list[KerasTensor] = [tensor for _, tensor in found]
        self.paths = [path for path, _ in found]

    @property
    def names(self) -> list[str]:
        """The keys of a dict of inputs, else the names of their layers, in order."""
        if isinstance(self.struct, Mapping) and self._is_flat():
            return [path[0] for path in self.paths]
        return [layer_of(tensor).name for tensor in self.tensors]

    def arranged(self, given: Any, where: str | None = None) -> list[Any]:
        """Puts data in the order of the inputs: by name from a dict, else as given.

        Args:
            given: an array, a list or a dict.
            where: the place, for messages.

        Raises:
            ConfigError: a name is missing, or a list where the order of names in the
                dict of inputs is not the one in which lists are read.
            ShapeError: too few or too many.
        """
        where = where or self.where
        if _is_like(given, self.struct):
            return [_part(given, path) for path in self.paths]
        if isinstance(given, Mapping):
            return self._by_name(given, where)
        leaves = jax.tree.leaves(given, is_leaf=lambda x: x is None)
        if len(leaves) != len(self.tensors):
            raise ShapeError(self._wrong_number(len(leaves), where))
        if isinstance(self.struct, Mapping):
            self._take_list_for_dict(leaves, where)
        return leaves

    def fitted(self, given: Any, where: str | None = None) -> list[Any]:
        """Arranges arrays, checks their shapes, and gives them type and rank.

        Raises:
            ConfigError, ShapeError: a missing input, or one that does not fit.
        """
        arrays = self.arranged(given, where)
        self.check_shapes([getattr(a, "shape", None) for a in arrays], where)
        return [
            _as_input(array, tensor)
            for array, tensor in zip(arrays, self.tensors, strict=True)
        ]

    def check_shapes(self, shapes: Sequence[Any], where: str | None = None) -> None:
        """Raises if arrays of these shapes cannot be the inputs.

        Raises:
            ConfigError: an input is missing that must be there.
            ShapeError: with the input's name and both shapes.
        """
        where = where or self.where
        for shape, tensor, path in zip(shapes, self.tensors, self.paths, strict=True):
            name = layer_of(tensor).name
            if shape is None and not _is_optional(tensor):
                raise ConfigError(
                    message(
                        where,
                        f"the input {name!r} is not optional, got None",
                        "give an array, or make it with Input(..., optional=True)",
                    )
                )
            if shape is not None and not fits(shape, tensor.shape):
                raise ShapeError(
                    message(
                        where,
                        f"the input with name {name!r} at the path {dotted(path)!r}: "
                        f"expected shape={tensor.shape}, found shape={tuple(shape)}",
                        f"give data of shape (n, "
                        f"{', '.join(map(str, tensor.shape[1:]))})",
                    )
                )

    def _is_flat(self) -> bool:
        return all(len(path) <= 1 for path in self.paths)

    def _by_name(self, given: Mapping[str, Any], where: str) -> list[Any]:
        names = self.names
        if len(names) == 1 and names[0] not in given and len(given) == 1:
            return list(given.values())
        missing = self._missing(names, given)
        if missing and not isinstance(self.struct, Mapping):
            by_tensor = [tensor.name for tensor in self.tensors]
            if all(name in given for name in by_tensor):
                names, missing = by_tensor, []
        if isinstance(self.struct, Mapping) and not self._is_flat():
            raise ConfigError(
                message(
                    where,
                    f"{_OTHER_FORM}; there are {', '.join(map(repr, given))}",
                    f"give a nest like {self._form()}",
                )
            )
        if missing:
            raise ConfigError(
                message(
                    where,
                    f"the input {missing[0]!r} is missing; there are "
                    f"{', '.join(map(repr, given))}",
                    f"give a dict with the keys {', '.join(map(repr, names))}",
                )
            )
        extra = [name for name in given if name not in names]
        if extra and _is_data(given):
            listed = ", ".join(map(repr, extra))
            self._warn(f"there are more inputs than it takes: {listed}", where)
        return [given.get(name) for name in names]

    def _missing(self, names: Sequence[str], given: Mapping[str, Any]) -> list[str]:
        return [
            name
            for name, tensor in zip(names, self.tensors, strict=True)
            if name not in given and not _is_optional(tensor)
        ]

    def _take_list_for_dict(self, leaves: Sequence[Any], where: str) -> None:
        """A list is read in the order of sorted names; which may not be meant."""
        if list(self.struct) != sorted(self.struct):
            raise ConfigError(
                message(
                    where,
                    f"{_OTHER_FORM}: it is the dict {self._form()}, and a list does "
                    "not say which array is which",
                    f"give a dict with the keys {', '.join(map(repr, self.struct))}",
                )
            )
        if _is_data(leaves):
            self._warn(f"it is the dict {self._form()}, got a list", where)

    def _warn(self, problem: str, where: str) -> None:
        text = message(_OTHER_FORM, f"{where}: {problem}")
        warnings.warn(text, DataWarning, stacklevel=2)

    def _wrong_number(self, count: int, where: str) -> str:
        names = self.names
        if isinstance(self.struct, Mapping):
            keys = ", ".join(map(repr, self.struct))
            wanted = f"named input(s) with keys {keys}"
        else:
            plural = "" if len(names) == 1 else "s"
            wanted = f"{len(names)} input{plural} ({', '.join(names)})"
        return message(
            where,
            f"expects {wanted}, got {count}",
            "give a list with one array for each, or a dict by name",
        )

    def _form(self) -> str:
        return str(jax.tree.map(lambda tensor: layer_of(tensor).name, self.struct))


def fitted_shape(shape: Sequence[Any], expected: Shape) -> tuple[Any, ...]:
    """Returns a shape with a last axis of size 1 added or taken off, if that fits.

    Keras takes (n, 28, 28) for (None, 28, 28, 1), and the reverse.

    Example:
        >>> fitted_shape((5, 28, 28), (None, 28, 28, 1))
        (5, 28, 28, 1)
    """
    shape = tuple(shape)
    if expected and len(shape) == len(expected) - 1 and expected[-1] == 1:
        return (*shape, 1)
    if shape and len(shape) == len(expected) + 1 and shape[-1] == 1:
        return shape[:-1]
    return shape


def fits(shape: Sequence[Any], expected: Shape) -> bool:
    """Says whether data of a shape can be an input; None is any size.

    Example:
        >>> fits((5, 28, 28), (None, 28, 28, 1)), fits((5, 3), (None, 4))
        (True, False)
    """
    got = fitted_shape(shape, expected)
    return len(got) == len(expected) and all(
        want is None or size is None or want == size
        for want, size in zip(expected, got, strict=True)
    )


def layer_of(tensor: KerasTensor) -> Operation:
    """Returns the layer or operation that made a placeholder of a graph."""
    history = tensor._keras_history
    assert history is not None
    return history.operation


def dotted(path: Sequence[Any]) -> str:
    """Returns keys and numbers that lead into a nest as one word.

    Example:
        >>> dotted((0, "picture"))
        '0.picture'
    """
    return ".".join(map(str, path))


def _is_optional(tensor: KerasTensor) -> bool:
    return getattr(layer_of(tensor), "optional", False)


def _is_like(given: Any, struct: Any) -> bool:
    """Whether nests have one form; lists and tuples are the same here."""
    if isinstance(struct, Mapping):
        return (
            isinstance(given, Mapping)
            and set(given) == set(struct)
            and all(_is_like(given[key], part) for key, part in struct.items())
        )
    if isinstance(struct, (list, tuple)):
        return (
            isinstance(given, (list, tuple))
            and len(given) == len(struct)
            and all(map(_is_like, given, struct))
        )
    return not isinstance(given, (list, tuple, Mapping))


def _part(nest: Any, path: Sequence[Any]) -> Any:
    for step in path:
        # The path of a named tuple has names, and a list may stand in for it.
        nest = getattr(nest, step) if hasattr(nest, "_fields") else nest[step]
    return nest


def _is_data(given: Any) -> bool:
    """Whether these are arrays: what is traced was data before, and warned of."""
    kinds = (KerasTensor, Tracer, jax.ShapeDtypeStruct)
    return not any(isinstance(leaf, kinds) for leaf in jax.tree.leaves(given))


def _as_input(array: Any, tensor: KerasTensor) -> Any:
    if array is None:
        return None
    array = jnp.asarray(array, tensor.dtype)
    shape = fitted_shape(array.shape, tensor.shape)
    return array if shape == array.shape else array.reshape(shape)
