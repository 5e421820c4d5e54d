"""How a measuring process speaks with its caller, and what it is told at its start."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys

from benchmarks.cases._kinds import Training

from ._protocol import Options, Trainer


class Answers:
    """Lines of JSON on what was the standard output; questions from the input.

    Whatever a framework prints goes to the standard error, so as not to mix with them.
    """

    def __init__(self) -> None:
        self.out = os.dup(1)
        os.dup2(2, 1)

    def tell(self, **facts: object) -> None:
        os.write(self.out, (json.dumps(facts) + "\n").encode())

    def wait(self) -> str:
        """Returns the next line of the caller; ends the process if there is none."""
        line = sys.stdin.readline()
        if not line:
            sys.exit("the caller has gone")
        return line.strip()


def parser(description: str | None) -> argparse.ArgumentParser:
    """Returns a parser of what all measuring processes are told."""
    words = argparse.ArgumentParser(description=description)
    words.add_argument("script")
    words.add_argument("case")
    words.add_argument("--threads", type=int, default=1)
    words.add_argument("--steps-per-execution", type=int, default=1)
    words.add_argument("--compiled", action="store_true")
    return words


def trainer(training: Training, args: argparse.Namespace) -> Trainer:
    """Returns a network in the framework chosen; ends the process if it differs."""
    script = importlib.import_module(f"benchmarks.peers.{args.script}")
    options = Options(args.threads, args.steps_per_execution, args.compiled)
    made: Trainer = script.Trainer(training, options)
    if made.count_params() != training.parameters:
        sys.exit(f"{made.count_params()} parameters, not {training.parameters}")
    return made
