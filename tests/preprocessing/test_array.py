"""Batches from arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.preprocessing.image import ImageDataGenerator, NumpyArrayIterator

X = np.arange(6 * 2 * 2).reshape(6, 2, 2, 1)
Y = np.array([0, 1, 2, 0, 1, 2])


def flow(*arguments, split: float = 0.0, **keywords) -> NumpyArrayIterator:
    generator = ImageDataGenerator(validation_split=split)
    return generator.flow(*arguments, **{"batch_size": 4, "shuffle": False, **keywords})


def test_forms_of_batches() -> None:
    np.testing.assert_array_equal(next(flow(X)), X[:4])
    x, y = next(flow(X, Y))
    assert x.dtype == np.float32
    assert y.tolist() == [0, 1, 2, 0]
    _, _, weights = next(flow(X, Y, sample_weight=np.arange(6)))
    assert weights.tolist() == [0, 1, 2, 3]
    (first, second), _ = next(flow((X, Y), Y))
    assert (len(first), second.tolist()) == (4, [0, 1, 2, 0])
    inputs = next(flow((X, [Y, Y * 2])))
    assert len(inputs) == 3
    found = flow(X, Y)
    assert (found.n, len(found), len(found[1][0])) == (6, 2, 2)


def test_the_data_are_not_changed() -> None:
    x = X.astype("float32")
    before = x.copy()
    generator = ImageDataGenerator(rescale=2, vertical_flip=True)
    generator.fit(x)
    next(generator.flow(x))
    np.testing.assert_array_equal(x, before)


def test_subsets() -> None:
    assert len(flow(X, Y, split=0.5, subset="training").x) == 3
    held = flow(X, Y, split=0.5, subset="validation")
    np.testing.assert_array_equal(held.x, X[:3])
    assert held.y is not None
    assert held.y.tolist() == [0, 1, 2]
    with pytest.raises(
        ValueError, match=r"different classes .*: \[0, 1\] in the first"
    ):
        flow(X, Y, split=0.4, subset="training")
    assert len(flow(X, Y, split=0.4, subset="training", ignore_class_split=True).x) == 4


def test_copies_are_saved(tmp_path: Path) -> None:
    next(flow(X, save_to_dir=tmp_path, save_prefix="a"))
    assert len(list(tmp_path.glob("a_*.png"))) == 4


@pytest.mark.parametrize(
    ("arguments", "keywords", "text"),
    [
        ((X, Y[:3]), {}, "should have the same length, got 6 and 3"),
        ((X, Y), {"sample_weight": [1]}, "`sample_weight` should have the same length"),
        (((X, Y[:2]), Y), {}, r"`x\[1\]` should have the same length"),
        ((X[..., 0],), {}, r"4 axes, got shape \(6, 2, 2\)"),
        (([X, X, X],), {}, r"got 3 items"),
        ((X, Y), {"subset": "test"}, "`subset` must be one of"),
    ],
)
def test_errors(arguments: tuple, keywords: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        flow(*arguments, **keywords)


def test_channels_in_the_wrong_place() -> None:
    with pytest.warns(UserWarning, match="has 2 channels on axis 3"):
        flow(np.zeros((2, 3, 2, 2)))
