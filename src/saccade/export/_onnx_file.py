"""The messages of an ONNX file, as bytes.

Numbers of fields are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np

from ._protobuf import block, blocks, real, whole

OPSET = 18
# The version of the form of files that came with this set of operators.
_FORM = 8
_TYPES = {
    "float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6,
    "int64": 7, "bool": 9, "uint32": 12, "uint64": 13,
}  # fmt: skip
# Runtimes have few operators for short floats, so they are computed as long ones.
_STORED = {"bfloat16": "float32", "float16": "float32"}

Attribute = int | float | str | Sequence[int]
Size = int | str | None


@dataclasses.dataclass
class Node:
    """One operation of a graph.

    Args:
        kind: the operator.
        inputs: names of tensors.
        outputs: names of tensors.
        attributes: by name.
        name: says where it comes from.
    """

    kind: str
    inputs: list[str]
    outputs: list[str]
    attributes: Mapping[str, Attribute]
    name: str

    def encode(self) -> bytes:
        """Returns the NodeProto."""
        return (
            blocks(1, self.inputs)
            + blocks(2, self.outputs)
            + block(3, self.name)
            + block(4, self.kind)
            + blocks(5, [_attribute(*pair) for pair in self.attributes.items()])
        )


def stored_dtype(dtype: np.dtype | str) -> np.dtype:
    """Returns the type in which a file holds numbers of a type.

    Example:
        >>> stored_dtype("bfloat16"), stored_dtype("uint8")
        (dtype('float32'), dtype('uint8'))
    """
    name = jnp.dtype(dtype).name
    return np.dtype(_STORED.get(name, name))


def type_number(dtype: np.dtype | str) -> int:
    """Returns ONNX' number of a type, 0 where it has none.

    Example:
        >>> type_number("float32"), type_number("bool")
        (1, 9)
    """
    return _TYPES.get(stored_dtype(dtype).name, 0)


def _attribute(name: str, value: Attribute) -> bytes:
    start = block(1, name)
    if isinstance(value, int):
        return start + whole(3, value) + whole(20, 2)
    if isinstance(value, float):
        return start + real(2, value) + whole(20, 1)
    if isinstance(value, str):
        return start + block(4, value) + whole(20, 3)
    ints = b"".join(whole(8, int(number)) for number in value)
    return start + ints + whole(20, 7)


def tensor(name: str, array: np.ndarray) -> bytes:
    """Returns the TensorProto of an array."""
    array = np.asarray(array, stored_dtype(array.dtype))
    dims = b"".join(whole(1, size) for size in array.shape)
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return (
        dims
        + whole(2, type_number(array.dtype))
        + block(8, name)
        + block(9, np.ascontiguousarray(little).tobytes())
    )


def value_info(name: str, dtype: np.dtype | str, shape: Sequence[Size]) -> bytes:
    """Returns the ValueInfoProto of an input or output."""
    sizes = [
        b"" if size is None else block(2, size) if isinstance(size, str) else
        whole(1, size)
        for size in shape
    ]  # fmt: skip
    kind = whole(1, type_number(dtype)) + block(2, blocks(1, sizes))
    return block(1, name) + block(2, block(1, kind))


def model(
    name: str,
    nodes: Sequence[Node],
    weights: Mapping[str, np.ndarray],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    producer: tuple[str, str],
) -> bytes:
    """Returns the ModelProto.

    Args:
        name: of the graph.
        nodes: each after those it needs.
        weights: arrays by the name of their tensor.
        inputs: what `value_info` returned for each.
        outputs: the same.
        producer: name and version of the program that writes.
    """
    graph = (
        blocks(1, [node.encode() for node in nodes])
        + block(2, name)
        + blocks(5, [tensor(*pair) for pair in weights.items()])
        + blocks(11, inputs)
        + blocks(12, outputs)
    )
    return (
        whole(1, _FORM)
        + block(2, producer[0])
        + block(3, producer[1])
        + block(7, graph)
        + block(8, block(1, "") + whole(2, OPSET))
    )
