"""A grid of pictures with their true and their predicted names."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from saccade.core._errors import DataError, ShapeError, message

from ._figure import BLUE, ORANGE, new_figure, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WHERE = "plot_predictions"
_LIMIT = 100
_NAME_LETTERS = 15
_RIGHT, _WRONG = "\N{CHECK MARK}", "\N{BALLOT X}"


def plot_predictions(
    images: npt.ArrayLike,
    true: npt.ArrayLike,
    predicted: npt.ArrayLike,
    class_names: Sequence[str] | None = None,
    path: str | os.PathLike[str] | None = None,
    probabilities: npt.ArrayLike | None = None,
) -> Figure:
    """Draws pictures with what they are and what the network says they are.

    Right answers stand in blue after a tick; wrong ones in orange after a cross, in an
    orange frame, with the true name below. The heading counts them and says so.

    Args:
        images: the pictures, of any range of values; the first 100 are drawn.
        true: the class numbers, or one-hot rows.
        predicted: the class numbers, or what `predict` returned.
        class_names: names of classes 0, 1, ...; None for their numbers.
        path: file to write as well: .png, .svg or .pdf.
        probabilities: how sure the network is, in [0, 1]; None takes them from
            `predicted` if it has them.

    Returns:
        A matplotlib figure; a notebook shows it.

    Shapes:
        images: (n, h, w), (n, h, w, 1), (n, h, w, 3) or (n, h, w, 4);
        true, predicted: (n,), (n, 1) or (n, k); probabilities: (n,) or (n, k).

    Raises:
        ShapeError: the arrays do not fit together.
        DataError: there are no pictures, or a class has no name.
        MissingExtraError: matplotlib is not installed.

    Differs from Keras: not in Keras.

    Example:
        >>> figure = plot_predictions(np.zeros((2, 8, 8)), [0, 1], [0, 0], ["a", "b"])
        >>> figure.get_suptitle().splitlines()[0]
        '1 of 2 right (50%)'
    """
    pictures = _as_pictures(images)
    truth, guess = _class_numbers(true, "true"), _class_numbers(predicted, "predicted")
    for name, values in (
        ("true", truth),
        ("predicted", guess),
        ("probabilities", truth if probabilities is None else probabilities),
    ):
        if (count := len(np.asarray(values))) != len(pictures):
            problem = f"{len(pictures)} images but {count} in `{name}`"
            raise ShapeError(message(_WHERE, problem))
    if probabilities is None:
        sureness = _sureness_of_answers(np.asarray(predicted), guess)
    else:
        sureness = _sureness(np.asarray(probabilities), guess)
    names = _names(class_names, truth, guess)
    shown = min(len(pictures), _LIMIT)
    columns = min(shown, max(4, math.ceil(math.sqrt(shown * 1.4))))
    rows = -(-shown // columns)
    figure = new_figure(max(1.6 * columns, 4.8), 1.95 * rows + 0.7, _WHERE)
    for i in range(shown):
        axes = figure.add_subplot(rows, columns, i + 1)
        _show_picture(axes, pictures[i])
        sure = None if sureness is None else float(sureness[i])
        _write_names(axes, names[truth[i]], names[guess[i]], sure)
    figure.suptitle(_heading(truth == guess, shown, sureness is not None))
    save(figure, path)
    return figure


def _as_pictures(images: npt.ArrayLike) -> np.ndarray:
    pictures = np.asarray(images)
    if pictures.ndim == 4 and pictures.shape[-1] == 1:
        pictures = pictures[..., 0]
    if pictures.ndim not in (3, 4) or (
        pictures.ndim == 4 and pictures.shape[-1] not in (3, 4)
    ):
        raise ShapeError(
            message(
                _WHERE,
                "`images` must be (n, h, w), (n, h, w, 1), (n, h, w, 3) or "
                f"(n, h, w, 4), got {pictures.shape}",
                "one picture is images[:1]; flat rows are reshaped first, for example "
                "images.reshape(-1, 28, 28)",
            )
        )
    if not len(pictures):
        raise DataError(message(_WHERE, "`images` is empty"))
    return pictures


def _class_numbers(labels: npt.ArrayLike, name: str) -> np.ndarray:
    values = np.asarray(labels)
    if values.ndim == 2 and values.shape[1] > 1:
        return values.argmax(axis=1)
    if values.ndim == 2:
        values = values[:, 0]
    if values.ndim != 1:
        raise ShapeError(
            message(_WHERE, f"`{name}` must be (n,) or (n, k), got {values.shape}")
        )
    return np.rint(values).astype(np.int64)


def _sureness(probabilities: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """Returns how sure each answer is, in [0, 1]."""
    if probabilities.ndim == 2 and probabilities.shape[1] > 1:
        return probabilities[np.arange(len(guess)), guess]
    return probabilities.reshape(len(guess))


def _sureness_of_answers(predicted: np.ndarray, guess: np.ndarray) -> np.ndarray | None:
    """Returns the same from what `predict` gave, None if that is class numbers."""
    if predicted.dtype.kind != "f" or not ((predicted >= 0) & (predicted <= 1)).all():
        return None
    sureness = _sureness(predicted, guess)
    if predicted.size > len(guess):
        return sureness
    # A single output is the probability of class 1 of two.
    return np.where(guess == 1, sureness, 1 - sureness)


def _names(
    class_names: Sequence[str] | None, truth: np.ndarray, guess: np.ndarray
) -> dict[int, str]:
    numbers = {int(n) for n in (*np.unique(truth), *np.unique(guess))}
    if class_names is None:
        return {n: str(n) for n in numbers}
    unnamed = sorted(n for n in numbers if not 0 <= n < len(class_names))
    if unnamed:
        raise DataError(
            message(
                _WHERE,
                f"class {unnamed[0]} has no name: `class_names` names 0.."
                f"{len(class_names) - 1}",
            )
        )
    return {n: str(class_names[n]) for n in numbers}


def _show_picture(axes: Axes, picture: np.ndarray) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    if picture.ndim == 3 and picture.dtype != np.uint8:
        low, high = float(np.nanmin(picture)), float(np.nanmax(picture))
        if low < 0 or high > 1:
            top = 255.0 if low >= 0 and 1 < high <= 255 else None
            span = (high - low) or 1.0
            picture = picture / top if top else (picture - low) / span
    axes.imshow(picture, cmap="gray", interpolation="nearest")


def _write_names(axes: Axes, truth: str, guess: str, sure: float | None) -> None:
    percent = "" if sure is None else f" ({sure:.0%})"
    right = truth == guess
    text = f"{_RIGHT if right else _WRONG} {_short(guess)}{percent}"
    colour, weight = (BLUE, "normal") if right else (ORANGE, "bold")
    if not right:
        text += f"\ntrue: {_short(truth)}"
        axes.spines[:].set_visible(True)
        axes.spines[:].set(color=ORANGE, linewidth=3)
    axes.set_xlabel(
        text, color=colour, fontweight=weight, fontsize=8.5, parse_math=False
    )


def _short(name: str) -> str:
    return name if len(name) <= _NAME_LETTERS else f"{name[: _NAME_LETTERS - 1]}…"


def _heading(right: np.ndarray, shown: int, with_percent: bool) -> str:
    heading = f"{right.sum()} of {len(right)} right ({right.mean():.0%})"
    if shown < len(right):
        heading += f"; the first {shown} are shown"
    sure = " (how sure)" if with_percent else ""
    return f"{heading}\n{_RIGHT} right   {_WRONG} wrong: predicted{sure}, true"
