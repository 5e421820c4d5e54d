"""The functions of Keras 2's backend give what they gave on TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import backend as K
from saccade.core._errors import ConfigError, ShapeError, UnsupportedFeatureError

RECORD = json.loads(
    (Path(__file__).parents[1] / "data" / "backend_calls.json").read_text()
)
INTS = {"n": "int32", "yes": "bool"}
INPUTS = {
    name: jnp.asarray(np.array(value, INTS.get(name, "float32")))
    for name, value in RECORD["inputs"].items()
}


@pytest.mark.parametrize("expression", RECORD["calls"])
def test_gives_what_it_gave_on_tensorflow(expression: str) -> None:
    got = eval(expression, {**INPUTS, "K": K, "np": np})
    expected = RECORD["calls"][expression]
    if isinstance(expected, (bool, int, str)):
        assert got == expected
        return
    expected = np.asarray(expected)
    assert np.shape(got) == expected.shape
    np.testing.assert_allclose(
        np.asarray(got, "float64"), expected, rtol=2e-5, atol=2e-6
    )


def test_switch_takes_rows_and_functions() -> None:
    x, y = INPUTS["x"], INPUTS["y"]
    expected = np.where(np.asarray(INPUTS["yes"])[:, None], x, y)
    np.testing.assert_array_equal(K.switch(INPUTS["yes"], x, y), expected)
    made = K.switch(INPUTS["yes"], lambda: x, lambda: y)
    np.testing.assert_array_equal(made, expected)


def dice(y_true, y_pred):
    true, pred = K.flatten(y_true), K.flatten(y_pred)
    both = K.sum(true * pred)
    return 1 - (2.0 * both + K.epsilon()) / (K.sum(true) + K.sum(pred) + K.epsilon())


def focal(y_true, y_pred, gamma=2.0, alpha=0.25):
    pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
    right = K.switch(K.equal(y_true, 1.0), pred, 1 - pred)
    weight = y_true * alpha + (K.ones_like(y_true) - y_true) * (1 - alpha)
    return K.mean(-weight * K.pow(1 - right, gamma) * K.log(right), axis=-1)


def structure(y_true, y_pred):
    """SSIM of whole windows, with K's pooling."""
    mean_t, mean_p = (K.pool2d(y, (3, 3), pool_mode="avg") for y in (y_true, y_pred))
    var_t = K.pool2d(K.square(y_true), (3, 3), pool_mode="avg") - K.square(mean_t)
    var_p = K.pool2d(K.square(y_pred), (3, 3), pool_mode="avg") - K.square(mean_p)
    both = K.pool2d(y_true * y_pred, (3, 3), pool_mode="avg") - mean_t * mean_p
    top = (2 * mean_t * mean_p + 1e-4) * (2 * both + 9e-4)
    bottom = (K.square(mean_t) + K.square(mean_p) + 1e-4) * (var_t + var_p + 9e-4)
    return 1 - K.mean(top / bottom)


def edges(y_true, y_pred):
    """Differences of neighbours by a convolution, after padding and resizing."""
    kernel = K.reshape(K.constant([1.0, -1.0]), (1, 2, 1, 1))
    both = K.concatenate([y_true, y_pred], axis=0)
    found = K.conv2d(K.spatial_2d_padding(both), kernel, padding="same")
    larger = K.resize_images(found, 2, 2, "channels_last")
    true, pred = larger[: K.shape(y_true)[0]], larger[K.shape(y_true)[0] :]
    return K.mean(K.abs(true - pred), axis=[1, 2, 3])


@pytest.mark.parametrize("loss", [dice, focal, structure, edges])
def test_losses_of_older_programs_train(loss) -> None:
    rng = np.random.default_rng(0)
    pictures = rng.uniform(size=(10, 8, 8, 1)).astype("float32")
    masks = (pictures > 0.5).astype("float32")
    model = saccade.Sequential(
        [
            saccade.Input((8, 8, 1)),
            saccade.layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )
    model.compile(saccade.optimizers.Adam(0.1), loss)
    history = model.fit(pictures, masks, 4, epochs=8, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert history[-1] < history[0]


def test_functions_take_placeholders() -> None:
    x = saccade.Input((4, 6))
    flat = K.batch_flatten(K.maximum(K.square(x), y=0.5))
    assert flat.shape == (None, 24)
    model = saccade.Model(x, K.dot(flat, K.ones((24, 2))))
    assert model.predict(np.ones((3, 4, 6)), verbose=0).tolist() == [[24.0, 24.0]] * 3


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("function", "keras.Model(model.input, layer.output)"),
        ("get_session", "leave the line out"),
        ("gradients", "jax.grad"),
        ("learning_phase", "training=None"),
        ("placeholder", "keras.Input"),
        ("rnn", "ops.scan"),
        ("set_learning_phase", "training=False"),
        ("set_session", "leave the line out"),
    ],
)
def test_what_ended_with_graphs_says_what_to_use(name: str, fix: str) -> None:
    with pytest.raises(UnsupportedFeatureError) as caught:
        getattr(K, name)(1)
    assert f"K.{name}" in str(caught.value)
    assert fix in str(caught.value)


def test_phases_are_given() -> None:
    assert K.in_train_phase(1, lambda: 2, training=True) == 1
    assert K.in_test_phase(1, lambda: 2, training=True) == 2
    with pytest.raises(UnsupportedFeatureError, match="there is no global phase"):
        K.in_train_phase(1, 2)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: K.batch_dot(jnp.ones(3), jnp.ones((3, 1))), ShapeError, "a batch and"),
        (lambda: K.batch_dot(jnp.ones((2, 3)), jnp.ones((2, 4))), ShapeError, "do not"),
        (
            lambda: K.batch_dot(jnp.ones((2, 3)), jnp.ones((2, 3)), 0),
            ConfigError,
            "axis 0 is the batch",
        ),
        (lambda: K.bias_add(jnp.ones((2, 3)), jnp.ones((1, 1, 1))), ShapeError, "bias"),
        (
            lambda: K.conv2d_transpose(
                jnp.ones((1, 2, 2, 1)), jnp.ones((2, 2, 1, 1)), (1, 9, 9, 1)
            ),
            ShapeError,
            "`output_shape` .* a convolution of it has shape",
        ),
        (lambda: K.pool2d(INPUTS["pic"], 2, pool_mode="sum"), ConfigError, "pool_mode"),
        (lambda: K.repeat(jnp.ones(3), 2), ShapeError, "expected 2 axes"),
        (lambda: K.spatial_2d_padding(1, (1, 1, 1)), ConfigError, "2 pairs"),
        (lambda: K.temporal_padding(1, (1,)), ConfigError, "two numbers"),
    ],
)
def test_wrong_arguments(call, kind, text) -> None:
    with pytest.raises(kind, match=text):
        call()
