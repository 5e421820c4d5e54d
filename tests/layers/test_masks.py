"""Masks: made by layers, handed on, heeded by layers and losses."""

from __future__ import annotations

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade import Input, Model, Sequential, layers, losses
from saccade.core._masks import get_mask, set_mask

STEPS = np.array([[1, 2, 0], [3, 0, 0]])
KEPT = STEPS != 0


class Seen(layers.Layer):
    """Notes the mask that it gets."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.masks = []

    def call(self, inputs, mask=None):
        self.masks.append(mask)
        return inputs


def sequence(steps=STEPS):
    return np.repeat(steps[..., None], 4, -1).astype("float32")


def test_masking_and_embedding_make_masks() -> None:
    outputs = layers.Masking()(sequence())
    assert_array_equal(get_mask(outputs), KEPT)
    outputs = layers.Embedding(4, 2, mask_zero=True)(STEPS)
    assert_array_equal(get_mask(outputs), KEPT)
    assert get_mask(layers.Embedding(4, 2)(STEPS)) is None


@pytest.mark.parametrize("form", ["sequential", "functional", "compiled"])
def test_masks_go_through_models(form) -> None:
    seen = Seen()
    chain = [layers.Masking(), layers.Dense(3), layers.Dropout(0.5), seen]
    if form == "functional":
        x = Input((3, 4))
        y = x
        for layer in chain:
            y = layer(y)
        model = Model(x, y)
    else:
        model = Sequential(chain)
    seen.masks.clear()
    if form == "compiled":
        outputs = model.predict(sequence(), verbose=0)
        assert any(isinstance(mask, jax.core.Tracer) for mask in seen.masks)
    else:
        outputs = model(sequence())
        assert_array_equal(seen.masks[-1], KEPT)
        assert_array_equal(get_mask(outputs), KEPT)


def test_layers_without_support_drop_masks_with_a_warning() -> None:
    masked = layers.Masking()(sequence())
    with pytest.warns(UserWarning, match="does not support masks, and drops it"):
        outputs = layers.Flatten()(masked)
    assert get_mask(outputs) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layers.Flatten()(sequence())


def test_a_mask_survives_another_type() -> None:
    x = jnp.asarray(sequence())
    set_mask(x, KEPT)
    outputs = layers.Dense(2, dtype="mixed_bfloat16")(x)
    assert outputs.dtype == jnp.bfloat16
    assert_array_equal(get_mask(outputs), KEPT)


def test_pooling_means_over_real_steps() -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    expected = [x[0, :2].mean(0), x[1, 0]]
    pool = layers.GlobalAveragePooling1D()
    assert_allclose(pool(x, mask=KEPT), expected, rtol=1e-5)
    first = layers.GlobalAveragePooling1D("channels_first", keepdims=True)
    got = first(x.swapaxes(1, 2), mask=KEPT)
    assert_allclose(got[..., 0], expected, rtol=1e-5)


def test_batch_normalization_leaves_steps_out() -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    layer = layers.BatchNormalization(momentum=0.0)
    outputs = layer(x, training=True, mask=KEPT)
    real = x[KEPT]
    assert_allclose(layer.moving_mean.numpy(), real.mean(0), atol=1e-5)
    assert_allclose(layer.moving_variance.numpy(), real.var(0), atol=1e-5)
    assert_allclose(
        outputs[KEPT], (real - real.mean(0)) / np.sqrt(real.var(0) + 1e-3), atol=1e-4
    )


def test_losses_leave_steps_out() -> None:
    outputs = layers.Masking()(sequence())
    targets = np.where(KEPT[..., None], sequence() + 2, 100.0)
    assert float(losses.MeanSquaredError()(targets, outputs)) == 4.0
    model = Sequential([layers.Masking()])
    model.compile(loss="mse")
    assert model.evaluate(sequence(), targets, verbose=0) == 4.0


def test_a_mask_of_a_lambda() -> None:
    layer = layers.Lambda(
        lambda x, mask: x * mask[..., None], mask=lambda x, mask: ~mask
    )
    masked = layers.Masking()(sequence())
    outputs = layer(masked)
    assert_array_equal(outputs, masked)
    assert_array_equal(get_mask(outputs), ~KEPT)


def test_softmax_refuses_masks_that_do_not_fit() -> None:
    x = np.ones((1, 3), "float32")
    with pytest.raises(ValueError, match="broadcastable"):
        layers.Softmax()(x, mask=np.ones((2, 3)))
    with pytest.raises(ValueError, match="must not have more dimensions"):
        layers.Softmax()(x, mask=np.ones((1, 1, 3)))


def test_masks_of_compiled_functions_are_forgotten() -> None:
    from saccade.core import _masks

    before = len(_masks._of_tracers)
    layer = layers.Masking()
    for _ in range(3):
        jax.jit(lambda x: layer(x) + 1)(sequence())
    assert len(_masks._of_tracers) <= before + 3
