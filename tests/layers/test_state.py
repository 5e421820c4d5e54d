"""What a layer holds besides its outputs: weights, seeds, metrics, and when."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade import RematScope, Sequential, layers, metrics, random, remat
from saccade.core._symbolic import KerasTensor


class Noisy(layers.Layer):
    def __init__(self):
        super().__init__()
        self.seed = random.SeedGenerator(7)

    def call(self, inputs):
        return inputs + random.normal(inputs.shape, seed=self.seed)


def test_layers_without_weights_are_built_when_made() -> None:
    assert layers.ReLU().built
    assert layers.Dropout(0.5).built
    assert layers.MaxPooling2D().built
    assert not layers.Dense(2).built
    assert not layers.TimeDistributed(layers.ReLU()).built


def test_seeds_are_variables_and_no_weights() -> None:
    layer = Noisy()
    (state,) = layer.variables
    assert layer.weights == []
    assert layer.non_trainable_variables == [state]
    assert_array_equal(state.numpy(), [7, 0])
    layer(np.ones(2))
    assert_array_equal(state.numpy(), [7, 1])
    state.assign([8, 5])
    assert layer.seed.seed == 8


def test_seeds_handed_in_make_the_numbers_of_a_pure_function() -> None:
    layer = Noisy()
    layer(np.ones(2))

    @jax.jit
    def draw(state):
        return layer.stateless_call([], [state], jnp.ones(2))

    one, (after,) = draw(np.array([3, 0], "uint32"))
    again, _ = draw(np.array([3, 0], "uint32"))
    other, _ = draw(after)
    assert_array_equal(one, again)
    assert not np.allclose(one, other)
    assert_array_equal(after, [3, 1])


def test_metrics_in_attributes() -> None:
    class Counts(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = [metrics.Mean()]

        def call(self, inputs):
            return inputs

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.layer = Counts()
            self.mean = metrics.Mean()

    layer = Outer()
    assert layer.metrics == [layer.mean, layer.layer.inner[0]]
    assert len(layer.metrics_variables) == 4
    assert layer.variables == []


def test_freezing_reaches_the_weights_and_keeps_their_order() -> None:
    layer = layers.BatchNormalization()
    layer.build((None, 2))
    names = [w.name for w in layer.weights]
    layer.trainable = False
    assert not layer.gamma.trainable
    assert [w.name for w in layer.weights] == names
    layer.trainable = True
    assert layer.gamma.trainable
    assert not layer.moving_mean.trainable


def test_wrong_ways_to_make_weights() -> None:
    class Late(layers.Layer):
        def call(self, inputs):
            self.w = self.add_weight(shape=())
            return inputs

    with pytest.raises(ValueError, match="cannot add new elements of state"):
        Late()(np.ones(2))
    layer = layers.Layer()
    with pytest.raises(ValueError, match="name as a keyword argument: name='w'"):
        layer.add_weight("w", shape=(2,))
    with pytest.raises(ValueError, match="`shape` was passed both positionally"):
        layer.add_weight((2,), shape=(2,))
    with pytest.raises(TypeError, match="at most 3 positional arguments, got 4"):
        layer.add_weight((2,), "zeros", "float32", True)
    with pytest.raises(ValueError, match="`trainable` to be a boolean, got 1"):
        layers.Dense(2, trainable=1)


def test_build_names_its_arguments_after_those_of_call() -> None:
    class Wrong(layers.Layer):
        def build(self, x_shape, z_shape):
            pass

        def call(self, x, y):
            return x + y

    class NoSuffix(Wrong):
        def build(self, x_shape, y):
            pass

    x = np.ones(2)
    with pytest.raises(ValueError, match="`z_shape`, but `call\\(\\)` does not have"):
        Wrong()(x, x)
    with pytest.raises(ValueError, match="argument `y`, which does not end in"):
        NoSuffix()(x, x)


def test_a_weight_that_is_not_there_yet_says_so() -> None:
    layer = layers.Dense(2, name="top")
    with pytest.raises(AttributeError, match="'top': is not built, so its weight `ker"):
        _ = layer.kernel
    assert not hasattr(layer, "kernel")
    with pytest.raises(AttributeError, match="'Dense' object has no attribute 'gamma'"):
        _ = layer.gamma
    layer.build((None, 3))
    assert layer.kernel.shape == (3, 2)


def test_a_config_that_does_not_fit() -> None:
    with pytest.raises(TypeError, match=r"Dense\.from_config: .* `units` must be a p"):
        layers.Dense.from_config({"units": -1})


@pytest.mark.parametrize(
    ("arguments", "twice"),
    [
        ({}, True),
        ({"mode": "activations"}, True),
        ({"mode": "larger_than", "output_size_threshold": 5}, True),
        ({"mode": "larger_than", "output_size_threshold": 50}, False),
        ({"mode": "list_of_layers", "layer_names": ["kept"]}, False),
        ({"mode": None}, False),
    ],
)
def test_values_computed_twice(arguments, twice) -> None:
    with RematScope(**arguments):
        layer = layers.Dense(3, activation="tanh", name="mine")
        norm = layers.BatchNormalization()
    model = Sequential([layers.Input((2,)), layer, norm])
    x = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")

    def total(values):
        outputs, _ = model.stateless_call(
            values, [v.value for v in model.non_trainable_variables], x, training=True
        )
        return jnp.sum(outputs**3)

    values = [v.value for v in model.trainable_variables]
    text = str(jax.make_jaxpr(jax.grad(total))(values))
    assert ("remat" in text or "checkpoint" in text) is twice or arguments != {}
    found = jax.grad(total)(values)
    layer._remat = norm._remat = None
    for one, two in zip(found, jax.grad(total)(values), strict=True):
        assert_allclose(one, two, rtol=1e-4, atol=1e-5)


def test_statistics_move_when_computed_twice() -> None:
    with RematScope():
        layer = layers.BatchNormalization()
    layer(np.ones((2, 3)), training=True)
    assert_allclose(layer.moving_mean.numpy(), 0.01, rtol=1e-5)
    with pytest.raises(ValueError, match="`mode` must be 'full'"):
        RematScope("half")
    assert float(jax.grad(remat(jnp.sin))(0.0)) == 1.0


def test_renormalization_trains_and_predicts() -> None:
    layer = layers.BatchNormalization(
        renorm=True, renorm_clipping={"rmax": 3.0, "rmin": 0.3, "dmax": 5.0}
    )
    x = np.random.default_rng(0).normal(3, 2, (64, 2)).astype("float32")
    for _ in range(400):
        layer(x, training=True)
    usual = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3)
    assert_allclose(layer(x, training=True), usual, atol=0.2)
    assert_allclose(layer.moving_stddev.numpy(), x.std(0), rtol=0.05)
    assert layer(KerasTensor((None, 2))).shape == (None, 2)
