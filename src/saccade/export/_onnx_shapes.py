"""The table from JAX's operations to ONNX': shapes, parts and places."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from ._onnx_file import type_number
from ._onnx_graph import Graph, Shape, Value, constant, is_known
from ._onnx_rules import Call, rule, without_axes


def _is_one(size: object) -> bool:
    return is_known(size) and size == 1


def _same(a: object, b: object) -> bool:
    return bool(a == b)


@rule("broadcast_in_dim")
def _broadcast(graph: Graph, call: Call, values: list[Value]) -> Value:
    value, places = values[0], call.params["broadcast_dimensions"]
    stretched = [
        axis
        for axis in value.order
        if _is_one(value.shape[axis]) and not _is_one(call.shape[places[axis]])
    ]
    value = _squeezed(graph, value, stretched)
    return dataclasses.replace(
        value, shape=call.shape, order=tuple(places[axis] for axis in value.order)
    )


def _squeezed(graph: Graph, value: Value, axes: Sequence[int]) -> Value:
    """Takes axes of length 1 out of what is stored, not out of the shape."""
    axes = [axis for axis in axes if axis in value.order]
    if not axes:
        return value
    order = tuple(axis for axis in value.order if axis not in axes)
    places = tuple(value.order.index(axis) for axis in axes)
    if value.array is not None:
        array = np.squeeze(value.array, places)
        return dataclasses.replace(value, order=order, array=array)
    name = graph.node("Squeeze", value.name, graph.ints(sorted(places)))
    return dataclasses.replace(value, order=order, name=name)


@rule("squeeze")
def _squeeze(graph: Graph, call: Call, values: list[Value]) -> Value:
    axes = [axis % len(values[0].shape) for axis in call.params["dimensions"]]
    value = _squeezed(graph, values[0], axes)
    return dataclasses.replace(value, shape=call.shape, order=without_axes(value, axes))


@rule("reshape")
def _reshape(graph: Graph, call: Call, values: list[Value]) -> Value:
    (value,) = values
    old = [axis for axis, size in enumerate(value.shape) if not _is_one(size)]
    new = [axis for axis, size in enumerate(call.shape) if not _is_one(size)]
    if len(old) == len(new) and all(
        _same(value.shape[a], call.shape[b]) for a, b in zip(old, new, strict=True)
    ):
        # Only axes of length 1 come and go: these need not be stored.
        ones = [axis for axis in value.order if axis not in old]
        value = _squeezed(graph, value, ones)
        renamed = dict(zip(old, new, strict=True))
        order = tuple(renamed[axis] for axis in value.order)
        return dataclasses.replace(value, shape=call.shape, order=order)
    return graph.reshaped(graph.plain(value), call.shape)


@rule("transpose")
def _transpose(graph: Graph, call: Call, values: list[Value]) -> Value:
    (value,) = values
    turn = list(call.params["permutation"])
    order = tuple(turn.index(axis) for axis in value.order)
    return dataclasses.replace(value, shape=call.shape, order=order)


@rule("iota")
def _iota(graph: Graph, call: Call, values: list[Value]) -> Value:
    axis = call.params["dimension"]
    length = call.shape[axis]
    if is_known(length):
        numbers = np.arange(length).astype(call.dtype)
        return Value(call.shape, call.dtype, (axis,), "", numbers)
    zero, one = (graph.weight(np.asarray(n, np.int64)) for n in (0, 1))
    stop = graph.node("Squeeze", graph.size(length), graph.ints([0]))
    name = graph.node("Range", zero, stop, one)
    name = graph.node("Cast", name, to=type_number(call.dtype))
    return Value(call.shape, call.dtype, (axis,), name)


@rule("dim_as_value")
def _dim_as_value(graph: Graph, call: Call, values: list[Value]) -> Value:
    name = graph.node("Squeeze", graph.size(call.params["dim"]), graph.ints([0]))
    name = graph.node("Cast", name, to=type_number(call.dtype))
    return Value((), call.dtype, (), name)


@rule("slice")
def _slice(graph: Graph, call: Call, values: list[Value]) -> Value:
    (value,) = values
    steps = call.params["strides"] or (1,) * len(value.shape)
    return graph.cut(
        value,
        call.params["start_indices"],
        call.params["limit_indices"],
        steps,
        call.shape,
    )


@rule("rev")
def _reverse(graph: Graph, call: Call, values: list[Value]) -> Value:
    (value,) = values
    axes = [axis for axis in call.params["dimensions"] if axis in value.order]
    if not axes:
        return value
    name = graph.node(
        "Slice",
        graph.tensor(value),
        graph.ints([-1] * len(axes)),
        graph.ints([np.iinfo(np.int64).min] * len(axes)),
        graph.ints(value.order.index(axis) for axis in axes),
        graph.ints([-1] * len(axes)),
    )
    return Value(call.shape, call.dtype, value.order, name)


@rule("concatenate")
def _concatenate(graph: Graph, call: Call, values: list[Value]) -> Value:
    return _concatenated(graph, call, values, call.params["dimension"])


def _concatenated(graph: Graph, call: Call, values: list[Value], axis: int) -> Value:
    first = max(values, key=lambda v: (not v.is_constant, len(v.order)))
    order = graph.completed(first)
    parts = [graph.tensor(graph.arranged(value, order)) for value in values]
    name = graph.node("Concat", *parts, axis=order.index(axis))
    return Value(call.shape, call.dtype, order, name)


@rule("split")
def _split(graph: Graph, call: Call, values: list[Value]) -> list[Value]:
    axis, sizes = call.params["axis"], call.params["sizes"]
    value = graph.whole(values[0])
    names = graph.nodes_of(
        "Split",
        [graph.tensor(value), graph.ints(sizes)],
        len(sizes),
        axis=value.order.index(axis),
    )
    return [
        Value(shape, call.dtype, value.order, name)
        for shape, name in zip(call.shapes, names, strict=True)
    ]


@rule("pad")
def _pad(graph: Graph, call: Call, values: list[Value]) -> Value:
    value, filling = values
    sides = [tuple(side) for side in call.params["padding_config"]]
    if any(inner for _, _, inner in sides):
        raise graph.unsupported("'pad' between numbers")
    if filling.array is None:
        raise graph.unsupported("'pad' with a number that is computed")
    value = graph.whole(value)
    around = [(low, high) for low, high, _ in sides]
    return padded(graph, value, around, float(filling.array), call.shape)


def padded(
    graph: Graph,
    value: Value,
    around: Sequence[tuple[int, int]],
    filling: float,
    shape: Shape,
) -> Value:
    """Puts numbers around an array; negative widths cut off.

    Args:
        graph: the graph.
        value: all of whose axes are stored.
        around: before and after each axis.
        filling: what is put there.
        shape: of the result.
    """
    if not any(low or high for low, high in around):
        return dataclasses.replace(value, shape=shape)
    if any(low < 0 or high < 0 for low, high in around):
        starts = [max(0, -low) for low, _ in around]
        stops = [
            size + min(0, high)
            for size, (_, high) in zip(value.shape, around, strict=True)
        ]
        left = tuple(
            size - max(0, -low) + min(0, high)
            for size, (low, high) in zip(value.shape, around, strict=True)
        )
        value = graph.cut(value, starts, stops, [1] * len(starts), left)
        around = [(max(0, low), max(0, high)) for low, high in around]
        return padded(graph, value, around, filling, shape)
    widths = [around[axis][0] for axis in value.order]
    widths += [around[axis][1] for axis in value.order]
    name = graph.node(
        "Pad",
        graph.tensor(value),
        graph.ints(widths),
        graph.number(filling, value.dtype),
        mode="constant",
    )
    return Value(shape, value.dtype, value.order, name)


@rule("dynamic_slice")
def _dynamic_slice(graph: Graph, call: Call, values: list[Value]) -> Value:
    value, *places = values
    value = graph.plain(value)
    sizes = call.params["slice_sizes"]
    if not all(map(is_known, (*value.shape, *sizes))):
        free = [
            axis
            for axis, size in enumerate(value.shape)
            if not _same(size, sizes[axis])
        ]
    else:
        free = [a for a, size in enumerate(value.shape) if size != sizes[a]]
    if not free:
        return value
    if not all(is_known(value.shape[axis]) for axis in free):
        raise graph.unsupported("'dynamic_slice' along an axis of any length")
    starts = graph.node(
        "Concat", *(_index(graph, places[axis]) for axis in free), axis=0
    )
    last = graph.ints(value.shape[axis] - sizes[axis] for axis in free)
    zeros = graph.ints([0] * len(free))
    starts = graph.node("Min", graph.node("Max", starts, zeros), last)
    stops = graph.node("Add", starts, graph.ints(sizes[axis] for axis in free))
    name = graph.node("Slice", graph.tensor(value), starts, stops, graph.ints(free))
    return Value(call.shape, call.dtype, value.order, name)


def _index(graph: Graph, place: Value) -> str:
    """A place, stored as (1,) whole number."""
    if place.array is not None:
        return graph.ints([int(place.array)])
    long = graph.node("Cast", graph.tensor(place), to=type_number("int64"))
    return graph.node("Unsqueeze", long, graph.ints([0]))


@rule("stack")
def _stack(graph: Graph, call: Call, values: list[Value]) -> Value:
    axis = call.params["axis"]
    parts = []
    for value in values:
        places = [place + (place >= axis) for place in range(len(value.shape))]
        wide = dataclasses.replace(
            value,
            shape=(*value.shape[:axis], 1, *value.shape[axis:]),
            order=tuple(places[place] for place in value.order),
        )
        parts.append(wide)
    return _concatenated(graph, call, parts, axis)


@rule("unstack")
def _unstack(graph: Graph, call: Call, values: list[Value]) -> list[Value]:
    axis = call.params["axis"]
    value = graph.whole(values[0])
    names = graph.nodes_of(
        "Split",
        [graph.tensor(value), graph.ints([1] * len(call.shapes))],
        len(call.shapes),
        axis=value.order.index(axis),
    )
    order = without_axes(value, [axis])
    place = graph.ints([value.order.index(axis)])
    return [
        Value(shape, call.dtype, order, graph.node("Squeeze", name, place))
        for shape, name in zip(call.shapes, names, strict=True)
    ]


@rule("tile")
def _tile(graph: Graph, call: Call, values: list[Value]) -> Value:
    value, times = values[0], call.params["reps"]
    missing = [axis for axis, n in enumerate(times) if not _is_one(n)]
    value = graph.arranged(value, sorted({*value.order, *missing}))
    name = graph.node(
        "Tile", graph.tensor(value), graph.sizes(tuple(times[a] for a in value.order))
    )
    return Value(call.shape, call.dtype, value.order, name)


@rule("gather")
def _gather(graph: Graph, call: Call, values: list[Value]) -> Value:
    value, places = values
    numbers, sizes = call.params["dimension_numbers"], call.params["slice_sizes"]
    found, gone = list(numbers.start_index_map), numbers.collapsed_slice_dims
    if numbers.operand_batching_dims:
        return _gather_elements(graph, call, values)
    starts = {axis: 0 for axis in range(len(value.shape)) if axis not in found}
    starts.update(_constant_starts(places, found, value.shape, sizes))
    value = _window(graph, value, starts, sizes)
    moving = [axis for axis in found if axis not in starts]
    if any(axis not in gone for axis in moving):
        raise graph.unsupported("a form of indexing ('gather')")
    # Taken out of the array: the axes that are indexed, and those of length 1.
    value = _squeezed(graph, value, [axis for axis in gone if axis in starts])
    offsets = list(numbers.offset_dims)
    rest = [axis for axis in range(len(value.shape)) if axis not in gone]
    renamed = dict(zip(rest, offsets, strict=True))
    batch = [axis for axis in range(len(call.shape)) if axis not in offsets]
    if not moving:
        order = tuple(renamed[axis] for axis in value.order)
        return dataclasses.replace(value, shape=call.shape, order=order)
    kept = [axis for axis in value.order if axis not in gone]
    turned = graph.tensor(graph.arranged(value, [*moving, *kept]))
    index = _indices(graph, call, places, [found.index(axis) for axis in moving], value)
    if len(moving) == 1:
        index = graph.node("Squeeze", index, graph.ints([len(places.shape) - 1]))
        name = graph.node("Gather", turned, index, axis=0)
    else:
        name = graph.node("GatherND", turned, index)
    order = (*batch, *(renamed[axis] for axis in kept))
    return Value(call.shape, call.dtype, order, name)


def _constant_starts(
    places: Value, found: Sequence[int], shape: Shape, sizes: Sequence[int]
) -> dict[int, int]:
    """Where a slice starts, for the axes in which all slices start at one place."""
    if places.array is None:
        return {}
    axis = len(places.shape) - 1
    if axis not in places.order:  # all axes start at the same place
        columns = [places.array] * len(found)
    else:
        columns = list(np.moveaxis(places.array, places.order.index(axis), 0))
    starts = {}
    for number, column in zip(found, columns, strict=True):
        if column.size and np.all(column == column.flat[0]):
            last = shape[number] - sizes[number]
            start = int(column.flat[0])
            starts[number] = min(max(start, 0), last) if is_known(last) else start
    return starts


def _window(
    graph: Graph, value: Value, starts: dict[int, int], sizes: Sequence[int]
) -> Value:
    """Cuts a window out of an array, along the axes whose start is known."""
    shape, begin, end = list(value.shape), [0] * len(value.shape), list(value.shape)
    for axis, start in starts.items():
        if not _same(sizes[axis], value.shape[axis]):
            begin[axis], end[axis] = start, start + sizes[axis]
            shape[axis] = sizes[axis]
    return graph.cut(value, begin, end, [1] * len(shape), tuple(shape))


def _indices(
    graph: Graph, call: Call, places: Value, columns: Sequence[int], value: Value
) -> str:
    """Returns the tensor of the places along some of the axes, whole and inside."""
    places = graph.plain(places)
    axis = len(places.shape) - 1
    if list(columns) != list(range(places.shape[axis])):
        name = graph.node(
            "Gather", graph.tensor(places), graph.ints(columns), axis=axis
        )
    else:
        name = graph.tensor(places)
    index = graph.node("Cast", name, to=type_number("int64"))
    if "CLIP" in str(call.params["mode"]).upper():
        found = call.params["dimension_numbers"].start_index_map
        last = graph.ints(value.shape[found[column]] - 1 for column in columns)
        index = graph.node("Max", index, graph.ints([0] * len(columns)))
        index = graph.node("Min", index, last)
    return index


def _gather_elements(graph: Graph, call: Call, values: list[Value]) -> Value:
    """`take_along_axis`: one place for each number of the result."""
    value, places = map(graph.plain, values)
    numbers = call.params["dimension_numbers"]
    (axis, *others) = numbers.start_index_map
    if (
        others
        or numbers.offset_dims
        or numbers.operand_batching_dims != numbers.start_indices_batching_dims
        or len(places.shape) != len(value.shape) + 1
    ):
        raise graph.unsupported("a form of indexing ('gather')")
    index = graph.node("Squeeze", graph.tensor(places), graph.ints([len(value.shape)]))
    name = graph.node("GatherElements", graph.tensor(value), index, axis=axis)
    return Value(call.shape, call.dtype, value.order, name)


def folded(graph: Graph, call: Call, values: list[Value]) -> list[Value] | None:
    """Computes an operation on constants at once; None where that is not possible.

    Args:
        graph: the graph.
        call: the operation.
        values: constants.
    """
    if not all(is_known(size) for shape in call.shapes for size in shape):
        return None
    arrays = [graph.plain(value).array for value in values]
    if any(array is None for array in arrays):
        return None
    result = call.compute(*arrays)
    results = result if isinstance(result, (list, tuple)) else [result]
    return [constant(array) for array in results]
