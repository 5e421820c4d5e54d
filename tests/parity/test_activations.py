"""Activations, regularizers and constraints against pip's Keras on JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import activations, constraints, regularizers

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(0)
X = (RNG.normal(size=(6, 8)) * 4).astype("float32")
X[0, :3] = 0.0
# `threshold` cannot be called without its two numbers.
_OTHERS = ("get", "serialize", "deserialize", "threshold")
NAMES = [n for n in activations.__all__ if n not in _OTHERS]
OPTIONS = [
    *((name, {}) for name in NAMES),
    ("threshold", {"threshold": 0.5, "default_value": -2.0}),
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 3.0}),
    ("relu", {"threshold": 1.0}),
    ("relu", {"threshold": -1.0, "max_value": 3.0}),
    ("relu", {"negative_slope": 0.1, "max_value": 3.0, "threshold": 0.5}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("glu", {"axis": 0}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": (0, 1)}),
    ("log_softmax", {"axis": 0}),
]


def agree(ours, theirs, rtol=1e-5) -> None:
    assert ours.dtype == theirs.dtype
    if ours.dtype == jnp.bfloat16:
        rtol = 2e-2
    np.testing.assert_allclose(
        np.asarray(ours, "float32"), np.asarray(theirs, "float32"), rtol, 1e-6
    )


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=str)
def test_values_and_gradients(name, options) -> None:
    x = jnp.asarray(X, "float32")
    ours, theirs = getattr(activations, name), getattr(keras.activations, name)
    agree(ours(x, **options), theirs(x, **options))
    # Weights make the gradient of softmax differ from 0.
    weights = jnp.arange(1.0, 9.0, dtype="float32")

    def slope(function):
        def total(x):
            y = function(x, **options)
            return jnp.sum(y * weights[: y.shape[-1]])

        return jax.grad(total)(x)

    agree(slope(ours), slope(theirs), rtol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_short_floats(name) -> None:
    x = jnp.asarray(X, jnp.bfloat16)
    agree(getattr(activations, name)(x), getattr(keras.activations, name)(x))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("L1", (0.1,)),
        ("L2", (0.1,)),
        ("L1L2", (0.1, 0.2)),
        ("OrthogonalRegularizer", (0.1, "rows")),
        ("OrthogonalRegularizer", (0.1, "columns")),
    ],
)
def test_regularizers(name, arguments) -> None:
    ours = getattr(regularizers, name)(*arguments)
    theirs = getattr(keras.regularizers, name)(*arguments)
    w = jnp.asarray(X[1:])
    agree(ours(w), theirs(w))
    agree(jax.grad(ours)(w), jax.grad(theirs)(w), rtol=1e-4)
    assert regularizers.serialize(ours).keys() == (
        keras.regularizers.serialize(theirs).keys()
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MaxNorm", {}),
        ("MaxNorm", {"max_value": 3, "axis": [0, 1]}),
        ("NonNeg", {}),
        ("UnitNorm", {"axis": 1}),
        ("MinMaxNorm", {"min_value": 2.0, "max_value": 5.0, "rate": 0.7}),
    ],
)
def test_constraints(name, options) -> None:
    ours = getattr(constraints, name)(**options)
    theirs = getattr(keras.constraints, name)(**options)
    agree(ours(X), theirs(X))
    assert constraints.serialize(ours) == keras.constraints.serialize(theirs)
