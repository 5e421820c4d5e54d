"""A picture beside its channels, with the numbers of a few pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from saccade.visualization._figure import new_figure

from ._channels import Channels
from ._draw_curves import entitle
from ._palette import BELOW, FAINT, INK, PAPER, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LARGEST = 400  # pixels along a side that are drawn


def draw_channels(shown: Channels) -> Figure:
    """Draws the picture and each channel, light where its numbers are large.

    Args:
        shown: the picture taken apart.
    """
    height, width, count = shown.picture.shape
    columns = count + (count > 1)
    proportion = min(max(height / width, 0.4), 2.0)
    broad = 3.0
    figure = new_figure(
        max(broad * columns, 6.4), broad * proportion + broad + 1.2, "explain.channels"
    )
    grid = figure.add_gridspec(2, columns, height_ratios=(proportion, 1))
    if count > 1:
        axes = figure.add_subplot(grid[0, 0])
        _picture(axes, _as_shown(shown.picture), shown, "the picture")
        _pixels(figure.add_subplot(grid[1, 0]), shown)
    top = 255.0 if shown.picture.dtype == np.uint8 else float(shown.picture.max()) or 1
    for i, name in enumerate(shown.names):
        place = i + (count > 1)
        title = f"{name}: mean {number(shown.means[i])}"
        plane = shown.picture[..., i] / top
        _picture(figure.add_subplot(grid[0, place]), plane, shown, title)
        _numbers(figure.add_subplot(grid[1, place]), shown.patch[..., i], top)
    total = number(float(shown.picture.size))
    entitle(
        figure, f"A picture is numbers: {height} × {width} × {count} = {total}",
        "light: much of this colour, dark: none; below, the numbers inside the frame",
    )  # fmt: skip
    return figure


def _as_shown(picture: np.ndarray) -> np.ndarray:
    if picture.dtype == np.uint8:
        return picture
    low, high = float(picture.min()), float(picture.max())
    if low >= 0 and high <= 1:
        return picture
    return (picture - low) / ((high - low) or 1.0)


def _picture(axes: Axes, plane: np.ndarray, shown: Channels, title: str) -> None:
    from matplotlib.patches import Rectangle

    step = max(1, -(-max(plane.shape[:2]) // _LARGEST))
    height, width = plane.shape[:2]
    axes.imshow(
        plane[::step, ::step], cmap="gray", vmin=0, vmax=1, interpolation="nearest",
        extent=(-0.5, width - 0.5, height - 0.5, -0.5),
    )  # fmt: skip
    rows, columns = shown.patch.shape[:2]
    for colour, thick in ((PAPER, 5.0), (BELOW, 2.5)):
        axes.add_patch(
            Rectangle(
                (shown.corner[1] - 0.5, shown.corner[0] - 0.5), columns, rows,
                fill=False, edgecolor=colour, linewidth=thick,
            )
        )  # fmt: skip
    axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold", color=INK)
    axes.set_axis_off()


def _pixels(axes: Axes, shown: Channels) -> None:
    axes.imshow(_as_shown(shown.patch), interpolation="nearest")
    axes.set_title("the pixels in the frame", loc="left", fontsize=9.5, color=FAINT)
    axes.set_axis_off()


def _numbers(axes: Axes, plane: np.ndarray, top: float) -> None:
    axes.imshow(plane / top, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    for row, column in np.ndindex(*plane.shape):
        value = float(plane[row, column])
        colour = PAPER if value / top < 0.5 else INK
        axes.text(column, row, number(value), ha="center", va="center", fontsize=9,
                  color=colour)  # fmt: skip
    axes.set_axis_off()
