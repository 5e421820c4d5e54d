"""A sheet of squared paper: grids of numbers, frames, arrows, words.

The unit is one cell; x goes right, y goes down.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from saccade.visualization._figure import new_figure

from ._numbers import Floats
from ._palette import FAINT, INK, LINE, PAPER, colours, ink_on, short, size_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CELL = 0.46  # inches
_WIDEST, _TALLEST = 15.0, 120.0  # inches
_READABLE = 0.24  # inches; numbers in smaller cells are left out
_LEAST = 0.62  # words shrink with the cells, but not below this
Align = Literal["left", "center", "right"]
Colour = str | np.ndarray


class Sheet:
    """An empty figure of so many cells.

    Args:
        width: cells.
        height: cells.
        purpose: what is drawn, for the error if matplotlib is absent.

    Example:
        >>> sheet = Sheet(4, 3, "doctest")
        >>> sheet.grid(np.array([[1.0, -2.0]]), 1, 1)
        >>> len(sheet.axes.texts)
        2
    """

    def __init__(self, width: float, height: float, purpose: str) -> None:
        self.cell = min(_CELL, _WIDEST / width, _TALLEST / height)
        self.figure: Figure = new_figure(width * self.cell, height * self.cell, purpose)
        self.figure.set_layout_engine("none")
        self.axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()
        self.points = self.cell * 72
        self.width, self.height = width, height

    @property
    def numbers(self) -> bool:
        """Whether cells are large enough for numbers."""
        return self.cell >= _READABLE

    def grid(
        self,
        values: Floats,
        x: float,
        y: float,
        *,
        scale: float | None = None,
        ghost: np.ndarray | None = None,
        known: np.ndarray | None = None,
        pale: np.ndarray | None = None,
        gap: float = 1.0,
    ) -> None:
        """Draws numbers in coloured cells.

        Args:
            values: rows and columns; NaN for an empty cell.
            x: left side.
            y: top.
            scale: the number that has the full colour; None for the largest.
            ghost: cells that are padding: white, with faint numbers.
            known: cells whose numbers are shown; None for all.
            pale: cells that are less important, in half the colour.
            gap: from one cell to the next, above 1 for a dilated window.

        Shapes:
            values, ghost, known, pale: (h, w)
        """
        rows, columns = values.shape
        scale = size_of(values) if scale is None else scale
        fills = colours(values, scale)
        if ghost is not None:
            fills[ghost] = 1.0
        if known is not None:
            fills[~known] = 1.0
        if pale is not None:
            fills[pale] = (fills[pale] + 1.5) / 2.5
        if gap == 1.0:
            self._block(fills, x, y)
        else:
            for row, column in np.ndindex(rows, columns):
                fill = fills[row : row + 1, column : column + 1]
                self._block(fill, x + column * gap, y + row * gap)
        if not self.numbers:
            return
        for row, column in np.ndindex(rows, columns):
            if known is not None and not known[row, column]:
                continue
            value = float(values[row, column])
            if np.isnan(value):
                continue
            faint = ghost is not None and bool(ghost[row, column])
            self.text(
                x + column * gap + 0.5,
                y + row * gap + 0.5,
                short(value),
                colour=FAINT if faint else ink_on(fills[row, column]),
                fit=True,
            )

    def _block(self, fills: np.ndarray, x: float, y: float) -> None:
        rows, columns = fills.shape[:2]
        self.axes.imshow(
            fills,
            extent=(x, x + columns, y + rows, y),
            interpolation="nearest",
            aspect="auto",
            zorder=1,
        )
        thin = 0.8 if self.numbers else 0.3
        for i in range(rows + 1):
            self.line([(x, y + i), (x + columns, y + i)], colour=LINE, width=thin)
        for i in range(columns + 1):
            self.line([(x + i, y), (x + i, y + rows)], colour=LINE, width=thin)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: str = INK,
        size: float = 1.0,
        bold: bool = False,
        box: bool = False,
        fit: bool = False,
        align: Align = "center",
    ) -> None:
        """Writes words around a point, `size` times as large as those in cells.

        `fit` writes long ones smaller, so that they stay in a cell; `box` puts white
        behind them.
        """
        points = 9.6 * size * max(self.cell / _CELL, _LEAST)
        if fit:
            points = min(points, self.points * 0.94 / (0.62 * max(len(text), 2)) * 1.0)
        edge = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5} if box else None
        self.axes.text(
            x, y, text, color=colour, fontsize=points, ha=align, va="center",
            fontweight="bold" if bold else "normal", zorder=6, parse_math=False,
            bbox=edge,
        )  # fmt: skip

    def frame(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        colour: str = INK,
        thick: float = 2.4,
        dashed: bool = False,
        fill: str | None = None,
    ) -> None:
        """Draws a frame around cells."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle(
                (x, y), width, height, fill=fill is not None, facecolor=fill or PAPER,
                edgecolor=colour, linewidth=thick, zorder=4 if fill is None else 0.5,
                linestyle=(0, (3, 2)) if dashed else "-", joinstyle="round",
            )
        )  # fmt: skip

    def tile(self, fills: np.ndarray, x: float, y: float, size: float) -> None:
        """Draws colours as a small picture without numbers, (h, w, 3)."""
        self.axes.imshow(
            fills, extent=(x, x + size, y + size, y), interpolation="nearest",
            aspect="auto", zorder=2,
        )  # fmt: skip
        self.frame(x, y, size, size, colour=LINE, thick=0.6)

    def picture(
        self, plane: Floats, x: float, y: float, width: float, height: float
    ) -> None:
        """Draws numbers as a picture: shades of grey if none is below zero."""
        fills = colours(plane)
        if plane.min() >= 0:
            fills = np.repeat(plane[..., None] / size_of(plane), 3, -1)
        self.axes.imshow(
            fills, extent=(x, x + width, y + height, y), interpolation="nearest",
            aspect="auto", zorder=2,
        )  # fmt: skip
        self.frame(x, y, width, height, colour=FAINT, thick=0.8)

    def circle(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """Draws a filled circle with an edge."""
        from matplotlib.patches import Circle

        self.axes.add_patch(
            Circle((x, y), radius, facecolor=fill, edgecolor=INK, linewidth=1.2,
                   zorder=4)
        )  # fmt: skip

    def link(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: Colour,
        width: float,
        *,
        dashed: bool = False,
    ) -> None:
        """Draws a link of a colour and width; those below zero are dashed."""
        self.axes.plot(
            [start[0], end[0]], [start[1], end[1]], color=colour, linewidth=width,
            zorder=2, solid_capstyle="butt", dash_capstyle="butt",
            linestyle=(0, (2.5, 0.8)) if dashed else "-", scalex=False, scaley=False,
        )  # fmt: skip

    def arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draws an arrow."""
        self.axes.annotate(
            "", xy=end, xytext=start,
            arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.4, "shrinkA": 0,
                        "shrinkB": 0},
            zorder=3,
        )  # fmt: skip

    def ring(self, x: float, y: float) -> None:
        """Draws a ring around the number of a cell."""
        from matplotlib.patches import Circle

        self.axes.add_patch(
            Circle((x, y), 0.42, fill=False, edgecolor=INK, linewidth=1.8, zorder=5)
        )

    def dot(self, x: float, y: float, *, filled: bool) -> None:
        """Draws a small dot, or a small ring."""
        from matplotlib.patches import Circle

        face = INK if filled else PAPER
        self.axes.add_patch(
            Circle((x, y), 0.1, facecolor=face, edgecolor=INK, linewidth=1.0, zorder=5)
        )

    def hatch(self, x: float, y: float, width: float, height: float) -> None:
        """Crosses cells out: no window reaches them."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle(
                (x, y), width, height, facecolor="none", edgecolor=(0.4, 0.45, 0.5),
                linewidth=0.0, hatch="///", zorder=5,
            )
        )  # fmt: skip

    def head(self, title: str, lines: Sequence[str]) -> None:
        """Writes a title and lines below it at the top; see `head_of`."""
        self.text(0.5, 0.7, title, align="left", bold=True, size=1.25)
        for i, line in enumerate(lines):
            self.text(0.5, 1.45 + 0.62 * i, line, align="left", colour=FAINT, size=1.0)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str = FAINT,
        width: float = 1.0,
        dashed: bool = False,
    ) -> None:
        """Draws a line through points."""
        xs, ys = zip(*points, strict=True)
        self.axes.plot(
            xs, ys, color=colour, linewidth=width, zorder=3,
            linestyle=(0, (3, 2)) if dashed else "-", solid_capstyle="round",
            scalex=False, scaley=False,
        )  # fmt: skip

    def beam(self, source: Sequence[float], target: Sequence[float]) -> None:
        """Draws a faint beam from one rectangle (x, y, w, h) to another."""
        x, y, w, h = source
        u, v, p, q = target
        for start, end in (((x, y), (u, v)), ((x + w, y + h), (u + p, v + q))):
            self.line([start, end], colour=FAINT, width=0.9, dashed=True)
        for start, end in (((x + w, y), (u + p, v)), ((x, y + h), (u, v + q))):
            self.line([start, end], colour=FAINT, width=0.9, dashed=True)


def head_of(lines: Sequence[str], width: float) -> tuple[list[str], float]:
    """Breaks lines so that they fit, and says how many cells a head of them needs.

    Args:
        lines: what stands below the title.
        width: cells of the sheet.

    Example:
        >>> head_of(["a short line"], 20)
        (['a short line'], 2.27)
    """
    cell = min(_CELL, _WIDEST / width)
    letters = max(20, int((width - 1) * cell * 72 / 5.75))
    broken = [part for line in lines for part in textwrap.wrap(line, letters)]
    return broken, round(1.65 + 0.62 * len(broken), 2)


def letters_in(width: float, bold: bool = False) -> int:
    """Returns about how many letters fit in so many cells.

    Args:
        width: cells, of the usual size.
        bold: whether they are bold.

    Example:
        >>> letters_in(10)
        57
    """
    return int(width * _CELL * 72 / (6.7 if bold else 5.8))
