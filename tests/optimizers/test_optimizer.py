from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Variable
from saccade.core._errors import (
    ConfigError,
    DataError,
    NotBuiltError,
    ShapeError,
)
from saccade.optimizers import SGD, Adam, AdamW, LossScaleOptimizer, Optimizer


def weights() -> list[Variable]:
    return [
        Variable(np.arange(6.0).reshape(2, 3), name="kernel"),
        Variable(np.array([1.0, -1.0, 0.5]), name="bias"),
    ]


def ones(variables: list[Variable], value: float = 1.0) -> list[np.ndarray]:
    return [np.full(v.shape, value, np.float32) for v in variables]


class Momentum(Optimizer):
    """Written as Keras' guide tells users to."""

    def __init__(self, learning_rate=0.1, momentum=0.5, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.momentums = []
        for variable in variables:
            self.momentums.append(
                self.add_variable_from_reference(
                    reference_variable=variable, name="momentum"
                )
            )

    def update_step(self, gradient, variable, learning_rate):
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, m * self.momentum - gradient * learning_rate)
        self.assign_add(variable, m)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


def test_stateless_apply_changes_nothing_and_agrees_with_apply():
    optimizer, variables = SGD(0.1, momentum=0.9), weights()
    optimizer.build(variables)
    before = [v.numpy() for v in [*variables, *optimizer.variables]]
    new, state = optimizer.stateless_apply(
        [v.value for v in optimizer.variables],
        ones(variables),
        [v.value for v in variables],
    )
    after = [v.numpy() for v in [*variables, *optimizer.variables]]
    for old, present in zip(before, after, strict=True):
        assert_allclose(present, old)
    optimizer.apply(ones(variables))
    for variable, value in zip(
        [*variables, *optimizer.variables], [*new, *state], strict=True
    ):
        assert_allclose(variable.numpy(), value)


def test_stateless_apply_needs_a_built_optimizer_and_right_numbers():
    optimizer, variables = SGD(0.1), weights()
    with pytest.raises(NotBuiltError, match=r"SGD.stateless_apply: the optimizer has"):
        optimizer.stateless_apply([], [], [])
    optimizer.build(variables)
    values = [v.value for v in variables]
    with pytest.raises(ConfigError, match="`optimizer_variables` must be 2 arrays"):
        optimizer.stateless_apply([], ones(variables), values)
    state = [v.value for v in optimizer.variables]
    with pytest.raises(ConfigError, match="`trainable_variables` must be 2 arrays"):
        optimizer.stateless_apply(state, ones(variables), values[:1])


def test_apply_gradients_counts_steps():
    optimizer, variables = SGD(1.0), weights()
    before = variables[1].numpy()
    pairs = zip(ones(variables), variables, strict=True)
    assert int(optimizer.apply_gradients(pairs)) == 1
    assert int(optimizer.iterations) == 1
    assert_allclose(variables[1].numpy(), before - 1)


def test_no_gradients_at_all():
    optimizer, variables = SGD(1.0), weights()
    optimizer.build(variables)
    optimizer.apply([])
    assert int(optimizer.iterations) == 0
    with pytest.raises(
        DataError,
        match=r"No gradients provided for any variable\. These have none: kern",
    ):
        optimizer.apply([None, None])


def test_missing_gradients_are_named_and_leave_their_weights():
    optimizer, variables = SGD(1.0, momentum=0.5), weights()
    before = variables[0].numpy()
    with pytest.warns(UserWarning, match=r"gradients do not exist for variables \['ke"):
        optimizer.apply([None, np.ones(3)], variables)
    assert_allclose(variables[0].numpy(), before)
    assert_allclose(variables[1].numpy(), [0.0, -2.0, -0.5])


def test_wrong_gradients():
    optimizer, variables = SGD(1.0), weights()
    with pytest.raises(NotBuiltError, match="does not know the weights yet"):
        optimizer.apply(ones(variables))
    optimizer.build(variables)
    with pytest.raises(ConfigError, match="each of the 2 weights, got 1"):
        optimizer.apply([np.ones(3)])
    with pytest.raises(ShapeError, match=r"'bias': expected shape \(3,\), got \(2,\)"):
        optimizer.apply([np.ones((2, 3)), np.ones(2)])
    with pytest.raises(ConfigError, match="unknown variable 'other'"):
        optimizer.apply([np.ones(1)], [Variable(np.zeros(1), name="other")])


def test_constraints_hold_after_the_step():
    w = Variable(np.array([1.0, -1.0]), name="w")
    w.constraint = lambda x: jnp.maximum(x, 0)
    SGD(0.5).apply([np.ones(2)], [w])
    assert_allclose(w.numpy(), [0.5, 0.0])


def test_the_loss_is_scaled_and_gradients_are_scaled_back():
    optimizer, w = SGD(1.0, loss_scale_factor=8.0), Variable(np.zeros(1), name="w")
    assert float(optimizer.scale_loss(jnp.float32(2))) == 16.0
    assert float(SGD().scale_loss(jnp.float32(2))) == 2.0
    optimizer.apply([np.full(1, 8.0)], [w])
    assert float(w[0]) == -1.0


def test_short_floats_keep_their_type():
    w = Variable(np.ones(4), dtype="bfloat16", name="w")
    optimizer = Adam(0.25)
    optimizer.apply([jnp.ones(4, "bfloat16")], [w])
    assert w.value.dtype == jnp.bfloat16
    assert_allclose(np.asarray(w.value, np.float32), 0.75)


def test_weight_decay_leaves_out_what_it_is_told_to():
    variables = [Variable(np.ones(1), name=n) for n in ("kernel", "bias", "gamma")]
    optimizer = AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[variables[2]], var_names=["bias"])
    optimizer.apply(ones(variables, 0.0), variables)
    assert_allclose([float(v[0]) for v in variables], [0.95, 1.0, 1.0])
    with pytest.raises(ConfigError, match="the optimizer is built already"):
        optimizer.exclude_from_weight_decay(var_names=["kernel"])


def test_averages_replace_the_weights_at_the_end():
    optimizer, w = SGD(1.0, use_ema=True, ema_momentum=0.5), Variable([0.0], name="w")
    for _ in range(3):
        optimizer.apply([np.ones(1)], [w])
    # The first average is the weight itself: -1, -1.5, -2.25.
    assert float(w[0]) == -3.0
    optimizer.finalize_variable_values([w])
    assert float(w[0]) == -2.25
    with pytest.raises(ConfigError, match="expected 1 weights, got 0"):
        optimizer.finalize_variable_values([])


def test_averages_replace_the_weights_on_the_way():
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    w, seen = Variable([0.0], name="w"), []
    for _ in range(4):
        optimizer.apply([np.ones(1)], [w])
        seen.append(float(w[0]))
    assert seen == [-1.0, -1.5, -2.5, -2.75]


def test_accumulated_steps_equal_one_step_of_the_mean():
    gradients = np.random.default_rng(3).normal(size=(4, 5)).astype(np.float32)
    one, many = (Variable(np.ones(5), name="w") for _ in range(2))
    Adam(0.1).apply([gradients.mean(0)], [one])
    optimizer = Adam(0.1, gradient_accumulation_steps=4)
    for number, gradient in enumerate(gradients):
        assert_allclose(many.numpy(), 1.0)
        assert int(optimizer.iterations) == 0
        optimizer.apply([gradient], [many])
        assert int(optimizer._iterations) == number + 1
    assert int(optimizer.iterations) == 1
    assert_allclose(many.numpy(), one.numpy(), rtol=1e-6)


def test_an_optimizer_written_as_in_keras_works_eagerly_and_traced():
    optimizer, variables = Momentum(), weights()
    optimizer.build(variables)
    assert [v.path for v in optimizer.variables[2:]] == [
        f"{optimizer.name}/kernel_momentum",
        f"{optimizer.name}/bias_momentum",
    ]
    state = [v.value for v in optimizer.variables]
    values = [v.value for v in variables]
    step = jax.jit(optimizer.stateless_apply)
    for _ in range(3):
        optimizer.apply(ones(variables))
        values, state = step(state, ones(variables), values)
    expected = np.array([1, -1, 0.5]) - 0.1 * 4.25
    assert_allclose(variables[1].numpy(), expected, rtol=1e-6)
    assert_allclose(values[1], variables[1].numpy(), rtol=1e-6)
    assert Momentum.from_config(optimizer.get_config()).momentum == 0.5


def test_subclass_of_a_built_in_may_override_the_step():
    class Reversed(SGD):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(-gradient, variable, learning_rate)

    w = Variable(np.zeros(1), name="w")
    Reversed(0.5).apply([np.ones(1)], [w])
    assert float(w[0]) == 0.5


def test_what_is_missing_in_a_subclass_is_told():
    class Forgetful(Optimizer):
        def __init__(self):
            self.momentum = 0.9

    class Empty(Optimizer):
        pass

    with pytest.raises(RuntimeError, match=r"Forgetful: `super\(\).__init__\(\)` was"):
        Forgetful()
    with pytest.raises(NotImplementedError, match="Empty: `update_step"):
        Empty(0.1).apply([np.ones(1)], [Variable(np.ones(1), name="w")])


def test_weights_that_their_gradients_replace():
    """They are set to the gradient, which no scale of the loss touches."""
    for optimizer in (
        SGD(1.0),
        LossScaleOptimizer(SGD(1.0), initial_scale=4.0),
    ):
        own, plain = (Variable(np.full(2, 3.0), name=n) for n in "ab")
        own.overwrite_with_gradient = True
        scale = 4.0 if isinstance(optimizer, LossScaleOptimizer) else 1.0
        optimizer.apply([np.ones(2), np.full(2, scale)], [own, plain])
        assert own.numpy().tolist() == [1.0, 1.0]
        assert plain.numpy().tolist() == [2.0, 2.0]
