"""Dense, Embedding, Identity and Lambda against NumPy, and their errors."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers, saving
from saccade.core._errors import UnsupportedFeatureError
from saccade.layers import Dense, Embedding, Identity, Lambda


def test_dense_is_a_matrix_a_bias_and_an_activation(rng) -> None:
    x = rng.normal(size=(4, 6, 5)).astype("float32")
    layer = Dense(3, activation="relu", bias_initializer="ones")
    outputs = layer(x)
    kernel, bias = layer.get_weights()
    assert kernel.shape == (5, 3)
    assert_allclose(outputs, np.maximum(x @ kernel + bias, 0), atol=1e-6)


def test_dense_takes_whole_numbers_and_no_bias() -> None:
    layer = Dense(2, use_bias=False, kernel_initializer="ones")
    outputs = layer(np.array([[1, 2, 3]], "uint8"))
    assert layer.bias is None
    assert outputs.dtype == "float32"
    assert_allclose(outputs, [[6, 6]])


@pytest.mark.parametrize("units", [0, -3, 2.5, "many", True, None])
def test_dense_wants_a_positive_number_of_units(units) -> None:
    with pytest.raises(ValueError, match=r"'top': `units` must be a positive integer"):
        Dense(units, name="top")


def test_dense_says_what_width_it_was_built_for() -> None:
    layer = Dense(3)
    layer(np.ones((2, 5)))
    with pytest.raises(
        ValueError, match=r"Dense 'dense': expected size 5 on axis -1 .* got shape"
    ):
        layer(np.ones((2, 6)))


def test_dense_wants_a_batch_axis_and_stays_unbuilt() -> None:
    layer = Dense(3)
    with pytest.raises(ValueError, match=r"at least 2 axes(.|\n)*x\[None\]"):
        layer(np.ones(5))
    assert not layer.built
    assert layer(np.ones((2, 4))).shape == (2, 3)


def test_dense_wants_a_known_width() -> None:
    with pytest.raises(ValueError, match="last size of the input must be known"):
        Dense(3)(layers.Input((None,)))


def test_unknown_names_give_the_nearest() -> None:
    with pytest.raises(
        ValueError, match=r"activation: unknown name 'rellu'.*\n.*'relu'"
    ):
        Dense(3, activation="rellu")
    with pytest.raises(TypeError, match=r"`activaton`.*\n.*`activation`"):
        Dense(3, activaton="relu")


def test_what_is_left_out_says_so() -> None:
    with pytest.raises(UnsupportedFeatureError, match="`lora_rank` is not supported"):
        Dense(3, lora_rank=2)
    with pytest.raises(UnsupportedFeatureError, match="`lora_rank` is not supported"):
        Embedding(3, 2, lora_rank=2)


def test_weights_are_penalised_and_bound() -> None:
    layer = Dense(
        2,
        kernel_initializer="ones",
        kernel_regularizer="l2",
        bias_constraint="non_neg",
        activity_regularizer="l1",
    )
    layer(np.ones((2, 3), "float32"))
    # 0.01 * mean over rows of |outputs|, and 0.01 * sum of squares.
    assert_allclose(layer.losses, [0.01 * 6, 0.01 * 6], rtol=1e-6)
    assert layer.bias.constraint is not None


def test_initial_weights() -> None:
    kernel, bias = np.ones((3, 2), "float32"), np.zeros(2, "float32")
    layer = Dense(2, weights=[kernel, bias])
    assert_allclose(layer(np.ones((1, 3))), [[3, 3]])
    table = np.arange(6.0).reshape(3, 2)
    assert_allclose(Embedding(3, 2, weights=table)(np.array([2])), [[4, 5]])
    assert_allclose(Embedding(3, 2, weights=[table])(np.array([1])), [[2, 3]])


def test_embedding_looks_rows_up() -> None:
    layer = Embedding(5, 3)
    indices = np.array([[0, 4], [2, 2]])
    assert_allclose(layer(indices), layer.get_weights()[0][indices])
    assert layer(indices.astype("float32")).shape == (2, 2, 3)


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (-1, 3), (2.5, 3)])
def test_embedding_wants_positive_sizes(sizes) -> None:
    with pytest.raises(ValueError, match=r"put_dim` must be a positive integer"):
        Embedding(*sizes)


def test_identity_hands_nests_on() -> None:
    x = np.ones(2, "float32")
    out = Identity()({"a": x})
    assert_allclose(out["a"], x)


def plus(x, amount=1, training=None):
    return x + amount + (10 if training else 0)


def test_lambda_gives_arguments_and_training() -> None:
    layer = Lambda(plus, arguments={"amount": 2})
    assert_allclose(layer(np.zeros(1)), [2])
    assert_allclose(layer(np.zeros(1), training=True), [12])
    assert not layer.rows_independent


def test_lambda_shapes() -> None:
    assert Lambda(lambda x: x[:, :2]).compute_output_shape((None, 5)) == (None, 2)
    known = Lambda(lambda x: x, output_shape=(3,))
    assert known.compute_output_shape((None, 5)) == (None, 3)
    found = Lambda(lambda x: x, output_shape=lambda shape: shape[:1])
    assert found.compute_output_shape((None, 5)) == (None,)


def test_lambda_with_shapes_and_several_inputs() -> None:
    pair = [layers.Input((3,), batch_size=4), layers.Input((3,), batch_size=4)]
    one = Lambda(lambda ab: ab[0][:, :1] - ab[1][:, :1], output_shape=(1,))
    assert one(pair).shape == (4, 1)
    assert one.compute_output_shape([(None, 3), (None, 3)]) == (None, 1)
    two = Lambda(lambda ab: (ab[0], ab[1][:, :1]), output_shape=[(3,), (1,)])
    assert [tuple(t.shape) for t in two(pair)] == [(4, 3), (4, 1)]


def test_lambda_wants_a_function() -> None:
    with pytest.raises(TypeError, match="`function` must be a function, got 3"):
        Lambda(3)


def test_lambda_of_a_named_function_survives() -> None:
    config = json.loads(json.dumps(layers.serialize(Lambda(plus, output_shape=(2,)))))
    again = layers.deserialize(config, custom_objects={"plus": plus})
    assert again.function is plus
    assert again.compute_output_shape((None, 4)) == (None, 2)


def test_code_in_a_config_is_not_run_unasked() -> None:
    config = Lambda(lambda x: x * 3, output_shape=lambda s: s).get_config()
    assert config["function"]["class_name"] == "__lambda__"
    with pytest.raises(UnsupportedFeatureError, match="safe_mode=False"):
        Lambda.from_config(config)
    again = Lambda.from_config(config, safe_mode=False)
    assert_allclose(again(np.ones(1)), [3])
    form = saving.serialize_keras_object(again)
    with pytest.raises(UnsupportedFeatureError):
        saving.deserialize_keras_object(form)
