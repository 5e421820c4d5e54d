"""Measures how the cost of a step grows, the frameworks side by side at each value."""

from __future__ import annotations

from dataclasses import replace

from ._plan import Plan
from .cases._kinds import Curve, Growth, flops
from .peers import Peer
from .summary import Facts, describe
from .training import Entrant
from .workers import Crew

# Each failure may be a hang that lasts for minutes.
MOST_RESTARTS = 2


def measure(case: Growth, plan: Plan) -> Facts:
    """Trains each value of each curve in each framework.

    A framework has one process for each number of threads; at each value they follow
    each other at once. A process that dies begins anew with the next value.
    """
    curves: dict[str, Facts] = {}
    failed: dict[str, str] = {}
    for threads in sorted({1, plan.threads}, reverse=True):
        chosen = [
            name
            for name, curve in case.curves.items()
            if threads == plan.threads or curve.single
        ]
        with _Peers(case, replace(plan, threads=threads)) as crew:
            for name in chosen:
                found = _curve(case.curves[name], name, crew, plan)
                curves.setdefault(name, {})[f"threads {threads}"] = found
        failed |= {
            f"{what}, threads {threads}": why for what, why in crew.failed.items()
        }
    return {
        "title": case.title,
        "growth": curves,
        "peak_gflops": plan.peak_gflops,
        "failed": failed,
    }


class _Peers(Crew):
    """The frameworks of a growth case, started again if they die."""

    def __init__(self, case: Growth, plan: Plan) -> None:
        super().__init__()
        self.case, self.plan = case, plan
        self.restarts: dict[str, int] = {}
        for peer in plan.peers:
            if peer.name in case.peers:
                self.start(peer)

    def start(self, peer: Peer) -> None:
        self.add(Entrant(peer).worker("growth", self.case.name, self.plan))

    def train(self, name: str, what: str) -> Facts | None:
        """Lets a framework train a curve's value; starts it anew if it dies."""
        facts = self.ask(name, f"{what} {self.plan.repeats}")
        if facts is None:
            self.failed[f"{name} at {what}"] = self.failed.pop(name)
            self.restarts[name] = self.restarts.get(name, 0) + 1
            peer = self.plan.has(name)
            if peer and self.restarts[name] <= MOST_RESTARTS:
                self.start(peer)
        return facts


def _curve(curve: Curve, name: str, crew: _Peers, plan: Plan) -> Facts:
    points: list[Facts] = []
    for number, value in enumerate(curve.quick_values if plan.quick else curve.values):
        training = curve.make(value)
        names = list(crew.workers)
        start = number % max(len(names), 1)
        rows = {}
        for peer in names[start:] + names[:start]:
            facts = crew.train(peer, f"{name} {value}")
            if facts is not None:
                each = [seconds / training.batch for seconds in facts.pop("seconds")]
                rows[peer] = {**facts, **describe(each)}
        points.append({"value": value, "flops": flops(training), "rows": rows})
    return {"label": curve.label, "points": points}
