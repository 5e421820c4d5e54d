"""Pictures of what `explain` returns: what is written on them, and their files."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

import saccade
from saccade import explain, layers
from saccade.core._errors import ArgumentTypeError, ConfigError, MissingExtraError

pytest.importorskip("matplotlib")


def words(figure) -> list[str]:
    """All that is written on a figure."""
    found = [text.get_text() for text in figure.texts]
    found += [figure.get_suptitle()]
    for axes in figure.axes:
        found += [text.get_text() for text in axes.texts]
        found += [axes.get_title(loc) for loc in ("left", "center")]
        legend = axes.get_legend()
        found += [] if legend is None else [t.get_text() for t in legend.get_texts()]
    return found


def test_a_strip_shows_every_step_of_a_sequence(tmp_path) -> None:
    figure = explain.draw(
        explain.convolve([2, 3, 5, 7, 11], [-1, 1]), tmp_path / "strip.png"
    )
    shown = words(figure)
    assert [t for t in shown if t.startswith("step")] == [
        f"step {n} of 4" for n in (1, 2, 3, 4)
    ]
    assert "7 × (−1) + 11 × 1 = 4" in shown
    assert "output size: (5 − 2) / 1 + 1 = 4;  2 parameters" in shown
    picture = np.asarray(Image.open(tmp_path / "strip.png").convert("RGB"), int)
    for colour in ((245, 147, 34), (8, 119, 189)):  # -1 and 1 of the kernel
        assert (abs(picture - colour) <= 2).all(-1).any()


def test_one_step_of_a_picture_with_channels() -> None:
    x = np.stack([np.ones((5, 5)), np.full((5, 5), 2.0)], -1)
    found = explain.convolve(
        x, np.ones((3, 3, 2, 2)), stride=3, padding=1, bias=[1, 2], activation="relu"
    )
    shown = words(explain.draw(found, position=(0, 0), filter=1))
    assert "Convolution: the window slides, its products are added (filter 1 of 2)" in (
        shown
    )
    assert "channels: 4 + 8 + 2 (bias) = 14,  relu → 14" in shown
    assert "sum 4" in shown
    assert "sum 8" in shown
    assert any(text.endswith("hatched: never seen by any window") for text in shown)


def test_many_steps_are_chosen_evenly_and_large_inputs_are_pictures(tmp_path) -> None:
    shown = words(explain.draw(explain.convolve(np.ones((9, 9)), np.ones((3, 3)))))
    steps = [text for text in shown if text.startswith("step ")]
    assert len(steps) == 12
    assert steps[-1] == "step 49 of 49"
    x = np.ones((40, 30))
    x[20, 10] = 9
    large = explain.convolve(x, explain.kernel("identity"))
    figure = explain.draw(large)
    assert {"input, 40 × 30", "output, 38 × 28", "in the frame"} <= set(words(figure))
    frame = figure.axes[0].patches[-1]  # around the largest
    assert (frame.get_x(), frame.get_y()) == (8.5, 18.5)
    assert "output, 20 × 15" in words(explain.draw(explain.pooling(x), filter=0))
    explain.animate(explain.pooling(x, 20), tmp_path / "large.gif")
    with Image.open(tmp_path / "large.gif") as image:
        assert image.n_frames == 2


def test_pooling_marks_the_largest() -> None:
    figure = explain.draw(explain.pooling([[1, 9], [3, 4]]), position=(0, 0))
    (ring,) = [p for p in figure.axes[0].patches if type(p).__name__ == "Circle"]
    numbers = {t.get_text(): t.get_position() for t in figure.axes[0].texts}
    # The first 9 is in the input; the output is drawn later, so look at the input.
    x, y = ring.center
    inputs = [
        t.get_text()
        for t in figure.axes[0].texts
        if t.get_position() == pytest.approx((x, y))
    ]
    assert inputs == ["9"]
    assert "max(1, 9, 3, 4) = 9" in numbers


def test_animations(tmp_path) -> None:
    file = tmp_path / "steps.gif"
    explain.animate(explain.convolve([2, 3, 5, 7], [-1, 1]), file, seconds=0.5)
    with Image.open(file) as image:
        assert image.n_frames == 3
        assert image.info["duration"] == 500
        first = np.asarray(image.convert("RGB")).copy()
        image.seek(2)
        assert (np.asarray(image.convert("RGB")) != first).any()
    explain.animate(explain.race(steps=10), tmp_path / "race.gif")
    with Image.open(tmp_path / "race.gif") as image:
        assert image.n_frames == 11
        image.seek(10)
        colours = {tuple(c) for c in np.asarray(image.convert("RGB")).reshape(-1, 3)}
    assert {(8, 119, 189), (0, 158, 115)} <= colours  # lines keep their colours


def test_padding_and_stride() -> None:
    shown = words(explain.draw(explain.padding([1, 2, 3], [1, 1])))
    assert "padding full:  output size (3 + 1 + 1 − 2) / 1 + 1 = 4" in shown
    shown = words(explain.draw(explain.stride([1, 2, 3, 4], [1, 1], strides=[3])))
    assert "stride 3:  output size (4 − 2) / 3 + 1 = 1.667, rounded down to 1" in shown
    square = np.ones((4, 4))
    shown = words(explain.draw(explain.padding(square, np.ones((3, 3)))))
    assert "output 6 × 6" in shown
    figure = explain.draw(explain.stride(square, np.ones((2, 2)), strides=[2]))
    dots = [p for p in figure.axes[0].patches if type(p).__name__ == "Circle"]
    assert len(dots) == 9
    assert sum(p.get_facecolor() != (1, 1, 1, 1) for p in dots) == 4


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (explain.neuron([1, -2], [0.5, 2], bias=1), "× 2 = −4"),
        (explain.neuron(np.ones(50), np.ones(50)), "the other 40 products together"),
        (explain.functions(["sigmoid"]), "slope, at most 0.25"),
        (explain.vanishing(["relu"]), "relu: 1 reaches layer 0"),
        (explain.softmax([0, 0], target=0), "50.0%"),
        (explain.losses(), "sure and wrong:\nsquared error is flat"),
        (explain.loss([1, 0], [0.5, 0.5], "bce"), "Binary cross-entropy: 0.6931\n"),
        (explain.race("ravine", steps=5), "Momentum: elsewhere"),
        (explain.basins(steps=9, size=5), "1"),
        (explain.parameters((720, 1280, 3), use_bias=False),
         "(720 × 1280 × 3) × 1 units = 2,764,800"),
        (explain.channels(np.zeros((6, 6, 3), "uint8")), "red: mean 0"),
        (explain.channels(np.zeros((6, 6))), "grey: mean 0"),
        (explain.augmentations(np.zeros((6, 6)), {"flip it": layers.RandomFlip()}, 2),
         "flip it"),
        (explain.convolve([1, 2], [3, 4]).cell(0), "1 × 3 + 2 × 4 = 11"),
        (explain.pooling([1, 2], kind="average").cell(0), "(1 + 2) / 2 = 1.5"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_each_kind_has_a_picture(shown: object, text: str) -> None:
    assert text in words(explain.draw(shown))


def test_networks_and_their_cells() -> None:
    small = saccade.Sequential(
        [saccade.Input((2,)), layers.Dense(3, "tanh"), layers.Dense(1)], name="small"
    )
    figure = explain.draw(explain.layers(small))
    assert "small: 13 parameters" in words(figure)
    circles = [p for p in figure.axes[0].patches if type(p).__name__ == "Circle"]
    assert len(circles) == 2 + 3 + 1
    links = [x for x in figure.axes[0].lines if len(x.get_xdata()) == 2]
    assert len(links) == 2 * 3 + 3
    dashed = sum(line.get_linestyle() != "-" for line in links)
    assert dashed == sum(
        int((np.asarray(w) < 0).sum()) for w in small.get_weights()[::2]
    )
    start = saccade.Input((6, 6, 8))
    ways = [layers.Conv2D(2, 1, name=name)(start) for name in ("left", "right")]
    model = saccade.Model(start, layers.Dense(12)(layers.Add()(ways)))
    shown = words(explain.draw(explain.layers(model)))
    assert {"left", "right", "6 × 6 × 2", "18 (25%)"} <= set(shown)
    cell = explain.cell(model, np.ones((6, 6, 8)), "left", (0, 0))
    shown = words(explain.draw(cell))
    assert "Conv2D 'left': filter 0, place (0, 0)" in shown
    assert any(t.startswith("the other 2 channels together:") for t in shown)
    assert "input channel" in " ".join(shown)  # where the window is


def test_mistakes(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = explain.convolve([1, 2], [1])
    for call, kind, text in (
        (lambda: explain.draw([1, 2]), ArgumentTypeError, "a list cannot be drawn"),
        (lambda: explain.draw(found, position=3), ConfigError, "must be in (0..1)"),
        (lambda: explain.draw(found, filter=1), ConfigError, "`filter` must be"),
        (lambda: explain.animate(found, "x.png"), ConfigError, "is a .gif file"),
        (lambda: explain.animate(found, "x.gif", seconds=0), ConfigError, "`seconds`"),
        (lambda: explain.animate(explain.losses(), "x.gif"), ArgumentTypeError,
         "a LossCurves does not move"),
    ):  # fmt: skip
        with pytest.raises(kind) as caught:
            call()
        assert text in str(caught.value)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'saccade\[plot\]'"):
        explain.draw(found)
