"""The graph between placeholders: which calls, in which order, and running them.

A graph is fixed when it is made. What a model is besides its graph must not go here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax

from saccade import tree
from saccade.core._errors import ConfigError, message
from saccade.core._symbolic import (
    History,
    KerasTensor,
    Node,
    Operation,
    node_of,
)
from saccade.layers import InputLayer
from saccade.models._entrance import Entrance, dotted, layer_of


class Graph:
    """What lies between placeholders.

    Args:
        inputs: where data enter: a placeholder, or a list, tuple or dict of them.
        outputs: what is computed, in the same form.
        where: the model, for messages.

    Raises:
        ArgumentTypeError: something that is no placeholder.
        ConfigError: an output that needs an input which is not given, or two
            operations of one name.
    """

    def __init__(self, inputs: Any, outputs: Any, where: str) -> None:
        self.where = where
        _check_placeholders(inputs, "inputs", where)
        _check_placeholders(outputs, "outputs", where)
        if any(not _is_input(tensor) for tensor in jax.tree.leaves(inputs)):
            inputs, outputs = _with_new_inputs(inputs, outputs, where)
        self.input_struct = inputs
        self.output_struct = outputs
        self._entrance = Entrance(inputs, where)
        self.inputs = self._entrance.tensors
        self.outputs: list[KerasTensor] = jax.tree.leaves(outputs)
        if len({id(tensor) for tensor in self.inputs}) < len(self.inputs):
            raise ConfigError(
                message(where, "an input is given twice", "give each `Input` once")
            )
        nodes, visited = _calls_before(outputs, self.inputs, where)
        self.nodes, self.operations = _in_depth_order(nodes, visited, self.inputs)
        self.steps = [node for node in self.nodes if not node.is_input]
        _check_names(self.operations, where)

    # Names --------------------------------------------------------------------------

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, in the order of `inputs`."""
        return self._entrance.names

    @property
    def output_names(self) -> list[str]:
        """The names of what makes the outputs."""
        return [layer_of(tensor).name for tensor in self.outputs]

    @property
    def output_titles(self) -> list[str]:
        """What the outputs are called in logs: by keys of dicts, else by layers."""
        return jax.tree.leaves(_titles(self.output_struct))

    # Running ------------------------------------------------------------------------

    def run(self, inputs: Sequence[Any]) -> Any:
        """Computes the outputs for arrays in the order of `inputs`."""
        return self._walk(inputs, lambda node: node.operation)  # type: ignore[return-value]

    def spec(self, inputs: Sequence[KerasTensor]) -> Any:
        """Returns placeholders of the outputs for other ones of the inputs."""
        return self._walk(inputs, lambda node: node.operation.compute_output_spec)  # type: ignore[attr-defined]

    def _walk(
        self, inputs: Sequence[Any], work: Callable[[Node], Callable[..., Any]]
    ) -> Any:
        values: dict[int, Any] = {
            id(tensor): value for tensor, value in zip(self.inputs, inputs, strict=True)
        }
        for node in self.steps:
            args, kwargs = node.filled(values)
            returned = work(node)(*args, **kwargs)
            leaves = jax.tree.leaves(returned, is_leaf=lambda x: x is None)
            for tensor, value in zip(node.outputs, leaves, strict=True):
                values[id(tensor)] = value
        return mapped(self.output_struct, lambda tensor: values[id(tensor)])

    # What is given ------------------------------------------------------------------

    def arranged(self, given: Any, where: str | None = None) -> list[Any]:
        """Puts data in the order of the inputs; see `Entrance.arranged`."""
        return self._entrance.arranged(given, where)

    def fitted(self, given: Any, where: str | None = None) -> list[Any]:
        """Arranges arrays and gives them type and rank; see `Entrance.fitted`."""
        return self._entrance.fitted(given, where)

    def nested(self, arrays: Sequence[Any]) -> Any:
        """Puts arrays in the order of the inputs into the form of the inputs."""
        return jax.tree.unflatten(jax.tree.structure(self.input_struct), arrays)

    def check_shapes(self, shapes: Sequence[Any], where: str | None = None) -> None:
        """Raises if arrays of these shapes cannot be the inputs."""
        self._entrance.check_shapes(shapes, where)


def mapped(nest: Any, function: Callable[[KerasTensor], Any]) -> Any:
    """Replaces the placeholders of a nest; dicts keep their order, which JAX sorts.

    Example:
        >>> mapped({"b": KerasTensor((2,)), "a": KerasTensor((3,))}, lambda t: t.shape)
        {'b': (2,), 'a': (3,)}
    """
    if isinstance(nest, Mapping):
        return {key: mapped(part, function) for key, part in nest.items()}
    if isinstance(nest, (list, tuple)):
        parts = [mapped(part, function) for part in nest]
        if hasattr(nest, "_fields"):
            return type(nest)(*parts)
        return tuple(parts) if isinstance(nest, tuple) else parts
    return function(nest)


def _titles(nest: Any, key: Any = None) -> Any:
    if isinstance(nest, Mapping):
        return {key: _titles(part, key) for key, part in nest.items()}
    if isinstance(nest, (list, tuple)):
        return list(map(_titles, nest))
    return layer_of(nest).name if key is None else str(key)


def history_of(tensor: KerasTensor) -> History:
    """Returns where a placeholder of a graph comes from."""
    history = tensor._keras_history
    assert history is not None
    return history


def _is_input(tensor: KerasTensor) -> bool:
    return tensor._keras_history is not None and isinstance(
        layer_of(tensor), InputLayer
    )


def _check_placeholders(nest: Any, what: str, where: str) -> None:
    leaves = jax.tree.leaves(nest)
    for leaf in leaves:
        if not isinstance(leaf, KerasTensor):
            raise ConfigError(
                message(
                    where,
                    f"`{what}` must be placeholders, got {leaf!r}",
                    "start from x = Input(shape), call layers on it, and give what "
                    "they return",
                )
            )
    if not leaves:
        raise ConfigError(message(where, f"`{what}` is empty: {nest!r}"))


def _with_new_inputs(inputs: Any, outputs: Any, where: str) -> tuple[Any, Any]:
    """Lets a model start in the middle of a graph: with inputs of its own there."""
    flat_inputs = jax.tree.leaves(inputs)
    new: dict[int, KerasTensor] = {}
    for tensor in flat_inputs:
        if _is_input(tensor):
            new[id(tensor)] = tensor
        else:
            layer = InputLayer(
                batch_shape=tensor.shape, dtype=tensor.dtype, name=f"{tensor.name}CLONE"
            )
            new[id(tensor)] = layer.output
    nodes, _ = _calls_before(outputs, flat_inputs, where)
    for node in nodes:  # every call comes after those it depends on
        if node.is_input or any(id(tensor) in new for tensor in node.outputs):
            for tensor in node.outputs:
                new.setdefault(id(tensor), tensor)
            continue
        if not any(new[id(t)] is not t for t in node.inputs):
            new.update({id(tensor): tensor for tensor in node.outputs})
            continue
        args, kwargs = node.filled(new)
        returned = jax.tree.map(lambda t: KerasTensor(t.shape, t.dtype), node.returned)
        copy = Node(node.operation, args, kwargs, returned)
        new.update(
            (id(old), fresh)
            for old, fresh in zip(node.outputs, copy.outputs, strict=True)
        )
    return (
        jax.tree.map(lambda t: new[id(t)], inputs),
        jax.tree.map(lambda t: new[id(t)], outputs),
    )


def _calls_before(
    outputs: Any, inputs: Sequence[KerasTensor], where: str
) -> tuple[list[Node], list[Operation]]:
    """The calls that outputs depend on, each after those it depends on itself.

    Returns:
        The calls, and the operations in the order in which they were met.

    Raises:
        ConfigError: an output depends on an input that is not given, or on itself.
    """
    sources = {id(tensor) for tensor in inputs}
    done: dict[int, Node] = {}
    open_calls: set[int] = set()
    met: dict[int, Operation] = {}

    def enter(tensor: KerasTensor) -> tuple[Node, Iterator[KerasTensor]] | None:
        node = node_of(tensor)
        if node is None or (node.is_input and id(tensor) not in sources):
            raise _not_connected(tensor, inputs, where, path)
        if id(node) in done:
            return None
        if id(node) in open_calls:
            raise ConfigError(
                message(where, f"the graph has a cycle at {node.operation.name!r}")
            )
        met.setdefault(id(node.operation), node.operation)
        open_calls.add(id(node))
        below = () if id(tensor) in sources else node.inputs
        return node, iter(below)

    for path, output in tree.flatten_with_path(outputs):  # noqa: B007 - enter reads it
        first = enter(output)
        stack = [] if first is None else [first]
        while stack:  # a loop, since graphs may be deeper than Python's stack
            node, remaining = stack[-1]
            tensor = next(remaining, None)
            if tensor is None:
                stack.pop()
                open_calls.discard(id(node))
                done[id(node)] = node
            elif (found := enter(tensor)) is not None:
                stack.append(found)
    return list(done.values()), list(met.values())


def _not_connected(
    tensor: KerasTensor, inputs: Sequence[KerasTensor], where: str, path: Sequence[Any]
) -> ConfigError:
    name = tensor.name if tensor._keras_history is None else layer_of(tensor).name
    given = ", ".join(
        repr(t.name if t._keras_history is None else layer_of(t).name) for t in inputs
    )
    title = f"Output with path `{dotted(path)}`" if path else "the output"
    return ConfigError(
        message(
            where,
            f"{title} is not connected to `inputs` ({given}): it depends on the input "
            f"{name!r} of shape {tensor.shape}",
            f"add it: Model([..., {name}], outputs)",
        )
    )


def _in_depth_order(
    nodes: Sequence[Node], met: Sequence[Operation], inputs: Sequence[KerasTensor]
) -> tuple[list[Node], list[Operation]]:
    """Orders calls and operations by their distance from the outputs, as Keras does."""
    order = {id(operation): number for number, operation in enumerate(met)}
    operations = {id(operation): operation for operation in met}
    known = {id(node) for node in nodes}
    depth: dict[int, int] = {}
    operation_depth: dict[int, int] = {}
    for node in reversed(nodes):
        key = id(node.operation)
        own = max(depth.get(id(node), 0), operation_depth.get(key, 0))
        depth[id(node)] = operation_depth[key] = own
        for parent in node.parent_nodes:
            if id(parent) in known:
                depth[id(parent)] = max(depth.get(id(parent), 0), own + 1)
    unused: list[Node] = []
    for tensor in inputs:
        operation = layer_of(tensor)
        if id(operation) not in operation_depth:
            operation_depth[id(operation)] = 0
            operations[id(operation)] = operation
            order[id(operation)] = -1
            unused.append(operation._inbound_nodes[0])
    ordered = sorted(
        operations.values(), key=lambda op: (-operation_depth[id(op)], order[id(op)])
    )
    # `nodes` holds each call after those it depends on, which is what running needs.
    return [*unused, *nodes], ordered


def _check_names(operations: Sequence[Operation], where: str) -> None:
    counts = Counter(operation.name for operation in operations)
    name, count = counts.most_common(1)[0]
    if count > 1:
        raise ConfigError(
            message(
                where,
                f"the name {name!r} is used {count} times; all operation names should "
                "be unique",
                "give each layer a `name` of its own",
            )
        )
