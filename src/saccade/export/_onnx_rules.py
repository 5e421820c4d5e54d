"""The table from JAX's operations to ONNX': number by number, and reductions.

A rule gets the graph, the operation and its values, and returns the results. Rules of
shapes, of matrices and convolutions are in the modules beside this one; all are put
into one table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from ._onnx_file import stored_dtype, type_number
from ._onnx_graph import Graph, Shape, Value, is_known


@dataclasses.dataclass(frozen=True)
class Call:
    """One operation of a traced model.

    Args:
        kind: the name of JAX's primitive.
        params: what it was called with besides arrays.
        shapes: of the results.
        dtypes: of the results.
        compute: computes it at once, from arrays.
    """

    kind: str
    params: Mapping[str, Any]
    shapes: Sequence[Shape]
    dtypes: Sequence[np.dtype]
    compute: Callable[..., Any]

    @property
    def shape(self) -> Shape:
        """The shape of the first result."""
        return self.shapes[0]

    @property
    def dtype(self) -> np.dtype:
        """The type of the first result."""
        return self.dtypes[0]


Rule = Callable[[Graph, Call, list[Value]], Any]
RULES: dict[str, Rule] = {}
# Operations that work number by number, so that constants fold without being widened.
ELEMENTWISE: set[str] = set()


def rule(*kinds: str, elementwise: bool = False) -> Callable[[Rule], Rule]:
    """Puts a function into the table.

    Args:
        *kinds: names of JAX's primitives.
        elementwise: whether these work number by number.
    """

    def put(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, function))
        if elementwise:
            ELEMENTWISE.update(kinds)
        return function

    return put


def by_number(kind: str, build: Callable[..., str]) -> None:
    """Puts an operation into the table that works number by number.

    Args:
        kind: the name of JAX's primitive.
        build: makes the nodes, from the graph and names of tensors.
    """

    @rule(kind, elementwise=True)
    def run(graph: Graph, call: Call, values: list[Value]) -> Value:
        return graph.combine(
            lambda *names: build(graph, *names), values, call.shape, call.dtype
        )


def _one(kind: str) -> Callable[..., str]:
    return lambda graph, *names: graph.node(kind, *names)


for _jax, _onnx in {
    "abs": "Abs", "acos": "Acos", "acosh": "Acosh", "add": "Add", "add_any": "Add",
    "asin": "Asin", "asinh": "Asinh", "atan": "Atan", "atanh": "Atanh",
    "ceil": "Ceil", "cos": "Cos", "cosh": "Cosh", "div": "Div", "eq": "Equal",
    "erf": "Erf", "exp": "Exp", "floor": "Floor", "ge": "GreaterOrEqual",
    "gt": "Greater", "le": "LessOrEqual", "log": "Log", "logistic": "Sigmoid",
    "lt": "Less", "mul": "Mul", "neg": "Neg", "pow": "Pow",
    "sign": "Sign", "sin": "Sin", "sinh": "Sinh", "sqrt": "Sqrt", "sub": "Sub",
    "tan": "Tan", "tanh": "Tanh",
}.items():  # fmt: skip
    by_number(_jax, _one(_onnx))


def _with_one(graph: Graph, kind: str, x: str, swap: bool = False) -> str:
    one = graph.number(1.0, np.dtype("float32"))
    return graph.node(kind, one, x) if swap else graph.node(kind, x, one)


def _cube_root(graph: Graph, x: str) -> str:
    third = graph.number(1 / 3, np.dtype("float32"))
    root = graph.node("Pow", graph.node("Abs", x), third)
    return graph.node("Mul", graph.node("Sign", x), root)


def _is_finite(graph: Graph, x: str) -> str:
    # Infinity times zero, and NaN, are no numbers.
    zero = graph.node("Sub", x, x)
    return graph.node("Equal", zero, graph.number(0.0, np.dtype("float32")))


by_number("ne", lambda graph, x, y: graph.node("Not", graph.node("Equal", x, y)))
by_number("rsqrt", lambda graph, x: graph.node("Reciprocal", graph.node("Sqrt", x)))
by_number("square", lambda graph, x: graph.node("Mul", x, x))
by_number("log1p", lambda graph, x: graph.node("Log", _with_one(graph, "Add", x)))
by_number("expm1", lambda graph, x: _with_one(graph, "Sub", graph.node("Exp", x)))
by_number("erfc", lambda graph, x: _with_one(graph, "Sub", graph.node("Erf", x), True))
by_number("cbrt", _cube_root)
by_number("is_finite", _is_finite)
by_number(
    "exp2",
    lambda graph, x: graph.node("Pow", graph.number(2.0, np.dtype("float32")), x),
)


def _is_zero(value: Value) -> bool:
    return value.array is not None and not np.any(value.array)


@rule("max", "min", elementwise=True)
def _greatest(graph: Graph, call: Call, values: list[Value]) -> Value:
    kind = {"max": "Max", "min": "Min"}[call.kind]
    if call.dtype == np.bool_:
        kind = {"max": "Or", "min": "And"}[call.kind]
    elif kind == "Max" and call.dtype.kind == "f" and any(map(_is_zero, values)):
        # The rectifier by its name, which runtimes merge with what comes before.
        rest = [value for value in values if not _is_zero(value)]
        if len(rest) == 1:
            kind, values = "Relu", rest
    return graph.combine(
        lambda *names: graph.node(kind, *names), values, call.shape, call.dtype
    )


@rule("and", "or", "xor", "not", elementwise=True)
def _logic(graph: Graph, call: Call, values: list[Value]) -> Value:
    kind = call.kind.capitalize()
    if call.dtype != np.bool_:
        kind = f"Bitwise{kind}"
    return graph.combine(
        lambda *names: graph.node(kind, *names), values, call.shape, call.dtype
    )


@rule("rem", elementwise=True)
def _remainder(graph: Graph, call: Call, values: list[Value]) -> Value:
    return graph.combine(
        lambda x, y: graph.node("Mod", x, y, fmod=1), values, call.shape, call.dtype
    )


@rule("integer_pow", elementwise=True)
def _integer_power(graph: Graph, call: Call, values: list[Value]) -> Value:
    power = call.params["y"]

    def build(x: str) -> str:
        if power == 2:
            return graph.node("Mul", x, x)
        return graph.node("Pow", x, graph.number(float(power), np.dtype("float32")))

    return graph.combine(build, values, call.shape, call.dtype)


@rule("round", elementwise=True)
def _round(graph: Graph, call: Call, values: list[Value]) -> Value:
    def build(x: str) -> str:
        if int(call.params["rounding_method"]) == 1:  # halves to the even neighbour
            return graph.node("Round", x)
        half = graph.number(0.5, call.dtype)
        up = graph.node("Floor", graph.node("Add", graph.node("Abs", x), half))
        return graph.node("Mul", graph.node("Sign", x), up)

    return graph.combine(build, values, call.shape, call.dtype)


@rule("clamp", elementwise=True)
def _clamp(graph: Graph, call: Call, values: list[Value]) -> Value:
    def build(low: str, x: str, high: str) -> str:
        return graph.node("Min", graph.node("Max", x, low), high)

    return graph.combine(build, values, call.shape, call.dtype)


@rule("select_n", elementwise=True)
def _select(graph: Graph, call: Call, values: list[Value]) -> Value:
    which, *cases = values
    if which.dtype != np.bool_ and len(cases) > 2:
        raise graph.unsupported("a choice between more than two arrays ('select_n')")

    def build(condition: str, first: str, second: str) -> str:
        if which.dtype != np.bool_:
            condition = graph.node("Cast", condition, to=type_number("bool"))
        return graph.node("Where", condition, second, first)

    return graph.combine(build, values, call.shape, call.dtype)


@rule("convert_element_type", elementwise=True)
def _cast(graph: Graph, call: Call, values: list[Value]) -> Value:
    (value,) = values
    if stored_dtype(value.dtype) == stored_dtype(call.dtype):
        return dataclasses.replace(value, dtype=call.dtype)
    number = type_number(call.dtype)
    if not number:
        raise graph.unsupported(f"numbers of type {call.dtype}")
    return graph.combine(
        lambda x: graph.node("Cast", x, to=number), values, call.shape, call.dtype
    )


@rule(
    "copy", "copy_p", "reduce_precision", "device_put", "optimization_barrier",
    "stop_gradient",
)  # fmt: skip
def _unchanged(graph: Graph, call: Call, values: list[Value]) -> list[Value]:
    return values


# Reductions -------------------------------------------------------------------------


def _whole_along(graph: Graph, value: Value, axes: Sequence[int]) -> Value:
    """Stores a value with these axes, in full length."""
    missing = [axis for axis in axes if axis not in value.order]
    if not missing:
        return value
    order = sorted([*value.order, *missing])
    return graph.arranged(value, order)


def without_axes(value: Value, axes: Sequence[int]) -> tuple[int, ...]:
    """Returns the order of what is left when axes are taken out."""
    gone = sorted(axes)
    return tuple(
        axis - sum(1 for other in gone if other < axis)
        for axis in value.order
        if axis not in gone
    )


_REDUCE = {
    "reduce_sum": "ReduceSum", "reduce_max": "ReduceMax", "reduce_min": "ReduceMin",
    "reduce_prod": "ReduceProd", "reduce_or": "ReduceMax", "reduce_and": "ReduceMin",
}  # fmt: skip


@rule(*_REDUCE)
def _reduce(graph: Graph, call: Call, values: list[Value]) -> Value:
    axes = tuple(call.params["axes"])
    value = _whole_along(graph, values[0], axes)
    name = graph.tensor(value)
    logical = call.kind in ("reduce_or", "reduce_and")
    if logical:
        name = graph.node("Cast", name, to=type_number("int32"))
    if axes:
        places = graph.ints(sorted(value.order.index(axis) for axis in axes))
        name = graph.node(_REDUCE[call.kind], name, places, keepdims=0)
    if logical:
        name = graph.node("Cast", name, to=type_number("bool"))
    return Value(call.shape, call.dtype, without_axes(value, axes), name)


@rule("argmax", "argmin")
def _arg_reduce(graph: Graph, call: Call, values: list[Value]) -> Value:
    (axis,) = call.params["axes"]
    value = _whole_along(graph, values[0], (axis,))
    kind = {"argmax": "ArgMax", "argmin": "ArgMin"}[call.kind]
    found = graph.node(
        kind, graph.tensor(value), axis=value.order.index(axis), keepdims=0
    )
    name = graph.node("Cast", found, to=type_number(call.dtype))
    return Value(call.shape, call.dtype, without_axes(value, (axis,)), name)


@rule("cumsum")
def _running_sum(graph: Graph, call: Call, values: list[Value]) -> Value:
    axis = call.params["axis"]
    value = _whole_along(graph, values[0], (axis,))
    place = graph.weight(np.asarray(value.order.index(axis), np.int64))
    name = graph.node(
        "CumSum", graph.tensor(value), place, reverse=int(call.params["reverse"])
    )
    return Value(call.shape, call.dtype, value.order, name)


@rule("sort")
def _sort(graph: Graph, call: Call, values: list[Value]) -> list[Value]:
    axis, keys = call.params["dimension"], call.params["num_keys"]
    length = call.shape[axis]
    if len(values) > 2 or keys != 1 or not is_known(length):
        raise graph.unsupported("sorting by several keys ('sort')")
    order = graph.completed(values[0])
    key, *rest = [graph.arranged(value, order) for value in values]
    place = order.index(axis)
    names = graph.nodes_of(
        "TopK", [graph.tensor(key), graph.ints([length])], 2, axis=place, largest=0
    )
    found = [names[0]]
    for value in rest:
        found.append(
            graph.node("GatherElements", graph.tensor(value), names[1], axis=place)
        )
    return [
        Value(shape, dtype, order, name)
        for shape, dtype, name in zip(call.shapes, call.dtypes, found, strict=True)
    ]


@rule("top_k")
def _top_k(graph: Graph, call: Call, values: list[Value]) -> list[Value]:
    value = graph.plain(values[0])
    axis = call.params.get("axis", len(value.shape) - 1) % len(value.shape)
    names = graph.nodes_of(
        "TopK", [graph.tensor(value), graph.ints([call.params["k"]])], 2, axis=axis
    )
    names[1] = graph.node("Cast", names[1], to=type_number(call.dtypes[1]))
    return [
        Value(shape, dtype, value.order, name)
        for shape, dtype, name in zip(call.shapes, call.dtypes, names, strict=True)
    ]


def float32(graph: Graph, value: Value) -> str:
    """Returns the tensor of a value as floats."""
    name = graph.tensor(value)
    if jnp.issubdtype(value.dtype, jnp.floating):
        return name
    return graph.node("Cast", name, to=type_number("float32"))
