"""Convolution, padding, stride and pooling as steps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from saccade import explain, ops
from saccade.core._errors import ConfigError, DataError, ShapeError


def test_the_worked_examples_of_the_course() -> None:
    assert explain.convolve([2, 3, 5, 7, 11], [-1, 1]).result == [1, 2, 2, 4]
    picture, kernel = [[2, 1, 3], [4, 0, 2], [1, 5, 6]], [[-1, -2], [1, 2]]
    assert explain.convolve(picture, kernel).result == [[0, -3], [7, 13]]
    # Two channels, each with a part of the kernel of its own.
    first, second = [[1, 3, 1], [3, 1, 5]], [[2, 2, 3], [3, 2, 1]]
    channels = np.stack([first, second], axis=-1)
    kernel = np.array([[[0.5, 1.0]], [[0.5, -1.0]]])
    assert explain.convolve(channels, kernel).result == [[1, 2, 5]]
    large = explain.convolve(
        np.zeros((11, 11, 6)), np.zeros((3, 3, 6)), stride=2, padding=4
    )
    assert large.output.shape == (9, 9, 1)
    assert large.axes[0].formula == "(11 + 4 + 4 - 3) / 2 + 1 = 9"


def test_weights_of_a_convolution_beside_those_of_a_dense_layer() -> None:
    count = explain.parameters((720, 1280, 3), 3, filters=1, use_bias=False)
    assert (count.convolution, count.dense) == (27, 2_764_800)
    count = explain.parameters((28, 28, 1), (3, 3), filters=4)
    assert (count.convolution, count.dense) == (40, 4 * 785)
    assert count.lines()[0].startswith("convolution: (3 × 3 × 1 + 1) × 4 filters = 40")


@pytest.mark.parametrize(
    ("stride", "padding", "dilation"),
    [(1, "valid", 1), (2, "valid", 1), (1, "same", 1), (3, "same", 1), (1, "same", 2),
     (1, "valid", 2), (2, "same", 1)],
)  # fmt: skip
def test_convolutions_are_those_of_the_layers(
    stride: int, padding: str, dilation: int
) -> None:
    rng = np.random.default_rng(stride + dilation)
    x = rng.normal(size=(7, 8, 2)).astype("float32")
    w = rng.normal(size=(3, 2, 2, 3)).astype("float32")
    found = explain.convolve(x, w, stride=stride, padding=padding, dilation=dilation)
    expected = ops.conv(x[None], w, stride, padding, dilation_rate=dilation)[0]
    np.testing.assert_allclose(found.output, expected, atol=1e-5)


def test_full_padding_is_the_convolution_of_mathematics() -> None:
    x, w = np.array([1.0, -2, 3, 4]), np.array([1.0, 5, -1])
    found = explain.convolve(x, w[::-1], padding="full")
    np.testing.assert_allclose(found.result, np.convolve(x, w))


@pytest.mark.parametrize(
    ("fill", "expected"),
    [("zeros", [1, 2, 3, 0]), ("reflect", [1, 2, 3, 2]), ("replicate", [1, 2, 3, 3])],
)
def test_what_padding_holds(fill: str, expected: list[float]) -> None:
    # The kernel picks the cell to the right of each.
    found = explain.convolve([0, 1, 2, 3], [0, 0, 1], padding=1, fill=fill)
    assert found.result == expected


def test_the_steps_add_up_to_the_output() -> None:
    rng = np.random.default_rng(0)
    found = explain.convolve(
        rng.normal(size=(5, 6, 3)), rng.normal(size=(2, 3, 3, 2)), stride=(1, 2),
        padding="same", bias=[0.5, -1], activation="relu",
    )  # fmt: skip
    for place, filter in itertools.product(found.positions(), (0, 1)):
        cell = found.cell(place, filter)
        assert cell.products.sum() + cell.bias == pytest.approx(cell.total)
        assert cell.channel_sums.sum() + cell.bias == pytest.approx(cell.total)
        assert cell.output == pytest.approx(found.output[(*place, filter)])
        assert cell.output == max(0, cell.total)
        rows, columns = cell.places
        for (a, row), (b, column) in itertools.product(
            enumerate(rows), enumerate(columns)
        ):
            inside = 0 <= row < 5 and 0 <= column < 6
            seen = found.input[row, column] if inside else np.zeros(3)
            np.testing.assert_array_equal(cell.window[a, b], seen)


def test_the_text_of_a_step_has_every_number() -> None:
    found = explain.convolve([1, 2, 3, 4], [1, -0.5], bias=2, activation="relu")
    assert found.lines() == [
        "size: (4 - 2) / 1 + 1 = 3",
        "parameters: 3",
        "out[0] = 1 × 1 + 2 × (-0.5) + 2 = 2",
        "  relu(2) = 2",
        "out[1] = 2 × 1 + 3 × (-0.5) + 2 = 2.5",
        "  relu(2.5) = 2.5",
        "out[2] = 3 × 1 + 4 × (-0.5) + 2 = 3",
        "  relu(3) = 3",
    ]


def test_padding_and_stride_side_by_side() -> None:
    kinds = explain.padding([1, 2, 3, 4], [1, 1, 1], kinds=["valid", "same", "full", 1])
    assert [case.result for case in kinds.cases] == [
        [6, 9], [3, 6, 9, 7], [1, 3, 6, 9, 7, 4], [3, 6, 9, 7]
    ]  # fmt: skip
    steps = explain.stride(np.arange(7), [1, 0], strides=(1, 2, 3))
    axis = [case.axes[0] for case in steps.cases]
    assert [a.starts for a in axis] == [(0, 1, 2, 3, 4, 5), (0, 2, 4), (0, 3)]
    assert [a.skipped for a in axis] == [(), (1, 3, 5), (1, 2, 4, 5)]
    assert [a.dropped for a in axis] == [(), (6,), (5, 6)]
    assert "  starts that are skipped: 1, 3, 5" in steps.lines()
    assert "  cells at the end never seen: 2" in steps.lines()


def test_pooling_is_that_of_the_layers() -> None:
    x = np.random.default_rng(0).normal(size=(5, 6, 2)).astype("float32")
    for kind, reduce in (("max", ops.max_pool), ("average", ops.average_pool)):
        for padding, stride in (("valid", None), ("same", None), ("same", 1)):
            found = explain.pooling(
                x, (2, 3), kind=kind, padding=padding, stride=stride
            )
            expected = reduce(x[None], (2, 3), stride or (2, 3), padding)[0]
            np.testing.assert_allclose(found.output, expected, atol=1e-6)


def test_where_the_gradient_of_pooling_goes() -> None:
    picture = [[1, 9], [3, 4]]
    cell = explain.pooling(picture).cell((0, 0))
    assert (cell.output, cell.chosen) == (9, (0, 1))
    assert cell.share.tolist() == [[0, 1], [0, 0]]
    cell = explain.pooling(picture, kind="average").cell((0, 0))
    assert cell.share.tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert cell.lines() == ["out[0, 0] = (1 + 9 + 3 + 4) / 4 = 4.25"]
    # What sticks out counts nothing.
    edge = explain.pooling([-1, -2, -3], 2, padding="same").cell(1)
    assert (edge.output, edge.share.tolist()) == (-3, [1, 0])
    edge = explain.pooling([2, 4, 6], 2, padding="same", kind="average").cell(1)
    assert (edge.output, edge.share.tolist()) == (6, [1, 0])


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: explain.convolve([1, 2], [1, 2, 3]), ShapeError,
         "the window has 3 cells, more than the input, which has 2"),
        (lambda: explain.convolve(np.ones((4, 2)), np.ones((3, 3)), dilation=2),
         ShapeError, "the window has 5 rows (spread by dilation 2), more than the "),
        (lambda: explain.convolve([1, 2], [[1]]), ShapeError, "do not go together"),
        (lambda: explain.convolve(np.ones((3, 3, 2)), np.ones((2, 2, 3))), ShapeError,
         "the input has 2 channels but the kernel has weights for 3"),
        (lambda: explain.convolve([1, 2], [1], stride=0), ConfigError,
         "`stride` must be an int >= 1, got 0"),
        (lambda: explain.convolve([1, 2], [1], padding="some"), ConfigError,
         "did you mean 'same'?"),
        (lambda: explain.convolve([1, 2], [1], padding=-1), ConfigError,
         "`padding` must be an int >= 0, got -1"),
        (lambda: explain.convolve([1, 2], [1], padding=(1, 2)), ConfigError,
         "one number or pair per axis"),
        (lambda: explain.convolve([1, 2], [1], bias=[1, 2]), ShapeError, "`bias` must"),
        (lambda: explain.convolve([1, 2], [1], activation="rellu"), ConfigError,
         "did you mean 'relu'?"),
        (lambda: explain.convolve([1, 2], [1, 1], padding=2, fill="reflect"),
         ShapeError, "cannot be reflected"),
        (lambda: explain.convolve([1, float("nan")], [1]), DataError,
         "`input` has nan at (1,)"),
        (lambda: explain.convolve(["a"], [1]), TypeError, "`input` must be numbers"),
        (lambda: explain.convolve([[1, 2], [3]], [1]), TypeError, "the same length"),
        (lambda: explain.convolve([], [1]), DataError, "`input` is empty"),
        (lambda: explain.convolve([1, 2], [1]).cell(2), ConfigError,
         "`position` must be in (0..1), got 2"),
        (lambda: explain.convolve([1, 2], [1]).cell(0, 1), ConfigError,
         "`filter` must"),
        (lambda: explain.pooling([1, 2], 3), ShapeError, "the window has 3 cells"),
        (lambda: explain.pooling([1, 2], 2, padding=2), ConfigError, "nothing else"),
        (lambda: explain.pooling([1, 2], kind="mean"), ConfigError, "`kind` must be"),
        (lambda: explain.pooling(3), ShapeError, "`input` must be (n,)"),
        (lambda: explain.pooling([1, 2]).cell(0, 1), ConfigError, "`channel` must be"),
        (lambda: explain.parameters((28, 0, 1)), ConfigError, "`input_shape` must be"),
    ],
)  # fmt: skip
def test_mistakes(call, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
