"""Layers on several arrays: values, shapes, errors; TimeDistributed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Input, layers
from saccade.core._scope import Scope

CASES = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "average": lambda x, y: (x + y) / 2,
    "maximum": np.maximum,
    "minimum": np.minimum,
}


@pytest.mark.parametrize("name", CASES)
def test_values_and_shapes(name, rng):
    x, y = rng.random((3, 4, 5), "float32"), rng.random((3, 5), "float32")
    layer = getattr(layers, name.capitalize())()
    expected = CASES[name](x, y[:, None])
    assert_allclose(layer([x, y]), expected, rtol=1e-6)
    assert layer.compute_output_shape([(None, 4, 5), (None, 5)]) == (None, 4, 5)
    function = getattr(layers, name)
    placeholder = function([Input((4, 5)), Input((5,))])
    assert placeholder.shape == (None, 4, 5)
    again = type(layer).from_config(layer.get_config())
    assert again.name == layer.name


def test_sums_of_many():
    ones = [np.ones((1, 2), "float32")] * 4
    assert_allclose(layers.add(ones), np.full((1, 2), 4.0))
    assert_allclose(layers.average(ones), np.ones((1, 2)))


def test_concatenate(rng):
    x, y = rng.random((2, 3, 4), "float32"), rng.random((2, 5, 4), "float32")
    layer = layers.Concatenate(axis=1)
    assert_allclose(layer([x, y]), np.concatenate([x, y], 1))
    assert layer.compute_output_shape([(None, 3, 4), (None, 5, 4)]) == (None, 8, 4)
    assert layer.compute_output_shape([(2, None, 4), (2, 5, None)]) == (2, None, 4)
    assert layer.get_config()["axis"] == 1


def test_dot_and_cosine(rng):
    x, y = rng.random((2, 3, 4), "float32"), rng.random((2, 4, 5), "float32")
    layer = layers.Dot(axes=(2, 1))
    assert_allclose(layer([x, y]), x @ y, rtol=1e-5)
    assert layer.compute_output_shape([(None, 3, 4), (None, 4, 5)]) == (None, 3, 5)
    a, b = rng.random((2, 4), "float32"), rng.random((2, 4), "float32")
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosine = layers.dot([a, b], axes=-1, normalize=True)
    assert_allclose(cosine[:, 0], (a * b).sum(1) / lengths, rtol=1e-5)


def test_misfits_name_both_layers_and_shapes():
    x = layers.Dense(3, name="narrow")(Input((4,)))
    y = layers.Dense(5, name="wide")(Input((4,)))
    text = r"\(None, 3\) from 'narrow' and \(None, 5\) from 'wide'"
    with pytest.raises(ValueError, match=text):
        layers.add([x, y])
    with pytest.raises(ValueError, match=r"concatenation axis 1, got .* from 'pic"):
        layers.Concatenate(axis=1)([Input((2, 3), name="pic"), Input((2, 4))])
    with pytest.raises(ValueError, match="called on at least 2 inputs, got 1"):
        layers.Add()([x])
    with pytest.raises(ValueError, match="at least 2 inputs, got one that is no list"):
        layers.Add()(x)
    with pytest.raises(ValueError, match="called on exactly 2 inputs, got 3"):
        layers.Subtract()([x, x, x])
    with pytest.raises(ValueError, match="not the batch axis, got 0"):
        layers.Dot(axes=0)
    with pytest.raises(ValueError, match="axis=3 is not there"):
        layers.Concatenate(axis=3)([x, y])


def test_time_distributed(rng):
    x = rng.random((2, 3, 6, 6, 1), "float32")
    layer = layers.TimeDistributed(layers.Conv2D(4, 3))
    result = layer(x)
    assert result.shape == (2, 3, 4, 4, 4)
    for step in range(3):
        assert_allclose(result[:, step], layer.layer(x[:, step]), rtol=1e-5, atol=1e-6)
    assert layer.compute_output_shape((None, 3, 6, 6, 1)) == (None, 3, 4, 4, 4)
    again = layers.TimeDistributed.from_config(layer.get_config())
    assert again.layer.filters == 4
    with pytest.raises(ValueError, match="at least 3 axes"):
        layers.TimeDistributed(layers.Dense(1))(np.ones((2, 3)))
    with pytest.raises(ValueError, match="Layer 3 supplied to Wrapper"):
        layers.TimeDistributed(3)


def test_rows_that_fill_a_batch_up_stay_out_of_inner_statistics(rng):
    x = rng.random((4, 3, 2), "float32")
    layer = layers.TimeDistributed(layers.BatchNormalization(momentum=0.0))
    layer.build(x.shape)
    norm = layer.layer
    with Scope(row_mask=np.array([True, True, True, False])) as scope:
        layer(x, training=True)
        (mean,) = scope.values([norm.moving_mean])
    assert_allclose(mean, x[:3].mean((0, 1)), rtol=1e-5)


def test_masks_are_joined_when_asked_for():
    x = np.ones((2, 3), "float32")
    one, two = np.array([True, False, False]), np.array([False, False, True])
    assert layers.Add().compute_mask([x, x], [one, two]).tolist() == [True, False, True]
    joined = layers.Concatenate(axis=-1).compute_mask([x, x], [one, two])
    assert joined.tolist() == [*one, *two]
    assert layers.Add().compute_mask([x, x], [None, None]) is None
    with pytest.raises(ValueError, match="should have the same length"):
        layers.Add().compute_mask([x, x], [one])
