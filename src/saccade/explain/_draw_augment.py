"""A grid of pictures: a row for each augmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from saccade.visualization._figure import new_figure

from ._augment import Augmented
from ._draw_curves import entitle
from ._palette import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIDE = 1.35  # inches


def draw_augmented(shown: Augmented) -> Figure:
    """Draws the original, then each augmentation in a row of its own.

    Args:
        shown: what augmentations made of a picture.
    """
    rows, columns = shown.pictures.shape[:2]
    height, width = shown.original.shape[:2]
    tall = _SIDE * min(max(height / width, 0.4), 2.5) + 0.3
    figure = new_figure(
        max(_SIDE * (columns + 1) + 0.2, 6.0),
        tall * rows + 0.75,
        "explain.augmentations",
    )
    for row, name in enumerate(shown.names):
        for column in range(columns + 1):
            place = row * (columns + 1) + column + 1
            axes = figure.add_subplot(rows, columns + 1, place)
            pixels = shown.original
            if column:
                pixels = shown.pictures[row, column - 1]
            axes.imshow(pixels.squeeze(), cmap="gray", vmin=0, vmax=255)
            axes.set_axis_off()
            if column < 2:
                title = name if column else "original"
                axes.set_title(title, loc="left", fontsize=9, color=INK,
                               fontweight="bold" if column else "normal")  # fmt: skip
    entitle(
        figure, "Augmentation: the same picture, changed at random",
        "what you would not recognise any more, a network cannot learn from either",
    )  # fmt: skip
    return figure
