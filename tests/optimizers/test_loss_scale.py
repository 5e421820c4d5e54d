from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Variable
from saccade.core._errors import ConfigError
from saccade.optimizers import SGD, LossScaleOptimizer

RUN = [[8.0], [8.0], [np.inf], [8.0], [np.nan], [4.0]]
# The factor doubles after two good steps and halves after each bad one.
SCALES = [8.0, 16.0, 8.0, 8.0, 4.0, 4.0]
WEIGHTS = [-1.0, -2.0, -2.0, -3.0, -3.0, -4.0]


def made() -> tuple[LossScaleOptimizer, Variable]:
    optimizer = LossScaleOptimizer(SGD(1.0), 8.0, dynamic_growth_steps=2)
    w = Variable(np.zeros(1), name="w")
    optimizer.build([w])
    return optimizer, w


def test_the_factor_finds_itself():
    optimizer, w = made()
    for gradient, scale, weight in zip(RUN, SCALES, WEIGHTS, strict=True):
        optimizer.apply([np.array(gradient, np.float32)])
        assert float(optimizer.dynamic_scale) == scale
        assert float(w[0]) == weight
    assert int(optimizer.iterations) == 4


def test_a_compiled_step_does_the_same():
    optimizer, w = made()
    step = jax.jit(optimizer.stateless_apply)
    weights, state = [w.value], [v.value for v in optimizer.variables]
    for gradient, weight in zip(RUN, WEIGHTS, strict=True):
        weights, state = step(state, [jnp.array(gradient)], weights)
        assert float(weights[0][0]) == weight


def test_variables_and_loss():
    optimizer, _ = made()
    names = [v.name for v in optimizer.variables]
    assert names[:4] == ["iteration", "learning_rate", "step_counter", "dynamic_scale"]
    assert names[4:] == ["iteration", "learning_rate"]
    assert float(optimizer.scale_loss(jnp.float32(2))) == 16.0
    assert float(LossScaleOptimizer("sgd").scale_loss(jnp.float32(1))) == 2.0**15


def test_the_rate_is_that_of_the_inner_optimizer():
    optimizer, _ = made()
    optimizer.learning_rate = 0.25
    assert float(optimizer.inner_optimizer.learning_rate) == 0.25
    assert float(optimizer.learning_rate) == 0.25


def test_averages_are_those_of_the_inner_optimizer():
    optimizer = LossScaleOptimizer(SGD(1.0, use_ema=True, ema_momentum=0.5), 1.0)
    w = Variable(np.zeros(1), name="w")
    for _ in range(2):
        optimizer.apply([np.ones(1, np.float32)], [w])
    optimizer.finalize_variable_values([w])
    assert_allclose(w.numpy(), -1.5)


def test_config_round_trip():
    optimizer = LossScaleOptimizer(SGD(0.5, momentum=0.25), 4.0, 7, name="scaled")
    config = optimizer.get_config()
    assert set(config) == {
        "name",
        "inner_optimizer",
        "initial_scale",
        "dynamic_growth_steps",
    }
    again = LossScaleOptimizer.from_config({**config, "clipnorm": None})
    assert again.get_config() == config
    assert again.inner_optimizer.momentum == 0.25


def test_wrong_arguments():
    with pytest.raises(ConfigError, match="set `clipnorm` on the `inner_optimizer`"):
        LossScaleOptimizer(SGD(), clipnorm=1.0)
    with pytest.raises(ConfigError, match="`dynamic=False` is no argument any more"):
        LossScaleOptimizer(SGD(), dynamic=False)
    with pytest.raises(ConfigError, match="did you mean `initial_scale`"):
        LossScaleOptimizer(SGD(), inital_scale=2.0)
