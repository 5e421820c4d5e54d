"""Files are there whole or not at all, also when the process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.saving import _files

SAVE = """
import os, pathlib, sys
from saccade.saving import _files

path, moment = pathlib.Path(sys.argv[1]), sys.argv[2]
def die(*args, **keywords):
    os.kill(os.getpid(), 9)
if moment == "flush":
    _files._flush = die
elif moment == "rename":
    pathlib.Path.replace = die
with _files.replacing(path) as temporary:
    temporary.write_bytes(b"new" * 1000)
    if moment == "write":
        die()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize("moment", ["write", "flush", "rename", "never"])
def test_a_kill_leaves_the_old_file(tmp_path, moment):
    path = tmp_path / "model.keras"
    path.write_bytes(b"old")
    command = [sys.executable, "-c", SAVE, str(path), moment]
    done = subprocess.run(command, check=False)
    assert done.returncode == (0 if moment == "never" else -9)
    assert path.read_bytes() == (b"new" * 1000 if moment == "never" else b"old")
    with _files.replacing(path) as temporary:
        temporary.write_bytes(b"next")
    assert path.read_bytes() == b"next"


SAVE_A_MODEL = """
import resource, signal, sys
import numpy as np, saccade
from saccade import layers

model = saccade.Sequential([layers.Input((64,)), layers.Dense(64)])
model.set_weights([np.full((64, 64), 2), np.full(64, 2)])
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
save = model.save_weights if ".weights" in sys.argv[1] else model.save
save(sys.argv[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("m.keras", 0),
        ("m.h5", 9_000),
        ("m.weights.h5", 1),
        ("m.weights.safetensors", 9),
    ],
)
def test_a_kill_in_the_middle_of_writing_leaves_the_old_model(tmp_path, name, limit):
    """The system ends the process at the first byte beyond a limit."""
    model = saccade.Sequential([layers.Input((64,)), layers.Dense(64)])
    model.set_weights([np.full((64, 64), 1), np.full(64, 1)])
    path = tmp_path / name
    (model.save_weights if ".weights" in name else model.save)(path)
    before = path.read_bytes()
    assert len(before) > limit
    command = [sys.executable, "-c", SAVE_A_MODEL, str(path), str(limit)]
    environment = {**os.environ, "SACCADE_CACHE": "off"}
    done = subprocess.run(command, check=False, env=environment)
    assert done.returncode == -signal.SIGXFSZ
    assert path.read_bytes() == before
    model.load_weights(path)
    assert model.get_weights()[0][0, 0] == 1


def test_remains_are_removed_after_an_hour(tmp_path):
    path = tmp_path / "m.keras"
    names = (".m.keras.abcd1234", ".m.keras.bcde2345", ".m.keras.backup", ".m.keras.x")
    for name in names:
        (tmp_path / name).touch()
        old = time.time() - 2 * 3600
        if name != names[1]:
            os.utime(tmp_path / name, (old, old))
    with _files.replacing(path) as temporary:
        temporary.write_bytes(b"new")
    assert {one.name for one in tmp_path.iterdir()} == {"m.keras", *names[1:]}
