"""The base of layers: building by hand, names, configs."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.layers import Dense, Layer


class Twice(Layer):
    """Two layers, built by hand as Keras shows it."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.first = Dense(units)
        self.second = Dense(units, use_bias=False)

    def build(self, input_shape):
        super().build(input_shape)
        self.gain = self.add_weight(name="gain", shape=(), initializer="ones")
        self.first.build(input_shape)
        self.second.build((*input_shape[:-1], self.units))

    def call(self, inputs):
        return self.second(self.first(inputs)) * self.gain


def test_building_by_hand_names_weights_and_happens_once() -> None:
    layer = Twice(3)
    layer.build((None, 2))
    assert layer.built
    assert layer.first.built
    names = ["gain", "dense/kernel", "dense/bias", "dense_1/kernel"]
    assert [w.path for w in layer.weights] == [f"twice/{name}" for name in names]
    before = layer.get_weights()
    layer.build((None, 2))
    assert layer(np.ones((4, 2))).shape == (4, 3)
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_building_by_a_call_gives_the_same_names() -> None:
    by_hand, by_call = Twice(3, name="a"), Twice(3, name="a")
    by_hand.build((None, 2))
    by_call(np.ones((1, 2)))
    ours = [w.path.rpartition("/")[2] for w in by_call.weights]
    assert ours == [w.path.rpartition("/")[2] for w in by_hand.weights]
    assert by_call.weights[0].path == "a/gain"


def test_a_failed_build_can_be_repeated() -> None:
    layer = Dense(3)
    with pytest.raises(ValueError, match="last size"):
        layer.build((None, None))
    layer.build((None, 4))
    assert layer.weights[0].path == "dense/kernel"


def test_a_penalty_on_outputs_is_in_the_config() -> None:
    layer = Layer(activity_regularizer="l2")
    assert layer.get_config()["activity_regularizer"]["class_name"] == "L2"
    assert "activity_regularizer" not in Layer().get_config()
