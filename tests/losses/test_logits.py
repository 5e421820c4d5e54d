"""Cross-entropy from the logits behind a softmax or a sigmoid."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade import layers, losses
from saccade.core._errors import DataWarning
from saccade.losses import on_logits


def saturated(rng, units, activation, loss):
    """A network on pixels in [0, 255], whose outputs round to 0 and 1."""
    x = rng.integers(0, 255, (40, 12)).astype("float32")
    model = saccade.Sequential(
        [layers.Input((12,)), layers.Dense(units, activation=activation)]
    )
    model.compile(saccade.optimizers.SGD(1e-3), loss)
    kernel, bias = model.get_weights()
    model.set_weights([kernel * 3, bias])
    return model, x, x @ (kernel * 3)


def test_the_loss_is_exact_where_probabilities_round(rng):
    model, x, z = saturated(rng, 5, "softmax", "sparse_categorical_crossentropy")
    y = rng.integers(0, 5, 40)
    shifted = z - z.max(axis=1, keepdims=True)
    exact = np.log(np.exp(shifted).sum(1)) - shifted[np.arange(40), y]
    assert exact.max() > 50  # far beyond -log(epsilon) = 16
    assert model.evaluate(x, y, verbose=0) == pytest.approx(exact.mean(), rel=1e-4)


def test_saturated_networks_learn(rng):
    model, x, _ = saturated(rng, 5, "softmax", "sparse_categorical_crossentropy")
    y = rng.integers(0, 5, 40)
    losses_ = model.fit(x, y, epochs=20, verbose=0).history["loss"]
    assert losses_[-1] < losses_[0] / 2


def test_sigmoids_too(rng):
    model, x, z = saturated(rng, 1, "sigmoid", "binary_crossentropy")
    y = rng.integers(0, 2, (40, 1)).astype("float32")
    exact = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(exact.mean(), rel=1e-4)


@pytest.mark.parametrize("last", [layers.Softmax, lambda: layers.Activation("softmax")])
def test_layers_of_their_own_are_known(rng, last):
    x, y = rng.normal(size=(8, 4)) * 500, np.zeros(8, int)
    model = saccade.Sequential([layers.Input((4,)), last()])
    model.compile(loss="sparse_categorical_crossentropy")
    assert model.evaluate(x, y, verbose=0) > 20


def test_logits_by_mistake_are_told(rng):
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model, x, _ = saturated(rng, 5, "softmax", loss)
    with pytest.warns(DataWarning, match="the model ends with a softmax"):
        model.evaluate(x, np.zeros(40, int), verbose=0)


def test_only_the_matching_activation_counts():
    assert on_logits(losses.BinaryCrossentropy(), "softmax") is None
    assert on_logits(losses.CategoricalCrossentropy(axis=1), "softmax") is None
    assert on_logits(losses.MeanSquaredError(), "sigmoid") is None
    assert on_logits(losses.BinaryCrossentropy(), "sigmoid") is not None
