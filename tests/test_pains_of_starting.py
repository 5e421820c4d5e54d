"""What hurt users of other libraries, second part: starting, installing, repeating.

Rows are numbered as in test_pains.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def python(*words: str, **environment: str) -> subprocess.Popen[str]:
    """Starts Python in a process of its own."""
    return subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def output(process: subprocess.Popen[str]) -> str:
    printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return printed.strip()


SEEDED = """
import hashlib, json, sys
import numpy as np
import saccade as keras
from saccade import layers

draws = np.random.default_rng(5)
x, y = draws.normal(size=(70, 6)).astype("float32"), draws.integers(0, 3, 70)

def digest(arrays):
    return hashlib.sha256(b"".join(np.asarray(a).tobytes() for a in arrays)).hexdigest()

def run(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([
        layers.Dense(8, activation="relu"), layers.Dropout(0.5),
        layers.GaussianNoise(0.1), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.build((None, 6))
    start = digest(model.get_weights())
    history = model.fit(x, y, epochs=2, verbose=0).history["loss"]
    noisy = model(x, training=True)
    return [start, digest(model.get_weights()), digest([noisy]),
            digest([np.random.rand(3)]), [float(h).hex() for h in history]]

print(json.dumps({seed: run(int(seed)) for seed in sys.argv[1:]}))
"""


def test_row_17_one_seed_repeats_everything():
    """Row 17: weights, shuffle, dropout and noise, bit for bit, in two processes.

    The second process hashes texts otherwise and has run another seed before.
    """
    one = python("-c", SEEDED, "7", "8", PYTHONHASHSEED="1")
    two = python("-c", SEEDED, "8", "7", PYTHONHASHSEED="2")
    first, second = json.loads(output(one)), json.loads(output(two))
    assert first == second
    for a, b in zip(first["7"], first["8"], strict=True):
        assert a != b


BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"tensorflow", "keras", "tf_keras", "torch"}:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocker())
"""

KERAS_2 = """
import numpy as np
import keras
import tensorflow as tf
from keras import backend as K
from keras.callbacks import EarlyStopping
from keras.layers.convolutional import Conv2D, MaxPooling2D
from keras.layers.core import Activation, Dense, Dropout, Flatten
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential
from keras.optimizers import SGD
from keras.utils import np_utils
from keras.utils.np_utils import to_categorical

np.random.seed(1)
x = np.random.rand(60, 8, 8, 1).astype("float32")
labels = np.random.randint(0, 3, 60)
y = keras.utils.np_utils.to_categorical(labels, 3)
assert (y == np_utils.to_categorical(labels)).all()
assert (y == to_categorical(labels)).all()
assert K.image_data_format() == "channels_last" and int(tf.__version__[0]) >= 2

model = Sequential()
model.add(Conv2D(4, (3, 3), padding="same", kernel_initializer="he_normal",
                 input_shape=x.shape[1:], data_format="channels_last"))
model.add(BatchNormalization())
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(keras.layers.Dense(3, kernel_initializer="glorot_uniform",
                             kernel_regularizer=keras.regularizers.l2(1e-4)))
model.add(Activation("softmax"))
model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(lr=0.01),
              metrics=["acc"])
history = model.fit(x, y, batch_size=20, epochs=2, verbose=0, validation_split=0.2,
                    workers=4, use_multiprocessing=True,
                    callbacks=[EarlyStopping(monitor="val_acc", patience=5)])
print(sorted(history.history), len(history.history["acc"]))
model.compile(SGD(lr=0.1, momentum=0.9, nesterov=True), "categorical_crossentropy")
print(round(float(K.get_value(model.optimizer.lr)), 3))
for call in (lambda: model.predict_classes(x), lambda: model.fit(x, y, nb_epoch=3)):
    try:
        call()
    except (AttributeError, TypeError) as error:
        print(str(error).replace("\\n", " "))
print(hasattr(model, "predict_classes"))
"""


def test_row_20_a_program_of_keras_2(tmp_path):
    """Row 20: it runs where neither TensorFlow nor any Keras can be imported."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKER)
    (tmp_path / "program.py").write_text(KERAS_2)
    environment = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    blocked = python("-c", "import keras", **environment)
    assert "keras is blocked" in blocked.communicate(timeout=120)[1]
    done = python("-m", "saccade", "run", str(tmp_path / "program.py"), **environment)
    keys, rate, classes, epochs, has = output(done).splitlines()
    assert keys == "['acc', 'loss', 'val_acc', 'val_loss'] 2"
    assert rate == "0.1"
    assert "np.argmax(model.predict(x), axis=-1)" in classes
    assert epochs == "fit: `nb_epoch` is a name of Keras 1. Fix: epochs=3."
    assert has == "False"


LOADED = "; import sys, json; print(json.dumps(sorted(sys.modules)))"


def test_row_23_starting_loads_only_what_is_needed():
    """Row 23: the door and the command load no package; layers only what JAX loads."""
    runs = {
        "python": python("-c", "pass" + LOADED),
        "jax": python("-c", "import jax.numpy" + LOADED),
        "saccade": python("-c", "import saccade" + LOADED),
        "help": python(
            "-c",
            "import contextlib, io, saccade.cli\n"
            "with contextlib.redirect_stdout(io.StringIO()) as text:\n"
            "    with contextlib.suppress(SystemExit):\n"
            "        saccade.cli.main(['--help'])\n"
            "assert 'doctor' in text.getvalue()\n"
            "pass" + LOADED,
        ),
        "models": python("-c", "from saccade import layers, models" + LOADED),
        "run": python("-c", "import saccade, saccade.launcher" + LOADED),
    }
    loaded = {name: set(json.loads(output(run))) for name, run in runs.items()}

    def packages(name, beyond):
        ours, others = (
            {module.partition(".")[0] for module in loaded[n]} for n in (name, beyond)
        )
        return ours - others - sys.stdlib_module_names

    assert packages("saccade", "python") == {"saccade"}
    assert packages("help", "python") == {"saccade"}
    assert packages("run", "python") == {"saccade"}
    assert packages("models", "jax") == {"saccade"}
    # The door knows its rooms by name and enters none.
    inside = {m for m in loaded["saccade"] if m.startswith("saccade.")}
    assert {m.split(".")[1] for m in inside} == {"core"}


@pytest.mark.parametrize("own", [None, "true", "false", "0"])
def test_row_24_a_gpu_is_not_filled(own):
    """Row 24: memory grows with need; a user's own setting is kept."""
    name = "XLA_PYTHON_CLIENT_PREALLOCATE"
    code = (
        f"import os, sys; os.environ.pop({name!r}, None)\n"
        f"os.environ.update({{{name!r}: sys.argv[1]}} if sys.argv[1:] else {{}})\n"
        f"import saccade; print(os.environ[{name!r}])"
    )
    words = [] if own is None else [own]
    assert output(python("-c", code, *words)) == (own or "false")


def doctor(capsys, monkeypatch, system, machine, missing=()):
    """Returns what `saccade doctor` would print on another machine."""
    found = metadata.version

    def version(name):
        if name in missing:
            raise metadata.PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    from saccade.cli import main

    assert main(["doctor"]) == 0
    return capsys.readouterr().out.splitlines()


def test_row_25_windows(capsys, monkeypatch):
    """Row 25: says first that JAX has no GPU wheels for Windows, and names WSL2."""
    cuda = ["jax-cuda12-plugin"]
    lines = doctor(capsys, monkeypatch, "Windows", "AMD64", cuda)
    assert lines[0] == "This machine"
    assert "no GPU wheels for Windows" in lines[1]
    assert "CPU" in lines[1]
    assert "WSL2" in lines[2]
    assert "wsl --install" in lines[2]
    gpu = [line for line in lines if line.split()[:1] == ["gpu"]]
    assert gpu == ["  gpu      only for Linux, and for Windows under WSL2"]
    assert any(line.strip().startswith("cpu:0") for line in lines)


def test_row_25_intel_mac(capsys, monkeypatch):
    """Row 25: says first that there is no jaxlib wheel; the report goes on without."""
    lines = doctor(capsys, monkeypatch, "Darwin", "x86_64", ["jaxlib"])
    assert lines[0] == "This machine"
    assert "no jaxlib wheel" in lines[1]
    assert "Rosetta" in lines[2]
    assert "  none: jax or jaxlib is missing" in lines


@pytest.mark.parametrize("machine", [("Linux", "x86_64"), ("Darwin", "arm64")])
def test_row_25_elsewhere_nothing_is_said(machine, capsys, monkeypatch):
    """Row 25: machines that can do all get no note."""
    assert doctor(capsys, monkeypatch, *machine)[0] == "Versions"


def test_row_26_the_installation_is_small():
    """Row 26: saccade with all that it needs takes less than 0.6 GB, no TensorFlow."""
    requirements = pytest.importorskip("packaging.requirements")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    waiting, sizes = list(project["project"]["dependencies"]), {}
    while waiting:
        requirement = requirements.Requirement(waiting.pop())
        name = requirement.name.lower().replace("_", "-")
        marker = requirement.marker
        if name in sizes or (marker and not marker.evaluate({"extra": ""})):
            continue
        distribution = metadata.distribution(name)
        sizes[name] = sum(file.size or 0 for file in distribution.files or ())
        waiting += distribution.requires or []
    assert {"jax", "jaxlib", "numpy", "h5py", "pillow"} <= set(sizes)
    assert not {"tensorflow", "tensorflow-cpu", "keras", "tf-keras", "torch"} & set(
        sizes
    )
    assert all(sizes.values()), sizes
    assert 0.05e9 < sum(sizes.values()) < 0.6e9, sizes


def test_row_26_every_requirement_is_used():
    """Row 26: what is required is imported somewhere; nothing is carried along."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    modules = {"pillow": "PIL"}
    code = "\n".join(p.read_text(encoding="utf-8") for p in ROOT.glob("src/**/*.py"))
    for line in project["project"]["dependencies"]:
        name = line.partition(">")[0].strip()
        module = modules.get(name, name)
        ways = (f"import {module}", f"from {module}", f'optional_import("{module}"')
        assert any(way in code for way in ways), name
