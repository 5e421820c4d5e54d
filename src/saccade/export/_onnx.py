"""ONNX files: a model for ONNX Runtime and the many tools that read the form.

The model is traced, and each operation of the trace becomes one of ONNX by the table
of rules. So layers of one's own are written as well as saccade's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend import core as jex

from saccade import __version__
from saccade.core._errors import ConfigError, SavingError, message
from saccade.saving._files import replacing

from . import _onnx_products as _onnx_products  # fills the table
from ._inputs import find_inputs
from ._onnx_file import OPSET, value_info
from ._onnx_file import model as encode_model
from ._onnx_graph import Graph, Value, constant, size_in_file
from ._onnx_rules import ELEMENTWISE, RULES, Call
from ._onnx_shapes import folded
from ._onnx_tidy import tidied
from ._trace import Inference, free_sizes

if TYPE_CHECKING:
    from saccade.models import Model

# What protocol buffers can hold.
_LIMIT = 2**31 - 1
_LOOPS = ("while", "scan", "cond")
# Operations that stay as they are on constants: nothing is copied for them.
_LAZY = frozenset({"broadcast_in_dim", "reshape", "squeeze", "transpose", "iota"})


def write_onnx(
    model: Model, path: Path, signature: Any, opset_version: int | None = None
) -> None:
    """Writes a model as an ONNX file.

    Args:
        model: the model, built.
        path: the file.
        signature: see `export_model`.
        opset_version: must be 18, the version of the operators that are used.

    Raises:
        UnsupportedFeatureError: an operation that is not in the table.
        ConfigError: another version, or a layer that needs fixed sizes.
        SavingError: more than 2 GiB.
    """
    where = f"export: {model._where}"
    if opset_version not in (None, OPSET):
        raise ConfigError(
            message(
                where,
                f"`opset_version` must be {OPSET}, got {opset_version!r}",
                "leave it out; onnx.version_converter makes other versions",
            )
        )
    content = onnx_bytes(model, signature, where)
    if len(content) > _LIMIT:
        raise SavingError(
            message(
                where,
                f"the file would have {len(content):,} bytes; ONNX files end at 2 GiB",
                "format='stablehlo' has no such limit",
            )
        )
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def onnx_bytes(model: Model, signature: Any, where: str) -> bytes:
    """Returns the content of an ONNX file.

    Args:
        model: the model, built.
        signature: see `export_model`.
        where: the place, for messages.
    """
    inputs = find_inputs(model, signature, where)
    inference = Inference(model, inputs, where)
    variables = model.variables
    weights = [jax.ShapeDtypeStruct(v.shape, jnp.dtype(v.dtype)) for v in variables]
    with free_sizes(
        inputs,
        lambda: jax.eval_shape(inference.on_arrays, weights, *inputs.examples()),
        where,
    ):
        traced, outputs = jax.make_jaxpr(inference.on_arrays, return_shape=True)(
            weights, *inputs.specs()
        )
    graph = Graph(where)
    given = [constant(v.numpy(), v.path) for v in variables]
    taken = [
        graph.add_input(x.name, spec.shape, spec.dtype)
        for x, spec in zip(inputs.inputs, inputs.specs(), strict=True)
    ]
    results = _walk(graph, traced.jaxpr, traced.consts, [*given, *taken], "")
    names = inference.output_names(outputs)
    stored = [graph.tensor(graph.plain(value)) for value in results]
    nodes, kept = tidied(graph, dict(zip(names, stored, strict=True)))
    return encode_model(
        model.name,
        nodes,
        kept,
        [
            value_info(x.name, x.dtype, [size_in_file(s) for s in spec.shape])
            for x, spec in zip(inputs.inputs, inputs.specs(), strict=True)
        ],
        [
            value_info(name, value.dtype, [size_in_file(s) for s in value.shape])
            for name, value in zip(names, results, strict=True)
        ],
        ("saccade", __version__),
    )


def _walk(
    graph: Graph,
    program: Any,
    constants: Sequence[Any],
    given: Sequence[Value],
    path: str,
) -> list[Value]:
    """Writes the operations of a traced function into the graph.

    Args:
        graph: the graph.
        program: JAX's `Jaxpr`.
        constants: arrays that the function refers to.
        given: its arguments.
        path: the layer from which it is called.
    """
    known: dict[Any, Value] = dict(zip(program.invars, given, strict=True))
    known.update(zip(program.constvars, map(constant, constants), strict=True))

    def read(variable: Any) -> Value:
        if isinstance(variable, jex.Literal):
            aval: Any = variable.aval
            return constant(np.asarray(variable.val, aval.dtype))
        return known[variable]

    for equation in program.eqns:
        layer = _joined(path, str(equation.source_info.name_stack))
        values = [read(variable) for variable in equation.invars]
        inner = _inner(equation)
        if inner is not None:
            body, arrays = inner
            results = _walk(graph, body, arrays, values, layer)
        else:
            graph.layer = layer
            results = _apply(graph, equation, values)
        known.update(zip(equation.outvars, results, strict=True))
    return [read(variable) for variable in program.outvars]


def _joined(path: str, stack: str) -> str:
    parts = [part for part in stack.split("/") if part and "(" not in part]
    return "/".join([*([path] if path else []), *parts])


def _inner(equation: Any) -> tuple[Any, Sequence[Any]] | None:
    """The function that an operation only calls, and the arrays it refers to."""
    if equation.primitive.name in _LOOPS:
        return None
    for name in ("jaxpr", "call_jaxpr", "fun_jaxpr"):
        found = equation.params.get(name)
        if found is not None:
            return getattr(found, "jaxpr", found), getattr(found, "consts", ())
    return None


def _apply(graph: Graph, equation: Any, values: list[Value]) -> list[Value]:
    kind = equation.primitive.name
    call = Call(
        kind,
        equation.params,
        [tuple(variable.aval.shape) for variable in equation.outvars],
        [jnp.dtype(variable.aval.dtype) for variable in equation.outvars],
        lambda *arrays: equation.primitive.bind(*arrays, **equation.params),
    )
    if all(value.is_constant for value in values) and kind not in _LAZY:
        found = (
            _folded_by_number(graph, call, values)
            if kind in ELEMENTWISE
            else folded(graph, call, values)
        )
        if found is not None:
            return found
    if kind not in RULES:
        raise graph.unsupported(f"JAX's operation {kind!r}")
    results = RULES[kind](graph, call, values)
    return results if isinstance(results, list) else [results]


def _folded_by_number(graph: Graph, call: Call, values: list[Value]) -> list[Value]:
    """Computes with constants as they are stored, before they are widened."""
    stored, order = graph.aligned(values)
    arrays = np.broadcast_arrays(*(np.asarray(value.array) for value in stored))
    result = np.asarray(call.compute(*arrays))
    return [Value(call.shape, call.dtype, order, "", result)]
