"""One step of training, evaluation or prediction, as a pure function of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import jax
import jax.numpy as jnp

from saccade import kernels
from saccade.core._scope import Scope
from saccade.data import pack_x_y_sample_weight
from saccade.engine._state import StateLayout, Values

if TYPE_CHECKING:
    from saccade.engine._spec import Trainable, TrainSpec

Batch: TypeAlias = Any  # (x, y, sample_weight), each an array, a nest, or None
MakeKey: TypeAlias = Callable[[], jax.Array]
Mask: TypeAlias = "jax.Array | None"
Logs: TypeAlias = "dict[str, jax.Array]"


def logs_itself(model: Trainable, part: str) -> bool:
    """Says whether a step returns what is logged, rather than counting it.

    Args:
        model: the model.
        part: 'train_step' or 'test_step'.
    """
    return model.overrides(part) or model.overrides("compute_metrics")


def make_train_step(
    model: Trainable, spec: TrainSpec, layout: StateLayout, bare: bool = False
) -> Callable[[Values, Batch, Mask, MakeKey], tuple[Values, jax.Array, Logs]]:
    """Returns (state, batch, mask of real rows, key) -> (state, loss, logs).

    The logs are empty where they follow from the state.

    Args:
        model: what to run.
        spec: the arguments of compile().
        layout: the variables that take part.
        bare: whether a step that the user wrote gets inputs without targets alone,
            not in a tuple.
    """
    if model.overrides("train_step"):
        return _make_custom_train_step(model, layout, bare)
    default = make_default_step(model, spec, layout)

    def step(
        state: Values, batch: Batch, mask: Mask, make_key: MakeKey
    ) -> tuple[Values, jax.Array, Logs]:
        new, (loss, logs) = default(state, batch, mask, make_key)
        return new, loss, logs

    return step


def _make_custom_train_step(
    model: Trainable, layout: StateLayout, bare: bool
) -> Callable[[Values, Batch, Mask, MakeKey], tuple[Values, jax.Array, Logs]]:
    def step(
        state: Values, batch: Batch, mask: Mask, make_key: MakeKey
    ) -> tuple[Values, jax.Array, Logs]:
        data = packed(batch, bare)
        with Scope(_pairs(layout, state), key=make_key, row_mask=mask) as scope:
            if model.takes_state("train_step"):
                logs, given = model.train_step(tuple(state), data)
                new = tuple(list(group) for group in given)
            else:
                logs = model.train_step(data)
                new = tuple(scope.values(group) for group in layout.groups)
        found = _flat_logs(logs)
        return _like(new, state), found.get("loss", jnp.zeros(())), found

    return step


def make_default_step(
    model: Trainable, spec: TrainSpec, layout: StateLayout
) -> Callable[..., tuple[Values, tuple[jax.Array, Logs]]]:
    """Returns the step that Keras' train_step makes, without what a user wrote.

    Called with (state, batch, mask of real rows, key); returns the state, and the loss
    with what compute_metrics logged, if the user wrote that.
    """
    optimizer = spec.optimizer
    if optimizer is None:
        raise RuntimeError("training needs an optimizer")

    def step(
        state: Values, batch: Batch, mask: Mask, make_key: MakeKey | None
    ) -> tuple[Values, tuple[jax.Array, Logs]]:
        trainable, frozen, slots, counts = state

        def loss_of(values: list[jax.Array]) -> tuple[jax.Array, Any]:
            outcome = _forward(
                model, spec, layout, (values, frozen, counts), batch, mask, make_key,
                True,
            )  # fmt: skip
            with Scope(zip(layout.optimizer, slots, strict=True)):
                scaled = optimizer.scale_loss(outcome[0])
            return scaled, outcome

        gradients, (total, parts, y_pred, frozen, counts) = jax.grad(
            loss_of, has_aux=True
        )(trainable)
        values = [
            *zip(layout.trainable, trainable, strict=True),
            *zip(layout.optimizer, slots, strict=True),
        ]
        # May be fewer weights than the optimizer was built with, if some were frozen.
        with Scope(values) as scope:
            optimizer.apply(gradients, layout.trainable)
        trainable, slots = (
            scope.values(layout.trainable),
            scope.values(layout.optimizer),
        )
        counts, logs = _count(
            model, spec, layout, counts, (total, parts, y_pred), batch, mask
        )
        new = (list(trainable), list(frozen), list(slots), counts)
        return _like(new, state), (total, logs)

    return step


def make_test_step(
    model: Trainable,
    spec: TrainSpec,
    layout: StateLayout,
    custom: bool = True,
    bare: bool = False,
) -> Callable[[Values, Batch, Mask], tuple[Values, Logs]]:
    """Returns (state, batch, mask of real rows) -> (state with the batch in it, logs).

    Args:
        model: what to run.
        spec: the arguments of compile().
        layout: the variables that take part.
        custom: whether to use a test_step that the user wrote.
        bare: see `make_train_step`.
    """

    def own(state: Values, batch: Batch, mask: Mask) -> tuple[Values, Logs]:
        trainable, frozen, slots, counts = state
        data = packed(batch, bare)
        with Scope(_pairs(layout, state), row_mask=mask) as scope:
            if model.takes_state("test_step"):
                logs, new = model.test_step((trainable, frozen, counts), data)
                whole = (list(new[0]), list(new[1]), slots, list(new[2]))
            else:
                logs = model.test_step(data)
                whole = tuple(scope.values(group) for group in layout.groups)
        return _like(whole, state), _flat_logs(logs)

    def step(state: Values, batch: Batch, mask: Mask) -> tuple[Values, Logs]:
        trainable, frozen, slots, counts = state
        values = (trainable, frozen, counts)
        with kernels.answering():
            total, parts, y_pred, _, counts = _forward(
                model, spec, layout, values, batch, mask, None, False
            )
        counts, logs = _count(
            model, spec, layout, counts, (total, parts, y_pred), batch, mask
        )
        return _like((trainable, frozen, slots, counts), state), logs

    return own if custom and model.overrides("test_step") else step


def make_predict_step(
    model: Trainable, layout: StateLayout
) -> Callable[[Values, Any, Mask, MakeKey], Any]:
    """Returns (state, x, mask of real rows, key) -> the model's outputs."""

    def step(state: Values, x: Any, mask: Mask, make_key: MakeKey) -> Any:
        trainable, frozen, *_ = state
        reading = _reading(layout, trainable, frozen, make_key, mask)
        with kernels.answering(), reading:
            if not model.takes_state("predict_step"):
                return model.predict_step((x,))
            if model.overrides("predict_step"):
                return model.predict_step((trainable, frozen), (x,))[0]
            return model(model.prepare_inputs(x), training=False)

    return step


def packed(batch: Batch, bare: bool) -> Any:
    """The batch as Keras hands it on: without what is not there at the end."""
    x, y, _ = batch
    return (x,) if y is None and not bare else pack_x_y_sample_weight(*batch)


def _flat_logs(logs: Any) -> Logs:
    found: Logs = {}
    for name, value in dict(logs).items():
        parts = value if isinstance(value, dict) else {name: value}
        found.update((key, jnp.asarray(part)) for key, part in parts.items())
    return found


def _pairs(layout: StateLayout, state: Values) -> list[Any]:
    return [
        pair
        for group, values in zip(layout.groups, state, strict=True)
        for pair in zip(group, values, strict=True)
    ]


def _reading(
    layout: StateLayout,
    trainable: list[jax.Array],
    frozen: list[jax.Array],
    make_key: MakeKey | None,
    mask: Mask,
    counts: list[jax.Array] | None = None,
) -> Scope:
    pairs = [
        *zip(layout.trainable, trainable, strict=True),
        *zip(layout.frozen, frozen, strict=True),
        # Layers may count into metrics of their own.
        *(zip(layout.metrics, counts, strict=True) if counts is not None else ()),
    ]
    return Scope(pairs, key=make_key, row_mask=mask)


def _forward(
    model: Trainable,
    spec: TrainSpec,
    layout: StateLayout,
    values: tuple[list[jax.Array], list[jax.Array], list[jax.Array]],
    batch: Batch,
    mask: Mask,
    make_key: MakeKey | None,
    training: bool,
) -> tuple[jax.Array, list[jax.Array], Any, list[jax.Array], list[jax.Array]]:
    """The loss with penalties, its parts, the outputs, changed statistics, counts."""
    x, y, weight = batch
    trainable, frozen, counts = values
    with _reading(layout, trainable, frozen, make_key, mask, counts) as scope:
        y_pred = model(model.prepare_inputs(x), training=training)
        parts: list[jax.Array] = []
        if model.overrides("compute_loss"):
            total = model.compute_loss_of(x, y, y_pred, weight, training)
        else:
            total, parts = spec.objective.loss(y, y_pred, weight)
            for penalty in (*scope.losses, *model._weight_penalties()):
                total = total + penalty
        counts = scope.values(layout.metrics)
        return total, parts, y_pred, scope.values(layout.frozen), counts


def _count(
    model: Trainable,
    spec: TrainSpec,
    layout: StateLayout,
    counts: list[jax.Array],
    outcome: tuple[jax.Array, list[jax.Array], Any],
    batch: Batch,
    mask: Mask,
) -> tuple[list[jax.Array], Logs]:
    """Counts a batch in; gives the logs only if the user makes them."""
    total, parts, y_pred = outcome
    x, y, weight = batch
    objective = spec.objective
    rows = jax.tree.leaves(x)[0].shape[0] if mask is None else jnp.sum(mask)
    with Scope(zip(layout.metrics, counts, strict=True), row_mask=mask) as scope:
        logs: Logs = {}
        objective.count_loss(total, parts, rows)
        if model.overrides("compute_metrics"):
            logs = _flat_logs(model.compute_metrics(x, y, y_pred, weight))
        else:
            objective.count_metrics(y, y_pred, weight)
        return scope.values(layout.metrics), logs


def _like(new: Values, old: Values) -> Values:
    """Gives each array the type it came with, so that a loop can carry it on."""
    return jax.tree.map(lambda n, o: n.astype(o.dtype), new, old)


def read_logs(
    model: Trainable, layout: StateLayout, counts: list[jax.Array]
) -> dict[str, Any]:
    """The logged numbers for given counts, as arrays; pure."""
    with Scope(zip(layout.metrics, counts, strict=True)):
        return model.get_metrics_result()
