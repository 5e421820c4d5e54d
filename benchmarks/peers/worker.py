"""Trains one case in one framework, epoch by epoch, each at the caller's word.

    python -m benchmarks.peers.worker SCRIPT CASE [options]

It waits before each epoch for a line on standard input, and writes a line of JSON to
standard output when it is ready and after each epoch. So several frameworks take turns
while each keeps its own process.
"""

from __future__ import annotations

import gc
import importlib
import time

from benchmarks.cases import ALL
from benchmarks.cases._kinds import Training
from benchmarks.data import pictures
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes

from ._answers import Answers, parser, trainer
from ._protocol import Trainer


class _Turns:
    """A gate that waits for the caller before each epoch and reports after it."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.start = self.cpu = 0.0

    def begin(self) -> None:
        self.answers.wait()
        self.cpu, self.start = time.process_time(), time.perf_counter()

    def end(self, loss: float, accuracy: float) -> None:
        seconds = time.perf_counter() - self.start
        cpu = time.process_time() - self.cpu
        self.answers.tell(seconds=seconds, cpu=cpu, loss=loss, accuracy=accuracy)


class _Growth:
    """A gate that notes how large the process is after each epoch."""

    def __init__(self) -> None:
        self.resident: list[int] = []

    def begin(self) -> None:
        pass

    def end(self, loss: float, accuracy: float) -> None:
        self.resident.append(resident_bytes())


def _measure_memory(
    trainer: Trainer, case: Training, count: int, dtype: str
) -> dict[str, int]:
    x, y = pictures(case, count, dtype)
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
    return {"data": x.nbytes, "kept": kept - before, "peak": peak - before}


def main() -> None:
    """Trains at the caller's word."""
    words = parser(__doc__)
    words.add_argument("--task", choices=("time", "memory"), default="time")
    words.add_argument("--pictures", type=int, required=True)
    words.add_argument("--epochs", type=int, default=1)
    words.add_argument("--dtype", default="float32")
    args = words.parse_args()
    answers = Answers()
    case = ALL[args.case]
    if not isinstance(case, Training):
        words.error(f"{args.case} trains no network")
    start = time.perf_counter()
    importlib.import_module(f"benchmarks.peers.{args.script}")
    imported = time.perf_counter()
    network = trainer(case, args)
    built = time.perf_counter()
    answers.tell(import_s=imported - start, build_s=built - imported)
    if args.task == "memory":
        facts = _measure_memory(network, case, args.pictures, args.dtype)
        answers.tell(**facts)
    else:
        x, y = pictures(case, args.pictures, args.dtype)
        network.fit(x, y, args.epochs, _Turns(answers))


if __name__ == "__main__":
    main()
