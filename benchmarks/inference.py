"""Measures answers to pictures: each framework in a process of its own, in turn."""

from __future__ import annotations

import numpy as np

from ._plan import Plan
from .cases._kinds import Inference, flops
from .summary import Facts, describe, middle
from .training import Entrant
from .workers import Crew


def measure(case: Inference, plan: Plan) -> Facts:
    """Times each framework's ways; compares the answers with saccade's."""
    peers = [peer for peer in plan.peers if not (plan.quick and peer.slow)]
    ready: dict[str, Facts] = {}
    rounds: dict[str, list[Facts]] = {peer.name: [] for peer in peers}
    files = {peer.name: plan.work / f"outputs-{peer.name}.npy" for peer in peers}
    with Crew() as crew:
        for peer in peers:
            words = ("--outputs", str(files[peer.name]))
            worker = Entrant(peer).worker("inference", case.name, plan, *words)
            if (facts := crew.add(worker)) is not None:
                ready[peer.name] = facts
        for name in crew.turns(plan.repeats):
            if (facts := crew.ask(name)) is not None:
                rounds[name].append(facts)
    rows: dict[str, Facts] = {}
    outputs = {name: np.load(files[name]) for name in ready}
    for name in [name for name in ready if name not in crew.failed]:
        difference = None
        if "saccade" in outputs:
            difference = float(abs(outputs[name] - outputs["saccade"]).max())
        for number, (batch, way) in enumerate(ready[name]["asked"]):
            rows[f"{name}, {way}, {batch}"] = {
                "peer": name,
                "way": way,
                "batch": batch,
                **describe([facts["seconds"][number] for facts in rounds[name]]),
                "others": middle([facts["others"] for facts in rounds[name]]),
                "difference": difference,
                "between_ways": ready[name]["between_ways"],
            }
    return {
        "title": case.title,
        "inference": list(case.batches),
        "flops": flops(case.training, backward=False),
        "peak_gflops": plan.peak_gflops,
        "failed": crew.failed,
        "rows": rows,
    }
