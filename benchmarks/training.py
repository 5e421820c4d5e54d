"""Measures epochs: each framework in a process of its own, taking turns."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType

from ._plan import Plan
from .cases._kinds import Memory, Training, flops
from .peers import Peer
from .summary import Facts, describe, middle
from .workers import Crew, Worker, WorkerError


@dataclass(frozen=True)
class Entrant:
    """A framework with one of the settings tried."""

    peer: Peer
    steps: int = 1

    @property
    def name(self) -> str:
        return self.peer.name + (f" x{self.steps}" if self.steps > 1 else "")

    def worker(
        self,
        task: str,
        case: str,
        plan: Plan,
        *words: str,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Worker:
        """Starts a process: `task` is a module of `benchmarks.peers`."""
        command = [task, self.peer.script, case, "--threads", str(plan.threads)]
        command += ["--steps-per-execution", str(self.steps), *words]
        if self.peer.compiled:
            command.append("--compiled")
        return Worker(self.name, command, plan, self.peer, variables)


def entrants(case: Training, plan: Plan) -> list[Entrant]:
    """Returns the frameworks and settings that a case is measured with.

    Several steps per execution only where an epoch holds many: where steps are few and
    long, what is between them does not matter.
    """
    return [
        Entrant(peer, steps)
        for peer in plan.peers
        for steps in peer.steps
        if (case.compiled or not peer.compiled)
        and not (plan.quick and peer.slow)
        and (steps == 1 or (not plan.quick and case.pictures >= 2 * steps * case.batch))
    ]


def measure(case: Training, plan: Plan) -> Facts:
    """Trains a case in each framework; the frameworks take turns at each repetition."""
    count = case.quick_pictures if plan.quick else case.pictures
    words = ("--pictures", str(count), "--epochs", str(plan.repeats + 1))
    rows: dict[str, Facts] = {}
    with Crew() as crew:
        for entrant in entrants(case, plan):
            ready = crew.add(entrant.worker("worker", case.name, plan, *words))
            first = crew.ask(entrant.name)
            if ready is None or first is None:
                continue
            rows[entrant.name] = {
                "peer": entrant.peer.name,
                "steps_per_execution": entrant.steps,
                **ready,
                "first_epoch_s": first["seconds"],
                "epochs": [],
            }
        for name in crew.turns(plan.repeats):
            if (epoch := crew.ask(name)) is not None:
                rows[name]["epochs"].append(epoch)
    whole = {name: row for name, row in rows.items() if name not in crew.failed}
    return {
        "title": case.title,
        "pictures": count,
        "steps": -(-count // case.batch),
        "parameters": case.parameters,
        "flops": flops(case),
        "peak_gflops": plan.peak_gflops,
        "failed": crew.failed,
        "rows": {name: _summed_up(row) for name, row in whole.items()},
    }


def _summed_up(row: Facts) -> Facts:
    epochs = row.pop("epochs")
    return {
        **row,
        **describe([epoch["seconds"] for epoch in epochs]),
        "cpu": median(epoch["cpu"] for epoch in epochs),
        "cpu_min": min(epoch["cpu"] for epoch in epochs),
        "others": middle([epoch["others"] for epoch in epochs]),
        "epochs_trained": len(epochs) + 1,
        "loss": epochs[-1]["loss"],
        "accuracy": epochs[-1]["accuracy"],
    }


def measure_memory(case: Memory, plan: Plan) -> Facts:
    """Measures how much each framework's process grows while it trains."""
    rows: dict[str, Facts] = {}
    failed: dict[str, str] = {}
    for peer in plan.peers:
        if peer.compiled or (plan.quick and peer.name != "saccade"):
            continue
        for dtype in case.dtypes:
            words = ("--task", "memory", "--dtype", dtype)
            words += ("--pictures", str(case.training.pictures))
            worker = Entrant(peer).worker("worker", case.training.name, plan, *words)
            try:
                worker.answer()
                found = worker.answer()
            except WorkerError as error:
                print(f"  {error}", file=sys.stderr)
                failed[f"{peer.name} {dtype}"] = str(error).splitlines()[-1]
                continue
            finally:
                worker.close()
            rows[f"{peer.name} {dtype}"] = {
                "peer": peer.name,
                "dtype": dtype,
                "data_bytes": found["data"],
                "kept_copies": found["kept"] / found["data"],
                "peak_copies": found["peak"] / found["data"],
            }
    return {
        "title": case.title,
        "limit_copies": case.limit_copies,
        "failed": failed,
        "rows": rows,
    }
