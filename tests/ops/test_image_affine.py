"""Warps: what lies outside, interpolation by hand, types, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade.core._errors import ConfigError, ShapeError
from saccade.ops import image

LINE = jnp.asarray([10.0, 20.0, 30.0]).reshape(1, 3, 1)


def shifted(pixels, mode, how="nearest", x=LINE):
    transform = [1.0, 0, pixels, 0, 1, 0, 0, 0]
    return np.ravel(image.affine_transform(x, transform, how, mode, 7.0)).tolist()


@pytest.mark.parametrize(
    ("mode", "left", "right"),
    [
        ("constant", [7, 7, 7], [7, 7, 7]),
        ("nearest", [10, 10, 10], [30, 30, 30]),
        ("wrap", [10, 20, 30], [10, 20, 30]),
        ("mirror", [20, 30, 20], [20, 10, 20]),
        ("reflect", [30, 20, 10], [30, 20, 10]),
    ],
)
def test_what_lies_outside(mode, left, right):
    assert shifted(-3.0, mode) == left
    assert shifted(3.0, mode) == right


def test_between_pixels():
    assert shifted(0.25, "nearest", "bilinear") == [12.5, 22.5, 30]
    assert shifted(0.5, "constant", "bilinear") == [15, 25, 18.5]
    assert shifted(0.5, "nearest") == [20, 30, 30]


def test_integers_stay_integers_and_are_rounded():
    x = jnp.asarray([10, 21, 30], jnp.uint8).reshape(1, 3, 1)
    assert shifted(0.5, "nearest", "bilinear", x) == [16, 26, 30]
    assert image.affine_transform(x, [1.0, 0, 0, 0, 1, 0, 0, 0]).dtype == jnp.uint8


def test_each_picture_may_have_its_own_transform():
    x = jnp.arange(12.0).reshape(2, 2, 3, 1)
    stay, flip = [1.0, 0, 0, 0, 1, 0, 0, 0], [-1.0, 0, 2, 0, 1, 0, 0, 0]
    out = image.affine_transform(x, jnp.asarray([stay, flip]))
    assert_array_equal(out, jnp.stack([x[0], x[1, :, ::-1]]))


def test_perspective_brings_corners_where_asked():
    start = jnp.asarray([[0.0, 0], [4, 0], [0, 4], [4, 4]])
    end = jnp.asarray([[0.0, 0], [4, 0], [1, 3], [3, 3]])
    x = jnp.arange(25.0).reshape(5, 5, 1)
    out = image.perspective_transform(x, start, end)
    assert_allclose(out[3, 1, 0], x[4, 0, 0], atol=1e-4)
    assert_allclose(out[3, 3, 0], x[4, 4, 0], atol=1e-4)


def test_coordinates_of_any_array():
    x = jnp.arange(6.0).reshape(2, 3)
    at = [[0.5, 1.0], [1.0, 5.0]]
    assert image.map_coordinates(x, at, 1, "nearest").tolist() == [2.5, 5.0]
    assert image.map_coordinates(x, at, 1, "constant", -1.0).tolist() == [2.5, -1.0]


def test_gradients_are_finite_inside_jit():
    def total(x, t):
        return image.affine_transform(x, t, fill_mode="reflect").sum()

    t = jnp.asarray([0.9, 0.1, 0.3, 0, 1.1, 0.2, 0, 0])
    for gradient in jax.jit(jax.grad(total, (0, 1)))(jnp.ones((4, 5, 2)), t):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: image.affine_transform(LINE[0], jnp.ones(8)), "3 axes"),
        (lambda: image.affine_transform(LINE, jnp.ones(6)), r"\(b, 8\), got \(6,\)"),
        (
            lambda: image.affine_transform(LINE, jnp.ones((2, 8))),
            "2 transforms for 1 pictures",
        ),
        (lambda: shifted(0.0, "mirrored"), "did you mean 'mirror'"),
        (lambda: shifted(0.0, "wrap", "cubic"), "`interpolation`"),
        (
            lambda: image.perspective_transform(
                LINE, jnp.ones((4, 2)), jnp.ones((3, 2))
            ),
            r"\(4, 2\) and \(3, 2\)",
        ),
        (lambda: image.map_coordinates(LINE, jnp.ones((2, 4)), 1), r"\(3, ...\)"),
        (lambda: image.map_coordinates(LINE, jnp.ones((3, 4)), 3), "`order` must be"),
    ],
)
def test_errors_name_the_argument(call, text):
    with pytest.raises((ConfigError, ShapeError), match=text):
        call()
