"""What is done to an ONNX graph at the end: names of outputs, merging, leaving out."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ._onnx_file import Node
from ._onnx_graph import Graph


def tidied(
    graph: Graph, outputs: Mapping[str, str]
) -> tuple[list[Node], dict[str, np.ndarray]]:
    """Returns the nodes and constants that the outputs need.

    Args:
        graph: the graph.
        outputs: the tensor of each output, by the name it shall have.
    """
    nodes = [*graph.nodes]
    for name, tensor in outputs.items():
        nodes.append(Node("Identity", [tensor], [name], {}, f"{name}/Identity"))
    nodes = _needed(nodes, list(outputs))
    weights = dict(graph.weights)
    nodes = _needed(_with_softmax(nodes, weights), list(outputs))
    nodes = _without_scales(nodes, weights)
    nodes = _with_biases(nodes, weights)
    nodes = _named(nodes, set(outputs))
    nodes = _needed(nodes, list(outputs))
    used = {name for node in nodes for name in node.inputs}
    return nodes, {name: array for name, array in weights.items() if name in used}


def _needed(nodes: Sequence[Node], wanted: Sequence[str]) -> list[Node]:
    needed, kept = set(wanted), []
    for node in reversed(nodes):
        if needed & set(node.outputs):
            needed.update(node.inputs)
            kept.append(node)
    return kept[::-1]


def _uses(nodes: Sequence[Node]) -> Counter[str]:
    return Counter(name for node in nodes for name in node.inputs)


def _replaced(nodes: list[Node], merged: Mapping[str, Node]) -> list[Node]:
    """Puts merged nodes at the place of the later one, and takes out the earlier."""
    gone = {name for name, node in merged.items() if name not in node.outputs}
    return [
        merged.get(node.outputs[0], node)
        for node in nodes
        if node.outputs[0] not in gone
    ]


def _with_softmax(nodes: list[Node], weights: Mapping[str, np.ndarray]) -> list[Node]:
    """Gives exponentials that are divided by their sum their name.

    What is taken from the exponents before does not matter, if it is the same along
    the axis.
    """
    makers = {name: node for node in nodes for name in node.outputs}

    def made(name: str, kind: str) -> Node | None:
        node = makers.get(name)
        return node if node is not None and node.kind == kind else None

    def axis(node: Node | None) -> int | None:
        places = None if node is None else weights.get(node.inputs[1])
        return None if places is None or places.size != 1 else int(places[0])

    def softmax(node: Node) -> Node:
        if node.kind != "Div":
            return node
        power, wide = made(node.inputs[0], "Exp"), made(node.inputs[1], "Unsqueeze")
        if power is None or wide is None:
            return node
        total = made(wide.inputs[0], "ReduceSum")
        less = made(power.inputs[0], "Sub")
        if total is None or less is None or total.inputs[0] != power.outputs[0]:
            return node
        taken = made(less.inputs[1], "Unsqueeze")
        places = {axis(wide), axis(total), axis(taken)}
        if len(places) != 1 or None in places:
            return node
        (place,) = places
        assert place is not None
        return Node(
            "Softmax", [less.inputs[0]], node.outputs, {"axis": place}, node.name
        )

    return [softmax(node) for node in nodes]


def _with_biases(nodes: list[Node], weights: dict[str, np.ndarray]) -> list[Node]:
    """Makes the addition of one number per channel a part of the convolution."""
    makers = {node.outputs[0]: node for node in nodes}
    uses = _uses(nodes)
    merged: dict[str, Node] = {}
    for node in nodes:
        if node.kind != "Add":
            continue
        for tensor, bias in (node.inputs, node.inputs[::-1]):
            conv, array = makers.get(tensor), weights.get(bias)
            if (
                conv is None
                or array is None
                or conv.kind not in ("Conv", "ConvTranspose")
                or len(conv.inputs) != 2
                or uses[tensor] != 1
                or not _is_per_channel(array, conv)
                or tensor in merged
            ):
                continue
            flat = bias if uses[bias] == 1 else f"{bias}/flat"
            weights[flat] = array.reshape(-1)
            new = dataclasses.replace(
                conv, inputs=[*conv.inputs, flat], outputs=node.outputs
            )
            merged[tensor] = merged[node.outputs[0]] = new
            break
    return _replaced(nodes, merged)


def _is_per_channel(array: np.ndarray, conv: Node) -> bool:
    places = len(conv.attributes["kernel_shape"])  # type: ignore[arg-type]
    shape = array.shape[-places - 1 :]
    return array.ndim >= places + 1 and array.size == shape[0] and array.size > 1


def _without_scales(nodes: list[Node], weights: Mapping[str, np.ndarray]) -> list[Node]:
    """Takes out a product by a number whose result is divided by it at once."""
    makers = {node.outputs[0]: node for node in nodes}
    uses = _uses(nodes)
    merged: dict[str, Node] = {}
    for node in nodes:
        product = makers.get(node.inputs[0]) if node.kind == "Div" else None
        if product is None or product.kind != "Mul" or uses[node.inputs[0]] != 1:
            continue
        factor, divisor = (weights.get(n.inputs[1]) for n in (product, node))
        if factor is None or divisor is None or factor.size != 1 or divisor.size != 1:
            continue
        if float(factor.reshape(())) == float(divisor.reshape(())):
            new = Node("Identity", [product.inputs[0]], node.outputs, {}, node.name)
            merged[product.outputs[0]] = merged[node.outputs[0]] = new
    return _replaced(nodes, merged)


def _named(nodes: list[Node], outputs: set[str]) -> list[Node]:
    """Gives results the names of outputs, where that needs no copy."""
    makers = {name: node for node in nodes for name in node.outputs}
    names: dict[str, str] = {}
    kept: list[Node] = []
    for node in nodes:
        if node.kind == "Identity":
            source = names.get(node.inputs[0], node.inputs[0])
            target = node.outputs[0]
            if target not in outputs:
                names[target] = source
                continue
            if source in makers and source not in outputs:
                names[source] = target
                continue
        kept.append(node)

    def final(name: str) -> str:
        while name in names:
            name = names[name]
        return name

    return [
        dataclasses.replace(
            node,
            inputs=[final(name) for name in node.inputs],
            outputs=[final(name) for name in node.outputs],
        )
        for node in kept
    ]
