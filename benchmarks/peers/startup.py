"""Trains one epoch of a case in a fresh process and says when it has ended.

    python -m benchmarks.peers.startup SCRIPT CASE --pictures FILE --labels FILE

The pictures are read from files, so that no time is lost with making them.
"""

from __future__ import annotations

import numpy as np

from benchmarks.cases import ALL
from benchmarks.cases._kinds import Startup

from ._answers import Answers, parser, trainer


class _End:
    """A gate that tells the caller at once that the epoch has ended."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def begin(self) -> None:
        pass

    def end(self, loss: float, accuracy: float) -> None:
        self.answers.tell(loss=loss, accuracy=accuracy)


def main() -> None:
    """Trains an epoch."""
    words = parser(__doc__)
    words.add_argument("--pictures", required=True)
    words.add_argument("--labels", required=True)
    args = words.parse_args()
    answers = Answers()
    case = ALL[args.case]
    if not isinstance(case, Startup):
        words.error(f"{args.case} is no case of start-up")
    network = trainer(case.training, args)
    network.fit(np.load(args.pictures), np.load(args.labels), 1, _End(answers))


if __name__ == "__main__":
    main()
