"""Pictures of curves: activation functions, the vanishing signal, softmax, losses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from saccade.visualization._figure import new_figure

from ._functions import FunctionCurves, VanishingSignal
from ._losses import Loss, LossCurves
from ._numbers import Floats
from ._palette import ABOVE, FAINT, INK, LINE, LINES, colours, number, typeset
from ._softmax import Softmax

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = 20
_TEMPERATURES = np.geomspace(0.2, 8, 80)


def plain(
    axes: Axes, title: str, xlabel: str = "", ylabel: str = "", size: float = 10.5
) -> None:
    """Gives axes the one look of all curves.

    Args:
        axes: where.
        title: above, at the left.
        xlabel: below.
        ylabel: beside.
        size: of the title in points.
    """
    axes.set_title(
        typeset(title), loc="left", fontweight="bold", fontsize=size, color=INK,
        parse_math=False,
    )  # fmt: skip
    axes.set_xlabel(xlabel, color=FAINT)
    axes.set_ylabel(ylabel, color=FAINT)
    axes.tick_params(colors=FAINT, labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.grid(color="#eceff0", linewidth=0.8)
    axes.set_axisbelow(True)


def entitle(figure: Figure, title: str, line: str) -> None:
    """Writes a title and a line of what is to be seen above a figure."""
    # The second line of the suptitle keeps the room for the words below it.
    figure.suptitle(
        f"{title}\n", x=0.012, ha="left", fontweight="bold", color=INK, fontsize=13,
        linespacing=1.6, parse_math=False,
    )  # fmt: skip
    height = float(figure.get_figheight())
    figure.text(
        0.012, 1 - 0.42 / height, typeset(line), ha="left", va="center", color=FAINT,
        fontsize=10, parse_math=False,
    )  # fmt: skip


def draw_functions(shown: FunctionCurves) -> Figure:
    """Draws each function with its slope.

    Args:
        shown: the curves.
    """
    count = len(shown.functions)
    columns = min(3, count)
    rows = math.ceil(count / columns)
    figure = new_figure(max(3.5 * columns, 6.5), 2.7 * rows + 0.7, "explain.functions")
    for i, function in enumerate(shown.functions):
        axes = figure.add_subplot(rows, columns, i + 1)
        axes.axhline(0, color=LINE, linewidth=1)
        axes.axvline(0, color=LINE, linewidth=1)
        axes.plot(shown.x, shown.values[i], color=ABOVE, linewidth=2.4, label="value")
        axes.plot(
            shown.x, shown.slopes[i], color="#c46a00", linewidth=1.8, linestyle="--",
            label=f"slope, at most {number(shown.slopes[i].max())}",
        )  # fmt: skip
        low, high = shown.values[i].min(), shown.values[i].max()
        if high > 3:
            axes.set_ylim(max(low, -2.2) - 0.3, 3.2)
        title = f"{function.name}(x) = {function.formula}"
        plain(axes, title, size=9.5 if len(title) < 36 else 7.4)
        axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    entitle(
        figure, "Activation functions",
        "what a neuron makes of its sum, and how steep that is: a slope of 0 learns "
        "nothing",
    )  # fmt: skip
    return figure


def draw_vanishing(shown: VanishingSignal) -> Figure:
    """Draws the signal forward and the gradient back, layer by layer.

    Args:
        shown: what was found.
    """
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(9.5, 3.9, "explain.vanishing")
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    for i, name in enumerate(shown.names):
        colour, style, mark = LINES[(1, 3, 5, 6, 7, 2, 4, 0)[i % 8]]
        look = {"color": colour, "linestyle": style, "marker": mark, "markersize": 4.5}
        left.plot(shown.depth, shown.signal[i], label=name, **look)
        gradient = np.where(shown.gradient[i] > 0, shown.gradient[i], np.nan)
        text = f"{name}: {number(shown.gradient[i, 0], 2)} reaches layer 0"
        right.plot(shown.depth, gradient, label=text, **look)
    right.set_yscale("log")
    right.set_xlim(-0.03 * shown.depth[-1], 1.03 * shown.depth[-1])
    right.minorticks_off()
    plain(left, "the signal, from left to right", "layer", "output of the layer")
    plain(right, "the gradient, from right to left", "layer", "what is left of it")
    for axes in (left, right):
        axes.legend(frameon=False, fontsize=8.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    entitle(
        figure, f"The signal through {shown.depth[-1]} layers",
        "on its way back the gradient is multiplied by each layer's slope: small "
        "slopes make it vanish",
    )  # fmt: skip
    return figure


def draw_softmax(shown: Softmax) -> Figure:
    """Draws logits, exponentials, probabilities, and what temperature does.

    Args:
        shown: the steps.
    """
    kept = _kept(shown.probabilities)
    count = len(kept)
    names = [f"class {i}" + ("  (right)" if i == shown.target else "") for i in kept]
    figure = new_figure(12.5, max(3.4, 0.42 * count + 1.9), "explain.softmax")
    grid = figure.add_gridspec(1, 4, width_ratios=(1, 1, 1, 1.15))
    scaled = "" if shown.temperature == 1 else f" / {number(shown.temperature)}"
    for place, title, values in (
        (0, f"1. logits z{scaled}", shown.scaled[kept]),
        (
            1,
            f"2. e^(z - {number(shown.scaled.max())}), all above zero",
            shown.exponentials[kept],
        ),
        (2, f"3. share of the sum {number(shown.total)}", shown.probabilities[kept]),
    ):
        axes = figure.add_subplot(grid[0, place])
        axes.barh(range(count), values, color=colours(values), edgecolor=FAINT)
        axes.axvline(0, color=INK, linewidth=1)
        low, high = min(values.min(), 0.0), max(values.max(), 0.0)
        span = (high - low) or 1.0
        axes.set_xlim(low - 0.34 * span * (low < 0), high + 0.34 * span)
        for row, value in enumerate(values):
            text = f"{value:.1%}" if place == 2 else number(value)
            near = 0.03 * span * (1 if value >= 0 else -1)
            axes.text(
                value + near, row, text, va="center", fontsize=9, color=INK,
                ha="left" if value >= 0 else "right",
            )  # fmt: skip
        axes.set_yticks(range(count), names if place == 0 else [""] * count)
        axes.set_ylim(count - 0.4, -0.6)
        plain(axes, title)
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.tick_params(length=0)
    _temperatures(figure.add_subplot(grid[0, 3]), shown)
    entitle(
        figure, "Softmax: numbers made probabilities",
        "every number becomes positive, then its share of the sum; all shares add up "
        "to 100%",
    )  # fmt: skip
    return figure


def _kept(values: Floats) -> np.ndarray:
    """Returns the places of the largest values, in their order; at most so many."""
    return np.sort(np.argsort(-values, kind="stable")[:_ROWS])


def _temperatures(axes: Axes, shown: Softmax) -> None:
    scaled = shown.logits[:, None] / _TEMPERATURES
    powers = np.exp(scaled - scaled.max(0))
    shares = powers / powers.sum(0)
    for i, share in enumerate(shares):
        colour, style, _ = LINES[i % len(LINES)]
        label = str(i) if len(shares) <= 8 else None
        axes.plot(_TEMPERATURES, share, color=colour, linestyle=style, label=label)
    axes.axvline(shown.temperature, color=FAINT, linestyle=":")
    axes.set_xscale("log")
    axes.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["0.25", "0.5", "1", "2", "4", "8"])
    axes.minorticks_off()
    axes.set_ylim(0, 1)
    plain(axes, "what temperature does", "temperature: sharp to even", "probability")
    if len(shares) <= 8:
        axes.legend(frameon=False, fontsize=8.5, title="class", title_fontsize=8.5)


def draw_losses(shown: LossCurves) -> Figure:
    """Draws both losses and their slopes over the sum of a sigmoid neuron.

    Args:
        shown: the curves.
    """
    figure = new_figure(10.0, 4.0, "explain.losses")
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    for axes, squared, cross in (
        (left, shown.squared, shown.cross),
        (right, shown.squared_slope, shown.cross_slope),
    ):
        axes.axhline(0, color=LINE, linewidth=1)
        axes.plot(shown.z, cross, color=ABOVE, linewidth=2.2, label="cross-entropy")
        axes.plot(
            shown.z, squared, color="#c46a00", linewidth=2.2, linestyle="--",
            label="squared error",
        )  # fmt: skip
        axes.legend(frameon=False, fontsize=9)
    label = "sum z of the neuron; p = sigmoid(z)"
    plain(left, "loss", label)
    plain(right, "slope of the loss: what the neuron learns from", label)
    if shown.target in (0, 1):
        wrong = 0 if shown.target else -1
        right.annotate(
            "sure and wrong:\nsquared error is flat",
            xy=(shown.z[wrong], shown.squared_slope[wrong]),
            xytext=(shown.z[wrong] * 0.62, shown.cross_slope[wrong] * 0.42),
            ha="center", va="center", fontsize=9, color=INK,
            arrowprops={"arrowstyle": "->", "color": INK},
        )  # fmt: skip
    entitle(
        figure, f"Two losses for a yes-or-no answer, target {number(shown.target)}",
        "cross-entropy pulls hardest where the answer is worst; squared error lets go "
        "there",
    )  # fmt: skip
    return figure


def draw_loss(shown: Loss) -> Figure:
    """Draws the part that each prediction has in the loss, and its gradient.

    Args:
        shown: the loss.
    """
    kept = _kept(shown.terms)
    count = len(kept)
    figure = new_figure(9.0, max(2.8, 0.4 * count + 1.8), "explain.loss")
    names = [
        f"target {number(float(t))}, said {number(float(p))}"
        for t, p in zip(shown.targets[kept], shown.predictions[kept], strict=True)
    ]
    for place, title, values in (
        (1, "loss of each", shown.terms[kept]),
        (2, "gradient of the mean", shown.gradient[kept]),
    ):
        axes = figure.add_subplot(1, 2, place)
        axes.barh(range(count), values, color=colours(values), edgecolor=FAINT)
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks(range(count), names if place == 1 else [""] * count)
        axes.set_ylim(count - 0.4, -0.6)
        for row, value in enumerate(values):
            axes.annotate(
                number(value), (value, row), xytext=(4 if value >= 0 else -4, 0),
                textcoords="offset points", va="center", fontsize=9, color=INK,
                ha="left" if value >= 0 else "right",
            )  # fmt: skip
        axes.margins(x=0.25)
        plain(axes, title)
    name = "Mean squared error" if shown.name == "mse" else "Binary cross-entropy"
    line = "below zero: raise this prediction; above zero: lower it"
    if count < len(shown.terms):
        line = f"the {count} largest of {len(shown.terms)};  {line}"
    entitle(figure, f"{name}: {number(shown.value, 4)}", line)
    return figure
