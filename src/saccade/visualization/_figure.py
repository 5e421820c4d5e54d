"""Figures without a window: matplotlib's objects, never its global state."""

from __future__ import annotations

import functools
import io
import os
from typing import TYPE_CHECKING

from saccade.core._lazy import optional_import

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Distinct for colour-blind eyes too, and as grey (Okabe and Ito, 2008).
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6B6B6B"


def new_figure(width: float, height: float, purpose: str) -> Figure:
    """Returns an empty figure that notebooks show as it is.

    Args:
        width: inches.
        height: inches.
        purpose: what is drawn, for the error if matplotlib is absent.
    """
    module = optional_import("matplotlib.figure", extra="plot", purpose=purpose)
    agg = optional_import(
        "matplotlib.backends.backend_agg", extra="plot", purpose=purpose
    )
    figure: Figure = module.Figure(figsize=(width, height), layout="constrained")
    agg.FigureCanvasAgg(figure)
    vars(figure)["_repr_png_"] = functools.partial(_png, figure)
    return figure


def save(figure: Figure, path: str | os.PathLike[str] | None) -> None:
    """Writes a figure to a file, its kind by its name (.png, .svg, .pdf)."""
    if path is not None:
        figure.savefig(path, dpi=150)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
