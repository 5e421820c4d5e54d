"""Calls of whole models on arrays: compiled where that changes nothing but the time."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.models._calls import COMPILED_FROM


def made(*parts):
    return saccade.Sequential([layers.Input((3,)), *parts])


def compiled(model):
    """How many programs a model has compiled of its calls."""
    known = model._compiled_calls._known.values()
    return sum(found is not None and not isinstance(found, int) for found in known)


def often(model, x, **kwargs):
    return [model(x, **kwargs) for _ in range(COMPILED_FROM + 2)]


X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


@pytest.mark.parametrize("training", [None, False, True])
def test_compiled_calls_give_the_same_numbers(training):
    model = made(layers.Dense(4, activation="relu"), layers.Dense(2))
    outputs = often(model, X, training=training)
    assert compiled(model) == 1
    for output in outputs:
        np.testing.assert_allclose(output, outputs[0], rtol=1e-5, atol=1e-6)
    kernel, bias = model.layers[1].get_weights()
    model.layers[1].set_weights([kernel, bias + 1])
    np.testing.assert_allclose(model(X, training=training), outputs[0] + 1, rtol=1e-5)
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((4, 2)), verbose=0)
    after = model(X, training=training)
    np.testing.assert_allclose(after, model.predict(X, verbose=0), rtol=1e-5)
    assert compiled(model) == 1


def test_changed_layers_are_seen():
    model = made(layers.Dense(3), layers.Activation("relu"))
    often(model, X)
    model.layers[1].activation = saccade.activations.get("tanh")
    assert float(model(X).min()) < 0
    often(model, X)
    model.add(layers.Dense(5))
    assert model(X).shape == (4, 5)


def test_several_inputs_and_outputs():
    a, b = saccade.Input((3,)), saccade.Input((3,))
    model = saccade.Model([a, b], [layers.Add()([a, b]), a * 2.0])
    outputs = often(model, [X, X + 1])
    assert compiled(model) == 1
    for output in outputs:
        np.testing.assert_allclose(output[0], 2 * X + 1, rtol=1e-6)
        np.testing.assert_allclose(output[1], 2 * X, rtol=1e-6)


def test_random_numbers_and_statistics_stay_as_they_are():
    drops = made(layers.Dropout(0.5))
    outputs = often(drops, np.ones((4, 3), "float32"), training=True)
    assert len({np.asarray(output).tobytes() for output in outputs}) > 3
    often(drops, X, training=False)
    assert compiled(drops) == 1
    counts = made(layers.BatchNormalization())
    moving = []
    for _ in range(COMPILED_FROM + 2):
        counts(X + 5, training=True)
        moving.append(float(counts.layers[0].moving_mean.numpy()[0]))
    assert moving == sorted(set(moving))
    assert compiled(counts) == 0


def test_penalties_are_those_of_the_last_call():
    model = made(layers.Dense(2, activity_regularizer="l2"))
    often(model, X)
    assert compiled(model) == 0
    assert len(model.losses) == 1


def test_code_of_the_users_own_runs_each_time():
    seen = []

    class Own(layers.Layer):
        def call(self, x):
            seen.append(1)
            return x

    class Net(saccade.Model):
        def call(self, x):
            seen.append(1)
            return x

    x = saccade.Input((3,))
    ways = [
        made(layers.Lambda(lambda x: seen.append(1) or x)),
        made(layers.Dense(2, activation=lambda x: seen.append(1) or x)),
        saccade.Model(x, Own()(x)),
        Net(),
    ]
    for model in ways:
        model(X)
        seen.clear()
        outputs = often(model, X)
        assert len(seen) == len(outputs)


def test_gradients_go_through():
    model = made(layers.Dense(1, use_bias=False))
    often(model, X)
    slope = jax.grad(lambda x: model(x).sum())(jnp.asarray(X))
    expected = np.broadcast_to(model.layers[0].kernel.numpy()[:, 0], X.shape)
    np.testing.assert_allclose(slope, expected, rtol=1e-6)
    inside = jax.jit(lambda x: model(x))(X)
    np.testing.assert_allclose(inside, model(X), rtol=1e-5)


def test_errors_and_masks_are_those_of_other_calls():
    model = made(layers.Dense(2))
    often(model, X)
    with pytest.raises(ValueError, match="Dense"):
        model(np.ones((4, 7), "float32"))
    x = saccade.Input((None,), dtype="int32")
    words = saccade.Model(x, layers.Embedding(5, 2, mask_zero=True)(x))
    outputs = often(words, np.array([[1, 0]]))
    assert all(output._keras_mask is not None for output in outputs)
