"""Whole models and weights in the older form of files."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import SaccadeError, SavingError
from saccade.models import load_model

KERNEL = np.arange(8, dtype="float32").reshape(4, 2)


def keras_2_file(path, **change):
    """A file as Keras 2 wrote it: shapes in the first layer, names ending in ':0'."""
    glorot = {"class_name": "GlorotUniform", "config": {"seed": None}}
    dense = {
        "name": "dense", "trainable": True, "batch_input_shape": [None, 4],
        "dtype": "float32", "units": 2, "activation": "linear", "use_bias": True,
        "kernel_initializer": glorot,
        "bias_initializer": {"class_name": "Zeros", "config": {}},
    }  # fmt: skip
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "old",
            "layers": [{"class_name": "Dense", "config": dense | change}],
        },
    }
    training = {
        "loss": "mse", "metrics": ["mae"], "weighted_metrics": None,
        "loss_weights": None,
        "optimizer_config": {
            "class_name": "SGD", "config": {"name": "SGD", "learning_rate": 0.25},
        },
    }  # fmt: skip
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.9.0"
        file.attrs["model_config"] = json.dumps(config).encode()
        file.attrs["training_config"] = json.dumps(training).encode()
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = np.array([b"dense"])
        group = root.create_group("dense")
        names = [b"dense/kernel:0", b"dense/bias:0"]
        group.attrs["weight_names"] = np.array(names)
        group["dense/kernel:0"] = KERNEL
        group["dense/bias:0"] = np.array([1, 2], "float32")


def test_files_of_keras_2(tmp_path):
    keras_2_file(tmp_path / "old.h5")
    model = load_model(tmp_path / "old.h5")
    assert (model.name, model.input_shape) == ("old", (None, 4))
    x = np.ones((3, 4), "float32")
    np.testing.assert_allclose(model(x), x @ KERNEL + [1, 2])
    assert float(model.optimizer.learning_rate) == 0.25
    model.fit(x, np.zeros((3, 2)), verbose=0)
    assert not load_model(tmp_path / "old.h5", compile=False).compiled


def test_weights_of_other_models_are_named(tmp_path):
    keras_2_file(tmp_path / "old.h5")
    two = saccade.Sequential([layers.Input((4,)), layers.Dense(2), layers.Dense(2)])
    with pytest.raises(SavingError, match=r"weights of 1 layers.*has 2 layers"):
        two.load_weights(tmp_path / "old.h5")
    other = saccade.Sequential([layers.Input((4,)), layers.Dense(3, name="dense")])
    before = other.get_weights()
    with pytest.raises(SavingError, match=r"kernel: expected \(4, 3\), got \(4, 2\)"):
        other.load_weights(tmp_path / "old.h5")
    np.testing.assert_array_equal(other.get_weights()[0], before[0])


def test_altered_files(tmp_path):
    path = tmp_path / "old.h5"
    keras_2_file(path, units=10**12)
    with pytest.raises(SavingError, match="more than the file holds"):
        load_model(path)
    keras_2_file(path)
    with h5py.File(path, "a") as file:
        group = file["model_weights/dense/dense"]
        del group["bias:0"]
        group["bias:0"] = h5py.ExternalLink(str(path), "/model_weights")
    with pytest.raises(SavingError, match="is a link"):
        load_model(path)
    for text in ("[1]", "{", "[" * 50_000, '{"class_name": "Sequential"}'):
        with h5py.File(path, "a") as file:
            file.attrs["model_config"] = text[:60_000]
        with pytest.raises(SaccadeError):
            load_model(path)
    with h5py.File(path, "a") as file:
        del file.attrs["model_config"]
    with pytest.raises(SavingError, match="no config of a model"):
        load_model(path)
