"""Draws growth curves: `python -m benchmarks.plots` or `benchmarks.tables`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from . import peers, summary
from .machine import ROOT
from .summary import Facts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = ROOT / "docs" / "pictures"
# Okabe and Ito's colours, told apart by colour-blind people too; with marks of their
# own, for print without colour.
LOOKS = {
    "saccade": {"color": "#D55E00", "marker": "o", "linewidth": 2.4},
    "keras-tensorflow": {"color": "#0072B2", "marker": "s", "linewidth": 1.4},
    "keras-jax": {"color": "#009E73", "marker": "^", "linewidth": 1.4},
    "keras-torch": {"color": "#56B4E9", "marker": "v", "linewidth": 1.4},
    "pytorch": {"color": "#CC79A7", "marker": "D", "linewidth": 1.4},
    "pytorch-compiled": {"color": "#E69F00", "marker": "P", "linewidth": 1.4},
}
OTHERS = {"color": "#000000", "marker": "x", "linewidth": 1.4}


def name(curve: str, threads: str) -> str:
    """Returns the file of a curve.

    Example:
        >>> name("batch", "threads 2")
        'growth-batch-2-threads.png'
    """
    count = threads.split()[-1]
    return f"growth-{curve}-{count}-thread{'s' if count != '1' else ''}.png"


def files(found: Facts) -> Iterator[tuple[str, str, str]]:
    """Yields curve, threads and file of each picture that `draw` makes."""
    for curve, by_threads in found["growth"].items():
        for threads in by_threads:
            yield curve, threads, name(curve, threads)


def draw(found: Facts, folder: Path = PICTURES) -> None:
    """Draws all curves of a growth case, and what a second thread brings."""
    folder.mkdir(parents=True, exist_ok=True)
    for curve, threads, file in files(found):
        facts = found["growth"][curve][threads]
        _draw_one(facts, threads, folder / file)


def _draw_one(facts: Facts, threads: str, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for peer in {p: None for point in facts["points"] for p in point["rows"]}:
        _line(left, right, peer, facts["points"])
    values = [point["value"] for point in facts["points"]]
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(values, [str(value) for value in values])
        axes.minorticks_off()
        axes.set_xlabel(facts["label"])
        axes.grid(True, alpha=0.3)
    left.set_ylabel("microseconds per picture")
    right.set_ylabel("GFLOP/s")
    left.legend()
    count = threads.split()[-1]
    figure.suptitle(f"A training step, {count} thread{'s' if count != '1' else ''}")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _line(left: Axes, right: Axes, peer: str, points: list[Facts]) -> None:
    known = [point for point in points if peer in point["rows"]]
    values = [point["value"] for point in known]
    look = LOOKS.get(peer, OTHERS)
    least = [point["rows"][peer]["min"] * 1e6 for point in known]
    usual = [point["rows"][peer]["median"] * 1e6 for point in known]
    rates = [point["flops"] / point["rows"][peer]["min"] / 1e9 for point in known]
    left.plot(values, least, label=peers.ALL[peer].title, **look)
    left.fill_between(values, least, usual, color=look["color"], alpha=0.2)
    right.plot(values, rates, **look)


if __name__ == "__main__":
    stored = summary.newest()
    drawn = [f for f in stored["cases"].values() if "growth" in f] if stored else []
    if not drawn:
        raise SystemExit(f"no growth curves in {summary.RESULTS}")
    draw(drawn[0])
