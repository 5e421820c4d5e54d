"""The steps of training that a subclass may write anew, in either of Keras' forms.

In the JAX form a step takes and returns all values; in TensorFlow's form it takes the
data alone, and changes variables. Here are `compute_loss`, `compute_metrics`,
`train_step`, `test_step` and `predict_step`, and the pure `stateless_` functions that
they are written with. How steps are compiled and repeated must not go here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import jax

from saccade.core import _scope
from saccade.core._errors import NotBuiltError, message
from saccade.core._scope import Scope
from saccade.core._variable import Variable
from saccade.data import unpack_x_y_sample_weight
from saccade.engine._logs import plain
from saccade.engine._spec import TrainSpec
from saccade.engine._state import StateLayout
from saccade.engine._step import make_default_step, make_test_step
from saccade.layers import Layer
from saccade.metrics import Metric
from saccade.models import _step_state


class Steps(Layer):
    """What a model does with one batch; subclasses may replace any part."""

    _spec: TrainSpec | None = None

    def _require_spec(self, where: str) -> TrainSpec:
        if self._spec is None:
            raise NotBuiltError(
                message(
                    where,
                    "the model is not compiled",
                    "call model.compile(optimizer=..., loss=...) first",
                )
            )
        return self._spec

    def overrides(self, name: str) -> bool:
        """Says whether a subclass wrote a method of this class anew."""
        return getattr(type(self), name) is not getattr(Steps, name)

    def takes_state(self, name: str) -> bool:
        """Says whether a step is in Keras' JAX form: (self, state, data)."""
        return not self.overrides(name) or _step_state.takes_state(getattr(self, name))

    # Metrics ------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Metric]:
        """The mean of the loss, the metrics, and those kept in attributes."""
        known = [] if self._spec is None else self._spec.objective.all_metrics
        found = {id(metric): metric for metric in known}
        for metric in _metrics_of(self):
            found.setdefault(id(metric), metric)
        return list(found.values())

    @property
    def metrics_names(self) -> list[str]:
        """The names of what evaluate() returns, in its order."""
        return list(self._metric_values()) if self._spec is not None else []

    def reset_metrics(self) -> None:
        """Makes all metrics forget what they counted."""
        # Those of compile() too where a subclass lists others.
        known = [] if self._spec is None else self._spec.objective.all_metrics
        for metric in {id(m): m for m in (*known, *self.metrics)}.values():
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Returns loss and metrics as they stand."""
        self._require_spec("get_metrics_result")
        values = self._metric_values()
        return values if _scope.current() is not None else plain(values)

    def _metric_values(self) -> dict[str, Any]:
        objective = self._require_spec("metrics").objective
        mine = self.metrics
        known = {id(metric) for metric in objective.all_metrics}
        logs: dict[str, Any] = {}
        if any(metric is objective.loss_tracker for metric in mine):
            logs.update(objective.results())
        for metric in mine:
            if id(metric) in known:
                continue
            result = metric.result()
            logs.update(result if isinstance(result, dict) else {metric.name: result})
        # A metric of the user's own may return its variable itself.
        return {k: v.value if isinstance(v, Variable) else v for k, v in logs.items()}

    def _counted(self) -> list[Variable]:
        """The variables of metrics that steps read and write."""
        objective = self._require_spec("fit").objective
        if self.overrides("train_step") or self.overrides("test_step"):
            # The user's code walks through `self.metrics`, so nothing else fits.
            return self.metrics_variables
        found = {id(v): v for v in (*objective.variables, *self.metrics_variables)}
        return list(found.values())

    # Parts of a step ----------------------------------------------------------------

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Returns the loss of a batch: that of compile(), and all penalties.

        Args:
            x: the inputs.
            y: the targets.
            y_pred: the outputs.
            sample_weight: weight of each sample.
            training: whether this is training.

        Raises:
            NotBuiltError: compile() was not called.
        """
        objective = self._require_spec("compute_loss").objective
        objective.build(y, y_pred, self._output_names())
        total, parts = objective.loss(y, y_pred, sample_weight)
        for penalty in self.losses:
            total = total + penalty
        leaves = jax.tree.leaves(y_pred)
        if leaves:
            objective.count_parts(parts, leaves[0].shape[0])
        return total

    def stateless_compute_loss(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        metrics_variables: Sequence[Any],
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Any, tuple[list[Any], list[Any], list[Any]]]:
        """Returns the loss and new variables for given ones; changes nothing.

        Returns:
            The loss, and (trainable, non-trainable, metrics) variables after it.
        """
        groups = (
            self.trainable_variables, self.non_trainable_variables,
            self.metrics_variables,
        )  # fmt: skip
        given = (trainable_variables, non_trainable_variables, metrics_variables)
        pairs = [
            pair
            for group, values in zip(groups, given, strict=True)
            for pair in zip(group, values, strict=True)
        ]
        with Scope.nested(pairs) as scope:
            loss = self.compute_loss_of(x, y, y_pred, sample_weight, training)
            a, b, c = (scope.values(group) for group in groups)
        return loss, (a, b, c)

    def compute_loss_of(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
    ) -> Any:
        """Calls compute_loss, which older programs write without `training`."""
        given: dict[str, Any] = {
            "x": x, "y": y, "y_pred": y_pred, "sample_weight": sample_weight,
        }  # fmt: skip
        parameters = inspect.signature(self.compute_loss).parameters.values()
        takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters)
        if takes_all or any(p.name == "training" for p in parameters):
            given["training"] = training
        return self.compute_loss(**given)

    def _rehearse_loss(self, batch: Any, outputs: Any) -> None:
        """Traces the user's `compute_loss`, which may split the outputs into parts.

        The losses of compile() are then about the parts that it hands on.
        """
        objective = self._require_spec("compute_loss").objective
        x, y, weight = batch
        objective.build_metrics(y, outputs, self._output_names())

        def run(x: Any, y: Any, weight: Any, y_pred: Any) -> Any:
            with Scope():
                return self.compute_loss_of(x, y, y_pred, weight, True)

        jax.eval_shape(run, x, y, weight, outputs)

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Counts a batch in and returns what is logged.

        Args:
            x: the inputs.
            y: the targets.
            y_pred: the outputs.
            sample_weight: weight of each sample.
        """
        objective = self._require_spec("compute_metrics").objective
        objective.build(y, y_pred, self._output_names())
        objective.count_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    # Whole steps --------------------------------------------------------------------

    def train_step(self, state: Any, data: Any = None) -> Any:
        """Makes one step of training, as a pure function of arrays.

        Args:
            state: values of the (trainable, non-trainable, optimizer, metrics)
                variables.
            data: x, (x,), (x, y) or (x, y, sample_weight).

        Returns:
            What is logged, and the new state. Called with the data alone, as in
            TensorFlow's form, it changes the variables, and returns what is logged.
        """
        if data is None:
            return self._train_in_place(state)
        spec = self._require_spec("train_step")
        layout = self._layout(spec, with_optimizer=True)
        scope = _scope.current()
        keyed = scope is not None and scope.has_key
        step = make_default_step(self, spec, layout)  # type: ignore[arg-type]
        batch = unpack_x_y_sample_weight(data)
        key = scope.key if scope is not None and keyed else None
        new, _ = step(_lists(state), batch, _scope.current_row_mask(), key)
        return self._results_of(layout, new), new

    def test_step(self, state: Any, data: Any = None) -> Any:
        """Counts one batch of evaluation in, as a pure function of arrays.

        Args:
            state: values of the (trainable, non-trainable, metrics) variables.
            data: x, (x,), (x, y) or (x, y, sample_weight).

        Returns:
            What is logged, and the new state; of the data alone, what is logged.
        """
        if data is None:
            return self._test_in_place(state)
        spec = self._require_spec("test_step")
        layout = self._layout(spec, with_optimizer=False)
        trainable, frozen, counts = _lists(state)
        step = make_test_step(self, spec, layout, custom=False)  # type: ignore[arg-type]
        batch = unpack_x_y_sample_weight(data)
        values = (trainable, frozen, [], counts)
        new, _ = step(values, batch, _scope.current_row_mask())
        return self._results_of(layout, new), (new[0], new[1], new[3])

    def predict_step(self, state: Any, data: Any = None) -> Any:
        """Computes outputs for one batch, as a pure function of arrays.

        Args:
            state: values of the (trainable, non-trainable) variables.
            data: x or (x,).

        Returns:
            The outputs, and the new values of the non-trainable variables; of the
            data alone, the outputs.
        """
        if data is None:
            x, _, _ = unpack_x_y_sample_weight(state)
            return self(self.prepare_inputs(x), training=False)
        x, _, _ = unpack_x_y_sample_weight(data)
        return self.stateless_call(*state, self.prepare_inputs(x), training=False)

    def _carried(self) -> list[Variable]:
        """What a loop carries besides trained weights.

        Random numbers come from the step, so the states of their streams stay out,
        unless the user's own step hands them to `stateless_call`.
        """
        if self._writes_steps():
            return self.non_trainable_variables
        return self.non_trainable_weights

    def _writes_steps(self) -> bool:
        """Whether a step is the user's own."""
        return any(map(self.overrides, ("train_step", "test_step", "predict_step")))

    def _layout(
        self,
        spec: TrainSpec,
        with_optimizer: bool,
        frozen: list[Variable] | None = None,
    ) -> StateLayout:
        optimizer = spec.optimizer if with_optimizer else None
        return StateLayout(
            trainable=self.trainable_variables,
            frozen=self.non_trainable_variables if frozen is None else frozen,
            optimizer=optimizer.variables if optimizer is not None else [],
            metrics=self._counted(),
        )

    def _train_in_place(self, data: Any) -> dict[str, Any]:
        spec = self._require_spec("train_step")
        self._resolve(data)
        if spec.optimizer is not None and not spec.optimizer.built:
            spec.optimizer.build(self.trainable_variables)
        groups = self._layout(spec, with_optimizer=True).groups
        logs, new = Steps.train_step(self, _values(groups), data)
        _assign(groups, new)
        return logs

    def _test_in_place(self, data: Any) -> dict[str, Any]:
        self._resolve(data)
        layout = self._layout(self._require_spec("test_step"), with_optimizer=False)
        groups = (layout.trainable, layout.frozen, layout.metrics)
        logs, new = Steps.test_step(self, _values(groups), data)
        _assign(groups, new)
        return logs

    def _resolve(self, data: Any) -> None:
        """Finds losses and metrics by the shapes of targets and outputs."""
        objective = self._require_spec("train_step").objective
        if not objective.built:
            x, y, _ = unpack_x_y_sample_weight(data)
            objective.build(y, self._output_specs(x), self._output_names())

    def _results_of(self, layout: StateLayout, state: Any) -> dict[str, Any]:
        with Scope.nested(zip(layout.metrics, state[3], strict=True)):
            return self.get_metrics_result()

    # What a model adds --------------------------------------------------------------

    def prepare_inputs(self, x: Any) -> Any:
        """Casts a batch to what the model takes."""
        return x

    def _output_names(self) -> list[str] | None:
        """The names of the outputs, for logs of several."""
        return None

    def _output_specs(self, x: Any) -> Any:
        """Shapes and types of the outputs for a batch of rows like those of `x`."""
        raise NotImplementedError


def _values(groups: Sequence[Sequence[Variable]]) -> tuple[list[Any], ...]:
    return tuple([v.value for v in group] for group in groups)


def _assign(groups: Sequence[Sequence[Variable]], new: Any) -> None:
    for group, values in zip(groups, new, strict=True):
        for variable, value in zip(group, values, strict=True):
            variable.assign(value)


def _lists(state: Any) -> tuple[list[Any], ...]:
    return tuple(list(group) for group in state)


def _metrics_of(layer: Layer) -> Iterator[Metric]:
    """The metrics in attributes of a layer and of those below, models left out."""
    yield from layer._own_metrics()
    for inner in layer._sublayers():
        if not isinstance(inner, Steps):
            yield from _metrics_of(inner)
