"""Reads growth curves: where saccade is behind, and where there is a cliff.

Each value is judged by its quickest epoch: the epochs are few and short, and others on
the machine can only slow them down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from . import peers
from ._verdict import Verdict
from .cases._kinds import Growth
from .summary import Facts

ACROSS = {"batch": "batches", "channels": "channels", "size": "sizes"}


@dataclass(frozen=True)
class Fall:
    """How much less arithmetic per second is done at `after` than at `before`."""

    share: float
    before: int
    after: int


def rate(point: Facts, peer: str) -> float:
    """Returns a framework's arithmetic per second at a point, in GFLOP/s."""
    return point["flops"] / point["rows"][peer]["min"] / 1e9


def worst_fall(points: list[Facts], peer: str) -> Fall | None:
    """Returns the largest fall from one value of a curve to the next.

    Example:
        >>> def point(value, seconds):
        ...     rows = {"saccade": {"min": seconds}}
        ...     return {"value": value, "flops": 1e9, "rows": rows}
        >>> worst_fall([point(1, 1.0), point(2, 0.5), point(4, 1.0)], "saccade")
        Fall(share=0.5, before=2, after=4)
    """
    known = [point for point in points if peer in point["rows"]]
    falls = [
        Fall(1 - rate(b, peer) / rate(a, peer), a["value"], b["value"])
        for a, b in pairwise(known)
    ]
    return max(falls, key=lambda fall: fall.share, default=None)


def against_best(point: Facts) -> tuple[float, str] | None:
    """Returns the quickest peer's time divided by saccade's, and its name."""
    ours = point["rows"].get("saccade")
    ratios = [
        (row["min"] / ours["min"], peer)
        for peer, row in point["rows"].items()
        if ours and peer != "saccade"
    ]
    return min(ratios, default=None)


def judge_growth(case: Growth, found: Facts) -> Iterator[Verdict]:
    """Judges each curve: no cliff, nowhere behind the best peer."""
    for name, by_threads in found["growth"].items():
        for threads, curve in by_threads.items():
            where = f"growth over {ACROSS.get(name, name)}, {threads}"
            fall = worst_fall(curve["points"], "saccade")
            if fall is not None:
                yield Verdict(
                    where,
                    f"no cliff: arithmetic per second falls by at most "
                    f"{case.limit_fall:.0%} from one value to the next",
                    f"{max(fall.share, 0):.0%} ({fall.before} to {fall.after})",
                    fall.share <= case.limit_fall,
                )
            ratios = [
                (*found_ratio, point["value"])
                for point in curve["points"]
                if (found_ratio := against_best(point)) is not None
            ]
            if ratios:
                ratio, peer, value = min(ratios)
                yield Verdict(
                    where,
                    "nowhere behind the best peer",
                    f"{ratio:.2f}x at {value} ({peers.ALL[peer].title})",
                    ratio >= 1,
                )
