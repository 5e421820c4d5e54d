"""Draws the pictures of docs/kernels.md, into another folder if one is given."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

BLUE, ORANGE, GREEN, GREY, WHITE = "#9ecae1", "#fdae6b", "#a1d99b", "#d9d9d9", "white"
PINK = "#fbb4b9"


def box(
    ax: Axes, x: float, y: float, w: float, h: float, colour: str, text: str = ""
) -> None:
    ax.add_patch(Rectangle((x, y), w, h, facecolor=colour, edgecolor="#444", lw=0.8))
    if text:
        ax.text(x + w / 2, y + h / 2, text, ha="center", va="center", fontsize=8)


def words(ax: Axes, x: float, y: float, text: str, **how: object) -> None:
    ax.text(x, y, text, **{"fontsize": 9, "va": "center", **how})  # type: ignore[arg-type]


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color="#444")
    )


def layout(ax: Axes) -> None:
    """How numbers lie in memory."""
    for row in range(3):
        for column in range(4):
            seen = (row, column) == (1, 2)
            box(ax, column, 2 - row, 1, 1, GREY if seen else WHITE)
    words(ax, 2, 3.3, "picture: h rows, w pixels", ha="center")
    arrow(ax, (3.05, 1.5), (5.4, 2.75))
    colours = (BLUE, ORANGE, GREEN)
    for channel, colour in enumerate(colours):
        for vector in range(2):
            text = f"c = {channel}, b = {16 * vector}..{16 * vector + 15}"
            box(ax, 5.5 + 4 * vector, 2.4 - 0.7 * channel, 4, 0.6, colour, text)
            at = 2 * channel + vector
            box(ax, 1.2 * at, -1.6, 1.2, 0.6, colour, f"c{channel} v{vector}")
    words(ax, 9.5, 3.3, "one pixel: c channels of b pictures", ha="center")
    words(ax, 5.5, 0.6, "a box is one vector: the same place and channel")
    words(ax, 5.5, 0.15, "of 16 pictures (8 with AVX2, 4 elsewhere)")
    box(ax, 7.2, -1.6, 6.3, 0.6, WHITE, "next pixel of the row ...")
    words(ax, 0, -0.75, "in memory: batch innermost, then channels, pixels, rows")
    ax.set_xlim(-0.2, 13.8)
    ax.set_ylim(-1.9, 3.7)


def tile(ax: Axes) -> None:
    """The tile of filters x pixels x vectors that stays in registers."""
    words(ax, 1.5, 6.9, "input, one tap and channel", ha="center")
    for pixel in range(2):
        for vector in range(2):
            box(
                ax, 0.2, 5.7 - 1.3 * pixel - 0.6 * vector, 2.6, 0.5, BLUE,
                f"pixel {pixel}, vector {vector}",
            )  # fmt: skip
    words(ax, 1.5, 3.2, "4 loads", ha="center")
    words(ax, 8.2, 6.9, "kernel, same tap and channel", ha="center")
    for f in range(6):
        box(ax, 4.3 + 1.3 * f, 6.1, 1.2, 0.45, ORANGE, f"f{f}")
    words(ax, 12.3, 6.3, "6 broadcasts", ha="left")
    for pixel in range(2):
        for vector in range(2):
            y = 5.4 - 1.3 * pixel - 0.6 * vector
            for f in range(6):
                box(ax, 4.3 + 1.3 * f, y, 1.2, 0.5, GREEN, "+=")
            arrow(ax, (2.85, y + 0.45), (4.25, y + 0.3))
    words(ax, 12.3, 5.0, "24 sums, each a vector", ha="left")
    words(ax, 12.3, 4.5, "in a register: 24 multiply-adds", ha="left")
    words(ax, 12.3, 4.0, "for 10 reads", ha="left")
    words(ax, 0.2, 2.3, "The loops around the tile, the innermost first:")
    for i, text in enumerate(
        (
            "channels and taps of a row of the window (one run in memory)",
            "rows of the window",
            "pixels of a row of the output, a few at a time",
            "blocks of filters",
            "rows of the output and blocks of two vectors of the batch: the tasks",
        )
    ):
        words(ax, 0.5 + 0.5 * i, 1.75 - 0.5 * i, f"{i + 1}. {text}")
    ax.set_xlim(0, 17.5)
    ax.set_ylim(-0.7, 7.3)


def cells(ax: Axes) -> None:
    """The cells of the gradient to the kernel."""
    words(ax, 3, 6.5, "gradient of the output", ha="center")
    colours = (ORANGE, ORANGE, WHITE, WHITE, GREY, GREY)
    for row in range(6):
        for column in range(6):
            box(ax, column, 5 - row, 1, 1, colours[row])
    for row in range(0, 6, 2):
        ax.add_patch(Rectangle((0, 4 - row), 6, 2, fill=False, edgecolor="black", lw=2))
    ax.add_patch(
        Rectangle((0, 4), 6, 2, fill=False, edgecolor="#d62728", lw=3, zorder=3)
    )
    words(ax, 3, -0.4, "a cell: a few rows whose block of filters", ha="center")
    words(ax, 3, -0.9, "fits into the first cache", ha="center")
    arrow(ax, (6.1, 5), (7.9, 5))
    box(ax, 8, 4.6, 3.2, 0.8, ORANGE, "copied without gaps")
    words(ax, 9.6, 5.75, "once per block of filters", ha="center")
    arrow(ax, (9.6, 4.55), (9.6, 3.9))
    for r in range(4):
        box(ax, 7.3, 3.2 - 0.6 * r, 1.3, 0.5, BLUE, f"place {r}")
        for f in range(4):
            box(ax, 8.8 + 1.2 * f, 3.2 - 0.6 * r, 1.1, 0.5, GREEN, "+=")
    for f in range(4):
        words(ax, 9.35 + 1.2 * f, 1.05, f"f{f}", ha="center")
    words(ax, 7.3, 0.5, "place: a tap and channel of the kernel")
    words(ax, 7.3, 0.05, "each += sums over pixels and pictures in a vector;")
    words(ax, 7.3, -0.4, "its lanes are added up when the cell is done")
    ax.set_xlim(-0.2, 15)
    ax.set_ylim(-1.2, 6.9)


def threads(ax: Axes) -> None:
    """Who does what, and in which order sums are joined."""
    words(
        ax, 0, 5.3, "forward, gradient to the input, pooling: tasks are taken when free"
    )
    for thread, spans in enumerate(([0, 2, 3, 5], [1, 4, 6, 7])):
        words(ax, 0, 4.5 - 0.8 * thread, f"thread {thread}")
        for n, task in enumerate(spans):
            box(
                ax, 2 + 2 * n, 4.2 - 0.8 * thread, 1.9, 0.6,
                (BLUE, GREEN)[thread], f"row {task}",
            )  # fmt: skip
    words(ax, 10.3, 4.1, "each writes places of its own:")
    words(ax, 10.3, 3.65, "the order does not matter")
    words(
        ax,
        0,
        2.6,
        "gradient to the kernel: each part has its cells and a sum of its own",
    )
    for part in range(2):
        words(ax, 0, 1.8 - 0.8 * part, f"part {part}")
        for n in range(3):
            box(
                ax, 2 + 1.5 * n, 1.5 - 0.8 * part, 1.4, 0.6,
                (BLUE, GREEN)[part], f"cell {3 * part + n}",
            )  # fmt: skip
        arrow(ax, (6.6, 1.8 - 0.8 * part), (7.5, 1.8 - 0.8 * part))
        box(ax, 7.6, 1.5 - 0.8 * part, 1.8, 0.6, ORANGE, f"sum {part}")
        arrow(ax, (9.5, 1.8 - 0.8 * part), (10.6, 1.5 - 0.2 * part))
    box(ax, 10.7, 1.1, 4.4, 0.6, PINK, "sum 0 + sum 1, always so")
    words(ax, 10.7, 0.6, "the same bits for the same")
    words(ax, 10.7, 0.15, "number of threads")
    ax.set_xlim(-0.2, 15.8)
    ax.set_ylim(-0.2, 5.7)


DRAWINGS: dict[str, tuple[Callable[[Axes], None], tuple[float, float]]] = {
    "layout": (layout, (9, 3.8)),
    "tile": (tile, (10, 4.6)),
    "cells": (cells, (9.5, 5.0)),
    "threads": (threads, (10, 3.8)),
}


def main() -> None:
    default = Path(__file__).resolve().parent.parent / "docs" / "pictures"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    for name, (draw, size) in DRAWINGS.items():
        figure, ax = plt.subplots(figsize=size)
        draw(ax)
        ax.axis("off")
        figure.savefig(
            folder / f"kernels-{name}.png", dpi=90, bbox_inches="tight",
            metadata={"Software": None},
        )  # fmt: skip
        plt.close(figure)


if __name__ == "__main__":
    main()
