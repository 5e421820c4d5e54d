"""Pictures of the race of optimizers, and of which start ends where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import numpy as np

from saccade.visualization._figure import new_figure

from ._draw_curves import entitle, plain
from ._numbers import Floats
from ._palette import FAINT, INK, LINES, number
from ._race import Basins, Race
from ._strip import evenly, pixels, taken
from ._surfaces import Surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_BASINS = ("#0877bd", "#f59322", "#009e73", "#cc79a7", "#ffffff")
_FRAMES = 60


class _Picture:
    """The figure of a race, whose lines can be moved to any step."""

    def __init__(self, shown: Race) -> None:
        self.shown = shown
        self.figure = new_figure(11.5, 5.4, "explain.race")
        grid = self.figure.add_gridspec(1, 2, width_ratios=(1.25, 1))
        axes = self.figure.add_subplot(grid[0, 0])
        strip = self.figure.add_subplot(grid[0, 1])
        _hills(axes, shown.surface)
        self.heights = _above_lowest(shown)
        self.moving: list[list[Line2D]] = []
        for i, racer in enumerate(shown.racers):
            colour, style, mark = LINES[i % len(LINES)]
            (path,) = axes.plot([], [], color=colour, linestyle=style, linewidth=1.9)
            (head,) = axes.plot(
                [], [], mark, color=colour, markersize=9, markeredgecolor="white",
                zorder=5,
            )  # fmt: skip
            (height,) = strip.plot(
                [], [], color=colour, linestyle=style, marker=mark, markersize=5,
                markevery=max(1, shown.steps // 8), linewidth=1.6,
                label=f"{racer.title}: {shown.ends[i]}",
            )  # fmt: skip
            self.moving.append([path, head, height])
        axes.plot(*shown.start, "o", color="white", markeredgecolor=INK, markersize=9)
        axes.annotate("start", tuple(shown.start), xytext=(8, 8), fontsize=9, color=INK,
                      textcoords="offset points")  # fmt: skip
        _strip(strip, shown, self.heights)
        title = f"A race downhill: {shown.surface.name.replace('_', ' ')}"
        where = ", ".join(number(v) for v in shown.start)
        line = f"{shown.surface.lesson}; start ({where}), {shown.steps} steps"
        entitle(self.figure, title, line)

    def go(self, step: int) -> None:
        """Moves all lines to a step."""
        for i, (path, head, height) in enumerate(self.moving):
            walked = self.shown.paths[i, : step + 1]
            here = walked[~np.isnan(walked).any(-1)][-1:]
            path.set_data(walked[:, 0], walked[:, 1])
            head.set_data(here[:, 0], here[:, 1])
            height.set_data(np.arange(step + 1), self.heights[i, : step + 1])


def draw_race(shown: Race) -> Figure:
    """Draws the paths on the surface, and the heights by step.

    Args:
        shown: the race.
    """
    picture = _Picture(shown)
    picture.go(shown.steps)
    return picture.figure


def race_frames(shown: Race) -> Iterator[np.ndarray]:
    """Yields pictures (h, w, 3) of the race as it goes on.

    The surface is painted once; only what moves is painted anew.

    Args:
        shown: the race.
    """
    picture = _Picture(shown)
    lines = [line for group in picture.moving for line in group]
    for line in lines:
        line.set_animated(True)
    pixels(picture.figure)
    picture.figure.set_layout_engine("none")
    canvas = cast("FigureCanvasAgg", picture.figure.canvas)
    still = canvas.copy_from_bbox(picture.figure.bbox)
    for step in evenly(shown.steps + 1, _FRAMES):
        canvas.restore_region(still)
        picture.go(step)
        for line in lines:
            picture.figure.draw_artist(line)
        yield taken(picture.figure)


def _above_lowest(shown: Race) -> Floats:
    """The heights above the lowest point that any of them can or did reach."""
    surface = shown.surface
    if surface.minima:
        lowest = min(float(surface.value(*np.array(m))) for m in surface.minima)
        return np.maximum(shown.losses - lowest, 1e-9)
    return shown.losses


def _strip(axes: Axes, shown: Race, heights: Floats) -> None:
    if shown.surface.minima:
        axes.set_yscale("log")
        axes.minorticks_off()
        low = max(1e-6, 0.3 * float(np.nanmin(heights)))
        axes.set_ylim(low, float(np.nanmax(heights[:, 0])) * 10)
        plain(axes, "height above the lowest point", "step")
    else:
        axes.set_ylim(-10, max(4.0, float(np.nanmax(heights[:, 0])) * 1.2))
        plain(axes, "height", "step")
    axes.set_xlim(0, shown.steps)
    axes.legend(
        frameon=False, fontsize=8.5, loc="upper center", bbox_to_anchor=(0.5, -0.14),
        ncols=2,
    )  # fmt: skip


def _hills(axes: Axes, surface: Surface) -> None:
    """Draws the surface as bands of grey, dark where it is low, with its minima."""
    from matplotlib.colors import LinearSegmentedColormap

    x, y, height = surface.heights(161)
    # Steep surfaces need bands by order of size.
    bent = np.log1p(height - height.min()) if np.ptp(height) > 200 else height
    greys = LinearSegmentedColormap.from_list("greys", ["#aebbc3", "#f6f8f8"])
    axes.contourf(x, y, bent, levels=24, cmap=greys)
    axes.contour(
        x, y, bent, levels=24, colors="white", linewidths=0.5, linestyles="solid"
    )
    for place, minimum in enumerate(surface.minima, 1):
        axes.plot(*minimum, "+", color=INK, markersize=12, markeredgewidth=1.8)
        axes.annotate(f"minimum {place}", minimum, xytext=(6, -13),
                      textcoords="offset points", fontsize=8.5, color=INK)  # fmt: skip
    axes.set_xlim(*surface.box[:2])
    axes.set_ylim(*surface.box[2:])
    axes.set_title(surface.formula, loc="left", fontsize=9.5, color=FAINT)
    axes.set_xlabel("x", color=FAINT)
    axes.set_ylabel("y", color=FAINT)
    axes.tick_params(colors=FAINT, labelsize=9)


def draw_basins(shown: Basins) -> Figure:
    """Draws where each start ends as a coloured map.

    Args:
        shown: the map.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    count = len(shown.surface.minima)
    figure = new_figure(7.6, 5.6, "explain.basins")
    axes = figure.add_subplot()
    chosen = np.where(shown.ends < 0, count, shown.ends)
    table = ListedColormap([*_BASINS[:count], "white"])
    axes.pcolormesh(shown.x, shown.y, chosen, cmap=table, vmin=0, vmax=count)
    marks = []
    for place, (minimum, share) in enumerate(
        zip(shown.surface.minima, shown.shares, strict=True)
    ):
        axes.plot(*minimum, "o", color="white", markeredgecolor=INK, markersize=14)
        axes.text(*minimum, str(place + 1), ha="center", va="center_baseline",
                  fontsize=9, color=INK)  # fmt: skip
        label = f"ends in minimum {place + 1}: {share:.1%}"
        marks.append(Patch(facecolor=_BASINS[place], edgecolor=FAINT, label=label))
    rest = f"ends elsewhere: {1 - shown.shares.sum():.1%}"
    marks.append(Patch(facecolor="white", edgecolor=FAINT, label=rest))
    axes.legend(handles=marks, frameon=False, loc="center left",
                bbox_to_anchor=(1.01, 0.5), fontsize=9)  # fmt: skip
    axes.set_aspect("equal")
    axes.set_xlabel("x of the start", color=FAINT)
    axes.set_ylabel("y of the start", color=FAINT)
    axes.tick_params(colors=FAINT, labelsize=9)
    rate = number(shown.racer.settings["rate"])
    surface = shown.surface.name.replace("_", " ")
    entitle(
        figure, f"Which start ends where: {shown.racer.title}, {surface}",
        f"each point is a start, its colour the minimum that is reached; rate {rate}",
    )  # fmt: skip
    return figure
