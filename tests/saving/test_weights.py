"""Weights files: there and back, with Keras, whole or not at all."""

from __future__ import annotations

import errno
import os

import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import DataWarning, SavingError

h5py = pytest.importorskip("h5py")


def net(units=3, seed=1):
    saccade.utils.set_random_seed(seed)
    model = saccade.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(2, 3),
            layers.BatchNormalization(),
            layers.Conv2D(2, 3, name="second"),
            layers.Flatten(),
            saccade.Sequential([layers.Dense(4), layers.Dense(units)]),
        ]
    )
    model.compile("adam", "mse")
    return model


def equal(a, b):
    for one, other in zip(a, b, strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_and_optimizer_come_back(tmp_path, rng):
    x, y = rng.normal(size=(8, 8, 8, 1)), rng.normal(size=(8, 3))
    one, other = net(), net(seed=2)
    one.fit(x, y, verbose=0)
    one.save_weights(tmp_path / "a.weights.h5")
    other.fit(x, y, epochs=3, verbose=0)
    other.load_weights(tmp_path / "a.weights.h5")
    equal(one.get_weights(), other.get_weights())
    assert int(other.optimizer.iterations) == 1
    one.fit(x, y, shuffle=False, verbose=0)
    other.fit(x, y, shuffle=False, verbose=0)
    equal(one.get_weights(), other.get_weights())


def test_the_layout_is_that_of_keras(tmp_path):
    path = tmp_path / "a.weights.h5"
    net().save_weights(path)
    with h5py.File(path) as file:
        names = []
        file.visit(names.append)
        assert file["layers/conv2d_1/vars"].attrs["name"] == "second"
    assert {
        "layers/conv2d/vars/0", "layers/conv2d_1/vars/1",
        "layers/batch_normalization/vars/3", "layers/flatten/vars",
        "layers/sequential/layers/dense_1/vars/0",
    } <= set(names)  # fmt: skip


def test_weights_of_another_model_name_the_layers(tmp_path):
    path = tmp_path / "a.weights.h5"
    net(units=5, seed=2).save_weights(path)
    model = net()
    before = model.get_weights()
    with pytest.raises(SavingError, match="another model") as caught:
        model.load_weights(path)
    assert "layers/sequential/layers/dense_1" in str(caught.value)
    assert "expected (4, 3), (3,), got (4, 5), (5,)" in str(caught.value)
    equal(before, model.get_weights())
    with pytest.warns(DataWarning, match="left out"):
        model.load_weights(path, skip_mismatch=True)
    assert not np.array_equal(before[0], model.get_weights()[0])


def test_clear_errors_for_files(tmp_path):
    model = net()
    model.save_weights(tmp_path / "good.weights.h5")
    with pytest.raises(SavingError, match=r"must end in '.weights.h5' or"):
        model.save_weights(tmp_path / "a.h5")
    with pytest.raises(SavingError, match=r"did you mean 'good\.weights\.h5'"):
        model.load_weights(tmp_path / "god.weights.h5")
    with pytest.raises(SavingError, match="is there already"):
        model.save_weights(tmp_path / "good.weights.h5", overwrite=False)
    (tmp_path / "bad.weights.h5").write_bytes(b"not hdf5" * 100)
    with pytest.raises(SavingError, match="is no HDF5 file"):
        model.load_weights(tmp_path / "bad.weights.h5")
    with pytest.raises(SavingError, match="has no weights yet"):
        saccade.Sequential([layers.Dense(1)]).save_weights(tmp_path / "u.weights.h5")


def test_a_failure_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    model = net()
    model.save_weights(path)
    old = path.read_bytes()

    def fail(store):
        raise OSError("disk full")

    monkeypatch.setattr(model.layers[-1], "save_own_variables", fail)
    with pytest.raises(OSError, match="disk full"):
        model.save_weights(path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["a.weights.h5"]


def test_external_storage_and_absurd_shapes_are_refused(tmp_path):
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"\0" * 1000)
    for name, options in {
        "external": {"external": [(str(secret), 0, 1000)]},
        "absurd": {"chunks": (1000,), "compression": "gzip"},
    }.items():
        path = tmp_path / f"{name}.weights.h5"
        net().save_weights(path)
        shape = (250,) if name == "external" else (10**9,)
        with h5py.File(path, "a") as file:
            del file["layers/conv2d/vars/0"]
            file["layers/conv2d/vars"].create_dataset(
                "0", shape=shape, dtype="float32", **options
            )
        with pytest.raises(SavingError, match=r"no plain array|far more than"):
            net().load_weights(path)


def test_a_full_disk_leaves_the_old_file_and_is_named(tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    model = net()
    model.save_weights(path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"a\.weights\.h5: cannot be written: no space"):
        model.save_weights(path, overwrite=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
