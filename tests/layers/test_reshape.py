"""Layers that move pixels against NumPy, and their errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers
from saccade.layers import (
    Cropping1D,
    Cropping2D,
    Flatten,
    Permute,
    RepeatVector,
    Reshape,
    UpSampling2D,
    ZeroPadding1D,
    ZeroPadding2D,
)


@pytest.fixture
def x(rng):
    return rng.normal(size=(2, 4, 5, 3)).astype("float32")


def test_flatten_orders_channels_alike(x) -> None:
    assert_allclose(Flatten()(x), x.reshape(2, -1))
    first = np.moveaxis(x, -1, 1)
    assert_allclose(Flatten("channels_first")(first), x.reshape(2, -1))
    assert Flatten().compute_output_shape((None, None, 3)) == (None, None)
    assert Flatten()(np.ones(3)).shape == (3, 1)


def test_reshape_works_one_size_out(x) -> None:
    assert_allclose(Reshape((6, -1))(x), x.reshape(2, 6, 10))
    assert_allclose(Reshape([60])(x), x.reshape(2, 60))
    layer = Reshape((-1, 3))
    assert layer.compute_output_shape((None, 4, 6)) == (None, 8, 3)
    assert layer.compute_output_shape((None, None, 6)) == (None, None, 3)


@pytest.mark.parametrize("target", [(7, 7), (7, -1)])
def test_reshape_that_does_not_fit(x, target) -> None:
    layer = Reshape(target, name="shape")
    with pytest.raises(
        ValueError, match=r"'shape': cannot reshape .* \(4, 5, 3\) \(60 elements\)"
    ):
        layer(x)


@pytest.mark.parametrize("target", [(-1, -1), (-2,), (1.5,)])
def test_reshape_wants_sizes(target) -> None:
    with pytest.raises(ValueError, match="`target_shape`"):
        Reshape(target)


def test_permute_and_repeat(x) -> None:
    assert_allclose(Permute((3, 1, 2))(x), x.transpose(0, 3, 1, 2))
    rows = x[:, 0, 0]
    assert_allclose(RepeatVector(4)(rows), np.repeat(rows[:, None], 4, 1))
    with pytest.raises(ValueError, match=r"`dims` must be 1 ... n in some order"):
        Permute((0, 1))
    with pytest.raises(ValueError, match="`n` should be a positive integer, got 0"):
        RepeatVector(0)
    with pytest.raises(ValueError, match="3 axes"):
        Permute((2, 1))(x)


def test_padding(x) -> None:
    padded = np.pad(x, ((0, 0), (1, 2), (0, 3), (0, 0)))
    layer = ZeroPadding2D(((1, 2), (0, 3)))
    assert_allclose(layer(x), padded)
    assert layer.compute_output_shape((None, None, 5, 3)) == (None, None, 8, 3)
    assert ZeroPadding2D(1).padding == ((1, 1), (1, 1))
    assert ZeroPadding2D((1, 2)).padding == ((1, 1), (2, 2))
    assert ZeroPadding1D((0, 2)).padding == (0, 2)


def test_cropping(x) -> None:
    assert_allclose(Cropping2D(((1, 0), (0, 2)))(x), x[:, 1:, :3])
    assert_allclose(Cropping1D((0, 1))(x[:, 0]), x[:, 0, :4])
    with pytest.raises(ValueError, match=r"`cropping` .* smaller .* of the input"):
        Cropping2D(2, name="crop")(x)


@pytest.mark.parametrize("value", [-1, (1, 2, 3), ((1, 2), (3, -4)), "all"])
def test_wrong_borders(value) -> None:
    with pytest.raises(ValueError, match=r"ZeroPadding2D '.*': `padding` must be"):
        ZeroPadding2D(value)
    with pytest.raises(ValueError, match=r"Cropping2D '.*': `cropping` must be"):
        Cropping2D(value)


def test_enlarging(x) -> None:
    assert_allclose(UpSampling2D((2, 3))(x), x.repeat(2, 1).repeat(3, 2))
    smooth = UpSampling2D(2, interpolation="bilinear")(np.ones((1, 3, 3, 1)))
    assert_allclose(smooth, np.ones((1, 6, 6, 1)), rtol=1e-6)
    with pytest.raises(ValueError, match="did you mean 'bilinear'"):
        UpSampling2D(interpolation="bilinar")
    with pytest.raises(ValueError, match="`size` must be an int >= 1, got 0"):
        layers.UpSampling1D(0)
