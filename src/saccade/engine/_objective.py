"""Losses and metrics of a model with one or several outputs.

Knows which loss and metrics belong to which output, adds losses up, and names what
is logged, as Keras does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import losses as losses_module
from saccade import metrics as metrics_module
from saccade.core import _scope
from saccade.core._errors import ConfigError, NotBuiltError, message
from saccade.core._masks import keep_mask
from saccade.core._variable import Variable
from saccade.engine._loss_tree import Term, at, is_nest, leaves, plan
from saccade.engine._outputs import Outputs
from saccade.losses import Loss
from saccade.metrics import Mean, Metric


class Objective:
    """The losses and metrics given to compile().

    Args:
        loss: name, function, `Loss`, or a list or dict of them, one per output.
        loss_weights: a number, or a list or dict of them.
        metrics: names, functions or `Metric`s, nested like the outputs.
        weighted_metrics: the same, taking the weights of samples into account.
    """

    def __init__(
        self,
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
    ) -> None:
        self.user_loss = loss
        self.user_loss_weights = loss_weights
        self.user_metrics = metrics
        self.user_weighted_metrics = weighted_metrics
        _check_names(loss, metrics, weighted_metrics)
        self.loss_tracker = Mean(name="loss")
        self.output_trackers: list[Mean] = []
        self.terms: list[Term] = []
        self.losses: list[Loss] = []
        self.output_names: list[str] = []
        # A `compute_loss` of the user's own may hand on other parts than the outputs.
        self._of_losses: Outputs | None = None
        self._of_metrics: Outputs | None = None
        self.metrics: list[list[Metric]] = []
        self.weighted: list[list[Metric]] = []

    @property
    def built(self) -> bool:
        """Whether losses and metrics are resolved."""
        return self._of_losses is not None and self._of_metrics is not None

    def build(self, y: Any, outputs: Any, output_names: Sequence[str] | None) -> None:
        """Resolves names, knowing the shapes of targets and outputs.

        Args:
            y: targets, or their shapes; None if there are none.
            outputs: the outputs' shapes and types, nested as the model returns them.
            output_names: their names, for logs of models with several outputs.

        Raises:
            ConfigError: an unknown name or output, with the nearest.
        """
        if self._of_losses is None:
            mine = Outputs(outputs, output_names)
            self._resolve_losses(mine, outputs, y)
            self._of_losses = mine
        self.build_metrics(y, outputs, output_names)

    def build_metrics(
        self, y: Any, outputs: Any, output_names: Sequence[str] | None
    ) -> None:
        """Resolves the names of metrics alone; see `build`."""
        if self._of_metrics is not None:
            return
        mine = Outputs(outputs, output_names)
        if self.is_about(outputs) and self._of_losses is not None:
            mine.measured = self._of_losses.measured
        self.output_names = mine.titles
        y = mine.matched(y, "y")
        flat_y = [_one(at(y, path)) for path in mine.paths]
        flat_outputs = [at(outputs, path) for path in mine.paths]
        self.metrics, self.weighted = (
            [
                [
                    metrics_module.resolve(m, target, output)
                    for m in _as_list(per_output)
                ]
                for per_output, target, output in zip(
                    _metrics_of(mine, user, what), flat_y, flat_outputs, strict=True
                )
            ]
            for user, what in (
                (self.user_metrics, "metrics"),
                (self.user_weighted_metrics, "weighted_metrics"),
            )
        )
        self._of_metrics = mine

    def is_about(self, outputs: Any) -> bool:
        """Says whether the losses are about parts of a nest like this one."""
        return self._of_losses is not None and self._of_losses.is_like(outputs)

    def _resolve_losses(self, mine: Outputs, outputs: Any, y: Any) -> None:
        self.terms = plan(self.user_loss, self.user_loss_weights, outputs, mine.names)
        mine.measured = [term.path for term in self.terms]
        y = mine.matched(y, "y")
        self.losses = []
        for term in self.terms:
            part = at(outputs, term.path)
            loss = (
                losses_module.as_loss(term.loss)
                if is_nest(part)
                else losses_module.resolve(term.loss, at(y, term.path), part)
            )
            assert loss is not None
            self.losses.append(loss)
        if len(self.terms) > 1:
            self.output_trackers = [
                Mean(name=f"{term.name or loss.name}_loss")
                for term, loss in zip(self.terms, self.losses, strict=True)
            ]

    def target(self, y: Any, term: Term) -> Any:
        """Returns the part of the targets that a term of the loss is about."""
        assert self._of_losses is not None
        return at(self._of_losses.matched(y, "y"), term.path)

    @property
    def all_metrics(self) -> list[Metric]:
        """Every metric including the mean of the loss, in the order of the logs."""
        groups = [
            m
            for plain, weighted in zip(self.metrics, self.weighted, strict=True)
            for m in (*plain, *weighted)
        ]
        return [self.loss_tracker, *self.output_trackers, *groups]

    @property
    def variables(self) -> list[Variable]:
        """The state of every metric."""
        return [v for metric in self.all_metrics for v in metric.variables]

    @property
    def rows_independent(self) -> bool:
        """Whether padded rows can be masked out exactly.

        Losses and metrics of saccade honour the mask; of others nothing is known.
        """
        return all(is_ours(part) for part in (*self.losses, *self.all_metrics))

    def loss(
        self, y: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[jax.Array, list[jax.Array]]:
        """Returns the weighted sum of the losses, and the losses, without penalties.

        Raises:
            NotBuiltError: compile() was given no loss.
        """
        mine = self._of_losses
        assert mine is not None
        targets = mine.matched(y, "y")
        weights = mine.matched(sample_weight, "sample_weight")
        values: list[jax.Array] = []
        total = jnp.zeros(())
        for term, loss in zip(self.terms, self.losses, strict=True):
            prediction, weight = at(y_pred, term.path), at(weights, term.path)
            if is_nest(prediction):
                weight = next((w for _, w in leaves(weight)), None)
            else:
                loss, prediction = _from_logits(loss, prediction)
            value = loss(at(targets, term.path), prediction, weight)
            values.append(value)
            total = total + value * term.weight
        return total, values

    def count_loss(
        self, total: jax.Array, values: Sequence[jax.Array], rows: jax.Array | int
    ) -> None:
        """Counts the loss of a batch in; runs inside a scope.

        Args:
            total: the loss with all penalties.
            values: the losses of single outputs.
            rows: the number of real rows.
        """
        # These means are over batches weighted by size; the mask is not about them.
        with _scope.without_row_mask():
            self.loss_tracker.update_state(total, sample_weight=rows)
        self.count_parts(values, rows)

    def count_parts(self, values: Sequence[jax.Array], rows: jax.Array | int) -> None:
        """Counts the losses of single outputs in."""
        with _scope.without_row_mask():
            for tracker, value in zip(self.output_trackers, values, strict=False):
                tracker.update_state(value, sample_weight=rows)

    def count_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        """Counts a batch into the metrics."""
        mine = self._of_metrics
        assert mine is not None
        targets = mine.matched(y, "y")
        weights = mine.matched(sample_weight, "sample_weight")
        for number, path in enumerate(mine.paths):
            target, prediction = _one(at(targets, path)), at(y_pred, path)
            for metric in self.metrics[number]:
                metric.update_state(target, prediction)
            for metric in self.weighted[number]:
                metric.update_state(target, prediction, at(weights, path))

    def results(self) -> dict[str, Any]:
        """Returns what is logged, by name; runs inside a scope or outside."""
        several = len(self.output_names) > 1
        logs: dict[str, Any] = {}
        for metric in [self.loss_tracker, *self.output_trackers]:
            logs[metric.name] = metric.result()
        used: Counter[str] = Counter()
        for groups, prefix in ((self.metrics, ""), (self.weighted, "weighted_")):
            for name, group in zip(self.output_names, groups, strict=True):
                stem = f"{name}_" if several else ""
                for metric in group:
                    key = f"{stem}{metric.name}"
                    if used[key]:
                        key = f"{stem}{prefix}{metric.name}"
                    used[key] += 1
                    if used[key] > 1:
                        key = f"{key}_{used[key] - 1}"
                    result = metric.result()
                    if isinstance(result, dict):
                        logs.update(result)
                    else:
                        logs[key] = result
        return logs


def _metrics_of(outputs: Outputs, user: Any, what: str) -> list[Any]:
    """What was given for each output."""
    count = len(outputs.paths)
    if count == 1 and isinstance(user, (list, tuple)):
        return [[m for item in user for m in _as_list(item)]]
    lists = isinstance(user, (list, tuple))
    if lists and len(user) not in (count, outputs.length):
        raise ConfigError(
            message(
                what,
                f"expected one list for each of {count} outputs, got {len(user)}",
                f"name them: {what}={{'output': ['accuracy']}}",
            )
        )
    given = outputs.arranged(user, what)
    return [at(given, path) for path in outputs.paths]


def _one(target: Any) -> Any:
    """The target of one output: as in Keras the first, if there are several."""
    return next((part for _, part in leaves(target)), None)


def _from_logits(loss: Loss, prediction: Any) -> tuple[Loss, Any]:
    """The loss on logits, where the prediction is a softmax or sigmoid of them."""
    known = _scope.logits_behind(prediction)
    twin = None if known is None else losses_module.on_logits(loss, known[1])
    if known is None or twin is None:
        return loss, prediction
    return twin, keep_mask(prediction, known[0])


def _check_names(loss: Any, metrics: Any, weighted: Any) -> None:
    """Finds misspelt names at compile(), long before the shapes are known."""
    for item in jax.tree.leaves(loss):
        if isinstance(item, str) and item.lower() not in losses_module.SHAPE_DEPENDENT:
            losses_module.get(item)
    for item in jax.tree.leaves([metrics, weighted]):
        if isinstance(item, str) and item.lower() not in metrics_module.SHAPE_DEPENDENT:
            metrics_module.get(item)


def is_ours(part: object) -> bool:
    """Says whether a loss or metric is saccade's own, with the function in it.

    Args:
        part: the loss or metric.

    Example:
        >>> is_ours(metrics_module.MeanSquaredError())
        True
        >>> is_ours(metrics_module.MeanMetricWrapper(jnp.subtract))
        False
    """
    if not type(part).__module__.startswith("saccade."):
        return False
    function = getattr(part, "fn", None) or getattr(part, "_fn", None)
    return function is None or str(getattr(function, "__module__", "")).startswith(
        "saccade."
    )


def _as_list(item: Any) -> list[Any]:
    if item is None:
        return []
    return list(item) if isinstance(item, (list, tuple)) else [item]


def require_loss(objective: Objective, penalties: bool) -> None:
    """Raises if there is nothing to minimise.

    Raises:
        NotBuiltError: neither a loss nor a penalty.
    """
    if objective.user_loss is None and not penalties:
        raise NotBuiltError(
            message(
                "fit",
                "there is nothing to minimise: compile() was given no loss",
                "model.compile(optimizer, loss='sparse_categorical_crossentropy')",
            )
        )
