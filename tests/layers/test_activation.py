"""Activation layers against NumPy, and their errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers
from saccade.layers import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax

X = np.array([[-2.0, -0.5, 0.0, 0.3, 5.0]], "float32")


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Activation("relu"), np.maximum(X, 0)),
        (Activation(np.tanh.__name__), np.tanh(X)),
        (Activation(lambda x: x * 2), X * 2),
        (ReLU(), np.maximum(X, 0)),
        (ReLU(3, 0.1, 0.2), [[-0.22, -0.07, -0.02, 0.3, 3]]),
        (LeakyReLU(), np.where(X > 0, X, 0.3 * X)),
        (LeakyReLU(alpha=0.1), np.where(X > 0, X, 0.1 * X)),
        (ELU(2), np.where(X > 0, X, 2 * (np.exp(X) - 1))),
        (Softmax(), np.exp(X) / np.exp(X).sum()),
    ],
)
def test_values(layer, expected) -> None:
    assert_allclose(layer(X), expected, rtol=1e-5, atol=1e-6)


def test_prelu_shares_slopes() -> None:
    layer = PReLU("ones", shared_axes=[1, 2])
    layer.build((None, None, None, 3))
    assert layer.alpha.shape == (1, 1, 3)
    layer.set_weights([np.full((1, 1, 3), 0.5)])
    assert_allclose(layer(np.full((1, 2, 2, 3), -4.0)), np.full((1, 2, 2, 3), -2.0))


def test_prelu_needs_known_sizes() -> None:
    with pytest.raises(
        ValueError, match=r"sizes of the input must be known(.|\n)*shared"
    ):
        PReLU()(layers.Input((None, 3)))


def test_softmax_masks() -> None:
    mask = np.array([[True, True, False, True, False]])
    outputs = np.asarray(Softmax()(X, mask))
    expected = np.where(mask, np.exp(X), 0)
    assert_allclose(outputs, expected / expected.sum(), rtol=1e-5)
    assert_allclose(Softmax()(X, np.zeros((1, 5))), np.zeros((1, 5)))


def test_softmax_over_two_axes(rng) -> None:
    outputs = Softmax([1, 2])(rng.normal(size=(3, 4, 5)).astype("float32"))
    assert_allclose(np.asarray(outputs).sum((1, 2)), np.ones(3), rtol=1e-5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ReLU(max_value=-1),
        lambda: ReLU(negative_slope=-1),
        lambda: ReLU(threshold=None),
        lambda: LeakyReLU(-0.1),
    ],
)
def test_slopes_and_bounds_are_not_negative(make) -> None:
    with pytest.raises(ValueError, match="negative value, got"):
        make()


def test_an_unknown_activation_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'sigmoid'"):
        Activation("sigmiod")
