"""Colours, filters, crops and patches of pictures against pip's Keras."""

from __future__ import annotations

import inspect

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import ops
from saccade.core._errors import ArgumentTypeError, ConfigError, ShapeError

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(2, 12, 15, 3)).astype("float32")
VOLUME = RNG.uniform(size=(1, 6, 5, 7, 2)).astype("float32")
CASES = [
    ("rgb_to_grayscale", {}),
    ("rgb_to_hsv", {}),
    ("hsv_to_rgb", {}),
    ("gaussian_blur", {}),
    ("gaussian_blur", {"kernel_size": (5, 3), "sigma": (2.0, 0.7)}),
    ("gaussian_blur", {"kernel_size": (21, 19), "sigma": (4.0, 3.0)}),
    ("pad_images", {"top_padding": 2, "right_padding": 1, "target_height": 20,
                    "target_width": 18}),
    ("pad_images", {"top_padding": 2, "bottom_padding": 1, "left_padding": 0,
                    "right_padding": 3}),
    ("crop_images", {"top_cropping": 2, "right_cropping": 1, "target_height": 4,
                     "target_width": 8}),
    ("crop_images", {"top_cropping": 2, "bottom_cropping": 1, "left_cropping": 0,
                     "right_cropping": 3}),
    ("extract_patches", {"size": 3}),
    ("extract_patches", {"size": (3, 4), "strides": 2, "padding": "same"}),
    ("extract_patches", {"size": (2, 3), "strides": 1, "dilation_rate": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_both_formats_and_single_pictures(name, arguments):
    ours, theirs = getattr(ops.image, name), getattr(keras.ops.image, name)
    for x, data_format in (
        (X, "channels_last"),
        (np.moveaxis(X, -1, 1), "channels_first"),
        (X[0], "channels_last"),
    ):
        expected = theirs(x, **arguments, data_format=data_format)
        result = ours(x, **arguments, data_format=data_format)
        assert result.dtype == expected.dtype
        assert_allclose(result, expected, atol=2e-6)


def test_the_rest():
    assert_allclose(ops.image.sobel_edges(X), keras.ops.image.sobel_edges(X), atol=1e-5)
    other = np.clip(X + RNG.normal(0, 0.1, X.shape), 0, 1).astype("float32")
    assert_allclose(ops.image.ssim(X, other), keras.ops.image.ssim(X, other), atol=1e-5)
    assert_allclose(ops.image.ssim(X[0], other[0]), ops.image.ssim(X, other)[0], 1e-5)
    assert_allclose(
        ops.image.extract_patches_3d(VOLUME, (2, 2, 3), 1, 1, "same"),
        keras.ops.image.extract_patches_3d(VOLUME, (2, 2, 3), 1, 1, "same"),
        atol=1e-6,
    )
    arguments = ((2, 8, 9, 3), np.array([0.5, 0.6]), np.array([1.0, 0.0]), (1, 2))
    assert_allclose(
        ops.image.scale_and_translate(X, *arguments, "cubic"),
        keras.ops.image.scale_and_translate(X, *arguments, "cubic"),
        atol=1e-5,
    )
    whole = (X * 255).astype("uint8")
    grey = ops.image.rgb_to_grayscale(whole)
    assert_allclose(grey, keras.ops.image.rgb_to_grayscale(whole))
    assert ops.image.gaussian_blur(whole).dtype == jnp.uint8


def test_elastic_distortion_keeps_shapes_and_moves_smoothly():
    ramp = np.broadcast_to(np.arange(40.0, dtype="float32")[:, None], (1, 40, 40))
    x = np.stack([ramp, np.swapaxes(ramp, 1, 2)], -1)
    moved = np.asarray(ops.image.elastic_transform(x, 6.0, 4.0, seed=1))
    ways = (moved - x)[0, 8:-8, 8:-8]
    assert ways.std() > 0.2
    assert np.abs(np.diff(ways, axis=0)).max() < 1
    # The two ways have nothing to do with each other.
    assert abs(np.corrcoef(ways[..., 0].ravel(), ways[..., 1].ravel())[0, 1]) < 0.9
    first = ops.image.elastic_transform(
        np.moveaxis(x, -1, 1), 6.0, 4.0, seed=1, data_format="channels_first"
    )
    assert_allclose(np.moveaxis(first, 1, -1), moved, atol=1e-5)
    whole = ops.image.elastic_transform(x[0].astype("uint8"), seed=1)
    assert whole.shape == (40, 40, 2)
    assert whole.dtype == jnp.uint8


@pytest.mark.parametrize("name", ops.image.__all__)
def test_signatures(name):
    ours, theirs = getattr(ops.image, name), getattr(keras.ops.image, name)
    one = inspect.signature(ours).parameters
    two = inspect.signature(theirs).parameters
    assert list(one) == list(two)
    assert [p.default for p in one.values()] == [p.default for p in two.values()]


def test_nothing_is_missing():
    theirs = {n for n in dir(keras.ops.image) if not n.startswith("_")}
    assert theirs == set(ops.image.__all__)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: ops.image.rgb_to_hsv(X.astype("uint8")), ArgumentTypeError, "floats"),
        (lambda: ops.image.rgb_to_hsv(X[..., :2]), ShapeError, "needs 3 channels"),
        (lambda: ops.image.pad_images(X, 1, 1), ConfigError, "two of top_padding"),
        (lambda: ops.image.pad_images(X, 1, 1, target_height=5, target_width=20),
         ConfigError, "`bottom_padding` would be -8"),
        (lambda: ops.image.crop_images(X, 5, 0, 5, 20), ConfigError,
         "`target_width` would be -5"),
        (lambda: ops.image.extract_patches(X, 20), ShapeError, "do not fit"),
        (lambda: ops.image.extract_patches(X, (1, 2, 3, 4)), ConfigError, "2 or 3"),
        (lambda: ops.image.extract_patches(X[0, 0], 2), ShapeError, "3 or 4 axes"),
        (lambda: ops.image.sobel_edges(X[0]), ShapeError, "a batch"),
        (lambda: ops.image.ssim(X, X[:1]), ShapeError, "one shape"),
        (lambda: ops.image.ssim(X, X, filter_size=13), ConfigError, "larger than"),
        (lambda: ops.image.scale_and_translate(X, X.shape, [1.0], [0.0], [1], "x"),
         ConfigError, "`method`"),
        (lambda: ops.image.elastic_transform(X, fill_mode="x"), ConfigError, "fill"),
    ],
)  # fmt: skip
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()
