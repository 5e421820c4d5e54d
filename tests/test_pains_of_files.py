"""What hurt users of other libraries with files of models: each row has its test.

The rows are numbered as in the list that the project started from; test_pains.py has
the others.
"""

from __future__ import annotations

import json
import subprocess
import sys

import h5py
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import SavingError
from saccade.models import load_model


def net():
    return saccade.Sequential([layers.Input((4,)), layers.Dense(2, name="out")])


def test_row_19_one_pair_saves_and_loads_every_form(tmp_path):
    """Row 19: what a file holds tells its form; a wrong name is no matter."""
    model = net()
    for name in ("m.keras", "m.h5", "m.hdf5"):
        model.save(tmp_path / name)
        again = load_model(tmp_path / name)
        np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    (tmp_path / "m.keras").rename(tmp_path / "from the net")
    assert load_model(tmp_path / "from the net").count_params() == 10
    (tmp_path / "m.h5").rename(tmp_path / "wrong.keras")
    assert load_model(tmp_path / "wrong.keras").count_params() == 10


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("m.weights.h5", "model.load_weights"),
        ("m.safetensors", "model.load_weights"),
        ("m.onnx", "it is an export"),
        ("m.pkl", "pickles are not read"),
        ("folder", "open it with the Keras 2 that wrote it"),
        ("m.kears", r"did you mean 'm\.keras'"),
    ],
)
def test_row_19_files_that_are_no_models_say_what_to_do(tmp_path, name, fix):
    """Row 19: "File format not supported" comes with the next step."""
    path = tmp_path / name
    net().save(tmp_path / "m.keras")
    if name in ("m.weights.h5", "m.safetensors"):
        net().save_weights(path)
    elif name == "folder":
        path.mkdir()
        (path / "saved_model.pb").touch()
    elif name != "m.kears":
        path.write_bytes(b"\x80\x04 anything")
    with pytest.raises(SavingError, match=fix):
        load_model(path)


OLD = """
import sys
import saccade
model = saccade.models.load_model(sys.argv[1])
assert (model.input_shape, model.loss) == ((None, 4), "mse")
assert float(model.optimizer.learning_rate) == 0.25
print(model(saccade.ops.ones((1, 4)))[0, 0])
missing = [name for name in ("tensorflow", "keras", "tf_keras") if name in sys.modules]
assert not missing, missing
"""


def test_row_20_a_file_of_keras_2_needs_nothing_else(tmp_path):
    """Row 20: neither TensorFlow nor an old Keras, and no conversion."""
    dense = {
        "name": "out",
        "batch_input_shape": [None, 4],
        "units": 2,
        "dtype": "float32",
    }
    layer = {"class_name": "Dense", "config": dense}
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}}
    training = {
        "loss": "mse", "metrics": ["mae"], "loss_weights": None,
        "optimizer_config": {"class_name": "SGD", "config": {"lr": 0.25, "decay": 0.0}},
    }  # fmt: skip
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file.attrs["keras_version"] = b"2.2.4"
        file.attrs["model_config"] = json.dumps(config).encode()
        file.attrs["training_config"] = json.dumps(training).encode()
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [b"out"]
        group = root.create_group("out")
        group.attrs["weight_names"] = [b"out/kernel:0", b"out/bias:0"]
        group["out/kernel:0"] = np.full((4, 2), 0.5, "float32")
        group["out/bias:0"] = np.ones(2, "float32")
    command = [sys.executable, "-c", OLD, str(tmp_path / "old.h5")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "3.0"
