"""The base of metrics: state, reset, stateless forms, tracking, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import Variable, losses, metrics
from saccade.core._errors import ConfigError
from saccade.core._scope import Scope


class Rows(metrics.Metric):
    def __init__(self, name: str | None = None) -> None:
        super().__init__(name=name)
        self.seen = self.add_weight(name="seen")

    def update_state(
        self, y_true: object, y_pred: jax.Array, sample_weight: object = None
    ) -> None:
        self.seen.assign_add(y_pred.shape[0])

    def result(self) -> jax.Array:
        return self.seen.value


def test_state_and_reset() -> None:
    metric = Rows("rows")
    assert float(metric(np.zeros(3), np.zeros(3))) == 3
    assert float(metric(np.zeros(2), np.zeros(2))) == 5
    assert [v.path for v in metric.variables] == ["rows/seen"]
    assert not metric.variables[0].trainable
    metric.reset_state()
    assert float(metric.result()) == 0
    assert "rows" in repr(metric)


def test_stateless_forms_change_nothing() -> None:
    metric = metrics.Mean()
    metric.update_state([4.0])
    state = metric.stateless_reset_state()
    state = jax.jit(metric.stateless_update_state)(state, jnp.array([1.0, 2.0]))
    assert float(metric.stateless_result(state)) == 1.5
    assert float(metric.result()) == 4.0
    with pytest.raises(ConfigError, match="must have 2 values, one for each"):
        metric.stateless_update_state(state[:1], jnp.zeros(1))
    with pytest.raises(ConfigError, match="got 3"):
        metric.stateless_result([*state, state[0]])


def test_stateless_update_keeps_the_mask() -> None:
    metric = metrics.Mean()
    with Scope(row_mask=jnp.array([True, False])):
        state = metric.stateless_update_state(
            metric.stateless_reset_state(), jnp.array([1.0, 5.0])
        )
    assert float(metric.stateless_result(state)) == 1.0


def test_metrics_and_variables_as_attributes_are_state() -> None:
    class Both(metrics.Metric):
        def __init__(self) -> None:
            super().__init__(name="both")
            self.parts = [metrics.Sum(), metrics.Mean()]
            self.extra = Variable(np.ones(2, "float32"), name="extra")

        def update_state(self, values: object) -> None:
            for part in self.parts:
                part.update_state(values)

        def result(self) -> dict[str, jax.Array]:
            return {part.name: part.result() for part in self.parts}

    metric = Both()
    assert [v.name for v in metric.variables] == ["extra", "total", "total", "count"]
    assert {k: float(v) for k, v in metric([1.0, 3.0]).items()} == {
        "sum": 4.0,
        "mean": 2.0,
    }
    metric.reset_state()
    assert not any(np.any(v.numpy()) for v in metric.variables)


def test_init_not_called() -> None:
    class Forgetful(metrics.Metric):
        def __init__(self) -> None:
            self.total = self.add_variable((), "zeros", name="total")

    with pytest.raises(ConfigError, match=r"did not call `super\(\).__init__\(\)`"):
        Forgetful()


def test_methods_not_written() -> None:
    metric = metrics.Metric(name="m")
    with pytest.raises(NotImplementedError, match="update_state"):
        metric.update_state()
    with pytest.raises(NotImplementedError, match="result"):
        metric.result()
    assert metric.get_config() == {"name": "m", "dtype": "float32"}


def test_mean_of_nothing_is_zero() -> None:
    assert float(metrics.Mean().result()) == 0.0
    metric = metrics.Mean()
    with Scope(row_mask=jnp.zeros(2, bool)):
        state = metric.stateless_update_state(
            metric.stateless_reset_state(), jnp.array([jnp.nan, jnp.inf])
        )
    assert [float(s) for s in state] == [0.0, 0.0]


def test_a_loss_object_is_a_metric() -> None:
    metric = metrics.MeanMetricWrapper(losses.MeanSquaredError())
    metric.update_state([[0.0], [0.0]], [[1.0], [2.0]])
    assert float(metric.result()) == 2.5


def test_wrapper_config() -> None:
    metric = metrics.MeanMetricWrapper(losses.huber, name="h", delta=0.5)
    again = metrics.MeanMetricWrapper.from_config(metric.get_config())
    for m in (metric, again):
        m.update_state([[0.0]], [[2.0]])
    assert float(metric.result()) == float(again.result()) == 0.875
    assert again.name == "h"


def test_integer_metrics_count_in_integers() -> None:
    metric = metrics.MeanIoU(2)
    assert metric.dtype == "int32"
    assert metric.variables[0].dtype == "int32"
