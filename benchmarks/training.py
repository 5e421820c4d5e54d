"""Measures epochs: each framework in a process of its own, taking turns."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from statistics import median

from ._plan import Plan
from .cases._kinds import Memory, Training
from .load import Watch
from .machine import ROOT
from .peers import Peer
from .summary import Facts, describe, middle

TIME_LIMIT_S = 300


class WorkerError(RuntimeError):
    """A framework's process ended early or hung."""


@dataclass(frozen=True)
class Entrant:
    """A framework with one of the settings tried."""

    peer: Peer
    steps: int

    @property
    def name(self) -> str:
        return self.peer.name + (f" x{self.steps}" if self.steps > 1 else "")


class Worker:
    """A process that trains one case in one framework, an epoch at a time."""

    def __init__(self, entrant: Entrant, case: Training, plan: Plan, *words: str):
        self.entrant = entrant
        log = plan.work / f"{case.name}-{entrant.name.replace(' ', '-')}.log"
        self.log = log.open("w+", encoding="utf-8", errors="replace")
        command = [sys.executable, "-m", "benchmarks.peers.worker"]
        command += [entrant.peer.script, case.name, "--threads", str(plan.threads)]
        command += ["--steps-per-execution", str(entrant.steps), *words]
        if entrant.peer.compiled:
            command.append("--compiled")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=plan.environment(entrant.peer),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def answer(self) -> Facts:
        """Waits for a line of the process."""
        assert self.process.stdout is not None
        watch = threading.Timer(TIME_LIMIT_S, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        if not line:
            self.process.wait()
            self.log.seek(0)
            tail = "\n".join(self.log.read().splitlines()[-12:])
            raise WorkerError(f"{self.entrant.name} ended early:\n{tail}")
        return json.loads(line)

    def epoch(self) -> Facts:
        """Lets the process train one epoch."""
        assert self.process.stdin is not None
        watch = Watch()
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # `answer` says why
        facts = self.answer()
        return {**facts, "others": watch.others(facts["cpu"])}

    def close(self) -> None:
        """Ends the process."""
        for stream in (self.process.stdin, self.process.stdout, self.log):
            if stream is not None:
                stream.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


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
        and (steps == 1 or case.pictures >= 2 * steps * case.batch)
    ]


def measure(case: Training, plan: Plan) -> Facts:
    """Trains a case in each framework; the frameworks take turns at each repetition."""
    count = case.quick_pictures if plan.quick else case.pictures
    epochs = plan.repeats + 1
    words = ("--pictures", str(count), "--epochs", str(epochs))
    workers: dict[str, Worker] = {}
    rows: dict[str, Facts] = {}
    try:
        for entrant in entrants(case, plan):
            worker = Worker(entrant, case, plan, *words)
            try:
                ready, first = worker.answer(), worker.epoch()
            except WorkerError as error:
                print(f"  {error}", file=sys.stderr)
                worker.close()
                continue
            workers[entrant.name] = worker
            rows[entrant.name] = {
                "peer": entrant.peer.name,
                "steps_per_execution": entrant.steps,
                **ready,
                "first_epoch_s": first["seconds"],
                "epochs": [],
            }
        names = list(workers)
        for turn in range(plan.repeats):
            # Another one begins each time, so that none has the same one before it.
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                rows[name]["epochs"].append(workers[name].epoch())
    finally:
        for worker in workers.values():
            worker.close()
    return {
        "title": case.title,
        "pictures": count,
        "steps": -(-count // case.batch),
        "parameters": case.parameters,
        "rows": {name: _summed_up(row) for name, row in rows.items()},
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
    for peer in plan.peers:
        if peer.compiled or (plan.quick and peer.name != "saccade"):
            continue
        for dtype in case.dtypes:
            words = ("--task", "memory", "--dtype", dtype)
            words += ("--pictures", str(case.training.pictures))
            worker = Worker(Entrant(peer, 1), case.training, plan, *words)
            try:
                worker.answer()
                found = worker.answer()
            except WorkerError as error:
                print(f"  {error}", file=sys.stderr)
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
    return {"title": case.title, "limit_copies": case.limit_copies, "rows": rows}
