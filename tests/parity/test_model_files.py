"""Whole-model files go both ways between saccade and Keras."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade.core._errors import DataWarning
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


@pytest.mark.filterwarnings("ignore")
def test_older_files_of_keras(tmp_path, rng):
    x = rng.integers(0, 255, (20, 8, 8, 1)).astype("float32")
    y = rng.integers(0, 3, 20)
    model = net(keras)
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "m.h5")
    expected = model.predict(x, verbose=0)
    again = saccade.models.load_model(tmp_path / "m.h5")
    np.testing.assert_allclose(again.predict(x, verbose=0), expected, atol=1e-5)
    np.testing.assert_allclose(
        model.evaluate(x, y, verbose=0), again.evaluate(x, y, verbose=0), rtol=1e-4
    )
    fresh = net(saccade)
    fresh.load_weights(tmp_path / "m.h5")
    np.testing.assert_allclose(fresh.predict(x, verbose=0), expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_older_weights_by_name(tmp_path):
    def pair(library, units):
        layers = library.layers
        return library.Sequential(
            [
                layers.Input((4,)),
                layers.Dense(3, name="same"),
                layers.Dense(units, name="other"),
            ]
        )

    theirs = pair(keras, 2)
    theirs.save(tmp_path / "m.h5")
    ours = pair(saccade, 5)
    before = ours.layers[1].get_weights()
    with pytest.raises(ValueError, match=r"other/kernel: expected \(3, 5\), got"):
        ours.load_weights(tmp_path / "m.h5", by_name=True)
    with pytest.warns(DataWarning, match="other/bias"):
        ours.load_weights(tmp_path / "m.h5", by_name=True, skip_mismatch=True)
    for got, want in zip(
        ours.layers[0].get_weights(), theirs.layers[0].get_weights(), strict=True
    ):
        np.testing.assert_array_equal(got, want)
    for got, want in zip(ours.layers[1].get_weights(), before, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("direction", ["from keras", "to keras"])
@pytest.mark.parametrize("kind", ["adam", "momentum"])
def test_training_goes_on_from_the_same_numbers(tmp_path, rng, direction, kind):
    theirs = direction == "from keras"
    source, target = (keras, saccade) if theirs else (saccade, keras)
    x = rng.normal(size=(24, 4)).astype("float32")
    y = rng.normal(size=(24, 2)).astype("float32")
    model = source.Sequential([source.layers.Input((4,)), source.layers.Dense(2)])
    optimizer = (
        source.optimizers.Adam(0.05)
        if kind == "adam"
        else source.optimizers.SGD(0.05, momentum=0.9)
    )
    model.compile(optimizer, "mse")
    plan = {"batch_size": 8, "epochs": 3, "shuffle": False, "verbose": 0}
    model.fit(x, y, **plan)
    model.save(tmp_path / "m.keras")
    unbroken = model.fit(x, y, **plan).history["loss"]
    again = target.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.fit(x, y, **plan).history["loss"], unbroken, 1e-5)
