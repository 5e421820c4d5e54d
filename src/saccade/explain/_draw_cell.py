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
from ._palette import FAINT, number, size_of, typeset
from ._pooling import PooledCell
from ._sheet import Sheet, head_of, letters_in

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CHANNELS = 6


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
        return draw_pooled_cell(steps, title, [line])
    title += f"filter {shown.filter}, place ({place})"
    return draw_convolved_cell(steps, title, [line])


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def draw_convolved_cell(
    shown: ConvolvedCell, title: str = "", lines: list[str] | None = None
) -> Figure:
    """Draws window × kernel = products for each channel, and their sum.

    Args:
        shown: the number's arithmetic.
        title: above; '' for one of its own.
        lines: below the title.
    """
    place = ", ".join(map(str, shown.position))
    title = title or f"Convolution: filter {shown.filter}, place ({place})"
    window, kernel = _planes(shown.window), _planes(shown.kernel)
    products = _planes(shown.products)
    rows, columns, channels = window.shape
    # Where there are many channels, those that count most.
    order = np.argsort(-np.abs(shown.channel_sums), kind="stable")
    kept = np.sort(order[:_CHANNELS])
    rest = order[_CHANNELS:]
    block = rows + 1.4
    width = max(3 * columns + 10.5, 15.0)
    below = [*(lines or []), "blue above zero, orange below"]
    if len(rest):
        below.append(
            f"of {channels} channels the {_CHANNELS} that count most are drawn"
        )
    below, head = head_of(below, width)
    sheet = Sheet(
        width, head + block * len(kept) + 2.2 + bool(len(rest)), "explain.draw"
    )
    sheet.head(title, below)
    xs = (0.5, columns + 2.0, 2 * columns + 3.5)
    for row, channel in enumerate(int(k) for k in kept):
        top = head + 0.9 + row * block
        name = "" if channels == 1 else f" {channel}"
        for x, word, values, whole in (
            (xs[0], f"window{name}", window, shown.window),
            (xs[1], f"kernel{name}", kernel, shown.kernel),
            (xs[2], "products", products, shown.products),
        ):
            sheet.text(x, top - 0.4, word, align="left", colour=FAINT, size=0.92)
            sheet.grid(values[..., channel], x, top, scale=size_of(whole))
        middle = top + rows / 2
        sheet.text(xs[1] - 0.75, middle, "×", size=1.3)
        sheet.text(xs[2] - 0.75, middle, "=", size=1.3)
        total = number(float(shown.channel_sums[channel]))
        right = xs[2] + columns + 0.5
        sheet.text(right, middle, f"→ sum {total}", align="left")
    low = head + block * len(kept) + 1.1
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


def draw_pooled_cell(
    shown: PooledCell, title: str = "", lines: list[str] | None = None
) -> Figure:
    """Draws the window, the number that comes out, and the way back of the gradient.

    Args:
        shown: the number's arithmetic.
        title: above; '' for one of its own.
        lines: below the title.
    """
    place = ", ".join(map(str, shown.position))
    title = title or f"{shown.kind.title()} pooling: place ({place})"
    window = shown.window if shown.window.ndim == 2 else shown.window[None]
    share = shown.share if shown.share.ndim == 2 else shown.share[None]
    rows, columns = window.shape
    width = max(2 * columns + 8.5, 15.0)
    below, head = head_of(lines or [], width)
    sheet = Sheet(width, head + rows + 2.9, "explain.draw")
    sheet.head(title, below)
    top = head + 0.9
    sheet.text(0.5, top - 0.4, "window", align="left", colour=FAINT, size=0.92)
    sheet.grid(window, 0.5, top)
    if shown.chosen is not None:
        a, b = (0, *shown.chosen)[-2:]
        sheet.ring(0.5 + b + 0.5, top + a + 0.5)
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
