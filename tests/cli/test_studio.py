"""`--studio`: every fit() of a program or a training is kept and shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from saccade.runs import RunFolder

PROGRAM = """
import numpy as np
import keras
for _ in range(2):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)], name="net")
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 4)), np.ones(8), epochs=2, verbose=0)
print("done")
"""


def test_every_fit_of_a_program_is_kept(tmp_path: Path) -> None:
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "saccade", "run", "--studio", "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "done" in done.stdout
    for name in ("net", "net-2"):
        run = RunFolder(tmp_path / "runs" / name)
        assert run.state()["state"] == "finished"
        assert run.epochs() == [0, 1, 2]
