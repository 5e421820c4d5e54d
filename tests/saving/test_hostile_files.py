"""Model files made to do harm: one of each kind for which Keras had a published hole.

Each is made here, and loading must refuse it or do nothing but load. Then files with
random damage: they end in errors of saccade, never in others.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import marshal
import pickle
import random
import tarfile
import warnings
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import SaccadeError, SavingError
from saccade.models import load_model
from saccade.saving import _lambda, deserialize_keras_object
from saccade.saving._objects import _unsafe


def net():
    return saccade.Sequential(
        [layers.Input((4,)), layers.Dense(3, name="one"), layers.Dense(2, name="two")]
    )


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.keras"
    net().save(path)
    return path


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_layer(good, layer):
    """A file like the good one whose second layer is another."""
    parts = parts_of(good)
    config = json.loads(parts["config.json"])
    config["config"]["layers"][1] = layer
    parts["config.json"] = json.dumps(config).encode()
    return written(good, parts)


def with_weights(good, change):
    """A file like the good one whose weights were changed."""
    parts = parts_of(good)
    content = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(content, "a") as file:
        change(file)
    parts["model.weights.h5"] = content.getvalue()
    return written(good, parts)


def written(good, parts):
    path = good.with_name("bad.keras")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def layer(kind, place="keras.layers", **config):
    return {
        "module": place, "class_name": kind, "config": config,
        "registered_name": None,
    }  # fmt: skip


def harm(target: Path):
    """Python code, as Keras stores it, that leaves a trace when it runs."""
    code = compile(f"open({str(target)!r}, 'w').close()", "<lambda>", "exec")
    text = base64.encodebytes(marshal.dumps(code)).decode()
    return {"class_name": "__lambda__", "config": {"value": [text, None, None]}}


@pytest.mark.parametrize("safe_mode", [True, None, 0])
def test_cve_2024_3660_and_2026_12481_python_code(tmp_path, good, safe_mode):
    trace = tmp_path / "ran"
    for bad in (
        layer("Lambda", name="x", function=harm(trace)),
        layer("Activation", name="x", activation=harm(trace)),
    ):
        with pytest.raises(SaccadeError, match=r"could run any"):
            load_model(with_layer(good, bad), safe_mode=safe_mode)
    with pytest.raises(SaccadeError, match="safe_mode=False"):
        deserialize_keras_object(harm(trace), safe_mode=safe_mode)
    assert not trace.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"), ("subprocess", "Popen"), ("builtins", "eval"),
        ("saccade.core._errors", "message"), ("keras.layers.os", "system"),
        ("numpy", "load"),
    ],
)  # fmt: skip
def test_cve_2025_1550_names_of_any_module(good, module, name):
    with pytest.raises(SaccadeError, match=f"unknown name '{name}'"):
        load_model(with_layer(good, layer(name, module, name="x")))
    bad = {
        "module": module, "class_name": "function", "config": name,
        "registered_name": name,
    }  # fmt: skip
    with pytest.raises(SaccadeError, match=f"unknown name '{name}'"):
        load_model(with_layer(good, layer("Dense", name="x", units=3, activation=bad)))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.utils", "get_file"), ("keras.src.utils.file_utils", "get_file"),
        ("keras.saving", "load_model"), ("keras.models", "load_model"),
        ("keras.utils", "load_img"),
    ],
)  # fmt: skip
def test_cve_2025_8747_functions_of_keras_that_do_more(good, module, name):
    config = {"fname": "x", "origin": "file:///etc/passwd", "filepath": "x"}
    with pytest.raises(SaccadeError, match=f"'{name}'"):
        load_model(with_layer(good, layer(name, module, **config)))


def test_cve_2025_9906_a_config_cannot_switch_safety_off(tmp_path, good):
    trace = tmp_path / "ran"
    for module in ("keras.config", "keras.src.saving.serialization_lib"):
        name = "enable_unsafe_deserialization"
        for kind in (
            layer(name, module),
            {"module": module, "class_name": "function", "config": name},
        ):
            parts = parts_of(with_layer(good, layer("Activation", activation=kind)))
            config = json.loads(parts["config.json"])
            config["config"]["layers"].append(
                layer("Activation", name="z", activation=harm(trace))
            )
            parts["config.json"] = json.dumps(config).encode()
            with pytest.raises(SaccadeError, match=name):
                load_model(written(good, parts))
    assert not _unsafe.get()
    assert not trace.exists()


def test_cve_2025_9905_older_files_do_not_slip_past_the_safe_mode(tmp_path):
    trace = tmp_path / "ran"
    path = tmp_path / "old.h5"
    config = {
        "class_name": "Sequential",
        "config": {"layers": [layer("Lambda", function=harm(trace))]},
    }
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights")
    with pytest.raises(SaccadeError, match="could run any"):
        load_model(path)
    assert not trace.exists()


class Trap:
    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return (open, (self.place, "w"))


def test_cve_2025_49655_pickles_are_not_read(tmp_path, good):
    trace = tmp_path / "ran"
    pickled = base64.b64encode(pickle.dumps(Trap(str(trace)))).decode()
    bad = layer("TorchModuleWrapper", name="x", module=pickled)
    with pytest.raises(SaccadeError, match="holds a pickle"):
        load_model(with_layer(good, bad))
    # numpy's own objects are pickles too.
    bad = {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}}
    with pytest.raises(SaccadeError):
        load_model(with_layer(good, layer("Activation", name="x", activation=bad)))
    assert not trace.exists()


def test_cve_2025_12058_vocabularies_read_no_files(tmp_path, good):
    secret = tmp_path / "secret.txt"
    secret.write_text("password")
    for name in ("StringLookup", "IntegerLookup", "TextVectorization"):
        bad = layer(name, name="x", vocabulary=str(secret))
        with pytest.raises(SaccadeError, match=name) as caught:
            load_model(with_layer(good, bad))
        assert "password" not in str(caught.value)


@pytest.mark.parametrize("kind", ["dots", "absolute", "link"])
def test_cve_2025_12638_archives_stay_in_their_folder(tmp_path, kind):
    inside = tmp_path / "cache"
    source = tmp_path / "data.tar"
    entry = tarfile.TarInfo(
        {"dots": "../out", "absolute": str(tmp_path / "out"), "link": "a"}[kind]
    )
    if kind == "link":
        entry.type, entry.linkname = tarfile.SYMTYPE, "../../out"
    with tarfile.open(source, "w") as tar:
        tar.addfile(entry, io.BytesIO())
    with pytest.raises(SaccadeError):
        saccade.utils.get_file(
            "data.tar", source.as_uri(), extract=True, cache_dir=str(inside)
        )
    assert not (tmp_path / "out").exists()
    assert not list(inside.rglob("out"))
    assert not [path for path in inside.rglob("*") if path.is_symlink()]


PLACE = "layers/dense/vars"


def replaced(**options):
    def change(file):
        del file[f"{PLACE}/0"]
        file[PLACE].create_dataset("0", dtype="float32", **options)

    return change


@pytest.mark.parametrize("shape", [(10**12,), (2**31, 2**31), (4, 10**9)])
def test_cve_2026_0897_absurd_shapes(good, shape):
    change = replaced(shape=shape, chunks=(1,) * len(shape))
    with pytest.raises(SavingError, match=r"layers/dense/vars/0.*far more than"):
        load_model(with_weights(good, change))


@pytest.mark.parametrize("units", [10**8, 10**15, 10**30])
def test_configs_that_ask_for_more_than_the_weights_hold(good, units):
    with pytest.raises(SavingError, match="more than the file holds"):
        load_model(with_layer(good, layer("Dense", name="x", units=units)))


def test_many_names_for_one_array_are_counted_together(good):
    def change(file):
        values = np.zeros(8000, "float32")
        for place in (PLACE, "layers/dense_1/vars"):
            del file[f"{place}/0"]
        big = file.create_dataset("big", data=values, compression="gzip")
        for number in range(100, 200):
            file[f"{PLACE}/{number}"] = big

    with pytest.raises(SavingError, match="far more than"):
        load_model(with_weights(good, change))


def test_cve_2026_1669_no_other_file_is_read(tmp_path, good):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["0"] = np.full((4, 3), 7, "float32")
        file["vars/0"] = np.full((4, 3), 7, "float32")
    raw = tmp_path / "raw.bin"
    raw.write_bytes(b"\1" * 48)

    def external_link(file):
        del file[f"{PLACE}/0"]
        file[f"{PLACE}/0"] = h5py.ExternalLink(str(secret), "/0")

    def external_group(file):
        del file["layers/dense"]
        file["layers/dense"] = h5py.ExternalLink(str(secret), "/")

    def external_top(file):
        del file["layers"]
        file["layers"] = h5py.ExternalLink(str(secret), "/")

    def soft_link(file):
        del file[f"{PLACE}/0"]
        file["real"] = h5py.ExternalLink(str(secret), "/0")
        file[f"{PLACE}/0"] = h5py.SoftLink("/real")

    def virtual(file):
        del file[f"{PLACE}/0"]
        layout = h5py.VirtualLayout(shape=(4, 3), dtype="float32")
        layout[:] = h5py.VirtualSource(str(secret), "0", shape=(4, 3))
        file[PLACE].create_virtual_dataset("0", layout)

    storage = replaced(shape=(4, 3), external=[(str(raw), 0, 48)])
    for change in (
        external_link, external_group, external_top, soft_link, virtual, storage,
    ):  # fmt: skip
        with pytest.raises(SavingError, match=r"is a link|kept in another file"):
            load_model(with_weights(good, change))


def test_cve_2026_1462_programs_of_tensorflow_are_not_loaded(tmp_path, good):
    bad = layer("TFSMLayer", name="x", filepath=str(tmp_path))
    with pytest.raises(SaccadeError, match="loads a program of TensorFlow"):
        load_model(with_layer(good, bad))


def test_cve_2026_12479_names_of_layers_are_no_paths(tmp_path, good):
    bad = layer("Dense", name="../../../outside", units=3)
    before = set(tmp_path.rglob("*")) | set(tmp_path.parent.iterdir())
    path = with_layer(good, bad)
    model = load_model(path)
    model.save(tmp_path / "again.keras")
    model.save_weights(tmp_path / "again.weights.h5")
    after = set(tmp_path.rglob("*")) | set(tmp_path.parent.iterdir())
    assert {one.name for one in after - before} == {
        "bad.keras", "again.keras", "again.weights.h5",
    }  # fmt: skip


def test_members_that_declare_more_than_they_hold(good):
    parts = parts_of(good)
    path = good.with_name("bomb.keras")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", parts["config.json"])
        archive.writestr("model.weights.h5", bytes(50_000_000))
    with pytest.raises(SavingError, match="declares 50,000,000 bytes"):
        load_model(path)


def test_members_outside_the_archive_are_never_unpacked(tmp_path, good):
    parts = parts_of(good)
    parts |= {"../out": b"x", str(tmp_path / "out"): b"x"}
    before = set(tmp_path.rglob("*"))
    load_model(written(good, parts))
    assert {one.name for one in set(tmp_path.rglob("*")) - before} == {"bad.keras"}


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b"[]", b"{}", b'{"class_name": "Dense"}', b"\xff", b"1"]
)
def test_configs_that_are_none(good, text):
    with pytest.raises(SaccadeError):
        load_model(written(good, parts_of(good) | {"config.json": text}))


def test_lambdas_of_keras_2(tmp_path):
    """There a function was a list of code, defaults and closure."""
    path = tmp_path / "old.h5"
    code = harm(tmp_path / "ran")["config"]["value"]
    inner = {
        "name": "x", "trainable": True, "batch_input_shape": [None, 2],
        "function": code, "function_type": "lambda", "module": "__main__",
        "arguments": {},
        "output_shape": None, "output_shape_type": "raw", "output_shape_module": None,
    }  # fmt: skip
    config = {"class_name": "Lambda", "config": inner}
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": [config]}}
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = np.zeros(0)
    for safe_mode in (True, None):
        with pytest.raises(SaccadeError, match="could run any"):
            load_model(path, safe_mode=safe_mode)
    assert not (tmp_path / "ran").exists()
    text = _lambda.dump(lambda x: x + 1)
    inner["function"] = text
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = json.dumps(config)
    model = load_model(path, safe_mode=False)
    np.testing.assert_array_equal(model(np.zeros((1, 2))), np.ones((1, 2)))


def test_attributes_that_declare_absurd_shapes(tmp_path):
    path = tmp_path / "old.h5"
    net().save(path)
    with h5py.File(path, "a") as file:
        group = file["model_weights"]
        del group.attrs["layer_names"]
        group.attrs.create("layer_names", np.zeros(7_000, "S8"))
    few, many = ((size).to_bytes(8, "little") for size in (7_000, 10**13))
    path.write_bytes(path.read_bytes().replace(few, many))
    with pytest.raises(SavingError, match=r"far more than|cut off or altered"):
        load_model(path)


def test_texts_in_which_the_library_gets_stuck(tmp_path):
    """A size of zero between texts: HDF5 steps by it forever."""
    path = tmp_path / "old.h5"
    net().save(path)
    content = bytearray(path.read_bytes())
    place = content.index(b"GCOL")
    content[place + 16 : place + 32] = bytes(16)
    path.write_bytes(content)
    with pytest.raises(SavingError, match=f"byte {place:,} do not add up"):
        load_model(path)


def test_several_names_for_one_member(good):
    """Of two members of one name the last counts, as everywhere; it is checked."""
    with zipfile.ZipFile(good, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("config.json", "{}")
    with pytest.raises(SavingError, match="describes no model"):
        load_model(good)


def fuzzing():
    place = Path(__file__).parents[2] / "scripts" / "fuzz_files.py"
    spec = importlib.util.spec_from_file_location("fuzz_files", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_end_in_errors_of_ours(tmp_path):
    script = fuzzing()
    forms = script.originals(tmp_path)
    draw = random.Random(1)
    counts = {}
    for _ in range(240):
        name, result, path = script.try_once(tmp_path, forms, draw)
        assert result in ("loaded", "refused"), f"{path}: {result}"
        counts[name, result] = counts.get((name, result), 0) + 1
    assert all(counts[name, "refused"] > 20 for name in forms)
