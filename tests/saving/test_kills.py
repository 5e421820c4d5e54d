"""Files are there whole or not at all, also when the process is killed."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
