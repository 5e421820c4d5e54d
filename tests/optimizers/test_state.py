from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Variable
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    NotBuiltError,
    ShapeError,
)
from saccade.optimizers import SGD, Adam
from saccade.optimizers.schedules import ExponentialDecay, LearningRateSchedule


def weights() -> list[Variable]:
    return [
        Variable(np.arange(6.0).reshape(2, 3), name="kernel"),
        Variable(np.array([1.0, -1.0, 0.5]), name="bias"),
    ]


def ones(variables: list[Variable], value: float = 1.0) -> list[np.ndarray]:
    return [np.full(v.shape, value, np.float32) for v in variables]


def test_learning_rate_is_a_variable_that_can_be_set():
    optimizer = SGD(0.5)
    assert float(optimizer.learning_rate) == 0.5
    assert optimizer.learning_rate.numpy() == np.float32(0.5)
    optimizer.learning_rate = 0.25
    optimizer.learning_rate.assign(optimizer.learning_rate / 2)
    assert float(optimizer.lr) == 0.125
    optimizer.lr = 1
    assert float(optimizer.learning_rate) == 1.0


@pytest.mark.parametrize("rate", [1, np.float32(1), np.array(1.0), jnp.float32(1)])
def test_any_number_is_a_learning_rate(rate):
    assert float(SGD(rate).learning_rate) == 1.0


@pytest.mark.parametrize("rate", [-0.1, "0.1", None, True, float("nan"), [0.1]])
def test_wrong_learning_rates_are_named(rate):
    with pytest.raises(ConfigError, match="SGD: `learning_rate` must be a number >= 0"):
        SGD(rate)
    optimizer = SGD(0.1)
    with pytest.raises(ConfigError, match="`learning_rate` must be a number >= 0, got"):
        optimizer.learning_rate = rate
    assert float(optimizer.learning_rate) == np.float32(0.1)


def test_lr_is_learning_rate_under_its_old_name():
    assert float(SGD(lr=0.5, momentum=0.9).learning_rate) == 0.5
    assert float(Adam(lr=0.25).learning_rate) == 0.25


def test_decay_names_the_schedule_that_replaces_it():
    with pytest.raises(ConfigError, match=r"`decay`.*got 1e-06(.|\n)*InverseTimeDecay"):
        SGD(lr=0.01, decay=1e-6)
    assert SGD(lr=0.01, decay=0.0).weight_decay is None


def test_a_schedule_follows_the_count_of_steps():
    optimizer = SGD(ExponentialDecay(1.0, 1, 0.5))
    w = Variable(np.zeros(1), name="w")
    seen = []
    for _ in range(3):
        seen.append(float(optimizer.learning_rate))
        optimizer.apply([np.ones(1)], [w])
    assert seen == [1.0, 0.5, 0.25]
    assert float(w[0]) == -1.75
    assert [v.name for v in optimizer.variables] == ["iteration"]


def test_a_schedule_is_not_overwritten():
    optimizer = Adam(ExponentialDecay(1.0, 1, 0.5))
    with pytest.raises(TypeError, match=r"follows a schedule and cannot be set to 0.1"):
        optimizer.learning_rate = 0.1
    with pytest.raises(ArgumentTypeError, match="Fix: make the optimizer with a float"):
        optimizer.learning_rate = 0.1


def test_a_schedule_replaces_a_number():
    optimizer = SGD(0.1)
    optimizer.learning_rate = ExponentialDecay(1.0, 1, 0.5)
    assert float(optimizer.learning_rate) == 1.0
    assert [v.name for v in optimizer.variables] == ["iteration"]


def test_a_function_is_asked_for_the_rate():
    rates = iter([0.5, 0.25])
    optimizer, w = SGD(lambda: next(rates)), Variable(np.zeros(1), name="w")
    optimizer.apply([np.ones(1)], [w])
    optimizer.apply([np.ones(1)], [w])
    assert float(w[0]) == -0.75


def test_own_schedules_can_be_written():
    class Line(LearningRateSchedule):
        def __call__(self, step):
            return 1.0 / (1.0 + jnp.asarray(step, "float32"))

    optimizer, w = SGD(Line()), Variable(np.zeros(1), name="w")
    optimizer.apply([np.ones(1)], [w])
    optimizer.apply([np.ones(1)], [w])
    assert float(w[0]) == -1.5


def test_a_changed_rate_does_not_trace_again():
    optimizer, variables = Adam(0.1), weights()
    optimizer.build(variables)
    traces = 0

    @jax.jit
    def step(state, gradients, values):
        nonlocal traces
        traces += 1
        return optimizer.stateless_apply(state, gradients, values)

    for rate in (0.1, 0.2, 0.3):
        optimizer.learning_rate = rate
        state = [v.value for v in optimizer.variables]
        new, _ = step(state, ones(variables), [v.value for v in variables])
        assert_allclose(new[1], variables[1].numpy() - rate, rtol=1e-4)
    assert traces == 1


def test_a_variable_set_as_attribute_is_part_of_the_state():
    class Counting(SGD):
        def build(self, variables):
            super().build(variables)
            self.extra = Variable(np.zeros(()), name="extra", trainable=False)
            self.several = [Variable(np.zeros(2), name="more", trainable=False)]

    optimizer = Counting()
    optimizer.build(weights())
    assert [v.name for v in optimizer.variables[-2:]] == ["extra", "more"]


def test_variables_are_added_for_each_weight_and_name():
    optimizer, variables = SGD(), weights()
    first, second = optimizer.add_optimizer_variables(variables, ["a", "b"])
    assert [v.name for v in optimizer.variables[2:]] == [
        "kernel_a",
        "kernel_b",
        "bias_a",
        "bias_b",
    ]
    assert [v.shape for v in first] == [v.shape for v in second] == [(2, 3), (3,)]
    with pytest.raises(ConfigError, match="as many initializers as names, got 1 for 2"):
        optimizer.add_optimizer_variables(variables, ["a", "b"], ["zeros"])


def test_state_is_saved_and_read_in_order():
    optimizer, variables = Adam(0.1), weights()
    optimizer.apply(ones(variables), variables)
    store: dict[str, np.ndarray] = {}
    optimizer.save_own_variables(store)
    assert list(store) == [str(i) for i in range(6)]
    assert store["0"] == 1
    other = Adam(0.5)
    other.build(weights())
    other.load_own_variables(store)
    assert int(other.iterations) == 1
    assert float(other.learning_rate) == np.float32(0.1)
    other.set_weights([v.numpy() for v in optimizer.variables])
    with pytest.warns(UserWarning, match="it has 2 variables, the saved one 6. It is"):
        SGD(0.1).load_own_variables(store)


def test_set_weights_checks():
    optimizer = SGD(0.1, momentum=0.5)
    with pytest.raises(NotBuiltError, match=r"SGD.set_weights: You are calling it"):
        optimizer.set_weights([])
    optimizer.build(weights())
    with pytest.raises(ShapeError, match=r"expected a value of shape \(\), got \(7,\)"):
        optimizer.set_weights([np.zeros(7)])


def test_names_count_up_and_can_be_chosen():
    first, second = SGD(), SGD()
    assert first.name.startswith("sgd")
    assert first.name != second.name
    assert SGD(name="mine").learning_rate.path == "mine/learning_rate"
