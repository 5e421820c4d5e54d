"""Large inputs: pictures instead of numbers, with one window looked into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from saccade.visualization._figure import new_figure

from ._convolve import Convolution
from ._draw_convolve import heading, step_text
from ._draw_curves import entitle
from ._draw_pooling import PoolingLayout
from ._numbers import Floats
from ._palette import BELOW, FAINT, INK, PAPER, colours, ink_on, short, size_of, typeset
from ._pooling import Pooling
from ._strip import evenly, pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LARGE = 20
"""From so many cells along a side numbers would be too small to be read."""
_FRAMES = 40


def is_large(shown: Convolution | Pooling) -> bool:
    """Says whether an input or output is too large for numbers.

    Args:
        shown: the convolution or pooling.
    """
    sizes = [max(axis.padded, axis.count) for axis in shown.axes]
    return shown.rank == 2 and max(sizes) > LARGE


def draw_overview(
    shown: Convolution | Pooling,
    position: tuple[int, ...] | None = None,
    filter: int = 0,
    upto: bool = False,
) -> Figure:
    """Draws input and output as pictures, and the arithmetic of one window.

    Args:
        shown: of rank 2.
        position: the window; None for where the output is largest.
        filter: the filter or channel.
        upto: whether the output is drawn up to this window only.
    """
    outputs = shown.output[..., filter]
    if position is None:
        index = np.unravel_index(int(np.abs(outputs).argmax()), outputs.shape)
        position = tuple(int(i) for i in index)
    if upto:
        order = np.arange(outputs.size).reshape(outputs.shape)
        outputs = np.where(order <= order[position], outputs, np.nan)
    channel = 0 if isinstance(shown, Convolution) else filter
    plane = shown.padded[..., channel]
    proportion = min(max(plane.shape[0] / plane.shape[1], 0.5), 1.6)
    figure = new_figure(13.0, 4.9 * proportion + 1.3, "explain.draw")
    grid = figure.add_gridspec(2, 3, width_ratios=(2.1, 1, 2.1))
    left, right = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[:, 2])
    starts = [a.starts[i] for a, i in zip(shown.axes, position, strict=True)]
    _picture(left, plane, "input" if channel == 0 else f"input, channel {channel}",
             starts, [axis.reach for axis in shown.axes])  # fmt: skip
    _picture(right, outputs, "output", list(position), [1, 1],
             scale=size_of(shown.output[..., filter]))  # fmt: skip
    cell = shown.cell(position, filter)
    if isinstance(shown, Convolution):
        title, lines = heading(shown, filter)
        text = step_text(shown.cell(position, filter), 130)
        kernel = shown.kernel[..., channel, filter]
        _numbers(figure.add_subplot(grid[0, 1]), kernel, "kernel")
        window = shown.cell(position, filter).window[..., channel]
        _numbers(figure.add_subplot(grid[1, 1]), window, "in the frame")
    else:
        layout = PoolingLayout(shown, filter)
        title, lines = layout.title, layout.lines
        text = cell.lines()[0].partition("] = ")[2]
        _numbers(figure.add_subplot(grid[1, 1]), cell.window, "in the frame")
    figure.supxlabel(typeset(text), x=0.012, ha="left", fontsize=10, color=INK)
    entitle(figure, title, "   ".join(lines[:1]))
    return figure


def overview_frames(shown: Convolution | Pooling, filter: int) -> Iterator[np.ndarray]:
    """Yields pictures (h, w, 3) of the window on its way over a large input.

    Args:
        shown: of rank 2.
        filter: the filter or channel.
    """
    places = list(shown.positions())
    for index in evenly(len(places), _FRAMES):
        yield pixels(draw_overview(shown, places[index], filter, upto=True))


def _picture(
    axes: Axes,
    plane: Floats,
    title: str,
    corner: list[int],
    size: list[int],
    scale: float | None = None,
) -> None:
    from matplotlib.patches import Rectangle

    if np.nanmin(plane) >= 0 and scale is None:  # a photo looks like one
        axes.imshow(plane, cmap="gray", vmin=0, interpolation="nearest")
    else:
        axes.imshow(colours(plane, scale), interpolation="nearest")
    place = (corner[1] - 0.5, corner[0] - 0.5)
    for colour, thick in ((PAPER, 4.0), (BELOW if scale is None else INK, 2.0)):
        axes.add_patch(
            Rectangle(place, size[1], size[0], fill=False, edgecolor=colour,
                      linewidth=thick)
        )  # fmt: skip
    rows, columns = plane.shape
    axes.set_title(
        f"{title}, {rows} × {columns}", loc="left", fontsize=10.5, fontweight="bold",
        color=INK,
    )  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(FAINT)


def _numbers(axes: Axes, values: Floats, title: str) -> None:
    fills = colours(values)
    axes.imshow(fills, interpolation="nearest")
    if max(values.shape) <= 7:
        for row, column in np.ndindex(*values.shape):
            if not np.isnan(values[row, column]):
                axes.text(
                    column, row, short(float(values[row, column])), ha="center",
                    va="center", fontsize=9, color=ink_on(fills[row, column]),
                )  # fmt: skip
    axes.set_title(title, loc="left", fontsize=9.5, color=FAINT)
    axes.set_axis_off()
