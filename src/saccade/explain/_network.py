"""A model as a diagram: its layers, what they are joined to, and their weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import jax
import numpy as np

from saccade.core._errors import NotBuiltError, message
from saccade.core._symbolic import KerasTensor, Operation
from saccade.layers import Layer
from saccade.models import Model
from saccade.models._functional import connections
from saccade.models._summary import _outputs

from ._numbers import words
from ._steps import Steps

_WHERE = "layers"
# A network is drawn neuron by neuron up to these sizes.
_WIDEST, _DEEPEST = 12, 8


@dataclasses.dataclass(frozen=True, eq=False)
class LayerBlock:
    """One layer of a diagram.

    Args:
        name: the layer's name.
        kind: its class.
        shape: of its output without the batch axis; None where it is not known.
        parameters: how many numbers it has learned or will learn.
        activation: name of its activation; '' for none.
        weights: its arrays by name.
        inputs: names of the layers it gets its input from.
        depth: layers between it and the input, at most.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...] | None
    parameters: int
    activation: str
    weights: dict[str, np.ndarray]
    inputs: tuple[str, ...]
    depth: int

    @property
    def shape_text(self) -> str:
        """The shape as text.

        Example:
            >>> LayerBlock("a", "Dense", (None, 3), 0, "", {}, (), 0).shape_text
            '? × 3'
        """
        if self.shape is None:
            return "?"
        return " × ".join("?" if n is None else str(n) for n in self.shape)


@dataclasses.dataclass(frozen=True, eq=False)
class LayerDiagram(Steps):
    """All layers of a model.

    Args:
        name: the model's name.
        blocks: the layers in the order they are run, inputs first.
        parameters: how many numbers the model has.
    """

    name: str
    blocks: tuple[LayerBlock, ...]
    parameters: int

    @property
    def small(self) -> bool:
        """Whether it is a chain of few neurons, which can be drawn one by one."""
        dense = [block for block in self.blocks if block.kind == "Dense"]
        chain = all(len(block.inputs) <= 1 for block in self.blocks)
        plain = all(
            block.shape is not None
            and len(block.shape) == 1
            and (block.shape[0] or _WIDEST + 1) <= _WIDEST
            for block in self.blocks
        )
        known = all(
            block.kind in ("Dense", "InputLayer", "Flatten", "Activation", "ReLU",
                           "Dropout", "Softmax")
            for block in self.blocks
        )  # fmt: skip
        return chain and plain and known and 0 < len(dense) <= _DEEPEST

    def lines(self) -> list[str]:
        """Returns a line for each layer for the screen."""
        width = max(len(f"{b.kind} {b.name}") for b in self.blocks)
        lines = []
        for block in self.blocks:
            after = f"  {block.activation}" if block.activation else ""
            lines.append(
                f"{block.kind + ' ' + block.name:<{width}}  {block.shape_text:<16}"
                f"{words(block.parameters):>12} parameters{after}"
            )
        return [*lines, f"{self.name}: {words(self.parameters)} parameters"]


def layers(model: Model) -> LayerDiagram:
    """Returns a model as a diagram: layers, shapes, parameters, weights, links.

    `draw` shows a small network of dense layers as neurons with links in the colour
    and width of their weights, any other as blocks.

    Args:
        model: a built model.

    Raises:
        NotBuiltError: it has no weights yet.

    Differs from Keras: `keras.utils.plot_model` draws boxes only, with other programs.

    Example:
        >>> from saccade import Input, Sequential, layers as parts
        >>> model = Sequential([Input((2,)), parts.Dense(3, "tanh"), parts.Dense(1)])
        >>> found = layers(model)
        >>> found.parameters, found.small, found.blocks[1].shape
        (13, True, (3,))
    """
    if not model.built or not model.layers:
        raise NotBuiltError(
            message(
                _WHERE,
                f"model {model.name!r} is not built, so its layers have no shapes and "
                "no weights yet",
                "give it an `Input(shape)`, or call fit or build first",
            )
        )
    graph = model._graph
    parts: Sequence[Operation] = model.operations if graph is not None else model.layers
    blocks: list[LayerBlock] = []
    if graph is None:
        shape = _plain_shape(model.input_shape) if _has_chain(model) else None
        blocks.append(LayerBlock("input", "InputLayer", shape, 0, "", {}, (), 0))
    for part in parts:
        if graph is None:
            sources = [blocks[-1].name]
        else:
            sources = [text.partition("[")[0] for text in connections(graph, part)]
        depths = [block.depth for block in blocks if block.name in sources]
        depth = max(depths) + 1 if depths else 0
        blocks.append(_block(part, tuple(dict.fromkeys(sources)), depth))
    return LayerDiagram(model.name, tuple(blocks), model.count_params())


def _block(part: Operation, sources: tuple[str, ...], depth: int) -> LayerBlock:
    layer = part if isinstance(part, Layer) else None
    weights = {} if layer is None else _weights(layer)
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", "") if function is not None else ""
    outputs = _outputs(part)
    if isinstance(outputs, KerasTensor):
        shape = _plain_shape(outputs.shape)
    else:
        leaves = jax.tree.leaves(outputs)
        shape = _plain_shape(leaves[0].shape) if leaves else None
    return LayerBlock(
        name=part.name,
        kind=type(part).__name__,
        shape=shape,
        parameters=sum(array.size for array in weights.values()),
        activation="" if name == "linear" else name,
        weights=weights,
        inputs=sources,
        depth=depth,
    )


def _weights(layer: Layer) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for weight in layer.weights:
        name = weight.name
        while name in found:  # layers inside layers may use a name twice
            name += "'"
        found[name] = np.asarray(weight)
    return found


def _has_chain(model: Model) -> bool:
    return bool(getattr(model, "_chain", None))


def _plain_shape(shape: object) -> tuple[int | None, ...] | None:
    if not isinstance(shape, tuple):
        return None
    return tuple(shape[1:])
