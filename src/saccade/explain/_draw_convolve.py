"""Pictures of a convolution: each step, a strip of steps, one number's arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ._convolve import Convolution, ConvolvedCell
from ._numbers import Floats, signed, sum_of_products, words
from ._palette import FAINT, number, size_of, typeset
from ._sheet import Sheet, letters_in
from ._windows import Axis

_CHANNELS = 4
_LABEL = 2.6  # cells left of a sequence, for words


class ConvolutionLayout:
    """Where the parts of a step stand on its panel; sizes in cells.

    Args:
        shown: the convolution.
        filter: the filter that is shown.
    """

    def __init__(self, shown: Convolution, filter: int) -> None:
        self.shown, self.filter = shown, filter
        self.channels = min(shown.input.shape[-1], _CHANNELS)
        self.padded = _sizes([axis.padded for axis in shown.axes])
        self.kernel = _sizes([axis.reach for axis in shown.axes])
        self.out = _sizes([axis.count for axis in shown.axes])
        self.scale_in = size_of(shown.input)
        self.scale_kernel = size_of(shown.kernel)
        self.scale_out = size_of(shown.output[..., filter])
        rows, columns = self.padded
        if shown.rank == 1:
            self.width = _LABEL + max(columns, self.out[1]) + 0.6
            self.height = 4.3 * self.channels + 2.5
        else:
            self.kernel_x = columns + 1.6
            self.products_x = self.kernel_x + self.kernel[1] + 1.2
            self.out_x = self.products_x + self.kernel[1] + 1.8
            self.width = self.out_x + self.out[1] + 0.4
            self.block = max(rows, self.kernel[0] + 1) + 1.3
            tall = max(self.block * self.channels, self.out[0] + 1.3)
            self.height = tall + 1.5
        self.width = max(self.width, 9.0)
        self.positions = list(shown.positions())
        self.title, self.lines = heading(shown, filter)

    def draw(self, sheet: Sheet, position: tuple[int, ...], x: float, y: float) -> None:
        """Draws one step with its left upper corner at (x, y)."""
        cell = self.shown.cell(position, self.filter)
        if self.shown.rank == 1:
            self._sequence(sheet, cell, x, y)
        else:
            self._picture(sheet, cell, x, y)

    def _known(self, position: tuple[int, ...]) -> np.ndarray:
        """Which numbers of the output there are after this step."""
        order = np.arange(self.out[0] * self.out[1]).reshape(self.out)
        here = position if self.shown.rank == 2 else (0, *position)
        return order <= order[here]

    def _ghost(self) -> np.ndarray:
        """Which cells of the padded input are padding."""
        ghost = np.ones(self.padded, bool)
        inside = [slice(a.before, a.before + a.size) for a in self.shown.axes]
        ghost[tuple(inside) if self.shown.rank == 2 else (slice(None), inside[0])] = (
            False
        )
        return ghost

    def _dropped(self) -> np.ndarray:
        """Which cells of the padded input no window reaches."""
        lost = np.zeros(self.padded, bool)
        for number_, axis in enumerate(self.shown.axes, 2 - self.shown.rank):
            if axis.dropped:
                np.moveaxis(lost, number_, 0)[list(axis.dropped)] = True
        return lost

    def _plane(self, values: Floats, channel: int) -> Floats:
        plane = values[..., channel]
        return plane if self.shown.rank == 2 else plane[None]

    def _outputs(self, position: tuple[int, ...]) -> tuple[Floats, np.ndarray]:
        values = self._plane(self.shown.output, self.filter)
        return values, self._known(position)

    def _sequence(self, sheet: Sheet, cell: ConvolvedCell, x: float, y: float) -> None:
        axis = self.shown.axes[0]
        left = x + _LABEL
        start = left + axis.starts[cell.position[0]]
        for channel in range(self.channels):
            top = y + 0.2 + 4.3 * channel
            name = "" if self.channels == 1 else f" {channel}"
            self._label(sheet, x, top, f"input{name}")
            sheet.grid(
                self._plane(self.shown.padded, channel), left, top,
                scale=self.scale_in, ghost=self._ghost(), pale=self._dropped(),
            )  # fmt: skip
            if axis.dropped:
                place = left + axis.dropped[0]
                sheet.hatch(place, top, len(axis.dropped), 1)
            self._label(sheet, x, top + 1.35, f"kernel{name}")
            sheet.grid(
                self._plane(cell.kernel, channel), start, top + 1.35,
                scale=self.scale_kernel, gap=axis.dilation,
            )  # fmt: skip
            self._label(sheet, x, top + 2.7, "products")
            sheet.grid(
                self._plane(cell.products, channel), start, top + 2.7,
                scale=self.scale_in * self.scale_kernel, gap=axis.dilation,
            )  # fmt: skip
            sheet.frame(start - 0.04, top - 0.06, axis.reach + 0.08, 3.82)
        low = y + 4.3 * self.channels + 0.2
        values, known = self._outputs(cell.position)
        self._label(sheet, x, low, "output")
        sheet.grid(values, left, low, scale=self.scale_out, known=known)
        target = left + cell.position[0]
        sheet.beam((start, low - 0.54, axis.reach, 0), (target, low, 1, 0))
        sheet.frame(target, low, 1, 1)
        self._arithmetic(sheet, cell, x + 0.2, low + 1.75)

    def _picture(self, sheet: Sheet, cell: ConvolvedCell, x: float, y: float) -> None:
        rows, columns = self.shown.axes
        row, column = rows.starts[cell.position[0]], columns.starts[cell.position[1]]
        for channel in range(self.channels):
            top = y + 1.0 + self.block * channel
            name = "" if self.channels == 1 else f" {channel}"
            middle = top + self.padded[0] / 2
            upper = middle - self.kernel[0] / 2
            sheet.text(x + 0.05, top - 0.45, f"input{name}", align="left", size=0.95)
            sheet.grid(
                self._plane(self.shown.padded, channel), x + 0.05, top,
                scale=self.scale_in, ghost=self._ghost(), pale=self._dropped(),
            )  # fmt: skip
            self._mark_dropped(sheet, x + 0.05, top)
            sheet.frame(x + 0.05 + column, top + row, self.kernel[1], self.kernel[0])
            for word, values, scale, place in (
                (f"kernel{name}", cell.kernel, self.scale_kernel, self.kernel_x),
                ("products", cell.products, self.scale_in * self.scale_kernel,
                 self.products_x),
            ):  # fmt: skip
                sheet.text(x + place, upper - 0.45, word, align="left", size=0.95)
                self._window(
                    sheet, self._plane(values, channel), x + place, upper, scale
                )
            total = number(cell.channel_sums[channel])
            sheet.text(
                x + self.products_x, upper + self.kernel[0] + 0.45, f"sum {total}",
                align="left", size=0.95,
            )  # fmt: skip
            sheet.text(x + self.kernel_x - 0.7, middle, "×", size=1.4)
            sheet.text(x + self.products_x - 0.6, middle, "=", size=1.4)
        tall = self.height - 1.5
        top = y + 1.0 + (tall - 1.3 - self.out[0]) / 2
        sheet.text(x + self.out_x - 0.9, top + self.out[0] / 2, "→", size=1.5)
        sheet.text(x + self.out_x, top - 0.45, "output", align="left", size=0.95)
        values, known = self._outputs(cell.position)
        sheet.grid(values, x + self.out_x, top, scale=self.scale_out, known=known)
        a, b = cell.position
        sheet.frame(x + self.out_x + b, top + a, 1, 1)
        self._arithmetic(sheet, cell, x + 0.05, y + self.height - 0.75)

    def _window(
        self, sheet: Sheet, values: Floats, x: float, y: float, scale: float
    ) -> None:
        """Draws a window, with holes where it is dilated."""
        whole = np.full(self.kernel, np.nan)
        steps = [axis.dilation for axis in self.shown.axes]
        whole[:: steps[0], :: steps[1]] = values
        sheet.grid(whole, x, y, scale=scale)

    def _mark_dropped(self, sheet: Sheet, x: float, y: float) -> None:
        rows, columns = self.shown.axes
        if rows.dropped:
            sheet.hatch(x, y + rows.dropped[0], self.padded[1], len(rows.dropped))
        if columns.dropped:
            low = self.padded[0] - len(rows.dropped)
            sheet.hatch(x + columns.dropped[0], y, len(columns.dropped), low)

    def _label(self, sheet: Sheet, x: float, y: float, text: str) -> None:
        sheet.text(x + 0.2, y + 0.5, text, align="left", colour=FAINT, size=0.95)

    def _arithmetic(
        self, sheet: Sheet, cell: ConvolvedCell, x: float, y: float
    ) -> None:
        text = step_text(cell, letters_in(self.width - 0.5))
        sheet.text(x, y, typeset(text), align="left", size=1.05)


def step_text(cell: ConvolvedCell, letters: int = 200) -> str:
    """Writes a step on one line, with as many products as fit.

    Args:
        cell: the step.
        letters: how many fit.

    Example:
        >>> from saccade.explain import convolve
        >>> cell = convolve([2, 3, 5], [-1, 1, 2]).cell(0)
        >>> step_text(cell), step_text(cell, 25)
        ('2 × (-1) + 3 × 1 + 5 × 2 = 11', '2 × (-1) + ... 2 more = 11')
    """
    end = f" {signed(cell.bias)} (bias)" if cell.bias else ""
    end += f" = {words(cell.total)}"
    if cell.activation != "linear":
        end += f",  {cell.activation} → {words(cell.output)}"
    count = cell.window.size if cell.window.shape[-1] == 1 else len(cell.channel_sums)
    for limit in range(min(count, 30), 0, -1):
        text = _terms(cell, limit) + end
        if len(text) <= letters:
            return text
    return _terms(cell, 1) + end


def _terms(cell: ConvolvedCell, limit: int) -> str:
    if cell.window.shape[-1] == 1:
        return sum_of_products(cell.window, cell.kernel, limit)
    first, *others = cell.channel_sums[:limit]
    parts = [words(first, 3), *(signed(v, 3) for v in others)]
    left = len(cell.channel_sums) - limit
    return "channels: " + " ".join(parts) + (f" + ... {left} more" if left > 0 else "")


def heading(shown: Convolution, filter: int) -> tuple[str, list[str]]:
    """Returns the title of a picture, and lines on sizes and colours.

    Args:
        shown: the convolution.
        filter: the filter that is shown.
    """
    title = "Convolution: the window slides, its products are added"
    if shown.filters > 1:
        title += f" (filter {filter} of {shown.filters})"
    lines = [f"output {size_text(shown.axes)};  {shown.parameters:,} parameters"]
    colours = "blue above zero, orange below"
    if any(axis.before + axis.after for axis in shown.axes):
        colours += "; white with grey numbers: padding"
    if any(axis.dropped for axis in shown.axes):
        colours += "; hatched: never seen by any window"
    return title, [typeset(lines[0]), colours]


def size_text(axes: Sequence[Axis]) -> str:
    """Writes the size formulas of all axes, once if they are the same.

    Args:
        axes: of the windows.

    Example:
        >>> from saccade.explain import convolve
        >>> size_text(convolve([[1, 2], [3, 4]], [[1]]).axes)
        'rows and columns: (2 - 1) / 1 + 1 = 2'
    """
    if len(axes) == 1:
        return f"size: {axes[0].formula}"
    rows, columns = (axis.formula for axis in axes)
    if rows == columns:
        return f"rows and columns: {rows}"
    return f"rows: {rows};  columns: {columns}"


def _sizes(sizes: list[int]) -> tuple[int, int]:
    return (sizes[0], sizes[1]) if len(sizes) == 2 else (1, sizes[0])
