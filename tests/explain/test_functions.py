"""Neuron, activation functions, softmax and losses as steps."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from saccade import activations, explain, losses
from saccade.core._errors import ConfigError, ShapeError
from saccade.explain._functions import FUNCTIONS


def test_a_neuron_adds_products_and_bends_the_sum() -> None:
    found = explain.neuron([1, 2, -3], [0.5, -1, 2], bias=1, activation="sigmoid")
    assert found.products.tolist() == [0.5, -2, -6]
    assert found.total == -6.5
    assert found.output == pytest.approx(1 / (1 + np.exp(6.5)))
    assert found.slope == pytest.approx(found.output * (1 - found.output))
    assert found.lines()[:2] == [
        "z = 1 × 0.5 + 2 × (-1) + (-3) × 2 + 1 = -6.5",
        "a = sigmoid(-6.5) = 0.001501",
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_those_of_the_layers(name: str) -> None:
    x = np.array([-5, -1.5, -0.3, 0, 0.3, 1.5, 5], "float32")
    function, ours = activations.get(name), FUNCTIONS[name]
    np.testing.assert_allclose(ours.value(x.astype(float)), function(x), atol=2e-6)
    slopes = jax.vmap(jax.grad(lambda v: function(v[None])[0]))(x)
    # Where there is a corner JAX may say either side; the rest is one number.
    away = slice(None) if name not in ("leaky_relu", "elu", "selu") else x != 0
    np.testing.assert_allclose(
        ours.slope(x.astype(float))[away], slopes[away], atol=2e-6
    )


def test_slopes_of_curves() -> None:
    curves = explain.functions(["sigmoid", "relu"])
    assert curves.slopes[0].max() == 0.25
    assert curves.slopes[1][curves.x <= 0].max() == 0
    assert "sigmoid(x) = 1 / (1 + e^-x)" in curves.lines()


def test_the_signal_vanishes_by_the_slopes() -> None:
    found = explain.vanishing(["sigmoid", "relu"], layers=3, start=2.0, weight=0.5)
    a = [2.0]
    for _ in range(3):
        a.append(1 / (1 + np.exp(-0.5 * a[-1])))
    np.testing.assert_allclose(found.signal[0], a)
    slope = [0.5 * v * (1 - v) for v in a[1:]]
    np.testing.assert_allclose(
        found.gradient[0], [np.prod(slope), np.prod(slope[1:]), slope[2], 1]
    )
    assert found.signal[1].tolist() == [2, 1, 0.5, 0.25]
    assert found.gradient[1].tolist() == [0.125, 0.25, 0.5, 1]


def test_softmax() -> None:
    found = explain.softmax([2.0, 1.0, -1.0], temperature=2, target=1)
    expected = np.exp([1, 0.5, -0.5]) / np.exp([1, 0.5, -0.5]).sum()
    np.testing.assert_allclose(found.probabilities, expected)
    np.testing.assert_allclose(found.gradient, (expected - [0, 1, 0]) / 2)
    assert found.probabilities.sum() == pytest.approx(1)
    moved = explain.softmax([1002.0, 1001.0, 999.0], temperature=2)
    np.testing.assert_allclose(moved.probabilities, expected)
    two = explain.softmax([3.0, 1.0]).probabilities[0]
    assert two == pytest.approx(1 / (1 + np.exp(-2)))
    # A probability too small to be written still has a loss.
    assert "loss -ln p = 1,000" in explain.softmax([0, 1000], target=0).lines()[-2]


@pytest.mark.parametrize("name", ["mse", "binary_crossentropy"])
def test_losses_and_gradients_are_those_of_the_losses(name: str) -> None:
    t, p = np.array([1.0, 0.0, 1.0], "float32"), np.array([0.9, 0.4, 0.2], "float32")
    function = losses.get(name)
    found = explain.loss(t, p, name)
    assert found.value == pytest.approx(float(function(t, p)), rel=1e-5)
    gradient = jax.grad(lambda q: function(t, q))(p)
    np.testing.assert_allclose(found.gradient, gradient, rtol=1e-4)
    assert found.lines()[-1].startswith("mean: ")


def test_squared_error_is_flat_where_a_neuron_is_sure_and_wrong() -> None:
    for target in (0, 1):
        curves = explain.losses(target)
        for values, slopes in (
            (curves.squared, curves.squared_slope),
            (curves.cross, curves.cross_slope),
        ):
            np.testing.assert_allclose(
                np.gradient(values, curves.z)[1:-1], slopes[1:-1], atol=1e-3
            )
        np.testing.assert_allclose(curves.cross_slope, curves.p - target)
        wrong = 0 if target else -1
        assert abs(curves.squared_slope[wrong]) < 0.01
        assert abs(curves.cross_slope[wrong]) > 0.99
        assert len(curves.lines()) == 9


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: explain.neuron([1, 2], [1]), ShapeError, "Fix: give 2 weights."),
        (lambda: explain.neuron([1], [1], activation="tan"), ConfigError, "'tanh'?"),
        (lambda: explain.functions(low=2, high=1), ConfigError, "must be below"),
        (lambda: explain.vanishing(layers=0), ConfigError, "`layers` must be"),
        (lambda: explain.softmax([[1, 2]]), ShapeError, "one row of numbers"),
        (lambda: explain.softmax([1, 2], 0), ConfigError, "must be above 0, got 0"),
        (lambda: explain.softmax([1, 2], target=2), ConfigError, "a class 0..1, got 2"),
        (lambda: explain.loss([1], [1, 2]), ShapeError, "must be rows alike"),
        (lambda: explain.loss([1], [1.5], "bce"), ConfigError, "in [0, 1]"),
        (lambda: explain.loss([1], [1], "mze"), ConfigError, "did you mean 'mse'?"),
        (lambda: explain.losses(2), ConfigError, "`target` must be a number in [0, 1]"),
        (lambda: explain.losses(low=1, high=0), ConfigError, "must be below"),
    ],
)
def test_mistakes(call, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
