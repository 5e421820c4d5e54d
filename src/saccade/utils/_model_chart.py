"""The boxes and arrows of a model, which `plot_model` draws."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax

from saccade.core._errors import NotBuiltError, message
from saccade.core._symbolic import KerasTensor, Operation, node_of
from saccade.layers import InputLayer, Layer

if TYPE_CHECKING:
    from saccade.models import Model
    from saccade.models._graph import Graph


@dataclasses.dataclass(frozen=True)
class Shown:
    """What is written into the boxes.

    Args:
        shapes: shapes of inputs and outputs.
        dtype: the type of the output.
        names: the names of layers.
        activations: the activation functions.
        trainable: whether training changes the weights.
        nested: whether models inside are opened.
    """

    shapes: bool = False
    dtype: bool = False
    names: bool = True
    activations: bool = False
    trainable: bool = False
    nested: bool = False


@dataclasses.dataclass(frozen=True)
class Box:
    """A layer or operation.

    Args:
        name: its name.
        kind: the name of its class.
        title: the first line.
        lines: those below.
        trained: whether training changes its weights; None if it has none, or if
            that is not to be shown.
        inside: what is in a model.
    """

    name: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    trained: bool | None = None
    inside: Chart | None = None


@dataclasses.dataclass(frozen=True)
class Arrow:
    """From one box to another.

    Args:
        start: the number of the box.
        stop: the same.
        output: the number of the output that is handed on.
        input: the number of the input that takes it.
    """

    start: int
    stop: int
    output: int = 0
    input: int = 0


@dataclasses.dataclass(frozen=True)
class Chart:
    """A model.

    Args:
        boxes: each after those it depends on.
        arrows: between them.
        inputs: numbers of the boxes where data enter.
        outputs: numbers of the boxes that give the outputs.
    """

    boxes: list[Box]
    arrows: list[Arrow]
    inputs: list[int]
    outputs: list[int]


def chart_of(model: Model, shown: Shown, where: str) -> Chart:
    """Finds the boxes and arrows of a model.

    Args:
        model: the model, built.
        shown: what is written into the boxes.
        where: the caller, for messages.

    Raises:
        NotBuiltError: the model does not know its shapes yet.
    """
    if not model.built:
        raise NotBuiltError(
            message(
                where,
                f"the model {model.name!r} is not built yet, so nothing is known about "
                "its layers",
                "give it an `Input(shape)`, or call it on data once",
            )
        )
    return _chart(model, shown)


def _chart(model: Model, shown: Shown) -> Chart:
    if model._graph is not None:
        return _graph_chart(model, shown)
    chain = getattr(model, "_chain", None)
    if chain:
        parts = list(model._sublayers())
        boxes = [
            _box(part, shown, *_chain_tensors(chain, parts, part)) for part in parts
        ]
        arrows = [Arrow(i, i + 1) for i in range(len(boxes) - 1)]
        return Chart(boxes, arrows, [0], [len(boxes) - 1])
    return Chart([_subclassed(model, shown)], [], [0], [0])


def _chain_tensors(
    chain: Sequence[Any], parts: Sequence[Layer], part: Layer
) -> tuple[Any, Any]:
    if isinstance(part, InputLayer):
        return (), chain[0]
    number = [p for p in parts if not isinstance(p, InputLayer)].index(part)
    return chain[number], chain[number + 1]


def _subclassed(model: Model, shown: Shown) -> Box:
    """A model whose `call` only Python knows: one box that lists its layers."""
    lines = tuple(
        f"{layer.name} ({type(layer).__name__})"
        if shown.names
        else type(layer).__name__
        for layer in model.layers
    )
    box = _box(model, dataclasses.replace(shown, nested=False), (), ())
    return dataclasses.replace(box, lines=(*box.lines, *lines))


def _graph_chart(model: Model, shown: Shown) -> Chart:
    graph = model._graph
    assert graph is not None
    operations = _each_after_its_sources(graph)
    number = {key: i for i, key in enumerate(operations)}
    first = {}
    arrows: list[Arrow] = []
    for node in graph.nodes:
        own = id(node.operation)
        first.setdefault(own, node)
        for place, tensor in enumerate(() if node.is_input else node.inputs):
            maker = node_of(tensor)
            if maker is None or id(maker.operation) not in number:
                continue
            output = [id(t) for t in maker.outputs].index(id(tensor))
            arrow = Arrow(number[id(maker.operation)], number[own], output, place)
            if arrow not in arrows:
                arrows.append(arrow)
    boxes = [
        _box(
            operation,
            shown,
            () if first[key].is_input else _plain(first[key].inputs),
            first[key].returned,
        )
        for key, operation in operations.items()
    ]
    return Chart(
        boxes,
        arrows,
        _makers(graph.inputs, number),
        _makers(graph.outputs, number),
    )


def _each_after_its_sources(graph: Graph) -> dict[int, Operation]:
    """The operations of a graph by id, each once and after all that it depends on.

    A layer that is called on its own result cannot stand so; it stands where it is
    called first.
    """
    found: dict[int, Operation] = {}
    waiting: dict[int, set[int]] = {}
    for node in graph.nodes:
        key = id(node.operation)
        found.setdefault(key, node.operation)
        sources = waiting.setdefault(key, set())
        if not node.is_input:
            sources.update(id(parent.operation) for parent in node.parent_nodes)
    ordered: dict[int, Operation] = {}
    while len(ordered) < len(found):
        left = [key for key in found if key not in ordered]
        ready = [key for key in left if not (waiting[key] & set(left)) - {key}] or left[
            :1
        ]
        ordered.update((key, found[key]) for key in ready)
    return ordered


def _plain(tensors: Sequence[KerasTensor]) -> Any:
    return tensors[0] if len(tensors) == 1 else list(tensors)


def _makers(tensors: Sequence[KerasTensor], number: Mapping[int, int]) -> list[int]:
    nodes = [node_of(tensor) for tensor in tensors]
    return [number[id(node.operation)] for node in nodes if node is not None]


def _box(part: Operation, shown: Shown, taken: Any, returned: Any) -> Box:
    kind = type(part).__name__
    inner = getattr(part, "layer", None)
    label = f"{kind}({type(inner).__name__})" if isinstance(inner, Layer) else kind
    lines = [*_activation(part)] if shown.activations else []
    if shown.shapes:
        lines += [f"Input: {shape}" for shape in _shapes(taken)]
        lines += [f"Output: {shape}" for shape in _shapes(returned)]
    if shown.dtype:
        lines += [f"Type: {name}" for name in _dtypes(part, returned)]
    trained = None
    if shown.trainable and isinstance(part, Layer) and part.weights:
        trained = part.trainable
    return Box(
        name=part.name,
        kind=kind,
        title=f"{part.name} ({label})" if shown.names else label,
        lines=tuple(lines),
        trained=trained,
        inside=_inside(part, shown),
    )


def _inside(part: Operation, shown: Shown) -> Chart | None:
    known = getattr(part, "_graph", None) or getattr(part, "_chain", None)
    if not shown.nested or not known:
        return None
    return _chart(part, shown)  # type: ignore[arg-type]  only models have these


def _activation(part: Operation) -> Iterator[str]:
    function = getattr(part, "activation", None)
    if function is not None:
        name = getattr(function, "__name__", None) or getattr(function, "name", None)
        yield f"Activation: {name or type(function).__name__}"


def _shapes(tensors: Any) -> list[str]:
    return [str(tuple(tensor.shape)) for tensor in jax.tree.leaves(tensors)]


def _dtypes(part: Operation, returned: Any) -> list[str]:
    found = sorted({str(tensor.dtype) for tensor in jax.tree.leaves(returned)})
    return found or [str(getattr(part, "compute_dtype", "?"))]
