"""Trains a list of small networks in one framework, each at the caller's word.

    python -m benchmarks.peers.growth SCRIPT CASE [options]

Each line of the caller is a curve, a value and how many epochs to time; each answer has
the seconds of a step in each epoch, the first one, which compiles, apart.
"""

from __future__ import annotations

import gc
import importlib
import time
from argparse import Namespace

import numpy as np

from benchmarks.cases import ALL
from benchmarks.cases._kinds import Growth, Training, flops
from benchmarks.data import pictures

from ._answers import Answers, parser, trainer

# An epoch is long enough to be timed, short enough for many settings: about this much
# arithmetic, in a number of steps within these bounds.
EPOCH_FLOPS = 5e9
FEWEST_STEPS, MOST_STEPS = 3, 100
DISTINCT_BYTES = 2**26


class _Times:
    """A gate that notes how long each epoch lasts, and the loss of the last."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.start = self.loss = 0.0

    def begin(self) -> None:
        self.start = time.perf_counter()

    def end(self, loss: float, accuracy: float) -> None:
        self.seconds.append(time.perf_counter() - self.start)
        self.loss = loss


def steps(training: Training) -> int:
    """Returns how many steps an epoch has."""
    count = round(EPOCH_FLOPS / (flops(training) * training.batch))
    return min(max(count, FEWEST_STEPS), MOST_STEPS)


def data(training: Training, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns pictures and labels; few of them if large, again and again."""
    distinct = max(DISTINCT_BYTES // (4 * int(np.prod(training.input_shape))), 1)
    x, y = pictures(training, min(count, distinct))
    return np.resize(x, (count, *x.shape[1:])), np.resize(y, count)


def measured(training: Training, epochs: int, args: Namespace) -> dict[str, object]:
    """Returns the seconds of a step of each epoch after the first."""
    network = trainer(training, args)
    count = steps(training)
    x, y = data(training, count * training.batch)
    times = _Times()
    network.fit(x, y, epochs + 1, times)
    first, *rest = times.seconds
    return {
        "first_epoch_s": first,
        "steps": count,
        "seconds": [seconds / count for seconds in rest],
        "loss": times.loss,
    }


def main() -> None:
    """Trains at the caller's word."""
    words = parser(__doc__)
    args = words.parse_args()
    answers = Answers()
    case = ALL[args.case]
    if not isinstance(case, Growth):
        words.error(f"{args.case} does not grow")
    importlib.import_module(f"benchmarks.peers.{args.script}")
    answers.tell()
    while True:
        curve, value, epochs = answers.wait().split()
        cpu = time.process_time()
        facts = measured(case.curves[curve].make(int(value)), int(epochs), args)
        gc.collect()  # the network of before
        answers.tell(cpu=time.process_time() - cpu, **facts)


if __name__ == "__main__":
    main()
