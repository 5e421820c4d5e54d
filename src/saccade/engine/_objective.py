"""Losses and metrics of a model with one or several outputs.

Knows which loss and metrics belong to which output, adds losses up, and names what
is logged, as Keras does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import losses as losses_module
from saccade import metrics as metrics_module
from saccade.core import _scope
from saccade.core._errors import ConfigError, NotBuiltError, message, nearest
from saccade.core._masks import keep_mask
from saccade.core._variable import Variable
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
        self.losses: list[Loss | None] = []
        self.weights: list[float] = []
        self.output_names: list[str] = []
        self._keys: list[Any] = []
        self.metrics: list[list[Metric]] = []
        self.weighted: list[list[Metric]] = []
        self.built = False

    def build(self, y: Any, outputs: Any, output_names: Sequence[str] | None) -> None:
        """Resolves names, knowing the shapes of targets and outputs.

        Args:
            y: targets, or their shapes; None if there are none.
            outputs: the outputs' shapes and types, nested as the model returns them.
            output_names: their names, for logs of models with several outputs.

        Raises:
            ConfigError: an unknown name or output, with the nearest.
        """
        if self.built:
            return
        keys, flat_outputs = _flatten(outputs)
        names = list(output_names or [])
        if len(names) != len(flat_outputs):
            names = [str(k) for k in keys]
        self.output_names, self._keys = names, keys
        flat_y = _aligned(y, keys, names, "y")
        given = _aligned(self.user_loss, keys, names, "loss")
        self.losses = [
            losses_module.resolve(_only(loss), target, output)
            for loss, target, output in zip(given, flat_y, flat_outputs, strict=True)
        ]
        weights = _aligned(self.user_loss_weights, keys, names, "loss_weights")
        self.weights = [1.0 if w is None else float(w) for w in weights]
        self.metrics, self.weighted = (
            [
                [
                    metrics_module.resolve(m, target, output)
                    for m in _as_list(per_output)
                ]
                for per_output, target, output in zip(
                    _aligned_metrics(user, keys, names), flat_y, flat_outputs,
                    strict=True,
                )
            ]
            for user in (self.user_metrics, self.user_weighted_metrics)
        )  # fmt: skip
        if len(flat_outputs) > 1:
            self.output_trackers = [Mean(name=f"{n}_loss") for n in names]
        self.built = True

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

    def reset(self) -> None:
        """Forgets what was counted."""
        for metric in self.all_metrics:
            metric.reset_state()

    @property
    def rows_independent(self) -> bool:
        """Whether padded rows can be masked out exactly.

        Losses and metrics of saccade honour the mask; of others nothing is known.
        """
        parts: list[object] = [loss for loss in self.losses if loss is not None]
        parts += self.all_metrics
        return all(_is_ours(part) for part in parts)

    def loss(
        self, y: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[jax.Array, list[jax.Array]]:
        """Returns the weighted sum of the losses, and the losses, without penalties.

        Raises:
            NotBuiltError: compile() was given no loss.
        """
        keys, predictions = self._keys, self._in_order(y_pred)
        targets = _aligned(y, keys, self.output_names, "y")
        weights = _aligned(sample_weight, keys, self.output_names, "sample_weight")
        if all(loss is None for loss in self.losses):
            return jnp.zeros(()), []
        values: list[jax.Array] = []
        total = jnp.zeros(())
        for number, loss in enumerate(self.losses):
            if loss is None:
                continue
            loss, prediction = _from_logits(loss, predictions[number])
            value = loss(targets[number], prediction, weights[number])
            values.append(value)
            total = total + value * self.weights[number]
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
        keys, predictions = self._keys, self._in_order(y_pred)
        targets = _aligned(y, keys, self.output_names, "y")
        weights = _aligned(sample_weight, keys, self.output_names, "sample_weight")
        for number, prediction in enumerate(predictions):
            for metric in self.metrics[number]:
                metric.update_state(targets[number], prediction)
            for metric in self.weighted[number]:
                metric.update_state(targets[number], prediction, weights[number])

    def _in_order(self, y_pred: Any) -> list[Any]:
        """The outputs in the order that build() saw; JAX sorts dicts on its way."""
        if isinstance(y_pred, Mapping):
            return [y_pred[key] for key in self._keys]
        return _flatten(y_pred)[1]

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


def _is_ours(part: object) -> bool:
    if not type(part).__module__.startswith("saccade."):
        return False
    function = getattr(part, "fn", None) or getattr(part, "_fn", None)
    return function is None or str(getattr(function, "__module__", "")).startswith(
        "saccade."
    )


def _flatten(tree: Any) -> tuple[list[Any], list[Any]]:
    """Keys and leaves of a list, a dict, or one array (key 0)."""
    if isinstance(tree, Mapping):
        return list(tree), list(tree.values())
    if isinstance(tree, (list, tuple)):
        return list(range(len(tree))), list(tree)
    return [0], [tree]


def _aligned(tree: Any, keys: list[Any], names: Sequence[str], what: str) -> list[Any]:
    """The parts of `tree` in the order of the outputs; None where there is none."""
    if tree is None:
        return [None] * len(keys)
    if isinstance(tree, Mapping):
        known = [*keys, *names]
        for key in tree:
            if key not in known:
                close = nearest(str(key), [str(k) for k in known])
                raise ConfigError(
                    message(
                        what,
                        f"there is no output {key!r}",
                        f"did you mean {close[0]!r}?" if close else None,
                    )
                )
        return [
            tree.get(key, tree.get(name)) for key, name in zip(keys, names, strict=True)
        ]
    if len(keys) == 1:
        return [tree[0] if isinstance(tree, (list, tuple)) and len(tree) == 1 else tree]
    if isinstance(tree, (list, tuple)):
        if len(tree) != len(keys):
            raise ConfigError(
                message(
                    what,
                    f"expected one entry for each of {len(keys)} outputs, got "
                    f"{len(tree)}",
                )
            )
        return list(tree)
    return [tree] * len(keys)


def _aligned_metrics(user: Any, keys: list[Any], names: Sequence[str]) -> list[Any]:
    if len(keys) == 1 and isinstance(user, (list, tuple)):
        flat = [m for item in user for m in _as_list(item)]
        return [flat]
    if isinstance(user, (list, tuple)) and len(user) != len(keys):
        raise ConfigError(
            message(
                "metrics",
                f"expected one list for each of {len(keys)} outputs, got {len(user)}",
                "name them: metrics={'output': ['accuracy']}",
            )
        )
    return _aligned(user, keys, names, "metrics")


def _only(loss: Any) -> Any:
    """Takes one loss out of a list around it, as Keras does."""
    single = isinstance(loss, (list, tuple)) and len(loss) == 1
    return _only(loss[0]) if single else loss


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
