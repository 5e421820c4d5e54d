"""Constraints: values, configs, errors."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import constraints
from saccade.core._errors import ConfigError
from saccade.core._variable import Variable

W = np.random.default_rng(0).normal(size=(6, 4)).astype("float32") * 2


def lengths(w, axis=0):
    return np.linalg.norm(np.asarray(w), axis=axis)


def test_max_norm() -> None:
    ours = constraints.MaxNorm(2.0)(Variable(W))
    expected = W * np.minimum(lengths(W), 2.0) / lengths(W)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_unit_norm_along_other_axes() -> None:
    np.testing.assert_allclose(lengths(constraints.UnitNorm()(W)), 1, rtol=1e-5)
    rows = constraints.UnitNorm(axis=1)(W)
    np.testing.assert_allclose(lengths(rows, 1), 1, rtol=1e-5)
    kernel = W.reshape(3, 2, 2, 2)
    filters = constraints.UnitNorm(axis=[0, 1, 2])(kernel)
    np.testing.assert_allclose(
        lengths(np.asarray(filters).reshape(-1, 2)), 1, rtol=1e-5
    )


def test_min_max_norm() -> None:
    within = constraints.MinMaxNorm(3.0, 4.0)(W)
    np.testing.assert_allclose(
        lengths(within), np.clip(lengths(W), 3.0, 4.0), rtol=1e-5
    )
    half = constraints.MinMaxNorm(3.0, 4.0, rate=0.5)(W)
    expected = 0.5 * np.clip(lengths(W), 3, 4) + 0.5 * lengths(W)
    np.testing.assert_allclose(lengths(half), expected, rtol=1e-5)


def test_non_neg_and_base() -> None:
    np.testing.assert_array_equal(constraints.NonNeg()(W), np.maximum(W, 0))
    np.testing.assert_array_equal(constraints.Constraint()(W), W)


def test_zero_weights_stay_finite() -> None:
    for constraint in (constraints.UnitNorm(), constraints.MaxNorm()):
        assert np.isfinite(np.asarray(constraint(np.zeros((3, 2), "float32")))).all()


@pytest.mark.parametrize("name", ["max_norm", "min_max_norm", "non_neg", "unit_norm"])
def test_config_round_trip(name: str) -> None:
    first = constraints.get(name)
    config = constraints.serialize(first)
    assert config["module"] == "keras.constraints"
    again = constraints.deserialize(config)
    assert type(again) is type(first)
    assert again.get_config() == first.get_config()


def test_get() -> None:
    assert constraints.get(None) is None
    assert isinstance(constraints.get(constraints.NonNeg), constraints.NonNeg)
    with pytest.raises(ConfigError, match="did you mean 'MaxNorm'"):
        constraints.get("maxnorm_")
    with pytest.raises(ConfigError, match="expected a name, a config or"):
        constraints.get(2)
