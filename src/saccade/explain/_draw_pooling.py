"""Pictures of pooling: each step, with the way back of the gradient."""

from __future__ import annotations

import numpy as np

from ._draw_convolve import size_text
from ._numbers import Floats
from ._palette import typeset
from ._pooling import PooledCell, Pooling
from ._sheet import Sheet


class PoolingLayout:
    """Where the parts of a step of pooling stand; sizes in cells.

    Args:
        shown: the pooling.
        channel: the channel that is shown.
    """

    def __init__(self, shown: Pooling, channel: int = 0) -> None:
        self.shown, self.channel = shown, channel
        self.padded = _plane(shown.padded, channel, shown.rank)
        self.out = _plane(shown.output, channel, shown.rank)
        self.positions = list(shown.positions())
        reach = [axis.reach for axis in shown.axes]
        self.window = (reach[0], reach[1]) if shown.rank == 2 else (1, reach[0])
        rows, columns = self.padded.shape
        self.out_x = columns + 1.6
        self.back_x = self.out_x + self.out.shape[1] + 1.6
        self.width = max(self.back_x + max(self.window[1], 2.6) + 0.4, 9.0)
        self.height = max(rows, self.out.shape[0], self.window[0]) + 2.6
        word = "largest number" if shown.kind == "max" else "mean"
        self.title = f"{shown.kind.title()} pooling: each window becomes its {word}"
        if shown.input.shape[-1] > 1:
            self.title += f" (channel {channel} of {shown.input.shape[-1]})"
        self.lines = [typeset(f"output {size_text(shown.axes)};  no parameters")]
        if shown.kind == "max":
            self.lines.append("the marked cell is the largest: only it gets gradient")
        else:
            self.lines.append("every cell gets the same share of the gradient")

    def draw(self, sheet: Sheet, position: tuple[int, ...], x: float, y: float) -> None:
        """Draws one step with its left upper corner at (x, y)."""
        cell = self.shown.cell(position, self.channel)
        here = position if self.shown.rank == 2 else (0, *position)
        starts = [a.starts[i] for a, i in zip(self.shown.axes, position, strict=True)]
        row, column = starts if self.shown.rank == 2 else (0, starts[0])
        top = y + 1.0
        sheet.text(x + 0.05, top - 0.45, "input", align="left", size=0.95)
        sheet.grid(self.padded, x + 0.05, top)
        left = x + 0.05 + column
        sheet.frame(left, top + row, self.window[1], self.window[0])
        if cell.chosen is not None:
            a, b = cell.chosen if self.shown.rank == 2 else (0, *cell.chosen)
            sheet.ring(left + b + 0.5, top + row + a + 0.5)
        middle = self.padded.shape[0] / 2
        upper = top + middle - self.out.shape[0] / 2
        sheet.text(x + self.out_x - 0.75, top + middle, "→", size=1.5)
        sheet.text(x + self.out_x, upper - 0.45, "output", align="left", size=0.95)
        order = np.arange(self.out.size).reshape(self.out.shape)
        sheet.grid(self.out, x + self.out_x, upper, known=order <= order[here])
        sheet.frame(x + self.out_x + here[1], upper + here[0], 1, 1)
        self._way_back(sheet, cell, x + self.back_x, top + middle)
        text = typeset(cell.lines()[0].partition("] = ")[2])
        sheet.text(x + 0.05, y + self.height - 0.75, text, align="left", size=1.05)

    def _way_back(self, sheet: Sheet, cell: PooledCell, x: float, y: float) -> None:
        share = cell.share if self.shown.rank == 2 else cell.share[None]
        upper = y - share.shape[0] / 2
        sheet.text(x, upper - 0.45, "gradient back", align="left", size=0.95)
        sheet.grid(share, x, upper, scale=1.0)


def _plane(values: Floats, channel: int, rank: int) -> Floats:
    plane = values[..., channel]
    return plane if rank == 2 else plane[None]
