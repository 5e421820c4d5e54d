"""Lets one framework answer pictures in each usual way, a round at the caller's word.

    python -m benchmarks.peers.inference SCRIPT CASE --outputs FILE [options]

The pictures are NumPy arrays and so are the answers. The first round finds out how many
calls fill the time, so that a round's figure is the mean of many calls.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.cases import ALL
from benchmarks.cases._kinds import Inference
from benchmarks.data import pictures

from ._answers import Answers, parser, trainer
from ._protocol import Answering

ROUND_S = 0.2
MOST_CALLS = 1000
# Calls before anything is timed: a library may compile what comes again and again.
FIRST_CALLS = 12


def _calls(answer: Answering, x: np.ndarray) -> int:
    """Returns how many calls take about `ROUND_S`, after the first ones."""
    for _ in range(FIRST_CALLS):
        answer(x)
    start = time.perf_counter()
    answer(x)
    return min(max(round(ROUND_S / (time.perf_counter() - start)), 3), MOST_CALLS)


def _mean(answer: Answering, x: np.ndarray, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        answer(x)
    return (time.perf_counter() - start) / calls


def main() -> None:
    """Answers pictures at the caller's word."""
    words = parser(__doc__)
    words.add_argument("--outputs", required=True)
    args = words.parse_args()
    answers = Answers()
    case = ALL[args.case]
    if not isinstance(case, Inference):
        words.error(f"{args.case} is no case of inference")
    ways = trainer(case.training, args).ways()
    x, _ = pictures(case.training, max(case.batches))
    asked = [(batch, way) for batch in case.batches for way in ways]
    calls = {(batch, way): _calls(ways[way], x[:batch]) for batch, way in asked}
    outputs = {way: ways[way](x) for way in ways}
    np.save(args.outputs, next(iter(outputs.values())))
    answers.tell(
        asked=asked,
        between_ways=max(
            float(
                abs(ways[way](x[:batch]) - next(iter(outputs.values()))[:batch]).max()
            )
            for batch, way in asked
        ),
    )
    while True:
        answers.wait()
        cpu = time.process_time()
        seconds = [
            _mean(ways[way], x[:batch], calls[batch, way]) for batch, way in asked
        ]
        answers.tell(seconds=seconds, cpu=time.process_time() - cpu)


if __name__ == "__main__":
    main()
