"""Curves of a training run: each measure by epoch."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from saccade.core._errors import DataError, message

from ._figure import BLUE, GREY, ORANGE, new_figure, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WHERE = "plot_history"
_VALIDATION = "val_"
_SETTINGS = ("learning_rate", "lr")  # neither good nor bad
_LOWER_IS_BETTER = (
    "loss", "error", "mae", "mse", "mape", "msle", "rmse", "crossentropy",
    "divergence", "kld", "logcosh", "hinge", "poisson", "false_",
)  # fmt: skip
_COLUMNS = 3


class HistoryLike(Protocol):
    """What `fit` returns: the logs of each epoch."""

    history: dict[str, list[float]]
    epoch: list[int]


def plot_history(
    history: HistoryLike | Mapping[str, Sequence[float]],
    path: str | os.PathLike[str] | None = None,
) -> Figure:
    """Draws loss and metrics by epoch, training and validation together.

    The best epoch is marked and named: by validation where there is one, the lowest
    value of losses and errors, the highest of everything else.

    Args:
        history: what `fit` returned, or its `.history`.
        path: file to write as well: .png, .svg or .pdf.

    Returns:
        A matplotlib figure; a notebook shows it.

    Raises:
        DataError: no epoch is in it.
        MissingExtraError: matplotlib is not installed.

    Differs from Keras: not in Keras.

    Example:
        >>> figure = plot_history({"loss": [0.9, 0.4], "val_loss": [0.8, 0.5]})
        >>> figure.axes[0].get_title()
        'loss (lower is better)'
    """
    if isinstance(history, Mapping):
        logs, epochs = dict(history), []
    else:
        logs, epochs = dict(history.history), list(history.epoch)
    length = max((len(values) for values in logs.values()), default=0)
    if not length:
        raise DataError(
            message(
                _WHERE,
                "`history` has no finished epoch",
                "pass what `fit` returned, after at least one epoch",
            )
        )
    if len(epochs) != length:
        epochs = list(range(length))
    names = measures(logs)
    columns = min(len(names), _COLUMNS)
    rows = -(-len(names) // columns)
    figure = new_figure(0.8 + 4.4 * columns, 0.6 + 3.2 * rows, _WHERE)
    for place, name in enumerate(names, start=1):
        axes = figure.add_subplot(rows, columns, place)
        _draw(axes, name, logs.get(name), logs.get(_VALIDATION + name), epochs)
    save(figure, path)
    return figure


def measures(logs: Mapping[str, Sequence[float]]) -> list[str]:
    """Returns the names without `val_`, losses first, else in the order given.

    Args:
        logs: what `fit` returned as `.history`.

    Example:
        >>> measures({"accuracy": [0.5], "loss": [1.0], "val_loss": [1.1]})
        ['loss', 'accuracy']
    """
    names = []
    for name in logs:
        stem = name.removeprefix(_VALIDATION)
        stem = stem if stem in logs or name.startswith(_VALIDATION) else name
        if stem not in names:
            names.append(stem)
    return sorted(names, key=lambda name: not name.endswith("loss"))


def lower_is_better(name: str) -> bool:
    """Says whether a measure of this name is a loss or an error.

    Args:
        name: as in the logs.

    Example:
        >>> lower_is_better("val_loss"), lower_is_better("accuracy")
        (True, False)
    """
    return any(part in name.lower() for part in _LOWER_IS_BETTER)


def _draw(
    axes: Axes,
    name: str,
    training: Sequence[float] | None,
    validation: Sequence[float] | None,
    epochs: Sequence[int],
) -> None:
    from matplotlib.ticker import MaxNLocator

    for values, label, colour, style in (
        (training, "training", BLUE, "-"),
        (validation, "validation", ORANGE, "--"),
    ):
        if values is not None:
            steps = epochs_of(values, epochs)
            dot = "o" if len(values) <= 30 else ""
            axes.plot(
                steps, values, style, color=colour, label=label, marker=dot,
                markersize=3.5, linewidth=1.8,
            )  # fmt: skip
    label = name.replace("_", " ")
    judged = training if validation is None else validation
    if judged is not None and name not in _SETTINGS:
        lower = lower_is_better(name)
        _mark_best(axes, judged, epochs_of(judged, epochs), lower)
        hint = f"{label} ({'lower' if lower else 'higher'} is better)"
        axes.set_title(hint, fontweight="bold", parse_math=False)
        axes.legend(frameon=False)
    else:
        axes.set_title(label, fontweight="bold", parse_math=False)
    axes.set_ylabel(label, parse_math=False)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color="#E3E3E3", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def epochs_of(values: Sequence[float], epochs: Sequence[int]) -> list[int]:
    """Returns the epochs, counted from 1 as on screen, at which values were taken.

    Validation may run in every second or third epoch only (`validation_freq`), which
    the logs do not tell; it follows from how many values there are.

    Args:
        values: of one measure.
        epochs: all that were run, counted from 0.

    Example:
        >>> epochs_of([0.3, 0.2], range(5))
        [2, 4]
    """
    count = len(values)
    for frequency in range(1, len(epochs) + 1):
        steps = [epoch + 1 for epoch in epochs if (epoch + 1) % frequency == 0]
        if len(steps) == count:
            return steps
    return [epoch + 1 for epoch in epochs[len(epochs) - count :]]


def _mark_best(
    axes: Axes, values: Sequence[float], epochs: Sequence[int], lower: bool
) -> None:
    numbers = np.asarray(values, np.float64)
    if not np.isfinite(numbers).any():
        return
    worst = np.inf if lower else -np.inf
    ranked = np.where(np.isfinite(numbers), numbers, worst)
    place = int(ranked.argmin() if lower else ranked.argmax())
    epoch, value = epochs[place], numbers[place]
    axes.axvline(epoch, color=GREY, linewidth=1, linestyle=":")
    axes.plot(
        [epoch], [value], "*", color="black", markersize=11, zorder=3,
        label=f"best: {value:.4g} in epoch {epoch}",
    )  # fmt: skip
