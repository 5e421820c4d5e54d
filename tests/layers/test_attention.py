"""Attention layers: weights, dropout, what is refused."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from saccade import layers

X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


def test_weights_of_attention_sum_to_one_and_obey_the_mask() -> None:
    seen = jnp.array([[True, True, False]] * 2)
    _, weights = layers.Attention()(
        [X, X], mask=[None, seen], return_attention_scores=True
    )
    np.testing.assert_allclose(weights.sum(-1), np.ones((2, 3)), rtol=1e-6)
    np.testing.assert_array_equal(weights[..., 2], np.zeros((2, 3)))


def test_dropout_acts_in_training_only() -> None:
    layer = layers.MultiHeadAttention(2, 3, dropout=0.5, seed=1)
    plain = layer(X, X)
    np.testing.assert_array_equal(layer(X, X, training=False), plain)
    assert not np.allclose(layer(X, X, training=True), plain)


def test_values_may_have_another_size_than_keys() -> None:
    layer = layers.MultiHeadAttention(2, 3, value_dim=5)
    assert layer(X, X).shape == X.shape
    assert layer.value_dense.kernel.shape == (4, 2, 5)


def test_projections_start_different() -> None:
    layer = layers.MultiHeadAttention(2, 3, kernel_initializer="he_normal")
    layer(X, X)
    query, key = layer.weights[0], layer.weights[2]
    assert not np.allclose(query, key)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.MultiHeadAttention(0, 3), "num_heads"),
        (lambda: layers.GroupQueryAttention(2, 3, 2), "must divide"),
        (lambda: layers.Attention(score_mode="sum"), "score_mode"),
        (lambda: layers.Attention()(X), r"\[query, value\]"),
        (lambda: layers.EinsumDense("ab-bc", 3), "cannot read the equation"),
        (lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="z")(X[0]), "bias_axes"),
        (lambda: layers.EinsumDense("ab,bc->ac", 3)(X), "does not fit"),
        (lambda: layers.AdaptiveMaxPooling2D(0), "output_size"),
    ],
)
def test_wrong_arguments(make, text) -> None:
    with pytest.raises(ValueError, match=text):
        make()


def test_refused_options() -> None:
    with pytest.raises(NotImplementedError, match="sliding_window"):
        layers.MultiHeadAttention(2, 3, sliding_window=4)
