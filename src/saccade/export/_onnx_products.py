"""The table from JAX's operations to ONNX': products, convolutions and windows."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._onnx_graph import Graph, Value
from ._onnx_rules import Call, float32, rule
from ._onnx_shapes import padded


@rule("dot_general")
def _dot(graph: Graph, call: Call, values: list[Value]) -> Value:
    left, right = values
    (over_left, over_right), (batch_left, batch_right) = call.params[
        "dimension_numbers"
    ]
    free_left = _rest(left, over_left, batch_left)
    free_right = _rest(right, over_right, batch_right)
    shared = len(batch_left)
    if len(over_left) == 1 and len(free_right) == 1 and not shared:
        # A matrix on the right, which nearly all layers have; `left` stays as it is.
        order = [axis for axis in graph.completed(left) if axis not in over_left]
        first = graph.arranged(left, [*order, *over_left])
        second = graph.arranged(right, [*over_right, *free_right])
        stored = [free_left.index(axis) for axis in order] + [len(free_left)]
    elif len(over_left) == len(free_left) == len(free_right) == 1:
        first = graph.arranged(left, [*batch_left, *free_left, *over_left])
        second = graph.arranged(right, [*batch_right, *over_right, *free_right])
        stored = list(range(shared + 2))
    else:
        return _einsum(graph, call, values)
    name = graph.node("MatMul", float32(graph, first), float32(graph, second))
    return Value(call.shape, call.dtype, tuple(stored), name)


def _rest(value: Value, *used: Sequence[int]) -> list[int]:
    gone = {axis for axes in used for axis in axes}
    return [axis for axis in range(len(value.shape)) if axis not in gone]


def _einsum(graph: Graph, call: Call, values: list[Value]) -> Value:
    left, right = map(graph.whole, values)
    (over_left, over_right), (batch_left, batch_right) = call.params[
        "dimension_numbers"
    ]
    letters = iter(string.ascii_lowercase)
    first = {axis: next(letters) for axis in range(len(left.shape))}
    pairs = zip((*over_right, *batch_right), (*over_left, *batch_left), strict=True)
    second = {axis: first[other] for axis, other in pairs}
    free_right = [axis for axis in range(len(right.shape)) if axis not in second]
    second.update((axis, next(letters)) for axis in free_right)
    free_left = _rest(left, over_left, batch_left)
    result = [first[axis] for axis in (*batch_left, *free_left)]
    result += [second[axis] for axis in free_right]
    equation = "{},{}->{}".format(
        "".join(first[axis] for axis in left.order),
        "".join(second[axis] for axis in right.order),
        "".join(result),
    )
    name = graph.node(
        "Einsum", float32(graph, left), float32(graph, right), equation=equation
    )
    return Value(call.shape, call.dtype, tuple(range(len(call.shape))), name)


@rule("conv_general_dilated")
def _convolve(graph: Graph, call: Call, values: list[Value]) -> Value:
    params = call.params
    if params["batch_group_count"] != 1:
        raise graph.unsupported("a convolution in groups of the batch")
    axes = params["dimension_numbers"]
    x = graph.arranged(values[0], axes.lhs_spec)
    kernel = graph.arranged(values[1], axes.rhs_spec)
    spread, groups = tuple(params["lhs_dilation"]), params["feature_group_count"]
    dilation = tuple(params["rhs_dilation"])
    around = [tuple(side) for side in params["padding"]]
    if set(spread) == {1}:
        name = _forward(graph, x, kernel, around, params)
    elif set(params["window_strides"]) == {1}:
        name = _transposed(graph, x, kernel, around, spread, dilation, groups)
    else:
        raise graph.unsupported("a convolution with strides in and out")
    stored = tuple(axes.out_spec)
    if set(spread) != {1}:
        size = [kernel.shape[axis] for axis in kernel.order[2:]]
        pads = _inner_pads(around, size, dilation)
        return _fitted(graph, call, Value(call.shape, call.dtype, stored, name), pads)
    return Value(call.shape, call.dtype, stored, name)


def _forward(
    graph: Graph, x: Value, kernel: Value, around: list, params: Mapping[str, Any]
) -> str:
    if any(low < 0 or high < 0 for low, high in around):
        sides = [(0, 0)] * len(x.shape)
        for axis, (low, high) in zip(x.order[2:], around, strict=True):
            sides[axis] = (min(0, low), min(0, high))
        x = padded(graph, x, sides, 0.0, _after(x.shape, sides))
        around = [(max(0, low), max(0, high)) for low, high in around]
    return graph.node(
        "Conv",
        float32(graph, x),
        float32(graph, kernel),
        dilations=list(params["rhs_dilation"]),
        group=params["feature_group_count"],
        kernel_shape=[kernel.shape[axis] for axis in kernel.order[2:]],
        pads=[low for low, _ in around] + [high for _, high in around],
        strides=list(params["window_strides"]),
    )


def _after(shape: Sequence, sides: Sequence[tuple[int, int]]) -> tuple:
    return tuple(
        size + low + high for size, (low, high) in zip(shape, sides, strict=True)
    )


def _transposed(
    graph: Graph,
    x: Value,
    kernel: Value,
    around: list,
    strides: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> str:
    """A convolution of an input with zeros between is a transposed convolution."""
    if kernel.array is None:
        raise graph.unsupported("a transposed convolution whose kernel is computed")
    array = kernel.array  # (filters, channels / groups, ...), turned round
    array = np.flip(array, tuple(range(2, array.ndim)))
    filters, channels, *size = array.shape
    array = array.reshape(groups, filters // groups, channels, *size)
    array = array.swapaxes(1, 2).reshape(groups * channels, filters // groups, *size)
    pads = _inner_pads(around, size, dilation)
    return graph.node(
        "ConvTranspose",
        float32(graph, x),
        graph.weight(np.ascontiguousarray(array), kernel.name),
        dilations=list(dilation),
        group=groups,
        kernel_shape=size,
        pads=[max(0, low) for low, _ in pads] + [max(0, high) for _, high in pads],
        strides=list(strides),
    )


def _inner_pads(
    around: Sequence[tuple[int, int]], size: Sequence[int], dilation: Sequence[int]
) -> list[tuple[int, int]]:
    """What is cut off a transposed convolution; negative where zeros are added."""
    spans = [(k - 1) * d for k, d in zip(size, dilation, strict=True)]
    return [
        (span - low, span - high)
        for span, (low, high) in zip(spans, around, strict=True)
    ]


def _fitted(graph: Graph, call: Call, value: Value, pads: list) -> Value:
    """Adds the zeros that lie beyond what a transposed convolution reaches."""
    sides = [(0, 0)] * len(value.shape)
    for axis, (low, high) in zip(value.order[2:], pads, strict=True):
        sides[axis] = (max(0, -low), max(0, -high))
    before = tuple(
        size - low - high for size, (low, high) in zip(call.shape, sides, strict=True)
    )
    inner = Value(before, value.dtype, value.order, value.name)
    return padded(graph, inner, sides, 0.0, call.shape)


@rule("reduce_window_max", "reduce_window_min", "reduce_window_sum")
def _windows(graph: Graph, call: Call, values: list[Value]) -> Value:
    params = call.params
    if any(d != 1 for d in params["base_dilation"]):
        raise graph.unsupported("windows over an input with gaps")
    window, strides = params["window_dimensions"], params["window_strides"]
    sides, gaps = params["padding"], params["window_dilation"]
    value = graph.whole(values[0])
    idle = [
        axis
        for axis in value.order
        if window[axis] == strides[axis] == 1 and tuple(sides[axis]) == (0, 0)
    ]
    if len(idle) < 2:
        raise graph.unsupported("windows along the batch or the channels")
    # The batch and the channels stay; what is left are the places of the window.
    first = [min(idle), max(idle)]
    order = first + [axis for axis in range(len(window)) if axis not in first]
    value = graph.arranged(value, order)
    name = float32(graph, value)
    if call.kind == "reduce_window_min":
        name = graph.node("Neg", name)
    where = order[2:]
    shape = {
        "kernel_shape": [window[axis] for axis in where],
        "pads": [sides[axis][i] for i in (0, 1) for axis in where],
        "strides": [strides[axis] for axis in where],
    }
    if call.kind == "reduce_window_sum":
        name = _window_sums(graph, name, shape, [gaps[axis] for axis in where])
    else:
        shape["dilations"] = [gaps[axis] for axis in where]
        name = graph.node("MaxPool", name, **shape)
    if call.kind == "reduce_window_min":
        name = graph.node("Neg", name)
    return Value(call.shape, call.dtype, tuple(order), name)


def _window_sums(
    graph: Graph, name: str, shape: dict[str, list[int]], gaps: list[int]
) -> str:
    if set(gaps) - {1}:
        raise graph.unsupported("sums over windows with gaps")
    taps = math.prod(shape["kernel_shape"])
    name = graph.node("AveragePool", name, count_include_pad=1, **shape)
    return graph.node("Mul", name, graph.number(float(taps), np.dtype("float32")))
