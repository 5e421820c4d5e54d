"""Measures how the cost of a step grows, the frameworks side by side at each value."""

from __future__ import annotations

from dataclasses import replace

from ._plan import Plan
from .cases._kinds import Growth, flops
from .summary import Facts, describe
from .training import Entrant
from .workers import Crew


def measure(case: Growth, plan: Plan) -> Facts:
    """Trains each value of each curve in each framework.

    A framework has one process for each number of threads; at each value they follow
    each other at once. A process that dies is left out from there on, what it measured
    before stays.
    """
    counts = sorted({1, plan.threads}, reverse=True)
    curves: dict[str, Facts] = {}
    failed: dict[str, str] = {}
    for threads in counts:
        chosen = [
            name
            for name, curve in case.curves.items()
            if threads == plan.threads or curve.single
        ]
        with Crew() as crew:
            for peer in plan.peers:
                if peer.name in case.peers:
                    fewer = replace(plan, threads=threads)
                    crew.add(Entrant(peer).worker("growth", case.name, fewer))
            for name in chosen:
                found = _curve(case, name, crew, plan)
                curves.setdefault(name, {})[f"threads {threads}"] = found
        failed |= {
            f"{name}, threads {threads}": why for name, why in crew.failed.items()
        }
    return {
        "title": case.title,
        "growth": curves,
        "peak_gflops": plan.peak_gflops,
        "failed": failed,
    }


def _curve(case: Growth, name: str, crew: Crew, plan: Plan) -> Facts:
    curve = case.curves[name]
    points: list[Facts] = []
    for number, value in enumerate(curve.quick_values if plan.quick else curve.values):
        training = curve.make(value)
        peers = list(crew.workers)
        start = number % max(len(peers), 1)
        rows = {}
        for peer in peers[start:] + peers[:start]:
            facts = crew.ask(peer, f"{name} {value} {plan.repeats}")
            if facts is not None:
                each = [seconds / training.batch for seconds in facts.pop("seconds")]
                rows[peer] = {**facts, **describe(each)}
        points.append({"value": value, "flops": flops(training), "rows": rows})
    return {"label": curve.label, "points": points}
