"""Steps as pictures: one, a strip of them, or an animation."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from saccade.core._errors import ConfigError, message

from ._palette import KEPT
from ._sheet import Sheet, head_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image as pillow

_PANELS = 12
_BROADEST = 58  # cells in a row of a strip; with more they were too small
_FRAMES = 100
_COLOURS = 128
DOTS = 80  # an inch, in animations


class Layout(Protocol):
    """How one step is drawn; sizes in cells."""

    width: float
    height: float
    title: str
    lines: list[str]
    positions: list[tuple[int, ...]]

    def draw(self, sheet: Sheet, position: tuple[int, ...], x: float, y: float) -> None:
        """Draws one step with its left upper corner at (x, y)."""
        ...


def step_figure(layout: Layout, position: tuple[int, ...]) -> Figure:
    """Draws one step.

    Args:
        layout: how.
        position: which, a place in the output.
    """
    width = layout.width + 0.6
    lines, head = head_of(layout.lines, width)
    sheet = Sheet(width, layout.height + head, "explain.draw")
    sheet.head(layout.title, lines)
    layout.draw(sheet, position, 0.3, head)
    return sheet.figure


def strip_figure(layout: Layout, panels: int = _PANELS) -> Figure:
    """Draws the steps side by side, evenly chosen if there are many.

    Args:
        layout: how each is drawn.
        panels: how many steps at most.
    """
    count = len(layout.positions)
    chosen = evenly(count, panels)
    broad, tall = layout.width + 1.0, layout.height + 0.8
    columns = _columns(len(chosen), broad, tall)
    rows = math.ceil(len(chosen) / columns)
    lines, head = head_of(layout.lines, columns * broad)
    sheet = Sheet(columns * broad, rows * tall + head, "explain.draw")
    sheet.head(layout.title, lines)
    for place, index in enumerate(chosen):
        x = (place % columns) * broad + 0.5
        y = (place // columns) * tall + head + 0.6
        step = f"step {index + 1} of {count}"
        sheet.text(x + 0.1, y - 0.3, step, align="left", bold=True)
        layout.draw(sheet, layout.positions[index], x, y)
    return sheet.figure


def _columns(count: int, broad: float, tall: float) -> int:
    """Returns how many panels stand side by side, so that the sheet is rather wide."""
    most = max(1, min(count, int(_BROADEST / broad)))
    return min(
        range(1, most + 1),
        key=lambda n: abs(math.log(n * broad / (math.ceil(count / n) * tall) / 1.4)),
    )


def evenly(count: int, most: int) -> list[int]:
    """Returns at most so many of the numbers below `count`, first and last among them.

    Args:
        count: how many there are.
        most: how many are wanted.

    Example:
        >>> evenly(3, 12), evenly(100, 4)
        ([0, 1, 2], [0, 33, 66, 99])
    """
    if count <= most:
        return list(range(count))
    return sorted({round(i) for i in np.linspace(0, count - 1, most)})


def step_frames(layout: Layout) -> Iterator[np.ndarray]:
    """Yields each step as a picture (h, w, 3), evenly chosen if there are many.

    Args:
        layout: how each is drawn.
    """
    for index in evenly(len(layout.positions), _FRAMES):
        yield pixels(step_figure(layout, layout.positions[index]))


def pixels(figure: Figure) -> np.ndarray:
    """Returns a figure as a picture (h, w, 3) of the size that animations have.

    Args:
        figure: what is drawn.
    """
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    return taken(figure)


def taken(figure: Figure) -> np.ndarray:
    """Returns what is on a figure's canvas now, (h, w, 3).

    Args:
        figure: drawn before.
    """
    canvas = figure.canvas
    return np.array(canvas.buffer_rgba())[..., :3]  # type: ignore[attr-defined]


def save_frames(
    path: str | os.PathLike[str],
    frames: Iterable[np.ndarray],
    seconds: float,
    where: str,
) -> None:
    """Writes an animated GIF.

    Args:
        path: the file.
        frames: the pictures.
        seconds: how long each is shown; the last is shown longer.
        where: the function that was called, for messages.

    Shapes:
        frames: (h, w, 3) uint8

    Raises:
        ConfigError: no time, or a file of another kind.
    """
    if os.path.splitext(os.fspath(path))[1].lower() != ".gif":
        problem = f"an animation is a .gif file, got {os.fspath(path)!r}"
        fix = "end the name with .gif, or call explain.draw for a still picture"
        raise ConfigError(message(where, problem, fix))
    if not 0.02 <= seconds <= 60:
        problem = f"`seconds` for each frame must be in [0.02, 60], got {seconds!r}"
        raise ConfigError(message(where, problem))
    first, *others = with_few_colours(list(frames))
    times = [round(seconds * 1000)] * len(others) + [round(seconds * 1000 + 1500)]
    first.save(path, save_all=True, append_images=others, duration=times, loop=0)


def with_few_colours(frames: Sequence[np.ndarray]) -> list[pillow.Image]:
    """Gives all frames the same few colours: those of the lines, and what is common."""
    from PIL import Image

    ours = [int(c[i : i + 2], 16) for c in KEPT for i in (1, 3, 5)]
    usual = Image.fromarray(np.concatenate([frames[0], frames[-1]]))
    common = usual.quantize(_COLOURS - len(KEPT), dither=Image.Dither.NONE)
    palette = Image.new("P", (1, 1))
    palette.putpalette(ours + (common.getpalette() or []))
    # Without dots of mixed colours the file stays small and the picture calm.
    return [
        Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in frames
    ]
