"""What an exported model is given: names, shapes and types of its inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from saccade.core._errors import ConfigError, NotBuiltError, message
from saccade.layers._layer import is_shape, shapes_from_lists

if TYPE_CHECKING:
    from saccade.models import Model

BATCH = "batch"
Shape = tuple[int | None, ...]


@dataclasses.dataclass(frozen=True)
class Input:
    """One input.

    Args:
        name: as in the model.
        shape: with the batch axis; None where a size may be any.
        dtype: name of the type.
    """

    name: str
    shape: Shape
    dtype: str


@dataclasses.dataclass(frozen=True)
class Inputs:
    """All inputs, and how the model takes them.

    Args:
        inputs: in the order of the leaves of `nest`.
        nest: a tuple of the model's arguments: numbers of inputs in lists and dicts.
    """

    inputs: tuple[Input, ...]
    nest: tuple[Any, ...]

    def arguments(self, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """Returns what the model is called with, from one array for each input."""
        return jax.tree.map(lambda number: arrays[number], self.nest)

    @property
    def is_free(self) -> bool:
        """Whether any size may be chosen when the exported model runs."""
        return any(None in x.shape for x in self.inputs)

    def specs(self) -> list[jax.ShapeDtypeStruct]:
        """Returns shapes and types to trace with, the same symbol for each batch.

        Example:
            >>> x = Input("x", (None, 28, 28, 1), "float32")
            >>> Inputs((x,), (0,)).specs()[0].shape
            (batch, 28, 28, 1)
        """
        scope = jax.export.SymbolicScope()
        return [
            jax.ShapeDtypeStruct(
                jax.export.symbolic_shape(_symbols(x, number), scope=scope),
                jnp.dtype(x.dtype),
            )
            for number, x in enumerate(self.inputs)
        ]

    def examples(self) -> list[jax.ShapeDtypeStruct]:
        """Returns shapes and types with numbers in place of free sizes."""
        return [
            jax.ShapeDtypeStruct(
                tuple(96 if size is None else size for size in x.shape),
                jnp.dtype(x.dtype),
            )
            for x in self.inputs
        ]


def _symbols(x: Input, number: int) -> str:
    return ", ".join(
        str(size) if size is not None else f"size_{number}_{axis}" if axis else BATCH
        for axis, size in enumerate(x.shape)
    )


def find_inputs(model: Model, signature: Any, where: str) -> Inputs:
    """Finds out what a model takes.

    Args:
        model: any model.
        signature: shapes and types that replace what the model knows: `InputSpec`s,
            placeholders or arrays in lists and dicts; None for the model's own.
        where: the place, for messages.

    Raises:
        NotBuiltError: nothing is known about the inputs.
        ConfigError: a signature that does not fit.
    """
    known = _own_inputs(model)
    if signature is None:
        if known is None:
            raise NotBuiltError(
                message(
                    where,
                    "the shape of its inputs is not known yet",
                    "call it on data, or pass input_signature="
                    "[keras.InputSpec(shape=(None, 28, 28, 1), dtype='float32')]",
                )
            )
        return known
    if not isinstance(signature, (list, tuple)):
        signature = [signature]
    specs, tree = jax.tree.flatten(tuple(signature), is_leaf=_is_spec)
    usual: list[Input | None] = [None] * len(specs)
    names = [f"input_{i}" if i else "input" for i in range(len(specs))]
    nest = jax.tree.unflatten(tree, range(len(specs)))
    if known is not None:
        usual[:], nest = known.inputs, known.nest
        names = [x.name for x in known.inputs]
    if len(specs) != len(usual):
        raise ConfigError(
            message(
                where,
                f"`input_signature` has {len(specs)} entries for {len(usual)} inputs "
                f"({', '.join(names)})",
            )
        )
    return Inputs(
        tuple(
            _from_spec(spec, name, own, where)
            for spec, name, own in zip(specs, names, usual, strict=True)
        ),
        nest,
    )


def _is_spec(x: object) -> bool:
    return hasattr(x, "shape")


def _from_spec(spec: Any, name: str, own: Input | None, where: str) -> Input:
    shape = getattr(spec, "shape", None)
    if shape is None or not is_shape(tuple(shape)):
        raise ConfigError(
            message(
                where,
                f"`input_signature` must hold shapes, got {spec!r}",
                "keras.InputSpec(shape=(None, 28, 28, 1), dtype='float32')",
            )
        )
    dtype = getattr(spec, "dtype", None) or (own.dtype if own else "float32")
    if own is not None and (
        len(shape) != len(own.shape)
        or any(
            a is not None and a != b
            for a, b in zip(own.shape[1:], shape[1:], strict=True)
        )
    ):
        raise ConfigError(
            message(
                where,
                f"the input {name!r} has the shape {own.shape}, `input_signature` says "
                f"{tuple(shape)}",
            )
        )
    # Of the batch, arrays say how many rows they happen to have.
    first = None if isinstance(spec, jax.Array) or not shape else shape[0]
    found = (first, *shape[1:]) if len(shape) else ()
    return Input(
        name if own else getattr(spec, "name", None) or name,
        found,
        jnp.dtype(dtype).name,
    )


def _names(model: Model) -> list[str]:
    if isinstance(model.input, Mapping):
        return model.input_names
    histories = [tensor._keras_history for tensor in model.inputs]
    return [history.operation.name for history in histories if history is not None]


def _own_inputs(model: Model) -> Inputs | None:
    if model._graph is not None or getattr(model, "_chain", None):
        names = _names(model)
        found = tuple(
            Input(name, tensor.shape, tensor.dtype)
            for name, tensor in zip(names, model.inputs, strict=True)
        )
        if len(found) == 1 and not isinstance(model.input, Mapping):
            return Inputs(found, (0,))
        tree = jax.tree.structure(model.input)
        return Inputs(found, (jax.tree.unflatten(tree, range(len(found))),))
    shapes = model._build_shapes
    if not model.built or shapes is None:
        return None
    shapes = shapes_from_lists(shapes)
    leaves, tree = jax.tree.flatten(shapes, is_leaf=is_shape)
    return Inputs(
        tuple(
            Input(f"input_{i}" if i else "input", (None, *shape[1:]), "float32")
            for i, shape in enumerate(leaves)
        ),
        (jax.tree.unflatten(tree, range(len(leaves))),),
    )
