"""get_source_inputs: where a graph begins."""

from __future__ import annotations

from typing import Any

from saccade.core._symbolic import KerasTensor, node_of


def get_source_inputs(tensor: KerasTensor) -> Any:
    """Returns the placeholders of inputs that another one is computed from.

    Args:
        tensor: a placeholder; anything else is returned as it is.

    Example:
        >>> from saccade import Input, layers
        >>> a, b = Input((2,), name="a"), Input((2,), name="b")
        >>> [x.name for x in get_source_inputs(layers.Add()([a, layers.ReLU()(b)]))]
        ['a', 'b']
    """
    if not isinstance(tensor, KerasTensor):
        return tensor
    found: list[KerasTensor] = []
    seen: set[int] = set()
    waiting = [tensor]
    while waiting:  # a loop, since graphs may be deeper than Python's stack
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        node = node_of(current)
        if node is None:
            found.append(current)
        elif node.is_input:
            new = [t for t in node.outputs if all(t is not known for known in found)]
            found.extend(new)
        else:
            waiting.extend(reversed(node.inputs))
    return found
