"""Renders growth curves: pictures, and the numbers in them."""

from __future__ import annotations

from . import peers, plots
from .growth_targets import against_best, rate
from .summary import Facts
from .text import duration, table


def growth(found: Facts) -> list[str]:
    """Returns the parts of a growth case."""
    parts = [
        "Time per picture of a training step of two convolutions of 3x3 with pooling "
        "and a fully\nconnected layer; 16 channels, 32x32x3 and batch 32 where they do "
        "not grow. Lines: the quickest\nof a few short epochs; shades: up to the "
        "median. Keras with its usual settings."
    ]
    for curve, threads, file in plots.files(found):
        facts = found["growth"][curve][threads]
        parts.append(f"![{facts['label']}, {threads}](pictures/{file})")
        parts.append(_numbers(facts, threads))
    if (single := _second_thread(found)) is not None:
        parts.append(single)
    return parts


def _numbers(facts: Facts, threads: str) -> str:
    names = list(dict.fromkeys(p for point in facts["points"] for p in point["rows"]))
    rows = []
    for point in facts["points"]:
        cells = [str(point["value"])]
        for name in names:
            row = point["rows"].get(name)
            cells.append(duration(row["min"], fine=True) if row else "")
        behind = against_best(point)
        cells.append(f"{behind[0]:.2f}" if behind else "")
        ours = "saccade" in point["rows"]
        cells.append(f"{rate(point, 'saccade'):.3g}" if ours else "")
        rows.append(cells)
    head = [f"{facts['label']}, {threads}", *(peers.ALL[n].title for n in names)]
    return table([*head, "best peer / saccade", "GFLOP/s of saccade"], rows)


def _second_thread(found: Facts) -> str | None:
    """Returns how many times sooner all threads are than one, at each batch."""
    curves = found["growth"].get("batch", {})
    if len(curves) < 2:
        return None
    many, one = (curves[name]["points"] for name in list(curves)[:2])
    names = list(dict.fromkeys(p for point in many for p in point["rows"]))
    rows = []
    for more, single in zip(many, one, strict=True):
        cells = [str(more["value"])]
        for name in names:
            both = name in more["rows"] and name in single["rows"]
            cells.append(
                f"{single['rows'][name]['min'] / more['rows'][name]['min']:.2f}"
                if both
                else ""
            )
        rows.append(cells)
    head = [
        f"batch: {next(iter(curves))} over one",
        *(peers.ALL[n].title for n in names),
    ]
    return table(head, rows)
