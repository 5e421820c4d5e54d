"""Pictures of padding and stride: the same convolution side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ._convolve import Convolution
from ._draw_convolve import size_text
from ._palette import FAINT, INK, LINE, number, size_of, typeset
from ._sheet import Sheet, head_of
from ._sizes import Comparison, ParameterCount
from ._windows import Axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TITLES = {
    "padding": "Padding: cells added around the input decide the size of the output",
    "stride": "Stride: how far the window jumps decides the size of the output",
}
_LINES = {
    "padding": "white cells with grey numbers are padding; the frame is the first "
    "window, the dashed frame the last",
    "stride": "a bar for each window that is kept; dashed: skipped; hatched: never "
    "seen",
}


def draw_comparison(shown: Comparison) -> Figure:
    """Draws a comparison, one case below the other or side by side.

    Args:
        shown: what is compared.
    """
    if shown.cases[0].rank == 1:
        return _sequences(shown)
    return _pictures(shown)


def _sequences(shown: Comparison) -> Figure:
    heights = [_height(shown.argument, case) for case in shown.cases]
    broad = max(case.axes[0].padded for case in shown.cases)
    shift = max(case.axes[0].before for case in shown.cases)
    width = max(3.2 + shift + broad + 0.6, 15.0)
    lines, head = head_of([_LINES[shown.argument]], width)
    sheet = Sheet(width, head + sum(heights), f"explain.{shown.argument}")
    sheet.head(_TITLES[shown.argument], lines)
    top = head + 0.2
    for name, case, height in zip(shown.names, shown.cases, heights, strict=True):
        axis = case.axes[0]
        text = typeset(f"{shown.argument} {name}:  output size {axis.formula}")
        sheet.text(0.5, top + 0.1, text, align="left", bold=True)
        left = 3.2 + shift - axis.before
        _sequence(sheet, shown.argument, case, left, top + 0.7)
        top += height
    return sheet.figure


def _height(argument: str, case: Convolution) -> float:
    axis = case.axes[0]
    bars = 0.0
    if argument == "stride":
        bars = 0.34 * (axis.padded - axis.reach + 1) + 0.2
    return 3.5 + bars


def _sequence(
    sheet: Sheet, argument: str, case: Convolution, left: float, top: float
) -> None:
    axis = case.axes[0]
    sheet.text(0.5, top + 0.5, "input", align="left", colour=FAINT)
    ghost = np.ones((1, axis.padded), bool)
    ghost[:, axis.before : axis.before + axis.size] = False
    pale = np.zeros((1, axis.padded), bool)
    pale[:, list(axis.dropped)] = True
    scale = size_of(case.input)
    sheet.grid(case.padded[None, :, 0], left, top, scale=scale, ghost=ghost, pale=pale)
    if axis.dropped:
        sheet.hatch(left + axis.dropped[0], top, len(axis.dropped), 1)
    low = top + 1.3
    if argument == "stride":
        low = _bars(sheet, axis, left, top + 1.25) + 0.25
    else:
        sheet.frame(left + axis.starts[-1], top, axis.reach, 1, dashed=True, thick=1.6)
        sheet.frame(left + axis.starts[0], top, axis.reach, 1)
    sheet.text(0.5, low + 0.5, "output", align="left", colour=FAINT)
    sheet.grid(case.output[None, :, 0], left, low)


def _bars(sheet: Sheet, axis: Axis, left: float, top: float) -> float:
    """Draws a bar below the input for each place where a window fits."""
    for start in range(axis.padded - axis.reach + 1):
        kept = start in axis.starts
        y = top + 0.34 * start
        ends = [(left + start + 0.08, y), (left + start + axis.reach - 0.08, y)]
        if kept:
            sheet.line(ends, colour=INK, width=4.0)
        else:
            sheet.line(ends, colour=LINE, width=2.0, dashed=True)
    return top + 0.34 * (axis.padded - axis.reach)


def _pictures(shown: Comparison) -> Figure:
    sizes = [tuple(axis.padded for axis in case.axes) for case in shown.cases]
    outs = [tuple(axis.count for axis in case.axes) for case in shown.cases]
    widths = [max(s[1], o[1], 8.8) + 1.0 for s, o in zip(sizes, outs, strict=True)]
    tall, low = max(s[0] for s in sizes), max(o[0] for o in outs)
    width = sum(widths) + 0.6
    line = _LINES[shown.argument]
    if shown.argument == "stride":
        line = (
            "a dot in the first cell of each window that is kept; a ring: skipped; "
            "hatched: never seen by any window"
        )
    lines, head = head_of([line], width)
    sheet = Sheet(width, head + tall + low + 4.6, f"explain.{shown.argument}")
    sheet.head(_TITLES[shown.argument], lines)
    left = 0.5
    for name, case, broad in zip(shown.names, shown.cases, widths, strict=True):
        name = f"{shown.argument} {name}"
        sheet.text(left, head + 0.2, name, align="left", bold=True)
        size = typeset(size_text(case.axes).partition(": ")[2])
        sheet.text(left, head + 0.85, size, align="left", colour=FAINT, size=0.9)
        _picture(sheet, shown.argument, case, left, head + 2.1)
        y = head + tall + 3.6
        count = " × ".join(str(axis.count) for axis in case.axes)
        sheet.text(left, y - 0.5, f"output {count}", align="left", size=0.95)
        sheet.grid(case.output[..., 0], left, y)
        left += broad
    return sheet.figure


def _picture(
    sheet: Sheet, argument: str, case: Convolution, left: float, top: float
) -> None:
    rows, columns = case.axes
    ghost = np.ones((rows.padded, columns.padded), bool)
    ghost[
        rows.before : rows.before + rows.size,
        columns.before : columns.before + columns.size,
    ] = False
    pale = np.zeros_like(ghost)
    pale[list(rows.dropped)] = True
    pale[:, list(columns.dropped)] = True
    sheet.text(left, top - 0.45, "input", align="left", size=0.95)
    scale = size_of(case.input)
    sheet.grid(case.padded[..., 0], left, top, scale=scale, ghost=ghost, pale=pale)
    if rows.dropped:
        sheet.hatch(left, top + rows.dropped[0], columns.padded, len(rows.dropped))
    if columns.dropped:
        tall = rows.padded - len(rows.dropped)
        sheet.hatch(left + columns.dropped[0], top, len(columns.dropped), tall)
    first = (left + columns.starts[0], top + rows.starts[0])
    last = (left + columns.starts[-1], top + rows.starts[-1])
    if argument == "padding":
        sheet.frame(*last, columns.reach, rows.reach, dashed=True, thick=1.6)
    else:
        for row in range(rows.padded - rows.reach + 1):
            for column in range(columns.padded - columns.reach + 1):
                kept = row in rows.starts and column in columns.starts
                sheet.dot(left + column + 0.14, top + row + 0.14, filled=kept)
    sheet.frame(*first, columns.reach, rows.reach)


def draw_parameters(shown: ParameterCount) -> Figure:
    """Draws both counts as bars; each mark of the axis is ten times the last.

    Args:
        shown: the counts.
    """
    from matplotlib.ticker import FuncFormatter

    from saccade.visualization._figure import new_figure

    from ._palette import ABOVE, BELOW

    figure = new_figure(8.6, 3.0, "explain.parameters")
    axes = figure.add_subplot()
    counts = [shown.convolution, shown.dense]
    names = ["convolution", "dense layer"]
    axes.barh(names, counts, color=[ABOVE, BELOW], height=0.34)
    axes.set_ylim(1.35, -0.6)
    axes.set_xscale("log")
    axes.set_xlim(1, max(counts) * 2)
    for place, line in enumerate(shown.lines()):
        text = line.partition(": ")[2]
        axes.text(1.1, place - 0.34, text, va="center", color=INK, parse_math=False)
    marks = [10.0**k for k in range(math.ceil(math.log10(max(counts))) + 1)]
    axes.set_xticks(marks[:: 1 + len(marks) // 6])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
    axes.set_xlabel("numbers to learn, each mark many times the one before")
    shape = " × ".join(map(str, shown.input_shape))
    figure.suptitle(
        f"What is learned for a picture of {shape}", x=0.02, ha="left",
        fontweight="bold",
    )  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    return figure
