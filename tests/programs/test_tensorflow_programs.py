"""Programs for TensorFlow, with tapes, give the numbers that TensorFlow gave.

scripts/record_programs.py recorded those. The programs run one after another in one
process, as `saccade run` runs each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
RECORD = json.loads((HERE.parent / "data" / "tensorflow_programs.json").read_text())

# Gradients of rectifiers and maxima jump, so small differences grow with the steps.
TOLERANCE = 2e-4

RUN_ALL = """
import runpy, sys, traceback
from saccade.launcher import install
install()
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    print("PROGRAM", name, flush=True)
    try:
        runpy.run_path(f"{sys.argv[1]}/{name}.py", run_name="__main__")
    except Exception:
        print("FAILED", repr(traceback.format_exc()), flush=True)
"""


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, list[float]] | str]:
    """What each program reported, or how it failed."""
    ended = subprocess.run(
        [sys.executable, "-c", RUN_ALL, str(HERE), *RECORD],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
    )
    found: dict[str, dict[str, list[float]] | str] = {}
    name = ""
    for line in ended.stdout.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "PROGRAM":
            name = rest
            found[name] = ended.stderr
        elif kind == "FAILED":
            found[name] = rest
        elif kind == "RESULT":
            found[name] = json.loads(rest)
    return found


@pytest.mark.parametrize("name", RECORD)
def test_gives_the_numbers_of_tensorflow(
    name: str, results: dict[str, dict[str, list[float]] | str]
) -> None:
    got, expected = results.get(name, "did not run"), RECORD[name]
    assert isinstance(got, dict), got
    assert got.keys() == expected.keys()
    for key, values in expected.items():
        scale = np.abs(values).max() + 1e-6
        np.testing.assert_allclose(
            np.array(got[key]) / scale,
            np.array(values) / scale,
            rtol=0,
            atol=TOLERANCE,
            err_msg=key,
        )
