"""Flips, warps and crops: known results, limits of draws, sizes."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade import layers

X = np.random.default_rng(0).uniform(0, 255, (200, 5, 7, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("mode", "axes"),
    [("horizontal", [2]), ("vertical", [1]), ("horizontal_and_vertical", [1, 2])],
)
def test_half_of_the_pictures_are_mirrored(mode, axes):
    outputs = np.asarray(layers.RandomFlip(mode, seed=1)(X))
    mirrored = np.flip(X, axes)
    flips = (outputs == mirrored).all((1, 2, 3))
    assert 60 < flips.sum() < 140
    assert_array_equal(outputs, np.where(flips[:, None, None, None], mirrored, X))


def test_quarter_turns_are_exact():
    x = X[:2, :5, :5]
    layer = layers.RandomRotation((0.25, 0.25), interpolation="nearest")
    assert_array_equal(layer(x), np.rot90(x, 1, (1, 2)))


def test_whole_shifts_are_exact():
    layer = layers.RandomTranslation((0.4, 0.4), 0, "wrap", "nearest")
    assert_array_equal(layer(X), np.roll(X, 2, axis=1))
    layer = layers.RandomTranslation(0, (-1 / 7, -1 / 7), "constant", fill_value=9.0)
    moved = np.concatenate([X[:, :, 1:], np.full_like(X[:, :, :1], 9)], axis=2)
    assert_allclose(layer(X), moved, atol=1e-3)


def test_draws_fill_their_limits():
    angles = layers.RandomRotation((0.1, 0.2)).get_random_transformation(X)["angle"]
    assert 36 <= angles.min() < 40 < 68 < angles.max() <= 72
    zooms = layers.RandomZoom(0.5, (-0.2, 0.1)).get_random_transformation(X)
    assert 0.5 <= zooms["height_zoom"].min() < 0.55
    assert 1.45 < zooms["height_zoom"].max() <= 1.5
    assert 0.8 <= zooms["width_zoom"].min() < zooms["width_zoom"].max() <= 1.1
    both = layers.RandomZoom(0.5).get_random_transformation(X)
    assert_array_equal(both["height_zoom"], both["width_zoom"])
    shifts = layers.RandomTranslation(0.2, 1.0).get_random_transformation(X)
    assert np.abs(shifts["translations"]).max(0)[0] > 6
    assert np.abs(shifts["translations"]).max(0)[1] <= 1
    shear = layers.RandomShear(0.3, (0.1, 0.2)).get_random_transformation(X)
    factors = np.asarray(shear["shear_factor"])
    assert 0.28 < np.abs(factors[:, 0]).max() <= 0.3
    assert np.abs(factors[:, 1]).min() >= 0.1
    assert 60 < (factors[:, 1] < 0).sum() < 140


def test_a_share_of_the_pictures_keeps_its_perspective():
    outputs = np.asarray(layers.RandomPerspective(0.3, seed=1)(X))
    changed = (outputs != X).any((1, 2, 3)).sum()
    # One number f means a share drawn between 0 and f, as in Keras.
    assert 10 < changed < 60
    assert_array_equal(layers.RandomPerspective(0.0)(X), X)


def test_crops_come_from_everywhere():
    x = jnp.arange(24.0).reshape(1, 4, 6, 1)
    layer = layers.RandomCrop(3, 4, seed=1)
    corners = {float(layer(x)[0, 0, 0, 0]) for _ in range(60)}
    assert corners == {0.0, 1.0, 2.0, 6.0, 7.0, 8.0}
    assert_array_equal(layer.transform_images(x, (1, 2))[..., 0], x[:, 1:4, 2:6, 0])


@pytest.mark.parametrize("size", [(3, 9), (6, 8), (5, 7), (9, 2)])
@pytest.mark.parametrize("training", [True, False])
def test_crops_have_the_size_asked_for(size, training):
    layer = layers.RandomCrop(*size)
    assert layer(X, training=training).shape == (200, *size, 1)
    assert layer(X[0], training=training).shape == (*size, 1)
    shapes = layer.compute_output_shape({"images": X.shape, "labels": (200,)})
    assert shapes == {"images": (200, *size, 1), "labels": (200,)}
