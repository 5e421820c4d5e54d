"""Measures saccade beside its peers: `python -m benchmarks.run` or `make bench`.

A full run stores its results in benchmarks/results and writes docs/benchmarks.md and
the README's table from them; a part (--cases, --peers, --quick) leaves them alone and
stores its results in build/bench. README.md in this folder says how it is measured.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import SubprocessError

from . import (
    growth,
    inference,
    machine,
    memory,
    peak,
    peers,
    processes,
    reading,
    sections,
    startup,
    summary,
    tables,
    training,
)
from ._plan import Plan, usable
from .cases import ALL
from .cases._kinds import (
    Case,
    Growth,
    Imports,
    Inference,
    Memory,
    Programs,
    Reading,
    Startup,
    Training,
)
from .load import BUSY_SHARE
from .processes import ProcessError
from .summary import Facts
from .workers import WorkerError

SCRATCH = machine.ROOT / "build" / "bench"


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=list(ALL), default=list(ALL))
    parser.add_argument(
        "--peers",
        nargs="+",
        choices=list(peers.ALL),
        default=list(peers.ALL),
        help="frameworks to measure; saccade is always among them",
    )
    parser.add_argument("--repeats", type=_positive, help="5, or 2 for a quick run")
    parser.add_argument(
        "--threads",
        type=_positive,
        default=machine.processors(),
        help="for each framework; as many as there are cores if not given",
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer pictures, programs and settings"
    )
    parser.add_argument("--out", type=Path, help="where to store the results (JSON)")
    parser.add_argument(
        "--store",
        action="store_true",
        help="store a part too: its cases replace those of the last full run in the "
        "tables",
    )
    args = parser.parse_args(words)
    if args.repeats is None:
        args.repeats = 2 if args.quick else 5
    if "saccade" not in args.peers:
        args.peers.insert(0, "saccade")
    return args


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {number}")
    return number


def measure(case: Case, plan: Plan) -> Facts | None:
    """Measures one case."""
    match case:
        case Training():
            return training.measure(case, plan)
        case Inference():
            return inference.measure(case, plan)
        case Growth():
            return growth.measure(case, plan)
        case Startup():
            return startup.measure(case, plan)
        case Programs():
            if plan.quick and not case.quick_programs:
                return None
            return processes.measure_programs(case, plan)
        case Imports():
            return processes.measure_imports(case, plan)
        case Memory():
            if not memory.AVAILABLE:
                print("  left out: the size of a process is read from Linux' /proc")
                return None
            return training.measure_memory(case, plan)
        case Reading():
            return reading.measure(case, plan)


def measure_all(names: Sequence[str], plan: Plan, report: Facts) -> None:
    """Measures cases into a report, which is on disk after each; says what failed."""
    if any(isinstance(ALL[name], Training | Inference | Growth) for name in names):
        peaks = peak.measure(plan)
        report["machine"]["sgemm_gflops"] = peaks
        report["machine"]["copy_gb_per_s"] = peak.measure_copies(plan)
        plan = replace(plan, peak_gflops=max(peaks.values(), default=None))
    for name in names:
        print(f"{ALL[name].title} ...", flush=True)
        start = time.perf_counter()
        try:
            found = measure(ALL[name], plan)
        except (ProcessError, WorkerError, SubprocessError, OSError) as error:
            print(f"  {error}", file=sys.stderr)
            report.setdefault("failed", {})[name] = str(error)
            found = None
        if found is not None:
            report["cases"][name] = found
        summary.write({**report, "part": True}, SCRATCH / "last.json")
        print(f"  {time.perf_counter() - start:.0f} s", flush=True)


def main(words: Sequence[str] | None = None) -> None:
    """Measures, prints and stores."""
    args = arguments(words)
    chosen = usable(args.peers)
    report: Facts = {
        "schema": summary.SCHEMA,
        "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": machine.commit(),
        "machine": machine.describe(),
        "versions": machine.versions(),
        "threads": args.threads,
        "repeats": args.repeats,
        "quick": args.quick,
        "cases": {},
    }
    with tempfile.TemporaryDirectory() as work:
        plan = Plan(args.repeats, args.threads, args.quick, chosen, Path(work))
        report["kernels"] = machine.kernels(plan.environment())
        print(f"compiled kernels: {report['kernels']}", flush=True)
        measure_all(args.cases, plan, report)
    print("\n" + "\n\n".join(sections.sections(report)))

    busy = summary.disturbance(report)
    if busy is not None and busy > BUSY_SHARE:
        print(
            f"\nOthers used {busy:.0%} of the machine: these times cannot be compared "
            "well. Measure again on a quiet one, or with --threads 1."
        )
    whole = not args.quick and len(chosen) == len(peers.ALL)
    whole = whole and list(report["cases"]) == list(ALL)
    _store(report, args, whole)
    if report.get("failed"):
        sys.exit(f"failed: {', '.join(report['failed'])}")


def _store(report: Facts, args: argparse.Namespace, whole: bool) -> None:
    """Keeps a report; one that counts renews the tables."""
    kept = whole or args.store
    folder = summary.RESULTS if kept else SCRATCH
    name = f"{report['when'][:10]}-{machine.slug(report['machine'])}.json"
    if not whole:
        report["part"] = True
        name = f"{report['when'][:10]}-{'-'.join(report['cases'])}.json"
    path = args.out or folder / name
    summary.write(report, path)
    print(f"\nstored in {path}")
    newest = summary.newest()  # as it is stored, rounded
    if kept and args.out is None and newest is not None:
        tables.write_all(newest)
        print(f"wrote {tables.PAGE} and the table in {tables.README}")


if __name__ == "__main__":
    main()
