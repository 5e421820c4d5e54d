"""One number of a layer, and what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._cell import LayerCell
from ._convolve import ConvolvedCell
from ._draw_convolve import step_text
from ._draw_neuron import draw_neuron
from ._neuron import Neuron
from ._numbers import Floats
from ._palette import BELOW, FAINT, PAPER, number, size_of, typeset
from ._pooling import PooledCell
from ._sheet import Sheet, head_of, letters_in

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CHANNELS = 6
_SIDE = 7.0  # cells of the longer side of what the layer saw


def draw_layer_cell(shown: LayerCell) -> Figure:
    """Draws the arithmetic of one number of a layer.

    Args:
        shown: the number.
    """
    place = ", ".join(map(str, shown.position))
    title = f"{shown.kind} {shown.layer!r}: "
    line = (
        f"input {_shape(shown.input_shape)}, output {_shape(shown.output_shape)};  "
        f"the layer itself gave {number(shown.measured, 6)}"
    )
    steps = shown.arithmetic
    if isinstance(steps, Neuron):
        return draw_neuron(steps, f"{title}unit {shown.filter}", [line])
    if isinstance(steps, PooledCell):
        title += f"channel {shown.filter}, place ({place})"
        return draw_pooled_cell(steps, title, [line], shown.inputs)
    title += f"filter {shown.filter}, place ({place})"
    # With groups a window sees some channels only, and which is not known here.
    whole = len(steps.channel_sums) == shown.inputs.shape[-1]
    return draw_convolved_cell(steps, title, [line], shown.inputs if whole else None)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def draw_convolved_cell(
    shown: ConvolvedCell,
    title: str = "",
    lines: list[str] | None = None,
    inputs: Floats | None = None,
) -> Figure:
    """Draws window × kernel = products for each channel, and their sum.

    Args:
        shown: the number's arithmetic.
        title: above; '' for one of its own.
        lines: below the title.
        inputs: what the layer saw, to show where the window is; None for nothing.
    """
    place = ", ".join(map(str, shown.position))
    title = title or f"Convolution: filter {shown.filter}, place ({place})"
    rows, columns, channels = _planes(shown.window).shape
    # Where there are many channels, those that count most.
    order = np.argsort(-np.abs(shown.channel_sums), kind="stable")
    kept = np.sort(order[:_CHANNELS])
    rest = order[_CHANNELS:]
    block = rows + 1.4
    width = max(3 * columns + 10.5, 15.0)
    beside, width = width, width + _wider(inputs, shown.places)
    below = [*(lines or []), "blue above zero, orange below"]
    if len(rest):
        below.append(
            f"of {channels} channels the {_CHANNELS} that count most are drawn"
        )
    below, head = head_of(below, width)
    height = head + block * len(kept) + 2.2 + bool(len(rest))
    if width > beside:
        height = max(height, head + _SIDE + 2.6)
    sheet = Sheet(width, height, "explain.draw")
    sheet.head(title, below)
    for row, channel in enumerate(kept):
        _channel(sheet, shown, int(channel), head + 0.9 + row * block)
    if width > beside and inputs is not None:
        _where(sheet, inputs, int(order[0]), shown.places, beside, head + 0.9)
    low = height - 1.1 - 0.9 * bool(len(rest))
    if len(rest):
        total = number(float(shown.channel_sums[rest].sum()))
        text = f"the other {len(rest)} channels together: {total}"
        sheet.text(0.5, low, text, align="left", colour=FAINT)
        low += 0.9
    sheet.text(
        0.5,
        low,
        typeset(step_text(shown, letters_in(width - 1, bold=True))),
        align="left",
        bold=True,
    )
    return sheet.figure


def _channel(sheet: Sheet, shown: ConvolvedCell, channel: int, top: float) -> None:
    """Draws window, kernel and products of one channel, and their sum."""
    rows, columns, channels = _planes(shown.window).shape
    xs = (0.5, columns + 2.0, 2 * columns + 3.5)
    name = "" if channels == 1 else f" {channel}"
    for x, word, values in (
        (xs[0], f"window{name}", shown.window),
        (xs[1], f"kernel{name}", shown.kernel),
        (xs[2], "products", shown.products),
    ):
        sheet.text(x, top - 0.4, word, align="left", colour=FAINT, size=0.92)
        plane = _planes(values)[..., channel]
        sheet.grid(plane, x, top, scale=size_of(values))
    middle = top + rows / 2
    sheet.text(xs[1] - 0.75, middle, "×", size=1.3)
    sheet.text(xs[2] - 0.75, middle, "=", size=1.3)
    total = number(float(shown.channel_sums[channel]))
    right = xs[2] + columns + 0.5
    sheet.text(right, middle, f"→ sum {total}", align="left")


def draw_pooled_cell(
    shown: PooledCell,
    title: str = "",
    lines: list[str] | None = None,
    inputs: Floats | None = None,
) -> Figure:
    """Draws the window, the number that comes out, and the way back of the gradient.

    Args:
        shown: the number's arithmetic.
        title: above; '' for one of its own.
        lines: below the title.
        inputs: what the layer saw, to show where the window is; None for nothing.
    """
    place = ", ".join(map(str, shown.position))
    title = title or f"{shown.kind.title()} pooling: place ({place})"
    window = shown.window if shown.window.ndim == 2 else shown.window[None]
    share = shown.share if shown.share.ndim == 2 else shown.share[None]
    rows, columns = window.shape
    width = max(2 * columns + 8.5, 15.0)
    beside, width = width, width + _wider(inputs, shown.places)
    below, head = head_of(lines or [], width)
    tall = rows if width == beside else max(rows, _SIDE)
    sheet = Sheet(width, head + tall + 2.9, "explain.draw")
    sheet.head(title, below)
    top = head + 0.9
    sheet.text(0.5, top - 0.4, "window", align="left", colour=FAINT, size=0.92)
    sheet.grid(window, 0.5, top)
    if shown.chosen is not None:
        a, b = (0, *shown.chosen)[-2:]
        sheet.ring(0.5 + b + 0.5, top + a + 0.5)
    if width > beside and inputs is not None:
        _where(sheet, inputs, shown.channel, shown.places, beside, top)
    middle = top + rows / 2
    sheet.text(columns + 1.3, middle, "→", size=1.4)
    sheet.grid(np.array([[shown.output]]), columns + 2.2, middle - 0.5,
               scale=size_of(window))  # fmt: skip
    left = columns + 5.0
    sheet.text(left, top - 0.4, "gradient back", align="left", colour=FAINT, size=0.92)
    sheet.grid(share, left, top, scale=1.0)
    text = shown.lines()[0].partition("] = ")[2]
    if len(text) > 60:
        text = f"{shown.kind} of {window.size} numbers = {number(shown.output)}"
    sheet.text(0.5, top + rows + 1.0, typeset(text), align="left", bold=True)
    return sheet.figure


def _planes(values: Floats) -> Floats:
    return values if values.ndim == 3 else values[None]


def _wider(inputs: Floats | None, places: tuple[tuple[int, ...], ...]) -> float:
    """How many more cells a sheet needs to show where the window is."""
    return 0.0 if inputs is None or len(places) != 2 else _SIDE + 1.5


def _where(
    sheet: Sheet,
    inputs: Floats,
    channel: int,
    places: tuple[tuple[int, ...], ...],
    x: float,
    y: float,
) -> None:
    """Draws one channel of what the layer saw, with the window in it."""
    rows, columns = inputs.shape[:2]
    cell = _SIDE / max(rows, columns)
    text = "the layer's input" if inputs.shape[-1] == 1 else f"input channel {channel}"
    sheet.text(x, y - 0.4, text, align="left", colour=FAINT, size=0.92)
    sheet.picture(inputs[..., channel], x, y, columns * cell, rows * cell)
    across, down = places[1], places[0]
    place = (x + across[0] * cell, y + down[0] * cell)
    size = ((across[-1] - across[0] + 1) * cell, (down[-1] - down[0] + 1) * cell)
    sheet.frame(*place, *size, colour=PAPER, thick=4.5)
    sheet.frame(*place, *size, colour=BELOW, thick=2.2)
