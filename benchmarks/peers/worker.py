"""Trains one case in one framework, epoch by epoch, each at the caller's word.

    python -m benchmarks.peers.worker SCRIPT CASE [options]

It waits before each epoch for a line on standard input, and writes a line of JSON to
standard output when it is ready and after each epoch. So several frameworks take turns
while each keeps its own process.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import sys
import time

from benchmarks.cases import ALL
from benchmarks.cases._kinds import Training
from benchmarks.data import pictures
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes

from ._protocol import Options, Trainer


class _Turns:
    """A gate that waits for the caller before each epoch and reports after it."""

    def __init__(self, answers: int) -> None:
        self.answers = answers
        self.start = self.cpu = 0.0

    def tell(self, **facts: object) -> None:
        os.write(self.answers, (json.dumps(facts) + "\n").encode())

    def begin(self) -> None:
        if not sys.stdin.readline():
            sys.exit("the caller has gone")
        self.cpu, self.start = time.process_time(), time.perf_counter()

    def end(self, loss: float, accuracy: float) -> None:
        seconds = time.perf_counter() - self.start
        cpu = time.process_time() - self.cpu
        self.tell(seconds=seconds, cpu=cpu, loss=loss, accuracy=accuracy)


class _Growth:
    """A gate that notes how large the process is after each epoch."""

    def __init__(self) -> None:
        self.resident: list[int] = []

    def begin(self) -> None:
        pass

    def end(self, loss: float, accuracy: float) -> None:
        self.resident.append(resident_bytes())


def _measure_memory(trainer: Trainer, case: Training, args, turns: _Turns) -> None:
    x, y = pictures(case, args.pictures, args.dtype)
    # A first, small training brings in programs, libraries and their buffers.
    trainer.fit(x[: 4 * case.batch].copy(), y[: 4 * case.batch].copy(), 2, _Growth())
    gc.collect()
    before = resident_bytes()
    reset_peak()
    growth = _Growth()
    trainer.fit(x, y, 2, growth)
    kept = growth.resident[-1]
    # The kernel counts the peak loosely: it may lie a little below what is held.
    peak = max(peak_bytes(), kept)
    turns.tell(data=x.nbytes, kept=kept - before, peak=peak - before)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("script")
    parser.add_argument("case")
    parser.add_argument("--task", choices=("time", "memory"), default="time")
    parser.add_argument("--pictures", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps-per-execution", type=int, default=1)
    parser.add_argument("--compiled", action="store_true")
    args = parser.parse_args()

    turns = _Turns(os.dup(1))
    os.dup2(2, 1)  # whatever a framework prints must not mix with the answers

    case = ALL[args.case]
    if not isinstance(case, Training):
        parser.error(f"{args.case} trains no network")
    start = time.perf_counter()
    script = importlib.import_module(f"benchmarks.peers.{args.script}")
    imported = time.perf_counter()
    options = Options(args.threads, args.steps_per_execution, args.compiled)
    trainer: Trainer = script.Trainer(case, options)
    built = time.perf_counter()
    if trainer.count_params() != case.parameters:
        sys.exit(f"{trainer.count_params()} parameters, not {case.parameters}")
    turns.tell(import_s=imported - start, build_s=built - imported)
    if args.task == "memory":
        _measure_memory(trainer, case, args, turns)
    else:
        x, y = pictures(case, args.pictures, args.dtype)
        trainer.fit(x, y, args.epochs, turns)


if __name__ == "__main__":
    main()
