"""How many floating-point operations a model takes, by layer, from its trace."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from saccade.core._errors import ConfigError, message
from saccade.export._inputs import find_inputs
from saccade.export._trace import Inference

if TYPE_CHECKING:
    from saccade.models._model import Model

Path = tuple[str, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Moving numbers is no arithmetic.
_MOVES = _words(
    """
    broadcast_in_dim concatenate convert_element_type copy copy_p device_put
    dynamic_slice dynamic_update_slice gather iota optimization_barrier pad reshape
    rev select_n slice split squeeze stack stop_gradient tile transpose unstack
    """
)
_REDUCTIONS = _words(
    """
    argmax argmin cumlogsumexp cummax cummin cumprod cumsum reduce_max reduce_min
    reduce_prod reduce_sum sort top_k
    """
)


def flops_by_path(model: Model, signature: Any = None) -> Counter[Path]:
    """Counts operations by the names of the layers they come from.

    Args:
        model: the model, built.
        signature: shapes that replace those of the inputs; see `count_flops`.

    Returns:
        For each path, such as ("functional", "conv2d"), what is done there and in no
        layer below.

    Raises:
        ConfigError: a size besides the batch is not fixed.
    """
    where = f"count_flops: {model._where}"
    inputs = find_inputs(model, signature, where)
    shapes = [(x.shape[0] or 1, *x.shape[1:]) if x.shape else () for x in inputs.inputs]
    if any(size is None for shape in shapes for size in shape):
        raise ConfigError(
            message(
                where,
                f"the sizes of the inputs are not fixed: {shapes}",
                "model.count_flops([keras.InputSpec(shape=(1, 224, 224, 3))])",
            )
        )
    inference = Inference(model, inputs, where)
    weights = [
        jax.ShapeDtypeStruct(v.shape, jnp.dtype(v.dtype)) for v in model.variables
    ]
    specs = [
        jax.ShapeDtypeStruct(shape, jnp.dtype(x.dtype))  # type: ignore[arg-type]
        for shape, x in zip(shapes, inputs.inputs, strict=True)
    ]
    found: Counter[Path] = Counter()
    _count(jax.make_jaxpr(inference.on_arrays)(weights, *specs).jaxpr, (), 1, found)
    return found


def _count(program: Any, path: Path, times: int, found: Counter[Path]) -> None:
    for equation in program.eqns:
        stack = str(equation.source_info.name_stack).split("/")
        place = (*path, *(name for name in stack if name and "(" not in name))
        inner = _inner_programs(equation)
        for body, repeats in inner:
            _count(body, place, times * repeats, found)
        if not inner:
            found[place] += times * _cost(equation)


def _inner_programs(equation: Any) -> list[tuple[Any, int]]:
    """Functions that an operation calls, and how often; the larger of two branches."""
    params, kind = equation.params, equation.primitive.name
    if kind == "cond":
        return [(max((b.jaxpr for b in params["branches"]), key=_total), 1)]
    if kind == "while":
        return [(params["body_jaxpr"].jaxpr, 1)]  # how often is not known
    for name in ("jaxpr", "call_jaxpr", "fun_jaxpr"):
        if name in params and params[name] is not None:
            body = getattr(params[name], "jaxpr", params[name])
            return [(body, params["length"] if kind == "scan" else 1)]
    return []


def _total(program: Any) -> int:
    found: Counter[Path] = Counter()
    _count(program, (), 1, found)
    return found.total()


def _cost(equation: Any) -> int:
    kind, params = equation.primitive.name, equation.params
    taken = [variable.aval for variable in equation.invars]
    floats = [a for a in taken if jnp.issubdtype(a.dtype, jnp.inexact)]
    if kind in _MOVES or not floats:
        return 0
    if kind in _SPECIAL:
        return _SPECIAL[kind](params, taken, equation.outvars[0].aval)
    if kind in _REDUCTIONS:
        return floats[0].size
    if kind.startswith("reduce_window"):
        window = math.prod(params["window_dimensions"])
        return equation.outvars[0].aval.size * window
    return max(variable.aval.size for variable in equation.outvars)


def _product(params: Mapping[str, Any], taken: list[Any], result: Any) -> int:
    (over, _), _ = params["dimension_numbers"]
    return 2 * result.size * math.prod(taken[0].shape[axis] for axis in over)


def _convolution(params: Mapping[str, Any], taken: list[Any], result: Any) -> int:
    kernel = taken[1].shape
    spec = params["dimension_numbers"].rhs_spec
    taps = math.prod(kernel[axis] for axis in spec[2:])
    # Of a transposed convolution most products are with the zeros between.
    spread = math.prod(params["lhs_dilation"])
    return 2 * result.size * taps * kernel[spec[1]] // spread


_SPECIAL: dict[str, Callable[..., int]] = {
    "dot_general": _product,
    "conv_general_dilated": _convolution,
}


def below(found: Mapping[Path, int], path: Path) -> int:
    """Adds up what is done in a layer and in all layers inside.

    Example:
        >>> below({("a", "b"): 2, ("a", "b", "c"): 3, ("a", "bc"): 4}, ("a", "b"))
        5
    """
    return sum(n for place, n in found.items() if place[: len(path)] == path)
