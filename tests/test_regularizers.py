"""Regularizers: values, configs, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import regularizers, saving
from saccade.core._errors import ConfigError, ShapeError
from saccade.core._variable import Variable

W = np.array([[1.0, -2.0, 0.0], [3.0, 0.5, -1.0]], "float32")


def test_values() -> None:
    total, squares = np.abs(W).sum(), (W**2).sum()
    assert float(regularizers.L1(0.1)(W)) == pytest.approx(0.1 * total)
    assert float(regularizers.L2(0.1)(W)) == pytest.approx(0.1 * squares)
    both = regularizers.L1L2(0.1, 0.2)(Variable(W))
    assert float(both) == pytest.approx(0.1 * total + 0.2 * squares)
    assert float(regularizers.Regularizer()(W)) == 0


def test_defaults() -> None:
    assert regularizers.get("l1").get_config() == {"l1": 0.01}
    assert regularizers.get("l2").get_config() == {"l2": 0.01}
    assert regularizers.get("l1_l2").get_config() == {"l1": 0.0, "l2": 0.0}
    assert regularizers.L2(None).l2 == 0.01


@pytest.mark.parametrize("mode", ["rows", "columns"])
def test_orthogonal(mode: str) -> None:
    rows = W if mode == "rows" else W.T
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = np.abs(unit @ unit.T)
    pairs = [cosines[i, j] for i in range(len(rows)) for j in range(i)]
    ours = regularizers.OrthogonalRegularizer(0.5, mode)(W)
    assert float(ours) == pytest.approx(0.5 * np.mean(pairs), rel=1e-5)


def test_gradient_and_short_floats() -> None:
    grad = jax.grad(lambda w: regularizers.L2(0.5)(w))(jnp.asarray(W))
    np.testing.assert_allclose(grad, W, rtol=1e-6)
    assert regularizers.L1L2(0.1, 0.1)(jnp.ones(3, jnp.bfloat16)).dtype == jnp.bfloat16


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2", "OrthogonalRegularizer"])
def test_config_round_trip(name: str) -> None:
    first = getattr(regularizers, name)(0.25)
    config = regularizers.serialize(first)
    assert config["module"] == "keras.regularizers"
    again = regularizers.get(config)
    assert type(again) is type(first)
    assert again.get_config() == first.get_config()


def test_get_of_other_things() -> None:
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get(regularizers.L1), regularizers.L1)
    assert regularizers.get(jnp.sum) is jnp.sum
    assert regularizers.deserialize("l2").get_config() == {"l2": 0.01}


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "much", True])
def test_wrong_factor(value) -> None:
    with pytest.raises(ConfigError, match="`l2` must be a finite number >= 0"):
        regularizers.L2(value)


def test_other_errors() -> None:
    with pytest.raises(ConfigError, match="did you mean 'l2'"):
        regularizers.get("l22")
    with pytest.raises(ConfigError, match="Received: mode=all") as caught:
        regularizers.OrthogonalRegularizer(mode="all")
    assert caught.value.__notes__[0].startswith("Fix: pass mode='rows'")
    with pytest.raises(ShapeError, match=r"rank 2. Received: .*\(3,\)") as caught:
        regularizers.OrthogonalRegularizer()(np.ones(3))
    assert caught.value.__notes__[0].startswith("Fix: use it for kernels")


def test_own_class_without_config_cannot_be_saved() -> None:
    class Own(regularizers.Regularizer):
        pass

    with pytest.raises(NotImplementedError, match="Own: has no `get_config"):
        saving.serialize_keras_object(Own())
