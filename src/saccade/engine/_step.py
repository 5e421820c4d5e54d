"""One step of training, evaluation or prediction, as a pure function of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import jax
import jax.numpy as jnp

from saccade.core._scope import Scope
from saccade.engine._state import StateLayout, Values

if TYPE_CHECKING:
    from saccade.engine._spec import Trainable, TrainSpec

Batch: TypeAlias = Any  # (x, y, sample_weight), each an array, a nest, or None
MakeKey: TypeAlias = Callable[[], jax.Array]
Mask: TypeAlias = "jax.Array | None"


def make_train_step(
    model: Trainable, spec: TrainSpec, layout: StateLayout
) -> Callable[[Values, Batch, Mask, MakeKey], tuple[Values, jax.Array]]:
    """Returns (state, batch, mask of real rows, key) -> (state, loss)."""
    optimizer = spec.optimizer
    if optimizer is None:
        raise RuntimeError("training needs an optimizer")

    def step(
        state: Values, batch: Batch, mask: Mask, make_key: MakeKey
    ) -> tuple[Values, jax.Array]:
        trainable, frozen, slots, counts = state
        x, y, weight = batch

        def loss_of(values: list[jax.Array]) -> tuple[jax.Array, Any]:
            total, parts, y_pred, new_frozen = _forward(
                model, spec, layout, (values, frozen), batch, mask, make_key, True
            )
            with Scope(zip(layout.optimizer, slots, strict=True)):
                scaled = optimizer.scale_loss(total)
            return scaled, (total, parts, y_pred, new_frozen)

        gradients, (total, parts, y_pred, frozen) = jax.grad(loss_of, has_aux=True)(
            trainable
        )
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        counts = _count(
            spec, layout, counts, (total, parts, y, y_pred, weight), x, mask
        )
        new = (list(trainable), list(frozen), list(slots), counts)
        return _like(new, state), total

    return step


def make_test_step(
    model: Trainable, spec: TrainSpec, layout: StateLayout
) -> Callable[[Values, Batch, Mask], Values]:
    """Returns (state, batch, mask of real rows) -> state with the batch counted."""

    def step(state: Values, batch: Batch, mask: Mask) -> Values:
        trainable, frozen, slots, counts = state
        x, y, weight = batch
        total, parts, y_pred, _ = _forward(
            model, spec, layout, (trainable, frozen), batch, mask, None, False
        )
        counts = _count(
            spec, layout, counts, (total, parts, y, y_pred, weight), x, mask
        )
        return _like((trainable, frozen, slots, counts), state)

    return step


def make_predict_step(
    model: Trainable, layout: StateLayout
) -> Callable[[Values, Any, Mask], Any]:
    """Returns (state, x, mask of real rows) -> the model's outputs."""

    def step(state: Values, x: Any, mask: Mask) -> Any:
        trainable, frozen, *_ = state
        with _reading(layout, trainable, frozen, None, mask):
            return model(model.prepare_inputs(x), training=False)

    return step


def _reading(
    layout: StateLayout,
    trainable: list[jax.Array],
    frozen: list[jax.Array],
    make_key: MakeKey | None,
    mask: Mask,
) -> Scope:
    pairs = [
        *zip(layout.trainable, trainable, strict=True),
        *zip(layout.frozen, frozen, strict=True),
    ]
    return Scope(pairs, key=make_key, row_mask=mask)


def _forward(
    model: Trainable,
    spec: TrainSpec,
    layout: StateLayout,
    values: tuple[list[jax.Array], list[jax.Array]],
    batch: Batch,
    mask: Mask,
    make_key: MakeKey | None,
    training: bool,
) -> tuple[jax.Array, list[jax.Array], Any, list[jax.Array]]:
    """The loss with penalties, its parts, the outputs, and changed statistics."""
    x, y, weight = batch
    with _reading(layout, *values, make_key, mask) as scope:
        y_pred = model(model.prepare_inputs(x), training=training)
        total, parts = spec.objective.loss(y, y_pred, weight)
        for penalty in (*scope.losses, *model._weight_penalties()):
            total = total + penalty
        return total, parts, y_pred, scope.values(layout.frozen)


def _count(
    spec: TrainSpec,
    layout: StateLayout,
    counts: list[jax.Array],
    outcome: tuple[jax.Array, list[jax.Array], Any, Any, Any],
    x: Any,
    mask: Mask,
) -> list[jax.Array]:
    total, parts, y, y_pred, weight = outcome
    rows = jax.tree.leaves(x)[0].shape[0] if mask is None else jnp.sum(mask)
    with Scope(zip(layout.metrics, counts, strict=True), row_mask=mask) as scope:
        spec.objective.update(total, parts, y, y_pred, weight, rows)
        return scope.values(layout.metrics)


def _like(new: Values, old: Values) -> Values:
    """Gives each array the type it came with, so that a loop can carry it on."""
    return jax.tree.map(lambda n, o: n.astype(o.dtype), new, old)


def read_logs(
    spec: TrainSpec, layout: StateLayout, counts: list[jax.Array]
) -> dict[str, Any]:
    """The logged numbers for given counts, as arrays; pure."""
    with Scope(zip(layout.metrics, counts, strict=True)):
        return spec.objective.results()
