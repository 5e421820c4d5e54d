"""Targets that cannot belong to the output, found before compiling."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from saccade import losses
from saccade.core._errors import DataError, DataWarning, ShapeError
from saccade.losses import as_loss, check_targets

SPARSE = losses.SparseCategoricalCrossentropy()


def _check(loss: object, y: object, shape: tuple[int | None, ...]) -> None:
    check_targets(as_loss(loss), np.asarray(y), shape, "y")


@pytest.mark.parametrize(
    ("loss", "y", "shape"),
    [
        (SPARSE, [0, 9, 3], (None, 10)),
        (SPARSE, [[0], [9]], (None, 10)),
        (SPARSE, [0.0, 9.0], (None, 10)),
        (SPARSE, np.zeros((2, 4, 4)), (None, 4, 4, 3)),
        (SPARSE, np.zeros((2, 4, 4, 1)), (None, None, None, 3)),
        (SPARSE, [True, False], (None, 2)),
        (losses.SparseCategoricalCrossentropy(ignore_class=255), [0, 255], (None, 3)),
        (losses.SparseCategoricalCrossentropy(ignore_class=-1), [0, -1], (None, 3)),
        (losses.SparseCategoricalCrossentropy(axis=1), np.zeros((2, 5)), (None, 3, 5)),
        ("categorical_crossentropy", np.eye(3), (None, 3)),
        ("binary_crossentropy", [0, 1], (None, 1)),
        ("binary_crossentropy", [[0], [1]], (None, 1)),
        ("binary_crossentropy", [0.0, 0.5], (None,)),
        ("mse", [1.0, 2.0], (None, 1)),
        ("mse", np.zeros((2, 3)), (None, 3)),
        ("hinge", [[-1], [1]], (None, 1)),
        (lambda t, p: p, np.zeros((2, 7)), (None, 3)),
        ("ctc", np.zeros((2, 7)), (None, 9, 3)),
        (SPARSE, np.zeros((0,)), (None, 3)),
        (None, [5], (None, 3)),
    ],
)
def test_good_targets(loss: object, y: object, shape: tuple[int | None, ...]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _check(loss, y, shape)


@pytest.mark.parametrize(
    ("y", "shape", "problem", "fix"),
    [
        (
            [1, 2, 10, 3],
            (None, 10),
            "class numbers in 0..9 for an output of 10 classes, got 10 in row 2",
            "start at 0: pass y - 1",
        ),
        (
            [0, 2, 12, 3],
            (None, 10),
            "got 12 in row 2",
            "give the last layer 13 units",
        ),
        ([0, -1, 2], (None, 3), "got -1 in row 1", "ignore_class"),
        ([0, 1], (None, 1), "got 1 in row 1", "binary_crossentropy"),
        ([0.0, 1.5], (None, 3), "expects whole class numbers, got 1.5 in row 1", "mse"),
        ([0.0, np.nan], (None, 3), "got nan in row 1", "mse"),
        (
            np.eye(10),
            (None, 10),
            r"expects class numbers, got labels of shape (None, 10) for an output "
            r"(None, 10): they look one-hot",
            "use loss='categorical_crossentropy'",
        ),
        (np.zeros((3, 4, 5)), (None, 4, 6, 2), "of shape (None, 4, 6)", ""),
    ],
)
def test_wrong_class_numbers(
    y: object, shape: tuple[int | None, ...], problem: str, fix: str
) -> None:
    with pytest.raises(ValueError, match="sparse_categorical_crossentropy") as e:
        _check(SPARSE, y, shape)
    assert isinstance(e.value, (DataError, ShapeError))
    assert str(e.value).startswith("y: ")
    assert problem in str(e.value)
    assert fix in str(e.value)


@pytest.mark.parametrize("y", [[0, 1, 2], [[0], [1], [2]]])
def test_class_numbers_for_one_hot_losses(y: object) -> None:
    with pytest.raises(DataError, match=r"expects one-hot labels of shape") as e:
        _check("categorical_crossentropy", y, (None, 10))
    assert "use loss='sparse_categorical_crossentropy'" in str(e.value)
    assert "keras.utils.to_categorical(y, 10)" in str(e.value)
    with pytest.raises(DataError) as e:
        _check("categorical_hinge", y, (None, 10))
    assert "sparse" not in str(e.value)


@pytest.mark.parametrize(
    ("loss", "y", "shape", "problem"),
    [
        ("categorical_crossentropy", np.eye(3), (None, 10), "got (None, 3)"),
        ("binary_crossentropy", [[0], [1]], (None, 10), "got (None, 1)"),
        ("binary_crossentropy", [0, 1], (None, 10), "sparse_categorical_crossentropy"),
        ("mse", [0.0, 1.0], (None, 10), "give the last layer 1 unit"),
        ("mse", np.zeros((2, 3)), (None, 10), "as wide as the targets"),
        ("mae", np.zeros((2, 3, 3)), (None, 3), "got (None, 3, 3)"),
    ],
)
def test_shapes_that_do_not_fit(
    loss: str, y: object, shape: tuple[int | None, ...], problem: str
) -> None:
    with pytest.raises(ShapeError, match="expects targets of the output's shape") as e:
        _check(loss, y, shape)
    assert problem in str(e.value)


def test_one_column_for_several_units() -> None:
    with pytest.warns(DataWarning, match="are repeated to fit the output"):
        _check("mse", [[1.0], [2.0]], (None, 10))


def test_binary_labels_outside() -> None:
    with pytest.warns(DataWarning, match=r"labels in \[0, 1\], got 2 in row 1"):
        _check("binary_crossentropy", [[0], [2]], (None, 1))
    with pytest.warns(DataWarning, match="got -1 in row 0"):
        _check("bce", [-1.0, 1.0], (None, 1))
