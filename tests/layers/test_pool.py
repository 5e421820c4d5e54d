"""Pooling layers against NumPy, and their errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers
from saccade.layers import AveragePooling2D, MaxPooling1D, MaxPooling2D


def blocks(x: np.ndarray) -> np.ndarray:
    b, h, w, c = x.shape
    return x.reshape(b, h // 2, 2, w // 2, 2, c)


def test_windows_side_by_side(rng) -> None:
    x = rng.normal(size=(2, 6, 4, 3)).astype("float32")
    assert_allclose(MaxPooling2D()(x), blocks(x).max((2, 4)))
    assert_allclose(AveragePooling2D()(x), blocks(x).mean((2, 4)), atol=1e-6)


def test_borders_count_nothing() -> None:
    x = np.full((1, 3, 3, 1), -2.0)
    for cls in (MaxPooling2D, AveragePooling2D):
        assert_allclose(cls(2, padding="same")(x), np.full((1, 2, 2, 1), -2.0))


def test_strides_default_to_the_window() -> None:
    layer = MaxPooling2D((3, 2))
    assert layer.strides == (3, 2)
    assert layer.compute_output_shape((None, 9, 9, 1)) == (None, 3, 4, 1)
    overlapping = MaxPooling1D(3, strides=1)(np.arange(5.0).reshape(1, 5, 1))
    assert_allclose(np.ravel(overlapping), [2, 3, 4])


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_global_pooling(rank, keepdims, rng) -> None:
    x = rng.normal(size=(2, *(4, 3, 5)[:rank], 6)).astype("float32")
    axes = tuple(range(1, rank + 1))
    for name, reduce in (("Max", np.max), ("Average", np.mean)):
        cls = getattr(layers, f"Global{name}Pooling{rank}D")
        expected = reduce(x, axes, keepdims=keepdims)
        assert_allclose(cls(keepdims=keepdims)(x), expected, atol=1e-6)
        first = cls("channels_first", keepdims=keepdims)(np.moveaxis(x, -1, 1))
        if keepdims:
            expected = np.moveaxis(expected, -1, 1)
        assert_allclose(first, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"pool_size": 0}, "`pool_size` must be an int >= 1, got 0"),
        ({"pool_size": (2, 2, 2)}, "`pool_size` must be one int or 2 ints"),
        ({"strides": -1}, "`strides` must be an int >= 1, got -1"),
        ({"padding": "causal"}, "`padding` must be one of 'valid', 'same'"),
        ({"data_format": "last"}, "`data_format` must be one of"),
    ],
)
def test_wrong_arguments(arguments, text) -> None:
    with pytest.raises(ValueError, match=text):
        MaxPooling2D(**arguments)


def test_too_many_poolings_in_a_row() -> None:
    with pytest.raises(
        ValueError, match=r"'last': a window of 2 does not fit(.|\n)*padding='same'"
    ):
        MaxPooling2D(name="last")(layers.Input((1, 8, 3)))


def test_wrong_number_of_axes() -> None:
    with pytest.raises(ValueError, match="4 axes"):
        MaxPooling2D()(np.ones((2, 4, 4)))


def test_old_names() -> None:
    assert layers.MaxPool2D is MaxPooling2D
    assert layers.AvgPool2D is AveragePooling2D
    assert layers.GlobalAvgPool2D is layers.GlobalAveragePooling2D
