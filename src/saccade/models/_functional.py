"""Functional: a model made of the graph between placeholders, and its config."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import jax

from saccade.core import _registry
from saccade.core._errors import ConfigError, message
from saccade.core._symbolic import KerasTensor, Operation
from saccade.models._graph import Graph, history_of, mapped
from saccade.models._model import Model
from saccade.saving import deserialize_keras_object, serialize_keras_object
from saccade.saving._older_configs import modern_graph


class Functional(Model):
    """A model made of the graph between placeholders: `Model(inputs, outputs)`.

    Args:
        inputs: where data enter: what `Input(...)` returned, or a list or dict of it.
        outputs: what is computed from them, in the same form.
        name: its name; None for 'functional' and a number.
        **kwargs: what `Layer` takes.

    Raises:
        ConfigError: something that is no placeholder, an output that depends on an
            input that is not given, or two layers of one name.

    Example:
        >>> from saccade import Input, Model, layers
        >>> x = Input((4,))
        >>> y = layers.Dense(2)(x)
        >>> Model(x, [y, y + 1.0]).output_shape
        [(None, 2), (None, 2)]
    """


def model_config(model: Model) -> dict[str, Any]:
    """Returns the layers of a model and how they are connected, in Keras' form."""
    graph = model._graph
    assert graph is not None
    return {"name": model.name, "trainable": model.trainable, **_graph_config(graph)}


def model_from_graph(
    cls: type[Model],
    config: Mapping[str, Any],
    custom_objects: Mapping[str, Any] | None,
) -> Model:
    """Makes a model from `model_config()`, with fresh weights.

    Raises:
        ConfigError: calls that refer to layers that are not there, or in a circle.
    """
    inputs, outputs = _read_graph(config, custom_objects)
    known = ("name", "trainable", "layers", "input_layers", "output_layers")
    # What a subclass added to its config goes back to its constructor.
    more = {key: value for key, value in config.items() if key not in known}
    model = cls(inputs=inputs, outputs=outputs, name=config.get("name"), **more)
    if not config.get("trainable", True):
        # Not the setter: the layers' own configs say whether they are trained.
        model._trainable = False
    return model


def _graph_config(graph: Graph) -> dict[str, Any]:
    """Returns a graph as plain values: each operation with its calls."""
    numbers = _call_numbers(graph)
    layers = []
    for operation in graph.operations:
        entry = serialize_keras_object(operation)
        calls = [
            {
                "args": _plain_calls(node.args, numbers),
                "kwargs": _plain_calls(node.kwargs, numbers),
            }
            for node in operation._inbound_nodes
            if id(node) in numbers and not node.is_input
        ]
        layers.append({**entry, "name": operation.name, "inbound_nodes": calls})

    def places(tree: Any) -> Any:
        return mapped(tree, place)

    def place(tensor: KerasTensor) -> list[Any]:
        name, call, number = _place(tensor, numbers)
        return [name, call + _shift(history_of(tensor).operation), number]

    return {
        "layers": layers,
        "input_layers": places(graph.input_struct),
        "output_layers": places(graph.output_struct),
    }


def _call_numbers(graph: Graph) -> dict[int, int]:
    """Numbers the calls of each operation that belong to this graph."""
    mine = {id(node) for node in graph.nodes}
    numbers: dict[int, int] = {}
    for operation in graph.operations:
        own = [node for node in operation._inbound_nodes if id(node) in mine]
        numbers.update({id(node): number for number, node in enumerate(own)})
    return numbers


def _place(tensor: KerasTensor, numbers: Mapping[int, int]) -> list[Any]:
    operation, index, number = history_of(tensor)
    return [operation.name, numbers[id(operation._inbound_nodes[index])], number]


def _shift(operation: Operation) -> int:
    """What Keras adds to the number of a call of a model in a model, at the ends."""
    return int(getattr(operation, "_graph", None) is not None)


def _plain_calls(arguments: Any, numbers: Mapping[int, int]) -> Any:
    """Arguments of a call with references in place of placeholders."""

    def plain(value: Any) -> Any:
        if not isinstance(value, KerasTensor):
            return serialize_keras_object(value)
        config = {
            "shape": value.shape,
            "dtype": value.dtype,
            "keras_history": _place(value, numbers),
        }
        return {"class_name": "__keras_tensor__", "config": config}

    return jax.tree.map(plain, arguments)


def _read_graph(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None
) -> tuple[Any, Any]:
    made: dict[str, Operation] = {}
    waiting: list[tuple[Operation, Any]] = []
    config = modern_graph(config)
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        plain = {k: v for k, v in entry.items() if k not in ("name", "inbound_nodes")}
        operation = deserialize_keras_object(plain, custom_objects=custom_objects)
        if name in made:
            raise ConfigError(message("from_config", f"two layers are named {name!r}"))
        made[name] = operation
        waiting += [(operation, call) for call in entry.get("inbound_nodes") or ()]
    _make_calls(made, waiting)

    def find(tree: Any) -> Any:
        if _is_place(tree):
            name, call, number = tree
            return _tensor(made, (name, call - _shift_of(made, name), number))
        if isinstance(tree, Mapping):
            return {key: find(part) for key, part in tree.items()}
        parts = [find(part) for part in tree]
        return tuple(parts) if isinstance(tree, tuple) else parts

    return find(config["input_layers"]), find(config["output_layers"])


def _shift_of(made: Mapping[str, Operation], name: str) -> int:
    return _shift(made[name]) if name in made else 0


def _make_calls(
    made: Mapping[str, Operation], waiting: Sequence[tuple[Operation, Any]]
) -> None:
    """Makes each call as soon as what it needs is there, in each layer's order."""
    calls = list(waiting)
    while calls:
        later: list[tuple[Operation, Any]] = []
        blocked: set[int] = set()
        for operation, call in calls:
            args, kwargs = list(call["args"]), dict(call.get("kwargs") or {})
            needed = [_place_of(leaf) for leaf in _references((args, kwargs))]
            ready = all(_is_ready(made, place, operation) for place in needed)
            if not ready or id(operation) in blocked:
                blocked.add(id(operation))
                later.append((operation, call))
                continue
            _make_call(made, operation, args, kwargs)
        if len(later) == len(calls):
            names = ", ".join(repr(operation.name) for operation, _ in later[:3])
            raise ConfigError(
                message(
                    "from_config",
                    f"the calls of {names} wait for each other: they make a "
                    "loop, or a call is missing",
                )
            )
        calls = later


def _make_call(
    made: Mapping[str, Operation], operation: Operation, args: Any, kwargs: Any
) -> None:
    def value(part: Any) -> Any:
        if _is_reference(part):
            return _tensor(made, _place_of(part))
        if isinstance(part, (list, tuple)):
            return [value(item) for item in part]
        if isinstance(part, Mapping) and "class_name" not in part:
            return {key: value(item) for key, item in part.items()}
        return deserialize_keras_object(part)

    operation(*map(value, args), **value(kwargs))  # type: ignore[operator]


def _is_reference(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("class_name") == "__keras_tensor__"


def _references(tree: Any) -> list[Any]:
    leaves = jax.tree.leaves(tree, is_leaf=_is_reference)
    return [leaf for leaf in leaves if _is_reference(leaf)]


def _place_of(reference: Mapping[str, Any]) -> Sequence[Any]:
    return reference["config"]["keras_history"]


def _is_place(tree: Any) -> bool:
    return (
        isinstance(tree, (list, tuple))
        and len(tree) == 3
        and isinstance(tree[0], str)
        and all(isinstance(number, int) for number in tree[1:])
    )


def _is_ready(
    made: Mapping[str, Operation], place: Sequence[Any], user: Operation
) -> bool:
    name, call, _ = place
    if name not in made:
        raise ConfigError(
            message(
                "from_config",
                f"Missing node: {name}, on whose output {user.name!r} is called, is "
                "none of the layers",
            )
        )
    return call < len(made[name]._inbound_nodes)


def _tensor(made: Mapping[str, Operation], place: Sequence[Any]) -> KerasTensor:
    name, call, number = place
    if name not in made or call >= len(made[name]._inbound_nodes):
        raise ConfigError(
            message("from_config", f"there is no call {call} of a layer {name!r}")
        )
    outputs = made[name]._inbound_nodes[call].outputs
    if number >= len(outputs):
        raise ConfigError(
            message("from_config", f"{name!r} has no output number {number}")
        )
    return outputs[number]


def connections(graph: Graph, operation: Operation) -> list[str]:
    """Returns what an operation is connected to, as the summary shows it."""
    mine = {id(node) for node in graph.nodes}
    found: list[str] = []
    for node in operation._inbound_nodes:
        if id(node) not in mine:
            continue
        for tensor in node.inputs:
            maker, call, number = history_of(tensor)
            found.append(f"{maker.name}[{call}][{number}]")
    return found


def is_chain(graph: Graph) -> bool:
    """Says whether each operation is called once, on what the one before returned."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        return False
    calls: Counter[int] = Counter()
    uses: Counter[int] = Counter()
    for node in graph.nodes:
        calls[id(node.operation)] += 1
        if len(node.inputs) > 1 or len(node.outputs) > 1:
            return False
        uses.update(id(tensor) for tensor in node.inputs)
    return max(calls.values(), default=0) <= 1 and max(uses.values(), default=0) <= 1


Model._graph_class = Functional
Model._write_graph = staticmethod(model_config)
Model._read_graph = staticmethod(model_from_graph)
_registry.export("keras.src.models.functional", {"Functional": Functional})
_registry.export("keras.models", {"Functional": Functional})
_registry.export("keras.src.engine.functional", {"Functional": Functional})
