"""The embedded digits."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.datasets import digits


def test_shapes_split_and_range() -> None:
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1437, 8, 8)
    assert x_test.shape == (360, 8, 8)
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert (x_train.min(), x_train.max()) == (0, 255)
    test, train = np.bincount(y_test), np.bincount(y_train)
    assert train.shape == (10,)
    assert np.abs(test - (test + train) / 5).max() <= 1
    # Shuffled: the last rows, which `validation_split` takes, hold all digits.
    assert set(y_train[-150:]) == set(range(10))


def rows(pictures: np.ndarray, labels: np.ndarray) -> list[tuple[bytes, int]]:
    return sorted((bytes(x), int(y)) for x, y in zip(pictures, labels, strict=True))


def test_they_are_scikit_learns() -> None:
    sklearn = pytest.importorskip("sklearn.datasets")
    x, y = sklearn.load_digits(return_X_y=True)
    known = rows(x.astype("uint8"), y)
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    ours = np.concatenate([x_train, x_test])
    labels = np.concatenate([y_train, y_test])
    sixteenths = np.rint(ours / 255 * 16).astype("uint8")
    assert rows(sixteenths, labels) == known


@pytest.mark.parametrize("size", [8, 9, 16, 28])
def test_enlarged_bilinearly_as_pillow_does(size: int) -> None:
    from PIL import Image

    (small, _), _ = digits.load_data()
    (large, _), _ = digits.load_data(size=size)
    assert large.shape == (1437, size, size)
    for before, after in zip(small[:20], large[:20], strict=True):
        picture = Image.fromarray(before.astype(np.float32))
        expected = picture.resize((size, size), Image.Resampling.BILINEAR)
        # One for rounding twice: pixels are scaled from sixteenths before.
        np.testing.assert_allclose(after, np.asarray(expected), atol=1.01)


def test_the_same_every_time() -> None:
    for first, second in zip(digits.load_data(20), digits.load_data(20), strict=True):
        np.testing.assert_array_equal(first[0], second[0])


@pytest.mark.parametrize("size", [7, 0, -3, 8.5, "big"])
def test_wrong_size(size: object) -> None:
    with pytest.raises(ValueError, match="`size` must be an int >= 8"):
        digits.load_data(size)  # type: ignore[arg-type]
