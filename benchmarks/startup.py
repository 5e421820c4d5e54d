"""Measures fresh processes from their start to the end of their first epoch."""

from __future__ import annotations

import shutil
import sys
import time

import numpy as np

from ._plan import Plan
from .cases._kinds import Startup
from .data import pictures
from .load import Watch, children_cpu
from .peers import Peer
from .summary import Facts, describe, middle
from .training import Entrant
from .workers import WorkerError

# Compiling with torch.compile takes half a minute: two repetitions must do.
COMPILED_REPEATS = 2


def measure(case: Startup, plan: Plan) -> Facts:
    """Times each framework with empty caches, then with those of the run before."""
    x, y = pictures(case.training, case.pictures)
    np.save(plan.work / "pictures.npy", x)
    np.save(plan.work / "labels.npy", y)
    peers = [peer for peer in plan.peers if not (plan.quick and peer.slow)]
    runs: dict[str, list[Facts]] = {}
    failed: dict[str, str] = {}
    for turn in range(plan.repeats):
        start = turn % len(peers)
        for peer in peers[start:] + peers[:start]:
            if peer.name in failed or (peer.compiled and turn >= COMPILED_REPEATS):
                continue
            caches = plan.work / "caches"
            shutil.rmtree(caches, ignore_errors=True)
            for state in ("cold", "warm"):
                try:
                    facts = _run(peer, case, plan, str(caches))
                except WorkerError as error:
                    print(f"  {error}", file=sys.stderr)
                    failed[peer.name] = str(error).splitlines()[-1]
                    break
                runs.setdefault(f"{peer.name}, {state}", []).append(facts)
    return {
        "title": case.title,
        "startup": case.pictures,
        "failed": failed,
        "rows": {
            name: {
                "peer": name.split(", ")[0],
                "state": name.split(", ")[1],
                **describe([facts["seconds"] for facts in found]),
                "cpu": middle([facts["cpu"] for facts in found]),
                "others": middle([facts["others"] for facts in found]),
                "loss": found[-1]["loss"],
                "accuracy": found[-1]["accuracy"],
            }
            for name, found in runs.items()
            if name.split(", ")[0] not in failed
        },
    }


def _run(peer: Peer, case: Startup, plan: Plan, caches: str) -> Facts:
    """Returns the seconds until the epoch's end is known here, and its loss."""
    words = [f"--{what}={plan.work / what}.npy" for what in ("pictures", "labels")]
    watch, before = Watch(), children_cpu()
    start = time.perf_counter()
    worker = Entrant(peer).worker(
        "startup", case.name, plan, *words, variables=_caches(peer, caches)
    )
    try:
        facts = worker.answer()
        seconds = time.perf_counter() - start
    finally:
        worker.close()
    cpu = children_cpu() - before
    return {**facts, "seconds": seconds, "cpu": cpu, "others": watch.others(cpu)}


def _caches(peer: Peer, folder: str) -> dict[str, str]:
    """Names a framework's compilation cache; those that have one may use it."""
    if peer.script == "saccade":
        return {"SACCADE_CACHE": folder}
    return {
        "JAX_COMPILATION_CACHE_DIR": folder,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "TORCHINDUCTOR_CACHE_DIR": folder,
    }
