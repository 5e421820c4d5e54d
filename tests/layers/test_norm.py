"""Normalisation layers against NumPy, their statistics and errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers
from saccade.core._scope import Scope
from saccade.layers import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)


@pytest.fixture
def x(rng):
    return rng.normal(3, 2, (6, 5, 4, 8)).astype("float32")


def normalise(x: np.ndarray, axes: tuple[int, ...], epsilon: float = 1e-3):
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


def test_batch_statistics_and_their_averages(x) -> None:
    layer = BatchNormalization(momentum=0.9)
    assert_allclose(layer(x, training=True), normalise(x, (0, 1, 2)), atol=1e-5)
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    assert_allclose(layer.moving_mean.numpy(), 0.1 * mean, rtol=1e-5)
    assert_allclose(layer.moving_variance.numpy(), 0.9 + 0.1 * variance, rtol=1e-5)
    expected = (x - 0.1 * mean) / np.sqrt(0.9 + 0.1 * variance + 1e-3)
    assert_allclose(layer(x), expected, atol=1e-5)
    assert_allclose(layer.moving_mean.numpy(), 0.1 * mean, rtol=1e-5)


def test_a_frozen_layer_uses_its_averages(x) -> None:
    layer = BatchNormalization()
    layer.build(x.shape)
    layer.trainable = False
    assert_allclose(layer(x, training=True), x / np.sqrt(1 + 1e-3), rtol=1e-5)
    assert_allclose(layer.moving_mean.numpy(), np.zeros(8))
    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 4


def test_padded_rows_do_not_count(x) -> None:
    layer = BatchNormalization(momentum=0.5)
    layer.build(x.shape)
    padded = np.concatenate([x, np.full_like(x[:3], np.nan)])
    mask = jnp.arange(9) < 6
    weights = layer.get_weights()

    @jax.jit
    def run(padded):
        def total(padded):
            with Scope(
                zip(layer.weights, weights, strict=True), row_mask=mask
            ) as scope:
                outputs = layer(padded, training=True)
                return (outputs[:6] ** 3).sum(), (outputs, scope.values(layer.weights))

        return jax.value_and_grad(total, has_aux=True)(padded)

    (_, (outputs, after)), gradient = run(padded)
    plain = jax.grad(lambda x: (layer(x, training=True) ** 3).sum())
    expected = plain(x)
    layer.set_weights(weights)
    assert_allclose(outputs[:6], layer(x, training=True), atol=1e-5)
    for ours, theirs in zip(after, layer.get_weights(), strict=True):
        assert_allclose(ours, theirs, rtol=1e-5)
    assert_allclose(gradient[:6], expected, atol=1e-3)


def test_gradient_of_batch_statistics_by_differences(rng) -> None:
    x = rng.normal(2, 3, (5, 3)).astype("float32")
    r = rng.normal(size=(5, 3)).astype("float32")
    layer = BatchNormalization()
    layer.build(x.shape)

    def total(x):
        with Scope():
            return (layer(x, training=True) * r).sum()

    gradient = jax.grad(total)(x)
    for i in np.ndindex(2, 3):
        step = np.zeros_like(x)
        step[i] = 0.05
        slope = (total(x + step) - total(x - step)) / 0.1
        assert_allclose(gradient[i], slope, atol=2e-3)


def test_a_large_mean_loses_no_digits(rng) -> None:
    x = (rng.normal(size=(512, 4)) + 3000).astype("float32")
    outputs = BatchNormalization()(x, training=True)
    assert_allclose(outputs, normalise(x.astype("float64"), (0,)), atol=2e-3)


def test_order_and_kind_of_weights() -> None:
    layer = BatchNormalization()
    layer.build((None, 3))
    names = [w.name for w in layer.weights]
    assert names == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [w.name for w in layer.trainable_weights] == ["gamma", "beta"]
    plain = BatchNormalization(center=False, scale=False)
    plain.build((None, 3))
    assert len(plain.weights) == 2


def test_layer_normalization(x) -> None:
    layer = LayerNormalization(axis=(1, -1), epsilon=0.1)
    assert_allclose(layer(x), normalise(x, (1, 3), 0.1), atol=1e-5)
    assert layer.gamma.shape == (8, 5)


def test_layer_normalization_broadcasts_its_weights(x) -> None:
    layer = LayerNormalization(axis=2)
    layer.build(x.shape)
    gamma, beta = np.arange(4.0), np.ones(4)
    layer.set_weights([gamma, beta])
    expected = normalise(x, (2,)) * gamma[:, None] + 1
    assert_allclose(layer(x), expected, atol=1e-5)


@pytest.mark.parametrize("axis", [-1, 1])
def test_group_normalization(x, axis) -> None:
    groups = x.reshape(6, 5, 4, 2, 4)
    expected = normalise(groups, (1, 2, 4)).reshape(x.shape)
    inputs = x if axis == -1 else np.moveaxis(x, -1, 1)
    outputs = np.asarray(GroupNormalization(2, axis=axis)(inputs))
    if axis == 1:
        outputs = np.moveaxis(outputs, 1, -1)
    assert_allclose(outputs, expected, atol=1e-5)


def test_root_mean_square_and_unit(x) -> None:
    rms = np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6)
    assert_allclose(RMSNormalization()(x), x / rms, atol=1e-5)
    length = np.sqrt((x**2).sum((1, 2), keepdims=True))
    assert_allclose(UnitNormalization([1, 2])(x), x / length, atol=1e-5)
    zero = jax.grad(lambda x: UnitNormalization()(x).sum())(jnp.zeros((1, 3)))
    assert np.isfinite(zero).all()


def test_statistics_are_taken_in_float32(rng) -> None:
    x = (rng.normal(size=(64, 2)) * 300).astype("float16")
    outputs = BatchNormalization(dtype="float16")(x, training=True)
    assert outputs.dtype == jnp.float16
    assert np.isfinite(outputs).all()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: BatchNormalization(momentum=2), r"`momentum` must be in \[0, 1\]"),
        (lambda: BatchNormalization(synchronized=True), "with TensorFlow only"),
        (lambda: GroupNormalization(0), "`groups` must be an int > 0 or -1, got 0"),
        (
            lambda: GroupNormalization(3)(np.ones((1, 8))),
            "groups=3 .* which is 8",
        ),
        (
            lambda: BatchNormalization()(layers.Input((None,))),
            "Axis -1 .* defined dimension",
        ),
        (lambda: BatchNormalization(axis=4)(np.ones((1, 2))), "Axis 4 .* defined"),
        (lambda: LayerNormalization(5)(np.ones((1, 2))), "Axis 5 .* defined"),
    ],
)
def test_wrong_arguments(make, text) -> None:
    with pytest.raises(ValueError, match=text):
        make()


def test_other_errors() -> None:
    with pytest.raises(TypeError, match="ints for the argument 'axis'"):
        LayerNormalization("last")
    with pytest.raises(ValueError, match="invalid keys"):
        BatchNormalization(renorm=True, renorm_clipping={"least": 1.0})
    with pytest.raises(ValueError, match="rmax should be at least rmin"):
        BatchNormalization(renorm=True, renorm_clipping={"rmax": 1.0, "rmin": 2.0})
    with pytest.raises(ValueError, match="dmax should be non-negative"):
        BatchNormalization(renorm=True, renorm_clipping={"dmax": -1.0})
    with pytest.raises(ValueError, match="one axis less than the inputs"):
        BatchNormalization()(np.ones((2, 3)), training=True, mask=np.ones((2, 3)))
    layer = BatchNormalization()
    layer(np.ones((2, 3)))
    with pytest.raises(ValueError, match="expected size 3 on axis -1"):
        layer(np.ones((2, 4)))
