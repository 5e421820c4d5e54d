"""Measures whole processes: course programs, and interpreters that only import."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from ._plan import Plan
from .cases._kinds import Imports, Programs
from .load import Watch, children_cpu
from .machine import ROOT
from .summary import Facts, describe, middle


@dataclass(frozen=True)
class Run:
    """One run of a command: its time, its processor time, others' share."""

    seconds: float
    cpu: float
    others: float | None


Runner = Callable[[], Run]


TIME_LIMIT_S = 300


class ProcessError(RuntimeError):
    """A measured process failed."""


def shared() -> Path:
    """Returns where the course programs lie, if they are there.

    They are no part of the project: SACCADE_SHARED names their folder, else it is
    `shared` beside the project's.
    """
    return Path(os.environ.get("SACCADE_SHARED") or ROOT.with_name("shared"))


def timed(command: list[str], folder: Path, environment: dict[str, str]) -> Runner:
    """Returns a function that runs a command and times it."""

    def run() -> Run:
        watch = Watch()
        start, before = time.perf_counter(), children_cpu()
        try:
            ended = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=TIME_LIMIT_S,
            )
        except subprocess.TimeoutExpired as error:
            raise ProcessError(str(error)) from error
        seconds = time.perf_counter() - start
        if ended.returncode:
            tail = "\n".join(ended.stderr.splitlines()[-8:])
            raise ProcessError(f"{' '.join(command)} failed:\n{tail}")
        cpu = children_cpu() - before
        return Run(seconds, cpu, watch.others(cpu))

    return run


def take_turns(runners: dict[str, Runner], repeats: int) -> dict[str, Facts]:
    """Runs each command once to warm up, then all in turn; leaves out what fails."""
    runs: dict[str, list[Run]] = {}
    first: dict[str, float] = {}
    for name, run in runners.items():
        try:
            first[name] = run().seconds
        except ProcessError as error:
            print(f"  {error}", file=sys.stderr)
            continue
        runs[name] = []
    names = list(runs)
    for turn in range(repeats):
        start = turn % max(len(names), 1)
        for name in names[start:] + names[:start]:
            try:
                if name in runs:
                    runs[name].append(runners[name]())
            except ProcessError as error:
                print(f"  {error}", file=sys.stderr)
                del runs[name]
    return {
        name: {
            **describe([run.seconds for run in found]),
            "cpu": median(run.cpu for run in found),
            "others": middle([run.others for run in found]),
            "first_s": first[name],
        }
        for name, found in runs.items()
    }


def measure_programs(case: Programs, plan: Plan) -> Facts | None:
    """Times each program with saccade and with Keras on TensorFlow."""
    folder = shared()
    if not (folder / "course").is_dir():
        print(f"  left out: no course programs in {folder}")
        return None
    work = plan.work / case.name
    work.mkdir()
    words = ["--full"] if case.full_data else []
    subprocess.run(
        [sys.executable, str(folder / "make_datasets.py"), str(work), *words],
        check=True,
        capture_output=True,
    )
    commands = {
        "saccade": [sys.executable, "-m", "saccade", "run"],
        "keras-tensorflow": [sys.executable],
    }
    programs = {}
    for name in case.quick_programs if plan.quick else case.programs:
        (path,) = (folder / "course").glob(f"{name}_*.py")
        runners = {
            key: timed([*command, str(path)], work, plan.environment(peer))
            for key, command in commands.items()
            if (peer := plan.has(key))
        }
        programs[path.stem] = take_turns(runners, plan.repeats)
    return {"title": case.title, "programs": programs}


def measure_imports(case: Imports, plan: Plan) -> Facts:
    """Times interpreters that import something and end."""
    runners = {}
    for command in case.commands:
        if any(find_spec(name) is None for name in command.needs):
            continue
        environment = plan.environment()
        if command.backend:
            environment["KERAS_BACKEND"] = command.backend
        words = [sys.executable, "-c", command.code]
        runners[command.name] = timed(words, plan.work, environment)
    return {
        "title": case.title,
        "limit_s": case.limit_s,
        "subject": case.subject,
        "reference": case.reference,
        "rows": take_turns(runners, plan.repeats),
    }
