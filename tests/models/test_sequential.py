"""Sequential: building, names, weights, configs."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import ConfigError, NotBuiltError


@pytest.mark.parametrize(
    "first",
    [
        lambda: [layers.Input((5,)), layers.Dense(3)],
        lambda: [layers.Dense(3, input_shape=(5,))],
        lambda: [layers.Dense(3, input_dim=5)],
        lambda: [layers.InputLayer(shape=(5,)), layers.Dense(3)],
    ],
)
def test_every_way_to_say_the_input_builds_at_once(first):
    model = saccade.Sequential(first())
    assert model.built
    assert model.input_shape == (None, 5)
    assert model.output_shape == (None, 3)
    assert [layer.name for layer in model.layers] == ["dense"]


def test_names_and_paths_are_those_of_keras():
    model = saccade.Sequential()
    model.add(layers.Input((8, 8, 1)))
    model.add(layers.Conv2D(2, 3))
    model.add(layers.Conv2D(2, 3))
    model.add(layers.BatchNormalization())
    model.add(layers.Flatten())
    model.add(layers.Dense(3, name="top"))
    assert model.name == "sequential"
    assert [x.name for x in model.layers] == [
        "conv2d", "conv2d_1", "batch_normalization", "flatten", "top",
    ]  # fmt: skip
    assert [v.name for v in model.weights] == [
        "kernel", "bias", "kernel", "bias", "gamma", "beta", "moving_mean",
        "moving_variance", "kernel", "bias",
    ]  # fmt: skip
    assert model.weights[-1].path == "sequential/top/bias"
    assert len(model.trainable_weights) == 8
    assert [v.name for v in model.non_trainable_weights] == [
        "moving_mean", "moving_variance",
    ]  # fmt: skip
    assert saccade.Sequential().name == "sequential_1"


def test_a_model_without_a_shape_is_built_by_the_data(rng):
    model = saccade.Sequential([layers.Dense(10), layers.Dense(1)])
    assert not model.built
    with pytest.raises(NotBuiltError, match="its weights do not exist yet"):
        model.count_params()
    model.compile("sgd", "mse")
    model.fit(rng.normal(size=(20, 6)), rng.normal(size=20), verbose=0)
    assert model.input_shape == (None, 6)
    assert model.count_params() == 6 * 10 + 10 + 11


def test_adding_and_popping_keep_weights():
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(2)])
    kernel = model.layers[0].kernel.numpy()
    popped = model.pop()
    assert popped.name == "dense_1"
    assert model.output_shape == (None, 3)
    model.add(layers.Dense(5))
    assert model.output_shape == (None, 5)
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), kernel)


def test_calling_agrees_with_predicting(rng):
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3, "relu")])
    x = rng.normal(size=(6, 4)).astype("float32")
    np.testing.assert_allclose(
        np.asarray(model(x)), model.predict(x, verbose=0), rtol=1e-6
    )
    nested = saccade.Sequential([layers.Input((4,)), model, layers.Dense(2)])
    assert nested.output_shape == (None, 2)
    assert nested.count_params() == model.count_params() + 8


def test_weights_go_out_and_in():
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3)])
    arrays = [a + 1 for a in model.get_weights()]
    model.set_weights(arrays)
    for a, b in zip(arrays, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="expected 2 arrays of weights, got 1"):
        model.set_weights(arrays[:1])
    with pytest.raises(ValueError, match=r"expected shape \(4, 3\) for the weight"):
        model.set_weights([arrays[0].T, arrays[1]])
    np.testing.assert_array_equal(model.get_weights()[1], arrays[1])


def test_layers_are_found_by_name_and_number():
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3, name="top")])
    assert model.get_layer("top") is model.get_layer(index=0) is model.layers[0]
    with pytest.raises(ConfigError, match="did you mean 'top'"):
        model.get_layer("tob")
    with pytest.raises(ConfigError, match="must be below 1, the number of layers"):
        model.get_layer(index=1)


def test_a_model_comes_back_from_its_config():
    model = saccade.Sequential(
        [layers.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.Flatten()], name="net"
    )
    config = model.get_config()
    again = saccade.Sequential.from_config(config)
    assert again.get_config() == config
    assert again.output_shape == model.output_shape


def test_what_is_no_layer_is_refused():
    with pytest.raises(ConfigError, match=r"make an object of the class: Dense"):
        saccade.Sequential([layers.Dense])
    with pytest.raises(ConfigError, match=r"Only instances of .*got 3"):
        saccade.Sequential([3])
    with pytest.raises(ConfigError, match="unique names; 'a' is there already"):
        saccade.Sequential([layers.Dense(1, name="a"), layers.Dense(1, name="a")])
    with pytest.raises(ConfigError, match="can only be the first layer"):
        saccade.Sequential([layers.Dense(1), layers.Input((3,))])


def test_freezing_a_layer_freezes_its_weights(rng):
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(1)])
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(rng.normal(size=(8, 4)), rng.normal(size=8), verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])


def test_subclassed_models_train(rng):
    class Net(saccade.Model):
        def __init__(self):
            super().__init__()
            self.hidden = [layers.Dense(8, "relu"), layers.Dense(8, "relu")]
            self.top = layers.Dense(1)
            self.drop = layers.Dropout(0.1)

        def call(self, inputs, training=False):
            x = inputs
            for layer in self.hidden:
                x = layer(x)
            return self.top(self.drop(x, training=training))

    x = rng.normal(size=(50, 4)).astype("float32")
    y = x.sum(axis=1)
    model = Net()
    model.compile(saccade.optimizers.Adam(0.02), "mse")
    history = model.fit(x, y, epochs=30, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0] / 2
    assert len(model.layers) == 4
    assert model.predict(x, verbose=0).shape == (50, 1)


def test_penalties_join_the_loss(rng):
    x, y = rng.normal(size=(10, 3)).astype("float32"), np.zeros(10, "float32")
    plain = saccade.Sequential([layers.Input((3,)), layers.Dense(2)])
    model = saccade.Sequential(
        [
            layers.Input((3,)),
            layers.Dense(2, kernel_regularizer="l2", activity_regularizer="l1"),
        ]
    )
    plain.set_weights(model.get_weights())
    plain.compile("sgd", "mse")
    model.compile("sgd", "mse")
    target = np.stack([y, y], axis=1)
    kernel = model.get_weights()[0]
    expected = (
        plain.evaluate(x, target, verbose=0, batch_size=4)
        + 0.01 * np.square(kernel).sum()
        + 0.01 * np.abs(plain.predict(x, verbose=0)).sum() / 10
    )
    # The last batch has two real rows: the penalty is over those alone.
    got = model.evaluate(x, target, verbose=0, batch_size=4)
    assert got == pytest.approx(expected, rel=1e-4)


def test_layers_built_inside_call_have_their_parents_names_in_the_path():
    class Block(layers.Layer):
        def __init__(self):
            super().__init__(name="block")
            self.inner = layers.Dense(2, name="inner")

        def call(self, inputs):
            return self.inner(inputs)

    model = saccade.Sequential([layers.Input((4,)), Block()], name="net")
    assert model.weights[0].path == "net/block/inner/kernel"

    class Net(saccade.Model):
        def __init__(self):
            super().__init__(name="own")
            self.block = Block()

        def call(self, inputs):
            return self.block(inputs)

    model = Net()
    model(np.ones((1, 4)))
    assert model.weights[1].path == "own/block/inner/bias"


def test_the_first_layer_may_take_a_list_or_a_dict():
    class Sum(layers.Layer):
        def call(self, inputs):
            return sum(inputs.values()) if isinstance(inputs, dict) else sum(inputs)

    a, b = np.ones((4, 2), "float32"), np.full((4, 2), 2.0, "float32")
    for x in ([a, b], {"a": a, "b": b}):
        model = saccade.Sequential([Sum(), layers.Dense(1, kernel_initializer="ones")])
        assert model(x).tolist() == [[6.0]] * 4
        assert model.predict(x, verbose=0).tolist() == [[6.0]] * 4
        lines = []
        model.summary(print_fn=lines.append)
        assert "Total params: 3" in lines[0]
        fresh = saccade.Sequential([Sum(), layers.Dense(1)])
        fresh.compile("sgd", "mse")
        fresh.fit(x, np.ones((4, 1)), verbose=0)
        assert fresh.count_params() == 3


def test_another_shape_than_that_of_the_input_is_refused():
    model = saccade.Sequential([layers.Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match=r"already been configured.*\(None, 2\), got"):
        model.build((None, 4))
    model.build((3, 2))


def test_a_layer_of_two_arguments_does_not_fit_in_a_chain():
    class Two(layers.Layer):
        def call(self, inputs, other):
            return inputs

    model = saccade.Sequential([Two()])
    with pytest.raises(ValueError, match=r"single required positional.*'other'"):
        model.build((None, 2))
