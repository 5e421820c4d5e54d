"""Resizing of pictures: values, types, proportions, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import ops
from saccade.core._errors import ConfigError, ShapeError
from saccade.ops._image import resize


def test_bilinear_by_hand() -> None:
    out = resize(jnp.asarray([0.0, 4.0]).reshape(1, 2, 1), (1, 4))
    np.testing.assert_allclose(np.ravel(out), [0, 1, 3, 4])


def test_nearest_repeats_pixels() -> None:
    x = jnp.arange(4.0).reshape(2, 2, 1)
    out = resize(x, (4, 4), "nearest")[..., 0]
    np.testing.assert_array_equal(out, np.repeat(np.repeat(x[..., 0], 2, 0), 2, 1))


def test_integers_are_rounded_and_kept_in_range() -> None:
    x = np.zeros((8, 8, 1), np.uint8)
    x[2:6, 2:6] = 255
    out = resize(x, (16, 16), "bicubic")
    assert out.dtype == jnp.uint8
    assert int(out[8, 8, 0]) == 255
    assert int(out[0, 0, 0]) == 0


def test_channels_first_is_the_same() -> None:
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 5, 7, 3)), jnp.float32)
    first = resize(jnp.moveaxis(x, -1, 1), (9, 4), data_format="channels_first")
    np.testing.assert_allclose(jnp.moveaxis(first, 1, -1), resize(x, (9, 4)), atol=1e-6)


def test_crop_keeps_the_middle() -> None:
    x = jnp.arange(6.0).reshape(1, 6, 1) * jnp.ones((2, 1, 1))
    out = resize(x, (2, 2), crop_to_aspect_ratio=True)
    np.testing.assert_allclose(out[0, :, 0], [2, 3])


def test_pad_adds_borders_on_the_short_side() -> None:
    out = resize(jnp.ones((2, 6, 1)), (6, 6), pad_to_aspect_ratio=True, fill_value=-1)
    np.testing.assert_allclose(out[:, 0, 0], [-1, -1, 1, 1, -1, -1])


def test_differentiable_inside_jit() -> None:
    gradient = jax.jit(jax.grad(lambda x: resize(x, (8, 8)).sum()))(jnp.ones((4, 4, 1)))
    np.testing.assert_allclose(gradient.sum(), 64, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: resize(x, (2, 2, 2)), "one int or 2 ints"),
        (lambda x: resize(x, (0, 2)), "positive height and width, got"),
        (lambda x: resize(x, (2, 2), "bilinaer"), "did you mean 'bilinear'"),
        (lambda x: resize(x, (2, 2), fill_mode="reflect"), "`fill_mode`"),
        (lambda x: resize(x[0], (2, 2)), "3 axes"),
        (
            lambda x: resize(
                x, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True
            ),
            "exclude each other",
        ),
    ],
)
def test_errors_name_the_argument(call, text) -> None:
    with pytest.raises((ConfigError, ShapeError), match=text):
        call(jnp.ones((4, 4, 3)))


@pytest.mark.parametrize(
    ("size", "kind", "text"),
    [
        ("5", TypeError, "Expected an int or a tuple of ints"),
        ((3, 3, 3, 3), ValueError, "Expected a tuple of length 2 or 3"),
    ],
)
def test_sizes_of_patches(size, kind, text) -> None:
    with pytest.raises(kind, match=text):
        ops.image.extract_patches(jnp.ones((4, 4, 3)), size)
    with pytest.raises(TypeError, match="a tuple of 3 ints"):
        ops.image.extract_patches_3d(jnp.ones((4, 4, 4, 3)), (4, 4))
