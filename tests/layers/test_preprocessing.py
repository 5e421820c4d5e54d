"""Rescaling, Normalization, Resizing and CenterCrop, and their errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade.layers import CenterCrop, Normalization, Rescaling, Resizing


def test_rescaling_of_pictures_as_they_are_stored() -> None:
    x = np.array([[[[0, 51, 255]]]], "uint8")
    outputs = Rescaling(1 / 127.5, offset=-1)(x)
    assert outputs.dtype == "float32"
    assert_allclose(np.ravel(outputs), [-1, -0.6, 1], rtol=1e-6)
    assert_allclose(np.ravel(Rescaling([1, 2, 0])(x)), [0, 102, 0])


def test_rescaling_config_holds_arrays() -> None:
    layer = Rescaling(np.array([1.0, 2.0]), offset=3)
    again = Rescaling.from_config(layer.get_config())
    assert_allclose(again(np.ones((1, 2))), [[4, 5]])


def test_normalization_of_columns(rng) -> None:
    data = rng.normal(5, 3, (1000, 4)).astype("float32")
    layer = Normalization()
    layer.adapt(data)
    outputs = np.asarray(layer(data))
    assert_allclose(outputs.mean(0), np.zeros(4), atol=1e-5)
    assert_allclose(outputs.std(0), np.ones(4), atol=1e-5)
    back = Normalization(invert=True)
    back.adapt(data)
    assert_allclose(back(outputs), data, atol=1e-4)
    assert [w.path for w in layer.weights] == [
        f"{layer.name}/{name}" for name in ("mean", "variance", "count")
    ]
    assert layer.trainable_weights == []


@pytest.mark.parametrize("axis", [None, -1, (1, 3)])
def test_statistics_by_axis(axis, rng) -> None:
    data = rng.integers(0, 255, (30, 4, 5, 3)).astype("uint8")
    layer = Normalization(axis)
    layer.adapt(data)
    kept = () if axis is None else tuple(a % 4 for a in np.atleast_1d(axis))
    over = tuple(a for a in range(4) if a not in kept)
    mean = data.mean(over, keepdims=True)
    deviation = data.std(over, keepdims=True)
    assert_allclose(layer(data), (data - mean) / deviation, atol=1e-5)


def test_statistics_of_batches_are_those_of_all(rng) -> None:
    data = rng.normal(100, 1, (50, 3))
    whole, parts = Normalization(), Normalization()
    whole.adapt(data)
    parts.adapt(data[start : start + 8] for start in range(0, 50, 8))
    assert_allclose(parts.mean, whole.mean, rtol=1e-6)
    assert_allclose(parts.variance, whole.variance, rtol=1e-5)
    pairs = Normalization()
    pairs.adapt([(data[:20], None), (data[20:], None)])
    assert_allclose(pairs.variance, whole.variance, rtol=1e-5)


def test_large_arrays_are_read_in_pieces(rng) -> None:
    data = rng.normal(3, 2, (70_000, 32)).astype("float32")
    layer = Normalization()
    layer.adapt(data)
    assert_allclose(np.ravel(layer.mean), data.mean(0, dtype="float64"), rtol=1e-6)
    assert_allclose(np.ravel(layer.variance), data.var(0, dtype="float64"), rtol=1e-5)


def test_given_statistics() -> None:
    layer = Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0])
    assert_allclose(layer(np.array([[3.0, 5.0]])), [[1, 1]])
    assert layer.weights == []
    scalar = Normalization(mean=3.0, variance=4.0)
    assert_allclose(scalar(np.array([[5.0, 1.0]])), [[1, -1]])
    with pytest.raises(ValueError, match="`adapt` has no use"):
        layer.adapt(np.ones((2, 2)))


def test_weights_set_later_are_used() -> None:
    layer = Normalization()
    layer.build((None, 1))
    layer.set_weights([[2.0], [4.0], 0])
    assert_allclose(layer(np.array([[6.0]])), [[2]])


def test_normalization_errors() -> None:
    with pytest.raises(
        ValueError, match="`mean` and `variance` must be given together"
    ):
        Normalization(mean=1.0)
    with pytest.raises(ValueError, match="must have one shape"):
        Normalization(mean=[1.0], variance=[1.0, 2.0])
    with pytest.raises(ValueError, match="`adapt` was given no data"):
        Normalization().adapt([])
    with pytest.raises(TypeError, match="an array, a table or an iterable"):
        Normalization().adapt(object())
    with pytest.raises(ValueError, match=r"needs known sizes on `axis` \(5,\)"):
        Normalization(5).build((None, 3))
    layer = Normalization()
    layer.build((None, 3))
    with pytest.raises(ValueError, match=r"data of shape \(4, 2\), which do not fit"):
        layer.adapt(np.ones((4, 2)))


def test_resizing_keeps_whole_numbers(rng) -> None:
    x = rng.integers(0, 255, (2, 8, 8, 1)).astype("uint8")
    outputs = Resizing(4, 4, antialias=True)(x)
    assert outputs.dtype == "uint8"
    assert outputs.shape == (2, 4, 4, 1)
    assert Resizing(3, 5)(x[0]).shape == (3, 5, 1)


def test_centre(rng) -> None:
    x = rng.normal(size=(2, 7, 8, 3)).astype("float32")
    assert_allclose(CenterCrop(4, 4)(x), x[:, 1:5, 2:6])
    assert_allclose(CenterCrop(7, 2)(x[0]), x[0, :, 3:5])
    assert CenterCrop(9, 4)(x).shape == (2, 9, 4, 3)
    first = np.moveaxis(x, -1, 1)
    assert_allclose(CenterCrop(4, 4, "channels_first")(first), first[:, :, 1:5, 2:6])


@pytest.mark.parametrize("cls", [Resizing, CenterCrop])
def test_sizes(cls) -> None:
    with pytest.raises(ValueError, match="`height` must be an int >= 1, got 0"):
        cls(0, 3)
    with pytest.raises(ValueError, match=r"expected one picture \(3 axes\) or a batch"):
        cls(2, 3)(np.ones((2, 4)))


def test_resizing_errors() -> None:
    with pytest.raises(ValueError, match="did you mean 'bicubic'"):
        Resizing(2, 2, "bicubik")
    with pytest.raises(ValueError, match="exclude each other"):
        Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    with pytest.raises(ValueError, match="`fill_mode` must be one of 'constant'"):
        Resizing(2, 2, fill_mode="reflect")


@pytest.mark.parametrize(
    "layer", [Resizing(4, 6), CenterCrop(4, 6), CenterCrop(12, 20)]
)
def test_dicts_resize_masks_without_mixing_their_values(layer):
    masks = np.arange(160).reshape(2, 8, 10, 1).astype("uint8")
    images = np.ones((2, 8, 10, 3), "float32")
    data = {"images": images, "segmentation_masks": masks, "labels": np.arange(2)}
    result = layer(data)
    size = (layer.height, layer.width)
    assert result["images"].shape == (2, *size, 3)
    assert result["segmentation_masks"].shape == (2, *size, 1)
    assert result["segmentation_masks"].dtype == "uint8"
    assert set(np.ravel(result["segmentation_masks"])) <= set(range(160))
    np.testing.assert_array_equal(result["labels"], np.arange(2))
    shapes = layer.compute_output_shape({"images": images.shape, "labels": (2,)})
    assert shapes == {"images": (2, *size, 3), "labels": (2,)}
