"""Affine transformations by hand-checked cases; parity tests have the rest."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.preprocessing._affine import affine_map, flip_axis
from saccade.preprocessing.image import apply_affine_transform

LAST = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}


def test_nothing_to_do_gives_the_picture_itself() -> None:
    x = np.ones((3, 4, 1))
    assert apply_affine_transform(x, **LAST) is x
    assert affine_map(3, 4) is None


def test_a_quarter_turn_of_a_square() -> None:
    x = np.arange(9.0).reshape(3, 3, 1)
    turned = apply_affine_transform(x, theta=90, **LAST)
    np.testing.assert_allclose(turned, np.rot90(x), atol=1e-12)


def test_shifts_and_zooms_have_their_directions() -> None:
    x = np.arange(12.0).reshape(3, 4, 1)
    left = apply_affine_transform(x, tx=1, fill_mode="constant", cval=-1, **LAST)
    assert left[0, :, 0].tolist() == [1, 2, 3, -1]
    up = apply_affine_transform(x, ty=1, fill_mode="constant", cval=-1, **LAST)
    assert up[:, 0, 0].tolist() == [4, 8, -1]
    square = np.arange(16.0).reshape(4, 4, 1)
    zoomed = apply_affine_transform(square, zx=3, order=0, **LAST)
    assert zoomed[0, :, 0].tolist() == [0, 0, 3, 3]


def test_whole_numbers_are_rounded_and_kept_in_range() -> None:
    x = np.array([[0, 255, 255]], np.uint8)[..., None]
    half = apply_affine_transform(x, tx=0.5, **LAST)
    assert half.dtype == np.uint8
    assert half.ravel().tolist() == [128, 255, 255]
    spline = apply_affine_transform(x, tx=0.5, order=3, **LAST)
    assert spline.dtype == np.uint8


def test_axes_may_be_swapped() -> None:
    x = np.random.default_rng(0).uniform(size=(5, 5, 2))
    straight = apply_affine_transform(x, theta=30, tx=1, **LAST)
    swapped = apply_affine_transform(
        x.swapaxes(0, 1), theta=30, tx=1, row_axis=1, col_axis=0, channel_axis=2
    )
    np.testing.assert_allclose(swapped, straight.swapaxes(0, 1))


@pytest.mark.parametrize(
    ("x", "arguments", "text"),
    [
        (np.ones((2, 2, 1)), {"row_axis": 0}, "must be 0, 1 and 2"),
        (np.ones((2, 2, 1)), {"channel_axis": 1, "row_axis": 0}, "first or last"),
        (np.ones((2, 2)), LAST, r"3 axes, got shape \(2, 2\)"),
        (np.ones((2, 2, 1)), {**LAST, "fill_mode": "edge"}, "got 'edge'"),
    ],
)
def test_errors(x: np.ndarray, arguments: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        apply_affine_transform(x, theta=1, **arguments)


def test_flip_axis() -> None:
    assert flip_axis(np.arange(4).reshape(2, 2), 0).tolist() == [[2, 3], [0, 1]]
