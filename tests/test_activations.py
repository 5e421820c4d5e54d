"""Activations: values against the formulas in NumPy, look-up, configs, errors."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import activations, saving
from saccade.core._errors import ConfigError, DataWarning, ShapeError

X = np.linspace(-5, 5, 41).astype("float32")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


FORMULAS = {
    "celu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "exponential": np.exp,
    "gelu": lambda x: x * 0.5 * (1 + np.array([math.erf(v / 2**0.5) for v in x])),
    "hard_shrink": lambda x: np.where(abs(x) > 0.5, x, 0),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "linear": lambda x: x,
    "log_sigmoid": lambda x: np.log(sigmoid(x)),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum()),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "selu": lambda x: 1.05070098 * np.where(x > 0, x, 1.67326324 * np.expm1(x)),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "sparse_plus": lambda x: np.where(x < -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "tanh": np.tanh,
    "tanh_shrink": lambda x: x - np.tanh(x),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name: str) -> None:
    ours = jax.jit(activations.get(name))(X)
    expected = FORMULAS[name](X.astype("float64"))
    np.testing.assert_allclose(ours, expected, rtol=2e-6, atol=2e-6)


def test_every_activation_has_a_formula_here() -> None:
    others = {"get", "serialize", "deserialize", "swish", "hard_swish", "glu"}
    others |= {"sparsemax", "threshold"}
    assert set(activations.__all__) - others == set(FORMULAS)


def test_sparsemax_and_threshold() -> None:
    ours = activations.sparsemax(np.array([[0.5, 0.3, -9.0]]))
    np.testing.assert_allclose(ours, [[0.6, 0.4, 0.0]], rtol=1e-6)
    np.testing.assert_array_equal(
        activations.threshold(X, 2.0, 7.0).min(), X[X > 2].min()
    )


def test_glu_halves_an_axis() -> None:
    ours = activations.glu(X[:40])
    np.testing.assert_allclose(ours, X[:20] * sigmoid(X[20:40]), rtol=1e-5)
    with pytest.raises(ShapeError, match="axis -1 must have an even length"):
        activations.glu(X)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"negative_slope": 0.5}, [-1.0, -0.25, 0.0, 1.0, 8.0]),
        ({"max_value": 6}, [0.0, 0.0, 0.0, 1.0, 6.0]),
        ({"threshold": 1.5}, [0.0, 0.0, 0.0, 0.0, 8.0]),
        (
            {"negative_slope": 0.5, "max_value": 6, "threshold": 1.0},
            [-1.5, -0.75, -0.5, 0.0, 6.0],
        ),
    ],
    ids=str,
)
def test_relu_options(options, expected) -> None:
    x = jnp.array([-2.0, -0.5, 0.0, 1.0, 8.0])
    np.testing.assert_allclose(activations.relu(x, **options), expected)


def test_relu_keeps_integers() -> None:
    assert activations.relu(np.array([-1, 2])).dtype == "int32"
    assert activations.relu(np.array([-1, 9]), max_value=6).dtype == "int32"


@pytest.mark.parametrize("name", FORMULAS)
def test_short_floats_stay_and_integers_become_floats(name: str) -> None:
    function = activations.get(name)
    assert function(jnp.ones(3, jnp.bfloat16)).dtype == jnp.bfloat16
    if name not in ("linear", "relu", "relu6", "hard_tanh"):
        assert function(np.array([1, 2, 3], "uint8")).dtype == "float32"


@pytest.mark.parametrize("name", FORMULAS)
def test_gradient_is_finite(name: str) -> None:
    total = jax.grad(lambda x: jnp.sum(activations.get(name)(x)))
    for x in (jnp.zeros(3), jnp.array([-90.0, 0.5, 80.0])):
        assert bool(jnp.isfinite(total(x)).all())


def test_softmax_axes() -> None:
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 3, 4)), "float32")
    np.testing.assert_allclose(activations.softmax(x, axis=1).sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(
        activations.softmax(x, axis=(1, 2)).sum((1, 2)), 1, rtol=1e-6
    )


def test_softmax_over_one_output_warns() -> None:
    with pytest.warns(DataWarning, match="Use 'sigmoid' for one output"):
        activations.softmax(jnp.ones((2, 1)))


def test_softmax_without_the_axis() -> None:
    with pytest.raises(ShapeError, match=r"softmax: an input of shape \(\) has no"):
        activations.softmax(1.0)
    with pytest.raises(ShapeError, match="has no axis 2"):
        activations.log_softmax(jnp.ones((2, 3)), axis=2)


def test_get() -> None:
    assert activations.get("relu") is activations.relu
    assert activations.get("swish") is activations.silu
    assert activations.get(None) is activations.linear
    assert activations.get(np.tanh) is np.tanh


@pytest.mark.parametrize("wrong", ["rellu", "get", "deserialize", "Relu6"])
def test_unknown_name(wrong: str) -> None:
    with pytest.raises(ConfigError, match=f"activation: unknown name {wrong!r}"):
        activations.get(wrong)


def test_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'relu'"):
        activations.get("rellu")


def test_not_callable() -> None:
    with pytest.raises(ConfigError, match="something callable, got 3"):
        activations.get(3)
    with pytest.raises(ConfigError, match="something callable, got 3"):
        activations.serialize(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FORMULAS)
def test_config_round_trip(name: str) -> None:
    function = activations.get(name)
    assert activations.serialize(function) == name
    assert activations.deserialize(name) is function
    stored = saving.serialize_keras_object(function)
    assert activations.get(stored) is function


def test_own_function() -> None:
    @saving.register_keras_serializable("test_activations")
    def twice(x):
        return x * 2

    config = activations.serialize(twice)
    assert isinstance(config, dict)
    assert config["config"] == "test_activations>twice"
    assert activations.get(config) is twice
    with saving.custom_object_scope({"thrice": lambda x: 3 * x}):
        assert activations.get("thrice")(1) == 3
    with pytest.raises(ConfigError, match="unknown name 'thrice'"):
        activations.get("thrice")
