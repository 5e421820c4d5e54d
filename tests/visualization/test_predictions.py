"""The grid of pictures: names, mistakes, shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.core._errors import DataError, ShapeError
from saccade.visualization import plot_predictions
from saccade.visualization._figure import BLUE, ORANGE

pytest.importorskip("matplotlib")

PICTURES = np.zeros((3, 8, 8), np.uint8)


def labels(figure) -> list[str]:
    return [axes.get_xlabel() for axes in figure.axes]


def test_mistakes_differ_in_colour_text_and_frame() -> None:
    figure = plot_predictions(PICTURES, [0, 1, 1], [0, 1, 0], ["cat", "dog"])
    assert labels(figure) == ["✓ cat", "✓ dog", "✗ cat\ntrue: dog"]
    colours = [axes.xaxis.label.get_color() for axes in figure.axes]
    assert colours == [BLUE, BLUE, ORANGE]
    framed = [axes.spines["left"].get_visible() for axes in figure.axes]
    assert framed == [False, False, True]
    assert figure.get_suptitle().startswith("2 of 3 right (67%)\n✓ right   ✗ wrong")


def test_how_sure_from_what_predict_returns() -> None:
    probabilities = [[0.9, 0.1], [0.25, 0.75], [0.6, 0.4]]
    figure = plot_predictions(PICTURES, np.eye(2)[[0, 1, 1]], probabilities)
    assert labels(figure) == ["✓ 0 (90%)", "✓ 1 (75%)", "✗ 0 (60%)\ntrue: 1"]
    assert "(how sure)" in figure.get_suptitle()


def test_how_sure_from_a_single_output() -> None:
    figure = plot_predictions(PICTURES, [[0], [1], [1]], [[0.1], [0.75], [0.4]])
    assert labels(figure) == ["✓ 0 (90%)", "✓ 1 (75%)", "✗ 0 (60%)\ntrue: 1"]


@pytest.mark.parametrize(
    "probabilities", [[0.5, 0.6, 0.7], [[0.5, 0], [0, 0.6], [0.7, 0]]]
)
def test_how_sure_given_apart(probabilities: list) -> None:
    figure = plot_predictions(
        PICTURES, [0, 1, 0], [0, 1, 0], probabilities=probabilities
    )
    assert labels(figure) == ["✓ 0 (50%)", "✓ 1 (60%)", "✓ 0 (70%)"]


def test_scores_beyond_one_are_no_probabilities() -> None:
    figure = plot_predictions(PICTURES[:1], [1], [[-3.0, 5.0]])
    assert labels(figure) == ["✓ 1"]


def test_long_names_are_cut_and_dollars_are_no_formulas(tmp_path: Path) -> None:
    names = ["a name that never ends", "$_{"]
    figure = plot_predictions(
        PICTURES[:2], [0, 1], [0, 1], names, path=tmp_path / "a.png"
    )
    assert labels(figure) == ["✓ a name that ne…", "✓ $_{"]
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_the_first_hundred_are_drawn() -> None:
    zeros = np.zeros(102, int)
    figure = plot_predictions(np.zeros((102, 2, 2)), zeros, zeros)
    assert len(figure.axes) == 100
    assert "102 of 102 right (100%); the first 100 are shown" in figure.get_suptitle()


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(0, 255, (0, 1)), (0, 1, (0, 1)), (-1, 1, (0, 1)), (0, 510, (0, 1))],
)
def test_colours_of_any_range(
    low: float, high: float, shown: tuple[float, float]
) -> None:
    picture = np.full((1, 2, 2, 3), low, np.float32)
    picture[0, 0] = high
    (axes,) = plot_predictions(picture, [0], [0]).axes
    drawn = axes.images[0].get_array()
    assert (drawn.min(), drawn.max()) == shown


@pytest.mark.parametrize("shape", [(2, 4, 4), (2, 4, 4, 1), (2, 4, 4, 3), (2, 4, 4, 4)])
def test_shapes(shape: tuple[int, ...]) -> None:
    assert len(plot_predictions(np.zeros(shape), [0, 0], [0, 0]).axes) == 2


@pytest.mark.parametrize("shape", [(4, 4), (2, 16), (2, 4, 4, 2), (1, 2, 4, 4, 3)])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="`images` must be"):
        plot_predictions(np.zeros(shape), [0, 0], [0, 0])


@pytest.mark.parametrize("wrong", ["true", "predicted", "probabilities"])
def test_lengths_that_do_not_fit(wrong: str) -> None:
    arguments = {name: [0, 0, 0] for name in ("true", "predicted", "probabilities")}
    arguments[wrong] = [0, 0]
    with pytest.raises(ShapeError, match=f"3 images but 2 in `{wrong}`"):
        plot_predictions(PICTURES, **arguments)


def test_labels_of_wrong_rank() -> None:
    with pytest.raises(ShapeError, match=r"`true` must be \(n,\) or \(n, k\)"):
        plot_predictions(PICTURES, np.zeros((3, 2, 2)), [0, 0, 0])


def test_no_pictures_and_no_names() -> None:
    with pytest.raises(DataError, match="`images` is empty"):
        plot_predictions(np.zeros((0, 4, 4)), [], [])
    with pytest.raises(DataError, match=r"class 2 has no name.*names 0\.\.1"):
        plot_predictions(PICTURES, [0, 1, 2], [0, 1, 1], ["a", "b"])
