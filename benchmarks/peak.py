"""The machine's peaks: the best product of float32 matrices, the speed of copies."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

from ._plan import Plan
from .machine import ROOT
from .summary import Facts

LIBRARIES = ("numpy", "torch", "jax")


def measure(plan: Plan) -> dict[str, float]:
    """Returns each library's GFLOP/s, each in a fresh process with equal threads."""
    return {
        library: _ask(plan, "peak", library)["gflops"]
        for library in LIBRARIES
        if find_spec(library) is not None
    }


def measure_copies(plan: Plan) -> dict[str, float]:
    """Returns the GB/s that are read and written, by the number of bytes copied."""
    return _ask(plan, "bandwidth")["gb_per_s"]


def _ask(plan: Plan, script: str, *words: str) -> Facts:
    """Runs a script of `peers` with as many threads as planned."""
    ended = subprocess.run(
        [sys.executable, "-m", f"benchmarks.peers.{script}", *words, str(plan.threads)],
        cwd=ROOT,
        env=plan.environment() | {"OPENBLAS_NUM_THREADS": str(plan.threads)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(ended.stdout.splitlines()[-1])
