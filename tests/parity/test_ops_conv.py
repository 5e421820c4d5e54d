"""Convolution, pooling and resizing against pip's Keras on JAX."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.ops import _conv, _image, _pool

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(0)
TWO = RNG.normal(size=(2, 9, 8, 4)).astype("float32")
LINE = RNG.normal(size=(2, 11, 4)).astype("float32")


def agree(ours, theirs) -> None:
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("x", [LINE, TWO], ids=["1d", "2d"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("strides", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2)], ids=str
)
@pytest.mark.parametrize("groups", [1, 2])
def test_conv(x, padding, strides, dilation, groups) -> None:
    rank = x.ndim - 2
    w = RNG.normal(size=(*(3, 2)[:rank], 4 // groups, 6)).astype("float32")
    options = {"strides": strides, "padding": padding, "dilation_rate": dilation}
    agree(_conv.conv(x, w, **options), keras.ops.conv(x, w, **options))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("strides", "dilation"), [(1, 1), (2, 1), (1, 2)], ids=str)
def test_depthwise_and_separable(padding, strides, dilation) -> None:
    w = RNG.normal(size=(3, 2, 4, 2)).astype("float32")
    point = RNG.normal(size=(1, 1, 8, 5)).astype("float32")
    options = {"strides": strides, "padding": padding, "dilation_rate": dilation}
    agree(
        _conv.depthwise_conv(TWO, w, **options),
        keras.ops.depthwise_conv(TWO, w, **options),
    )
    agree(
        _conv.separable_conv(TWO, w, point, **options),
        keras.ops.separable_conv(TWO, w, point, **options),
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("kernel", "strides", "output_padding", "dilation"),
    [
        (3, 1, None, 1),
        (3, 2, None, 1),
        (3, 2, 1, 1),
        (2, 2, None, 1),
        (2, 3, None, 1),
        (4, 2, 0, 1),
        (5, 3, 2, 1),
        (3, 1, None, 2),
    ],
)
@pytest.mark.parametrize("x", [LINE, TWO], ids=["1d", "2d"])
def test_conv_transpose(x, padding, kernel, strides, output_padding, dilation) -> None:
    w = RNG.normal(size=(*(kernel,) * (x.ndim - 2), 3, 4)).astype("float32")
    options = {
        "strides": strides,
        "padding": padding,
        "output_padding": output_padding,
        "dilation_rate": dilation,
    }
    agree(
        _conv.conv_transpose(x, w, **options), keras.ops.conv_transpose(x, w, **options)
    )


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize("x", [LINE, TWO], ids=["1d", "2d"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("size", "strides"), [(2, None), (2, 1), (3, None), (3, 2), (1, 2)], ids=str
)
def test_pools(name, x, padding, size, strides) -> None:
    ours = getattr(_pool, name)(x, size, strides, padding)
    # Keras on JAX does not take its own default of `strides` here.
    agree(ours, getattr(keras.ops, name)(x, size, strides or size, padding))


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("aspect", [None, "crop", "pad"])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("interpolation", _image.INTERPOLATIONS)
def test_resize(interpolation, antialias, aspect, data_format) -> None:
    options = {
        "interpolation": interpolation,
        "antialias": antialias,
        "crop_to_aspect_ratio": aspect == "crop",
        "pad_to_aspect_ratio": aspect == "pad",
        "fill_value": 0.5,
        "data_format": data_format,
    }
    for size in ((5, 13), (12, 4)):
        agree(
            _image.resize(TWO, size, **options),
            keras.ops.image.resize(TWO, size, **options),
        )


def test_resize_of_bytes() -> None:
    x = RNG.integers(0, 256, (7, 9, 3)).astype("uint8")
    for interpolation in _image.INTERPOLATIONS:
        ours = _image.resize(x, (11, 6), interpolation)
        theirs = keras.ops.image.resize(x, (11, 6), interpolation)
        np.testing.assert_array_equal(ours, theirs)
