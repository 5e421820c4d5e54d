"""Weights files go both ways between saccade and Keras."""

from __future__ import annotations

import numpy as np
import pytest

import saccade

keras = pytest.importorskip("keras")


def net(library):
    layers = library.layers
    model = library.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(2, 3),
            layers.BatchNormalization(),
            layers.Conv2D(2, 3, name="second"),
            layers.Flatten(),
            layers.Dropout(0.2),
            library.Sequential([layers.Dense(4), layers.Dense(3)]),
        ]
    )
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("direction", ["from keras", "to keras"])
def test_there_and_back(tmp_path, rng, direction, trained):
    ours, theirs = net(saccade), net(keras)
    source, target = (theirs, ours) if direction == "from keras" else (ours, theirs)
    x = rng.normal(size=(8, 8, 8, 1)).astype("float32")
    y = rng.normal(size=(8, 3)).astype("float32")
    if trained:
        source.fit(x, y, verbose=0)
        target.fit(x, y, epochs=3, verbose=0)
    path = tmp_path / "a.weights.h5"
    source.save_weights(path)
    target.load_weights(path)
    for a, b in zip(source.get_weights(), target.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(target.optimizer.iterations) == int(trained)
    np.testing.assert_allclose(
        source.predict(x, verbose=0), target.predict(x, verbose=0), atol=1e-5
    )
