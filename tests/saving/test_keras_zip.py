"""Whole models in `.keras` files."""

from __future__ import annotations

import json
import zipfile

import h5py
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import ConfigError, SavingError
from saccade.models import load_model
from saccade.saving._keras_zip import read_notes, write_notes


def net():
    model = saccade.Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(2, 3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ],
        name="net",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def trained(rng):
    x = rng.normal(size=(40, 8, 8, 1)).astype("float32")
    y = rng.integers(0, 3, 40)
    model = net()
    model.fit(x, y, epochs=2, verbose=0)
    return model, x, y


def test_a_model_goes_on_from_where_it_was_saved(tmp_path, trained):
    model, x, y = trained
    model.save(tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    assert again.name == "net"
    np.testing.assert_array_equal(
        model.predict(x, verbose=0), again.predict(x, verbose=0)
    )
    assert model.evaluate(x, y, verbose=0) == again.evaluate(x, y, verbose=0)
    for one in (model, again):
        one.fit(x, y, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_file_has_the_members_of_keras(tmp_path, trained):
    trained[0].save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert archive.namelist() == [
            "metadata.json", "config.json", "model.weights.h5",
        ]  # fmt: skip
        config = json.loads(archive.read("config.json"))
    assert (config["module"], config["class_name"]) == ("keras", "Sequential")
    assert config["compile_config"]["loss"] == "sparse_categorical_crossentropy"


def test_uncompiled_on_request(tmp_path, trained):
    trained[0].save(tmp_path / "m.keras")
    assert not load_model(tmp_path / "m.keras", compile=False).compiled


def test_checkpoints_of_whole_models(tmp_path, trained):
    model, x, y = trained
    check = saccade.callbacks.ModelCheckpoint(tmp_path / "best.keras", "loss")
    model.fit(x, y, verbose=0, callbacks=[check])
    assert load_model(tmp_path / "best.keras").count_params() == model.count_params()


def rewrite(path, change):
    """Changes the config inside a file."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    change(config)
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("safe_mode", [True, None])
def test_loading_runs_no_code_from_the_file(tmp_path, trained, safe_mode):
    path = tmp_path / "m.keras"
    trained[0].save(path)

    def inject(config):
        config["config"]["layers"][1] = {
            "module": "os", "class_name": "system", "registered_name": None,
            "config": {"command": "touch /tmp/owned"},
        }  # fmt: skip

    rewrite(path, inject)
    with pytest.raises(ConfigError, match="system"):
        load_model(path, safe_mode=safe_mode)


def test_what_an_archive_declares_is_bounded(tmp_path):
    bomb = tmp_path / "bomb.keras"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"\0" * 30_000_000)
    with pytest.raises(SavingError, match="declares 30,000,000 bytes"):
        load_model(bomb)


def test_clear_errors_for_files(tmp_path, trained):
    model = trained[0]
    with pytest.raises(SavingError, match=r"got 'm\.zip'(.|\n)*use 'm\.keras'"):
        model.save(tmp_path / "m.zip")
    with pytest.raises(NotImplementedError, match="a folder, is not written"):
        model.save(tmp_path / "m.keras", zipped=False)
    with pytest.raises(TypeError, match="did you mean `include_optimizer`"):
        model.save(tmp_path / "m.keras", include_optimiser=False)
    with pytest.raises(SavingError, match="there is no file"):
        load_model(tmp_path / "none.keras")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        model.load_weights(tmp_path / "none.weights.h5")
    (tmp_path / "bad.keras").write_bytes(b"no zip")
    with pytest.raises(SavingError, match=r"is no '\.keras' file"):
        load_model(tmp_path / "bad.keras")
    with zipfile.ZipFile(tmp_path / "empty.keras", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(SavingError, match=r"no config\.json in it"):
        load_model(tmp_path / "empty.keras")


def test_notes_travel_with_the_file(tmp_path):
    model = net()
    write_notes(model, {"class_names": ["ä", "b"]})
    model.save(tmp_path / "a.keras")
    again = load_model(tmp_path / "a.keras")
    assert read_notes(again) == {"class_names": ["ä", "b"]}
    again.save(tmp_path / "b.keras")
    assert read_notes(load_model(tmp_path / "b.keras")) == read_notes(model)
    plain = net()
    plain.save(tmp_path / "c.keras")
    assert read_notes(load_model(tmp_path / "c.keras")) == {}


@pytest.mark.parametrize("metadata", [None, "[1]", '{"saccade": 3}'])
def test_files_with_other_metadata_load(tmp_path, metadata):
    net().save(tmp_path / "a.keras")
    with (
        zipfile.ZipFile(tmp_path / "a.keras") as old,
        zipfile.ZipFile(tmp_path / "b.keras", "w") as new,
    ):
        for name in old.namelist():
            if name != "metadata.json":
                new.writestr(name, old.read(name))
        if metadata is not None:
            new.writestr("metadata.json", metadata)
    assert read_notes(load_model(tmp_path / "b.keras")) == {}


def test_files_of_a_newer_keras_say_so(tmp_path):
    path = tmp_path / "m.keras"
    net().save(path)

    def rewritten(version):
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        config = json.loads(parts["config.json"])
        config["config"]["layers"][4]["config"]["gates"] = 3
        parts["config.json"] = json.dumps(config)
        parts["metadata.json"] = json.dumps({"keras_version": version})
        with zipfile.ZipFile(tmp_path / "n.keras", "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return tmp_path / "n.keras"

    newer = r"written by Keras 4\.1\.0.*form of 3\.15\.1.*unexpected argument `gates`"
    with pytest.raises(SavingError, match=newer):
        load_model(rewritten("4.1.0"))
    for version in ("3.15.9", "2.9.0", None, [1]):
        with pytest.raises(TypeError, match=r"Dense: unexpected argument `gates`"):
            load_model(rewritten(version))
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["keras_version"] = "9.9"
        file.attrs["model_config"] = '{"class_name": "Woven", "config": {}}'
    with pytest.raises(SavingError, match=r"written by Keras 9\.9.*'Woven'"):
        load_model(tmp_path / "m.h5")


def test_damage_is_placed(tmp_path):
    """Which member is damaged, and which weight."""
    path = tmp_path / "m.keras"
    net().save(path)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("model.weights.h5").header_offset
    path.write_bytes(content[: start + 3000] + b"x" + content[start + 3001 :])
    with pytest.raises(SavingError, match=r"'model\.weights\.h5'"):
        load_model(path)
    weights = tmp_path / "m.weights.h5"
    net().save_weights(weights)
    with h5py.File(weights, "a") as file:
        group = file["layers/dense/vars"]
        del group["0"]
        group.create_dataset("0", data=np.ones((72, 3), "float32"), compression="gzip")
        place = group["0"].id.get_chunk_info(0).byte_offset
    with weights.open("r+b") as file:
        file.seek(place)
        file.write(b"damaged!")
    with pytest.raises(SavingError, match=r"layers/dense/vars/0 in .*cut off or alt"):
        net().load_weights(weights)


def test_what_the_file_is_counts_not_its_name(tmp_path):
    model = net()
    model.save(tmp_path / "a.keras")
    model.save(tmp_path / "b.h5")
    (tmp_path / "a.keras").rename(tmp_path / "a.h5")
    (tmp_path / "b.h5").rename(tmp_path / "b")
    for name in ("a.h5", "b"):
        again = load_model(tmp_path / name)
        np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    with pytest.raises(SavingError, match=r"open it with the Keras 2 that wrote it"):
        load_model(tmp_path / "saved")
