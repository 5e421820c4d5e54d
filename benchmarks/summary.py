"""Statistics of repetitions, and where results are kept."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from .cases import ALL

Facts = dict[str, Any]

RESULTS = Path(__file__).parent / "results"
SCHEMA = 1


def describe(seconds: list[float]) -> Facts:
    """Returns repetitions with their median and spread.

    Example:
        >>> describe([3.0, 1.0, 2.0])["median"]
        2.0
    """
    middle = median(seconds)
    return {
        "seconds": seconds,
        "median": middle,
        "min": min(seconds),
        "max": max(seconds),
        "mad": median(abs(s - middle) for s in seconds),
    }


def middle(shares: list[float | None]) -> float | None:
    """Returns the median of what is known, or None.

    Example:
        >>> middle([0.25, None, 0.75]), middle([None])
        (0.5, None)
    """
    known = [share for share in shares if share is not None]
    return median(known) if known else None


def disturbance(report: Facts) -> float | None:
    """Returns the share of the machine that others used, over all rows of a report."""
    shares: list[float | None] = []
    for found in report["cases"].values():
        groups = found.get("programs", {"": found.get("rows", {})})
        rows = [row for group in groups.values() for row in group.values()]
        shares += [row["others"] for row in rows if "others" in row]
    return middle(shares)


def times_sooner(ours: Facts, theirs: Facts) -> float:
    """Returns the median over repetitions of their time divided by ours.

    Repetitions took turns, so each pair met the same load of the machine; the first
    ones count if one side has more.

    Example:
        >>> times_sooner({"seconds": [1.0, 2.0]}, {"seconds": [3.0, 8.0]})
        3.5
    """
    pairs = zip(ours["seconds"], theirs["seconds"], strict=False)
    return median(other / own for own, other in pairs)


def write(report: Facts, path: Path) -> None:
    """Writes a report as JSON that people can read too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_rounded(report), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Facts:
    """Reads a report."""
    return json.loads(path.read_text(encoding="utf-8"))


def newest(folder: Path = RESULTS) -> Facts | None:
    """Returns the newest report in a folder, or None.

    Cases of parts that were measured later take the place of those in it; each says
    when that was.
    """
    reports = [read(path) for path in folder.glob("*.json")]
    reports.sort(key=lambda report: report["when"])
    whole = [report for report in reports if not report.get("part")]
    if not whole:
        return None
    order = {name: number for number, name in enumerate(ALL)}
    found = {**whole[-1], "cases": dict(whole[-1]["cases"])}
    found["machine"] = dict(found["machine"])
    for report in reports:
        if report.get("part") and report["when"] > found["when"]:
            note = {
                "measured": f"{report['when'][:10]}, medians of {report['repeats']}, "
                f"commit {report['commit']}"
            }
            found["cases"] |= {k: v | note for k, v in report["cases"].items()}
            found["machine"] |= report["machine"]
            found |= {"kernels": report["kernels"]} if "kernels" in report else {}
    cases = sorted(found["cases"], key=lambda name: order.get(name, len(order)))
    return {**found, "cases": {name: found["cases"][name] for name in cases}}


def _rounded(value: object) -> object:
    match value:
        case float():
            return float(f"{value:.6g}")
        case dict():
            return {key: _rounded(item) for key, item in value.items()}
        case list() | tuple():
            return [_rounded(item) for item in value]
    return value
