"""Attention and EinsumDense against pip's Keras: outputs, weights, configs, files."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import saccade
from saccade import layers

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(5)
Q = RNG.normal(size=(2, 3, 6)).astype("float32")
V = RNG.normal(size=(2, 4, 6)).astype("float32")
SEEN = np.array([[1, 1, 0, 1], [1, 0, 0, 1]], bool)
PICTURE = RNG.normal(size=(2, 3, 4, 6)).astype("float32")


def pair(name, arguments, inputs):
    ours = getattr(layers, name)(name="layer", **arguments)
    theirs = getattr(keras.layers, name)(name="layer", **arguments)
    ours(*inputs)
    theirs(*inputs)
    weights = [RNG.normal(size=w.shape).astype("float32") for w in theirs.weights]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


CASES = [
    ("Attention", {}, ([Q, V],), {}),
    ("Attention", {"use_scale": True}, ([Q, V],), {"mask": [None, SEEN]}),
    ("Attention", {"score_mode": "concat"}, ([Q, V, V + 1],), {}),
    ("AdditiveAttention", {}, ([Q, V],), {"use_causal_mask": True}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, (Q, V), {}),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "output_shape": 7},
        (Q, V, V + 1),
        {"value_mask": SEEN},
    ),
    (
        "MultiHeadAttention",
        {"num_heads": 1, "key_dim": 2, "use_bias": False},
        (Q, Q),
        {"use_causal_mask": True},
    ),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "attention_axes": 2},
        (PICTURE, PICTURE),
        {},
    ),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, (PICTURE, PICTURE), {}),
    (
        "GroupQueryAttention",
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
        (Q, V),
        {},
    ),
    (
        "EinsumDense",
        {"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"},
        (Q,),
        {},
    ),
    (
        "EinsumDense",
        {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "d"},
        (Q,),
        {},
    ),
]


@pytest.mark.parametrize(("name", "arguments", "inputs", "call"), CASES)
def test_outputs_and_weights(name, arguments, inputs, call) -> None:
    ours, theirs = pair(name, arguments, inputs)
    assert_allclose(
        ours(*inputs, **call), theirs(*inputs, **call), rtol=1e-4, atol=1e-5
    )
    config = theirs.get_config()
    again = type(ours).from_config(ours.get_config())
    again(*inputs)
    again.set_weights(ours.get_weights())
    assert_allclose(again(*inputs), ours(*inputs), rtol=1e-6)
    unknown = {"quantization_config", "dtype"}
    assert set(config) - unknown <= set(ours.get_config())


def test_weights_files_travel(tmp_path) -> None:
    inputs = saccade.layers.Input((3, 6))
    x = layers.MultiHeadAttention(2, 3, name="mha")(inputs, inputs)
    ours = saccade.Model(inputs, layers.EinsumDense("abc,cd->abd", (None, 2))(x))
    start = keras.layers.Input((3, 6))
    y = keras.layers.MultiHeadAttention(2, 3, name="mha")(start, start)
    theirs = keras.Model(start, keras.layers.EinsumDense("abc,cd->abd", (None, 2))(y))
    theirs.save_weights(tmp_path / "a.weights.h5")
    ours.load_weights(tmp_path / "a.weights.h5")
    assert_allclose(
        ours.predict(Q, verbose=0), theirs.predict(Q, verbose=0), rtol=1e-4, atol=1e-5
    )
    theirs.save(tmp_path / "a.keras")
    loaded = saccade.saving.load_model(tmp_path / "a.keras")
    assert_allclose(
        loaded.predict(Q, verbose=0), theirs.predict(Q, verbose=0), rtol=1e-4, atol=1e-5
    )
