"""Whole programs written for Keras, run by `saccade run` and by Keras on JAX.

Each file beside this one is a program. The numbers that both log must agree, from the
same weights. A program with the line `# needs: tensorflow` uses what Keras has on
TensorFlow alone; it is run here, and must learn.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
PROGRAMS = sorted(
    path
    for path in HERE.glob("*.py")
    if not path.name.startswith(("_", "test_", "conftest"))
)


def _alone(path: Path) -> bool:
    return "# needs: tensorflow" in path.read_text()


def _run(words: list[str], programs: list[Path], out: Path) -> dict:
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "KERAS_BACKEND": "jax"}
    program = [str(HERE / "_observe.py"), str(out), *map(str, programs)]
    done = subprocess.run(
        [sys.executable, *words, *program],
        capture_output=True, text=True, env=environment, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(out.read_text())


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> dict:
    out = tmp_path_factory.mktemp("ours") / "seen.json"
    return _run(["-m", "saccade", "run"], PROGRAMS, out)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory) -> dict:
    if importlib.util.find_spec("keras") is None:
        pytest.skip("Keras is not installed")
    out = tmp_path_factory.mktemp("theirs") / "seen.json"
    return _run([], [path for path in PROGRAMS if not _alone(path)], out)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_runs_and_learns(path: Path, ours: dict) -> None:
    seen = ours[path.stem]
    assert "error" not in seen, seen["error"]
    assert seen["fits"], "the program trains nothing"
    for logs in seen["fits"]:
        assert np.isfinite(list(logs.values())).all()
    first = seen["fits"][0]
    if len(first.get("loss", ())) > 1:
        assert first["loss"][-1] < first["loss"][0]


@pytest.mark.parametrize(
    "path", [p for p in PROGRAMS if not _alone(p)], ids=lambda path: path.stem
)
def test_logs_what_keras_logs(path: Path, ours: dict, theirs: dict) -> None:
    got, expected = ours[path.stem], theirs[path.stem]
    assert "error" not in expected, expected["error"]
    assert (got["library"], expected["library"]) == ("saccade", "keras")
    assert len(got["fits"]) == len(expected["fits"])
    for logs, reference in zip(got["fits"], expected["fits"], strict=True):
        assert list(logs) == list(reference)
        for name in reference:
            np.testing.assert_allclose(
                logs[name], reference[name], rtol=2e-3, atol=2e-4, err_msg=name
            )
    assert got["shapes"] == expected["shapes"]
    for mine, reference in zip(got["means"], expected["means"], strict=True):
        np.testing.assert_allclose(mine, reference, rtol=5e-3, atol=1e-3)
