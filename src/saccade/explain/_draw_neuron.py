"""Pictures of a neuron: nodes and links, or the products that count most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._functions import FUNCTIONS
from ._neuron import Neuron
from ._palette import (
    ABOVE,
    FAINT,
    INK,
    PAPER,
    colours,
    ink_on,
    number,
    size_of,
    typeset,
)
from ._sheet import Sheet, head_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NODES = 8
_LARGEST = 10
_COLOURS = "links: blue above zero, dashed orange below; the wider, the larger"


def draw_neuron(shown: Neuron, title: str = "", above: Sequence[str] = ()) -> Figure:
    """Draws a neuron; of many inputs those whose products count most.

    Args:
        shown: the neuron.
        title: above; '' for one of its own.
        above: lines below the title, before its own.
    """
    if len(shown.inputs) <= _NODES:
        return _nodes(shown, title, above)
    return _largest(shown, title, above)


def _nodes(shown: Neuron, title: str, above: Sequence[str]) -> Figure:
    count = len(shown.inputs)
    rows = max(count, 3)
    own = [typeset(line) for line in shown.lines()]
    lines, head = head_of([*above, *own, _COLOURS], 24)
    sheet = Sheet(24, head + rows * 1.8 + 2.4, "explain.neuron")
    title = title or "A neuron: weigh the inputs, add them up, bend the sum"
    sheet.head(title, lines)
    top = head + 1.4 + (rows - count) * 0.9
    middle = head + 1.4 + rows * 0.9
    fills = colours(shown.weights)
    scale = size_of(shown.weights)
    sheet.text(2.0, head + 0.3, "inputs", colour=FAINT)
    sheet.text(6.4, head + 0.3, "input × weight = product", colour=FAINT)
    for i in range(count):
        y = top + i * 1.8 + 0.9
        width = 1.0 + 6.0 * abs(shown.weights[i]) / scale
        sheet.link(
            (2.7, y), (12.2, middle), fills[i], width, dashed=shown.weights[i] < 0
        )
        _node(sheet, 2.0, y, shown.inputs[i])
        text = f"× {_bracket(shown.weights[i])} = {number(shown.products[i])}"
        # Where the link is at x = 6.4, on white so that it can be read.
        sheet.text(6.4, y + (middle - y) * 3.7 / 9.5, text, box=True)
    bias_y = middle - 2.2
    sheet.link(
        (13.0, bias_y + 0.5), (13.0, middle - 0.9), colours(shown.bias, scale), 3
    )
    sheet.text(13.0, bias_y, f"bias {number(shown.bias)}", box=True)
    sheet.circle(13.0, middle, 0.85, PAPER)
    sheet.text(13.0, middle, "Σ", size=1.7)
    sheet.arrow((13.9, middle), (16.2, middle))
    sheet.text(15.0, middle - 0.45, f"z = {number(shown.total)}")
    _curve(sheet, shown, 16.4, middle)
    sheet.arrow((20.4, middle), (22.0, middle))
    sheet.text(21.1, middle - 0.45, f"a = {number(shown.output)}")
    _node(sheet, 22.8, middle, shown.output)
    return sheet.figure


def _bracket(value: float) -> str:
    text = number(value)
    return text if value >= 0 else f"({text})"


def _node(sheet: Sheet, x: float, y: float, value: float) -> None:
    fill = colours(value, max(1.0, abs(value)))
    sheet.circle(x, y, 0.7, fill)
    sheet.text(x, y, number(value), colour=ink_on(fill), fit=True)


def _curve(sheet: Sheet, shown: Neuron, x: float, middle: float) -> None:
    """Draws the activation in a box with the present point on it."""
    sheet.frame(x, middle - 1.7, 3.9, 3.4, thick=1.2, colour=FAINT)
    name = typeset(shown.activation)
    sheet.text(x + 1.95, middle + 2.15, name, colour=FAINT)
    function = FUNCTIONS.get(shown.activation)
    if function is None:
        sheet.text(x + 1.95, middle, "f(z)", size=1.3)
        return
    reach = max(4.0, 1.2 * abs(shown.total))
    z = np.linspace(-reach, reach, 121)
    values = function.value(z)
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    place = _Box(x + 0.25, middle, 3.4, 2.8, reach, low, high)
    sheet.line([place(-reach, 0), place(reach, 0)], width=0.8)
    sheet.line([place(0, low), place(0, high)], width=0.8)
    points = [place(a, b) for a, b in zip(z, values, strict=True)]
    sheet.line(points, colour=ABOVE, width=2.4)
    dot = place(shown.total, shown.output)
    sheet.line([place(shown.total, 0), dot], colour=INK, width=1.0, dashed=True)
    sheet.circle(*dot, 0.16, INK)


class _Box:
    """Puts points of a curve into a box of the sheet."""

    def __init__(
        self, x: float, y: float, width: float, height: float, reach: float,
        low: float, high: float,
    ) -> None:  # fmt: skip
        self.x, self.y, self.width, self.height = x, y, width, height
        self.reach, self.low, self.high = reach, low, high

    def __call__(self, z: float, a: float) -> tuple[float, float]:
        across = (z + self.reach) / (2 * self.reach)
        up = (a - self.low) / ((self.high - self.low) or 1.0)
        return (
            float(self.x + across * self.width),
            float(self.y + self.height / 2 - up * self.height),
        )


def _largest(shown: Neuron, title: str, above: Sequence[str]) -> Figure:
    order = np.argsort(-np.abs(shown.products), kind="stable")
    kept, rest = order[:_LARGEST], order[_LARGEST:]
    title = title or f"A neuron of {len(order):,} inputs"
    text = (
        f"z = {number(shown.total)},  {shown.activation} → a = {number(shown.output)}"
    )
    lines, head = head_of(
        [
            *above,
            typeset(text),
            "the products that count most; blue above zero, orange below",
        ],
        18,
    )
    sheet = Sheet(18, head + len(kept) + 5.2, "explain.neuron")
    sheet.head(title, lines)
    names = ("input", "its value", "weight", "product")
    for x, name in zip((1.6, 5.0, 8.6, 12.2), names, strict=True):
        sheet.text(x, head + 0.2, name, colour=FAINT)
    top = head + 0.8
    for row, i in enumerate(kept):
        y = top + row
        sheet.text(1.6, y + 0.5, f"number {i}")
        for x, values in (
            (4.5, shown.inputs), (8.1, shown.weights), (11.7, shown.products)
        ):  # fmt: skip
            sheet.grid(np.array([[values[i]]]), x, y, scale=size_of(values))
        sheet.text(6.8, y + 0.5, "×")
        sheet.text(10.4, y + 0.5, "=")
    y = top + len(kept) + 0.6
    for words, value in (
        (f"the other {len(rest):,} products together", shown.products[rest].sum()),
        ("bias", shown.bias),
        ("sum z", shown.total),
        (f"{shown.activation} → a", shown.output),
    ):
        sheet.text(11.2, y, words, align="right", bold=words == "sum z")
        sheet.text(12.2, y, number(value), bold=words == "sum z")
        y += 0.85
    return sheet.figure
