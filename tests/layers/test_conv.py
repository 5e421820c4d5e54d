"""Convolution layers against NumPy, and their errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers
from saccade.layers import (
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    DepthwiseConv2D,
)


def reference(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A convolution of pictures, one window at a time."""
    kh, kw = kernel.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(x, (kh, kw), (1, 2))
    return np.einsum("bijcuv,uvcf->bijf", windows, kernel)


def test_conv2d_sums_over_windows(rng) -> None:
    x = rng.normal(size=(2, 6, 5, 3)).astype("float32")
    layer = Conv2D(4, (3, 2), activation="relu", bias_initializer="ones")
    outputs = layer(x)
    kernel, bias = layer.get_weights()
    assert_allclose(outputs, np.maximum(reference(x, kernel) + bias, 0), atol=1e-5)


def test_causal_outputs_do_not_see_the_future() -> None:
    layer = Conv1D(1, 2, padding="causal", dilation_rate=2, kernel_initializer="ones")
    outputs = layer(np.arange(1.0, 6.0).reshape(1, 5, 1))
    assert_allclose(np.ravel(outputs), [1, 2, 4, 6, 8])


@pytest.mark.parametrize(
    "cls", [Conv1D, Conv2D, layers.Conv3D, layers.Conv1DTranspose, DepthwiseConv2D]
)
@pytest.mark.parametrize("activation", [None, "relu"])
def test_channels_first_is_the_same_sum(cls, activation, rng) -> None:
    x = rng.normal(size=(2, *(6, 5, 4)[: cls.rank], 4)).astype("float32")
    arguments = {"kernel_size": 2, "activation": activation, "use_bias": True}
    if cls is not DepthwiseConv2D:
        arguments["filters"] = 3
    last = cls(**arguments)
    first = cls(data_format="channels_first", bias_initializer="ones", **arguments)
    expected = last(x)
    first(np.moveaxis(x, -1, 1))
    kernel, bias = last.get_weights()
    first.set_weights([kernel, bias])
    outputs = first(np.moveaxis(x, -1, 1))
    assert_allclose(np.moveaxis(np.asarray(outputs), 1, -1), expected, atol=1e-5)


def test_causal_channels_first(rng) -> None:
    x = rng.normal(size=(2, 7, 3)).astype("float32")
    last = Conv1D(2, 3, padding="causal")
    first = Conv1D(2, 3, padding="causal", data_format="channels_first")
    expected = last(x)
    first(x.transpose(0, 2, 1))
    first.set_weights(last.get_weights())
    outputs = np.asarray(first(x.transpose(0, 2, 1)))
    assert_allclose(outputs.transpose(0, 2, 1), expected, atol=1e-6)


def test_transposed_undoes_shapes() -> None:
    shape = Conv2D(3, 3, strides=2, padding="same").compute_output_shape(
        (None, 8, 8, 1)
    )
    assert shape == (None, 4, 4, 3)
    back = Conv2DTranspose(1, 3, strides=2, padding="same")
    assert back.compute_output_shape(shape) == (None, 8, 8, 1)


def test_numbers_of_weights() -> None:
    model_parts = [
        (Conv2D(4, 3), (None, 28, 28, 1), 40),
        (Conv2D(8, 3, groups=2), (None, 9, 9, 4), 8 * 9 * 2 + 8),
        (Conv2DTranspose(8, 3), (None, 9, 9, 4), 36 * 8 + 8),
    ]
    for layer, shape, count in model_parts:
        layer.build(shape)
        assert layer.count_params() == count


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"filters": 0}, "`filters` must be an int >= 1, got 0"),
        ({"filters": -2}, "`filters` must be an int >= 1, got -2"),
        ({"kernel_size": (3, 0)}, "`kernel_size` must be an int >= 1, got 0"),
        ({"kernel_size": (3, 3, 3)}, r"`kernel_size` must be one int or 2 ints"),
        ({"strides": 0}, "`strides` must be an int >= 1, got 0"),
        ({"dilation_rate": -1}, "`dilation_rate` must be an int >= 1, got -1"),
        ({"strides": 2, "dilation_rate": 2}, "cannot both be above 1"),
        ({"groups": 3}, "`filters` must be a multiple of `groups`"),
        ({"groups": 0}, "`groups` must be an int >= 1, got 0"),
        ({"padding": "causal"}, "`padding` must be one of 'valid', 'same'"),
        ({"padding": "sane"}, "did you mean 'same'"),
        ({"data_format": "channel_last"}, "did you mean 'channels_last'"),
        ({"activation": "relo"}, "did you mean 'relu'"),
    ],
)
def test_wrong_arguments(arguments, text) -> None:
    with pytest.raises(ValueError, match=text):
        Conv2D(**{"filters": 4, "kernel_size": 3, **arguments}, name="stem")


def test_output_padding_is_below_the_strides() -> None:
    with pytest.raises(ValueError, match="`output_padding` must be below `strides`"):
        Conv2DTranspose(3, 3, strides=2, output_padding=2)


def test_a_window_larger_than_its_input() -> None:
    layer = Conv2D(4, 5, name="stem")
    with pytest.raises(ValueError, match=r"Conv2D 'stem': a window of 5 does not fit"):
        layer(np.ones((1, 4, 9, 1)))
    assert not layer.built
    assert layer.weights == []


def test_a_window_larger_than_a_later_input() -> None:
    layer = Conv2D(4, 5)
    layer(layers.Input((None, None, 1)))
    with pytest.raises(ValueError, match="Conv2D 'conv2d': a window of 5 does not fit"):
        layer(np.ones((1, 4, 9, 1)))


def test_a_missing_channel_axis_says_how_to_add_it() -> None:
    layer = Conv2D(4, 3)
    with pytest.raises(ValueError, match=r"4 axes(.|\n)*x\[..., None\]"):
        layer(np.ones((10, 28, 28)))
    assert layer.weights == []


def test_other_channels_than_built_for() -> None:
    layer = Conv2D(4, 3)
    layer(np.ones((1, 8, 8, 3)))
    with pytest.raises(ValueError, match="expected size 3 on axis 3"):
        layer(np.ones((1, 8, 8, 1)))


def test_channels_must_be_known_and_divide_into_groups() -> None:
    with pytest.raises(
        ValueError, match="number of channels of the input must be known"
    ):
        Conv2D(4, 3)(layers.Input((8, 8, None)))
    with pytest.raises(ValueError, match=r"the 3 channels .* groups=2"):
        Conv2D(4, 3, groups=2)(np.ones((1, 8, 8, 3)))


def test_old_names() -> None:
    assert layers.Convolution2D is Conv2D
    assert layers.serialize(layers.Convolution2D(3, 3))["class_name"] == "Conv2D"
