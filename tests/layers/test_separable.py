"""Depthwise and separable convolution against NumPy, and their errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade.layers import DepthwiseConv2D, SeparableConv1D, SeparableConv2D


def test_each_channel_has_filters_of_its_own(rng) -> None:
    x = rng.normal(size=(2, 6, 5, 3)).astype("float32")
    layer = DepthwiseConv2D((3, 2), depth_multiplier=2, bias_initializer="ones")
    outputs = layer(x)
    kernel, bias = layer.get_weights()
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 2), (1, 2))
    expected = np.einsum("bijcuv,uvcm->bijcm", windows, kernel).reshape(2, 4, 4, 6)
    assert_allclose(outputs, expected + bias, atol=1e-5)


def test_separable_is_depthwise_then_pointwise(rng) -> None:
    x = rng.normal(size=(1, 5, 5, 3)).astype("float32")
    layer = SeparableConv2D(4, 3, depth_multiplier=2, use_bias=False)
    outputs = layer(x)
    depth, point = layer.get_weights()
    inner = DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, weights=[depth])
    assert_allclose(outputs, np.asarray(inner(x)) @ point[0, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "names", "count"),
    [
        (DepthwiseConv2D(3), ["kernel", "bias"], 36 + 4),
        (
            SeparableConv2D(8, 3),
            ["depthwise_kernel", "pointwise_kernel", "bias"],
            36 + 32 + 8,
        ),
    ],
)
def test_weights(layer, names, count) -> None:
    layer.build((None, 9, 9, 4))
    assert [w.name for w in layer.weights] == names
    assert layer.count_params() == count


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: DepthwiseConv2D(0), "`kernel_size` must be an int >= 1, got 0"),
        (
            lambda: DepthwiseConv2D(3, depth_multiplier=0),
            "`depth_multiplier` must be an int >= 1, got 0",
        ),
        (lambda: SeparableConv2D(-1, 3), "`filters` must be an int >= 1, got -1"),
        (lambda: SeparableConv1D(3, 3, padding="causal"), "must be one of 'valid'"),
        (
            lambda: SeparableConv1D(3, 3, strides=2, dilation_rate=2),
            "cannot both be above 1",
        ),
    ],
)
def test_wrong_arguments(make, text) -> None:
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize("layer", [DepthwiseConv2D(5), SeparableConv2D(2, 5)])
def test_a_window_larger_than_its_input(layer) -> None:
    with pytest.raises(ValueError, match="a window of 5 does not fit"):
        layer(np.ones((1, 4, 9, 2)))
    assert layer.weights == []
