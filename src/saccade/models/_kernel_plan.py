"""Which code runs the heavy operations of a model, found by tracing a step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from saccade import kernels
from saccade.core._errors import ConfigError, message
from saccade.data import ArraySource, StreamSource
from saccade.export._inputs import find_inputs
from saccade.kernels import Choice, ConvSpec, PoolSpec

if TYPE_CHECKING:
    from saccade.models._model import Model

_TITLES = ("layer", "operation", "shape", "form", "estimate", "next best")
# Costs from here on stand for "only if there is nothing else".
_LAST = 1e9


@dataclasses.dataclass(frozen=True)
class KernelPlan:
    """The forms of a model's heavy operations; printed, a table.

    Args:
        choices: by layer; the gradients stand behind their forward operation, those
            whose layer is not known at the end.
        heading: where it would run.
    """

    choices: tuple[Choice, ...]
    heading: str

    def __str__(self) -> str:
        rows = [_TITLES, *_rows(self.choices)]
        if len(rows) == 1:
            return f"{self.heading}: no convolution and no pooling"
        widths = [max(len(row[i]) for row in rows) for i in range(len(_TITLES))]
        lines = (
            "  ".join(cell.ljust(n) for cell, n in zip(row, widths, strict=True))
            for row in rows
        )
        return "\n".join([self.heading, *(f"  {line}".rstrip() for line in lines)])


def kernel_plan(model: Model, batch_size: int) -> KernelPlan:
    """Finds the forms for the model's own inputs.

    Args:
        model: the model, built.
        batch_size: rows in a batch.

    Raises:
        NotBuiltError: the shapes of the inputs are not known.
        ConfigError: a size besides the batch is not fixed.
    """
    where = f"kernel_plan: {model._where}"
    if (
        isinstance(batch_size, bool)
        or not isinstance(batch_size, int)
        or batch_size < 1
    ):
        raise ConfigError(
            message(where, f"batch_size must be 1 or more, got {batch_size!r}")
        )
    inputs = find_inputs(model, None, where)
    shapes = [(batch_size, *x.shape[1:]) for x in inputs.inputs]
    if any(size is None for shape in shapes for size in shape):
        raise ConfigError(
            message(where, f"the sizes of the inputs are not fixed: {shapes}")
        )
    specs = [
        jax.ShapeDtypeStruct(shape, jnp.dtype(x.dtype))  # type: ignore[arg-type]
        for shape, x in zip(shapes, inputs.inputs, strict=True)
    ]
    return _plan(model, inputs.arguments(specs))


def plan_of_batch(model: Model, source: ArraySource | StreamSource) -> KernelPlan:
    """Finds the forms for the batches of a source.

    Args:
        model: the model, built.
        source: the data.
    """
    if isinstance(source, ArraySource):
        x, size = source.x, source.batch_size
    else:
        x, size = source.first[0], None

    def spec(array: Any) -> jax.ShapeDtypeStruct:
        shape = array.shape if size is None else (size, *array.shape[1:])
        return jax.ShapeDtypeStruct(shape, array.dtype)

    return _plan(model, [jax.tree.map(spec, x)])


def _plan(model: Model, arguments: Sequence[Any]) -> KernelPlan:

    def total(trained: Any, others: Any, *arguments: Any) -> jax.Array:
        outputs = model.stateless_call(trained, others, *arguments, training=True)[0]
        leaves = (jnp.sum(leaf, dtype="float32") for leaf in jax.tree.leaves(outputs))
        return sum(leaves, jnp.zeros(()))

    trained, others = (
        [jax.ShapeDtypeStruct(v.shape, jnp.dtype(v.dtype)) for v in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    )
    with kernels.recording() as found:
        jax.eval_shape(jax.grad(total), trained, others, *arguments)
    own = f"{model.name}/"
    named = [
        dataclasses.replace(choice, layer=choice.layer.removeprefix(own))
        for choice in found
    ]
    return KernelPlan(tuple(_by_layer(named)), _heading(arguments))


def _heading(arguments: Sequence[Any]) -> str:
    first = jax.tree.leaves(arguments)[0]
    device = jax.default_backend()
    if device == "cpu" and kernels.vectors() is not None:
        device += f", compiled kernels with {kernels.vectors()} vectors"
    return f"kernels for batches of {first.shape[0]} on {device}"


def _by_layer(found: Sequence[Choice]) -> Iterator[Choice]:
    """Puts gradients, which know no layer, behind what they are the gradients of."""
    inside = [choice for choice in found if choice.layer]
    outside = {(c.operation, c.spec): c for c in found if not c.layer}
    known = {choice.spec for choice in inside}
    for choice in dict.fromkeys(inside):
        yield choice
        for gradient in outside.values():
            if gradient.spec == choice.spec:
                yield dataclasses.replace(gradient, layer=choice.layer)
    yield from (c for c in outside.values() if c.spec not in known)


def _rows(choices: Sequence[Choice]) -> Iterator[tuple[str, ...]]:
    before = None
    for choice in choices:
        here = (choice.layer, choice.spec)
        layer, shape = ("", "") if here == before else (choice.layer, _shape(choice))
        before = here
        others = [
            (name, cost)
            for name, cost in choice.costs
            if name != choice.form and cost < _LAST
        ]
        costs = dict(choice.costs)
        form = f"{choice.form} (forced)" if choice.forced else choice.form
        cells = (layer, choice.operation, shape, form)
        if isinstance(choice.spec, ConvSpec) and len(choice.costs) > 1:
            other = " ".join([others[0][0], _time(others[0][1])]) if others else ""
            yield (*cells, _time(costs[choice.form]), other)
        else:
            yield (*cells, "", others[0][0] if others else "")


def _time(microseconds: float) -> str:
    if microseconds >= 1000:
        return f"{microseconds / 1000:.1f} ms"
    return f"{microseconds:.0f} us"


def _shape(choice: Choice) -> str:
    spec = choice.spec
    if not isinstance(spec, (ConvSpec, PoolSpec)):
        return ", ".join(f"{k} {v}" for k, v in dataclasses.asdict(spec).items())
    window = spec.kernel if isinstance(spec, ConvSpec) else spec.size
    before, after = (
        (spec.in_channels, spec.filters)
        if isinstance(spec, ConvSpec)
        else (spec.channels, spec.channels)
    )
    words = (
        f"{_times(*spec.inputs, before)} -> {_times(*spec.outputs, after)}, "
        f"window {_times(*window)}"
    )
    if set(spec.strides) != {1}:
        words += f", strides {_times(*spec.strides)}"
    if isinstance(spec, ConvSpec) and set(spec.dilation) != {1}:
        words += f", dilation {_times(*spec.dilation)}"
    if isinstance(spec, ConvSpec) and spec.groups > 1:
        words += f", {spec.groups} groups"
    return words


def _times(*lengths: int) -> str:
    return "x".join(str(length) for length in lengths)
