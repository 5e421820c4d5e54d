"""Every optimizer and schedule gives the values that were recorded from Keras."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from saccade import optimizers


def test_weights_and_state_follow_keras(recorded, case):
    optimizer, weights = recorded.optimizer(case), recorded.weights()
    optimizer.build(weights)
    arrays = recorded.arrays
    for step in range(1, 31):
        optimizer.apply(recorded.gradients(step))
        for weight in weights:
            key = f"{case}/{step}/{weight.name}"
            if key in arrays:
                assert_allclose(weight.numpy(), arrays[key], rtol=1e-5, atol=1e-6)
    for i, variable in enumerate(optimizer.variables):
        value = arrays[f"{case}/state/{i}"]
        assert_allclose(variable.numpy(), value, rtol=1e-5, atol=1e-6)
        assert variable.dtype == value.dtype


def test_names_of_variables_are_those_of_keras(recorded, case):
    optimizer = recorded.optimizer(case)
    optimizer.build(recorded.weights())
    stem = optimizer.name
    paths = [v.path.removeprefix(stem + "/") for v in optimizer.variables]
    expected = [p.partition("/")[2] or p for p in recorded.cases[case]["paths"]]
    # Keras leaves the name of this one to chance ("variable_12").
    expected = ["u_product" if p.startswith("variable") else p for p in expected]
    assert paths == expected


def test_config_is_that_of_keras(recorded, case):
    config = recorded.optimizer(case).get_config()
    expected = recorded.cases[case]["full_config"]
    assert config.pop("name").startswith(expected.pop("name").rstrip("_0123456789"))
    assert config == expected


def test_rates_follow_keras(recorded, rates_case):
    name, config = recorded.schedules[rates_case]
    rate = getattr(optimizers.schedules, name)(**config)
    expected = recorded.arrays[f"rates/{rates_case}"]
    steps = recorded.arrays["rate_steps"]
    got = [float(rate(int(step))) for step in steps]
    assert_allclose(got, expected, rtol=1e-5, atol=1e-8)
    assert_allclose(rate(np.asarray(steps)), expected, rtol=1e-5, atol=1e-8)
