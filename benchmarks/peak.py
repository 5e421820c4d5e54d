"""The machine's peak: the best product of float32 matrices that a library reaches."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

from ._plan import Plan
from .machine import ROOT

LIBRARIES = ("numpy", "torch", "jax")


def measure(plan: Plan) -> dict[str, float]:
    """Returns each library's GFLOP/s, each in a fresh process with equal threads."""
    found = {}
    for library in LIBRARIES:
        if find_spec(library) is None:
            continue
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.peers.peak", library, str(plan.threads)],
            cwd=ROOT,
            env=plan.environment() | {"OPENBLAS_NUM_THREADS": str(plan.threads)},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        found[library] = json.loads(ended.stdout.splitlines()[-1])["gflops"]
    return found
