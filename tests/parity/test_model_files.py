"""Whole-model files go both ways between saccade and Keras."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade.saving._keras_zip import write_notes

keras = pytest.importorskip("keras")


def net(library):
    layers = library.layers
    model = library.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(2, 3, activation="relu", kernel_regularizer="l2"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        library.optimizers.Adam(0.01),
        library.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    return model


@pytest.mark.parametrize("direction", ["from keras", "to keras"])
def test_there_and_back(tmp_path, rng, direction):
    theirs = direction == "from keras"
    source, target = (keras, saccade) if theirs else (saccade, keras)
    x = rng.integers(0, 255, (20, 8, 8, 1)).astype("float32")
    y = rng.integers(0, 3, 20)
    model = net(source)
    model.fit(x, y, verbose=0)
    if not theirs:  # Keras leaves alone what saccade notes about a model
        write_notes(model, {"class_names": ["ants", "bees", "wasps"]})
    model.save(tmp_path / "m.keras")
    again = target.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(
        model.predict(x, verbose=0), again.predict(x, verbose=0), atol=1e-5
    )
    np.testing.assert_allclose(
        model.evaluate(x, y, verbose=0), again.evaluate(x, y, verbose=0), rtol=1e-4
    )
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations)
