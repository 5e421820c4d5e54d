"""Augmentation that changes values: known results, mixing, policies, pipelines."""

from __future__ import annotations

import colorsys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import saccade
from saccade import layers
from saccade.core._errors import ShapeError, UnsupportedFeatureError
from saccade.core._scope import Scope
from saccade.data import Dataset

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (6, 8, 9, 3)).astype(np.uint8)
Y = np.eye(6, dtype=np.float32)


def hsv(change):
    """X with each pixel's hue, saturation and value changed by Python's own maths."""
    pixels = X.reshape(-1, 3) / 255
    changed = [colorsys.hsv_to_rgb(*change(*colorsys.rgb_to_hsv(*p))) for p in pixels]
    return np.array(changed, np.float32).reshape(X.shape) * 255


def test_hue_and_saturation_are_those_of_hsv():
    turn = {"factor": np.full(6, 0.3, np.float32)}
    assert_allclose(
        layers.RandomHue(0.5).transform_images(X, turn),
        hsv(lambda h, s, v: ((h + 0.3) % 1, s, v)),
        atol=0.01,
    )
    for factor in (0.5, 3.0):
        assert_allclose(
            layers.RandomSaturation(0.5).transform_images(
                X, {"factor": np.full(6, factor, np.float32)}
            ),
            hsv(lambda h, s, v, f=factor: (h, min(s * f, 1), v)),
            atol=0.01,
        )


def test_equalization_is_that_of_each_channel():
    layer = layers.Equalization()
    result = np.asarray(layer(X))
    for picture in range(2):
        for channel in range(3):
            plane = X[picture, :, :, channel]
            below = np.cumsum(np.bincount(plane.ravel(), minlength=256))
            first = below[below > 0][0]
            table = np.round((below - first) * 255 / (below[-1] - first))
            assert_array_equal(result[picture, :, :, channel], table[plane])
    assert_array_equal(layer(X[1]), result[1])
    assert_array_equal(layer(X, training=False), X)


def test_contrast_is_spread_also_in_prediction():
    layer = layers.AutoContrast()
    low, high = X.min((1, 2), keepdims=True), X.max((1, 2), keepdims=True)
    expected = (X.astype("float32") - low) / (high - low) * 255
    assert_allclose(layer(X, training=False), expected, atol=1e-3)
    first = layers.AutoContrast(data_format="channels_first")
    assert_allclose(first(np.moveaxis(X, -1, 1)), np.moveaxis(expected, -1, 1), 1e-4)
    assert_array_equal(layer(np.full((3, 4, 1), 9.0)), np.full((3, 4, 1), 9.0))


def test_covered_boxes_are_filled():
    x = np.full((60, 20, 20, 3), 100.0, np.float32)
    layer = layers.RandomErasing((1.0, 1.0), (0.25, 0.25), fill_value=(1, 2, 3), seed=1)
    result = np.asarray(layer(x))
    inside = result[..., 0] == 1
    assert_array_equal(result[inside], np.broadcast_to([1.0, 2, 3], (inside.sum(), 3)))
    assert_array_equal(result[~inside], np.full((np.sum(~inside), 3), 100.0))
    assert_array_equal(inside.sum((1, 2)), 100)
    noise = np.asarray(layers.RandomErasing((1.0, 1.0), (1.0, 1.0), seed=1)(x))
    # A normal distribution of deviation 255, cut at both ends.
    assert abs((noise == 0).mean() - 0.5) < 0.02
    assert abs((noise == 255).mean() - 0.159) < 0.02
    some = np.asarray(layers.RandomErasing((0.3, 0.3), seed=1)(x))
    assert 5 < (some != x).any((1, 2, 3)).sum() < 32


@pytest.mark.parametrize("layer", [layers.MixUp(1.0, seed=1), layers.CutMix(seed=1)])
def test_pictures_and_labels_are_mixed_alike(layer):
    # Each picture's values are its own number, so the mean says what was mixed.
    x = np.ones((6, 8, 9, 3), np.float32) * np.arange(6)[:, None, None, None]
    result = layer({"images": x, "labels": Y})
    means = np.asarray(result["images"]).mean((1, 2, 3))
    if isinstance(layer, layers.MixUp):
        assert_allclose(result["labels"] @ np.arange(6.0), means, atol=1e-5)
    assert_allclose(np.sum(result["labels"], 1), 1, atol=1e-6)
    assert not np.array_equal(result["labels"], Y)
    one = layer({"images": X[0], "labels": Y[0]})
    assert_array_equal(one["images"], X[0])
    assert_array_equal(one["labels"], Y[0])
    still = layer({"images": X, "labels": Y}, training=False)
    assert_array_equal(still["labels"], Y)
    with pytest.raises(ShapeError, match="to_categorical"):
        layer({"images": X, "labels": np.arange(6)})
    with pytest.raises(ShapeError, match="2 labels for 6 pictures"):
        layer({"images": X, "labels": Y[:2]})
    shares = layer({"images": X, "labels": np.arange(6.0, dtype="float32")})["labels"]
    assert shares.shape == (6,)


@pytest.mark.parametrize("layer", [layers.MixUp(1.0, seed=1), layers.CutMix(seed=1)])
@pytest.mark.parametrize("real", [[1, 1, 1, 0, 0, 0], [0, 1, 1, 0, 1, 1]])
def test_rows_that_fill_up_are_not_mixed_in(layer, real):
    real = np.array(real, bool)
    x = np.where(real[:, None, None, None], 1.0, np.nan).astype("float32")
    x = np.broadcast_to(x, (6, 8, 9, 3))
    with Scope(row_mask=jnp.asarray(real)):
        drawn = layer.get_random_transformation(x)
        result = np.asarray(layer.transform_images(x, drawn))
    order = np.asarray(drawn["permutation_order"])
    assert sorted(order[real]) == list(np.flatnonzero(real))
    assert_array_equal(order[~real], np.flatnonzero(~real))
    assert np.isfinite(result[real]).all()


def test_policies_compile_to_what_they_do_eagerly():
    for layer in (
        layers.RandAugment(num_ops=3, seed=1),
        layers.AugMix(num_chains=2, chain_depth=2, all_ops=False, seed=1),
    ):
        compiled = jax.jit(layer._apply)
        seen = set()
        for seed in range(4):
            drawn = layer.get_random_transformation(X, seed=seed)
            x = X.astype("float32")
            result = layer.transform_images(X, drawn)
            assert_allclose(compiled(x, drawn), result, atol=0.01)
            seen.add(tuple(np.ravel(drawn["layer_idxes"])))
        assert len(seen) > 1


def test_policies_and_masks():
    masks = X[..., :1] // 64
    layer = layers.RandAugment(seed=1)
    drawn = layer.get_random_transformation(X)
    drawn["layer_idxes"] = jnp.asarray([3, 1])
    moved = layer.transform_segmentation_masks(masks, drawn)
    shift = layer._steps["random_translation"]
    expected = shift.transform_segmentation_masks(
        masks, drawn["transforms"]["random_translation"]
    )
    assert_array_equal(moved, expected)
    with pytest.raises(UnsupportedFeatureError, match="segmentation_masks"):
        layers.AugMix()({"images": X, "segmentation_masks": masks})


def test_pipelines_hand_training_on():
    pipe = layers.Pipeline(
        [layers.Rescaling(2.0), layers.RandomInvert((1.0, 1.0), (0, 510))]
    )
    x = X.astype("float32")
    assert_array_equal(pipe(x, training=False), x * 2)
    assert_array_equal(pipe(x), 510 - x * 2)
    again = layers.deserialize(layers.serialize(pipe))
    assert_array_equal(again(x), 510 - x * 2)
    assert again.name == pipe.name
    sized = layers.Pipeline([layers.RandomCrop(4, 5), layers.Normalization()])
    sized.build((None, 8, 9, 3))
    assert sized.compute_output_shape((None, 8, 9, 3)) == (None, 4, 5, 3)
    assert len(sized.weights) == 3
    with pytest.raises(ValueError, match="must list `layers`"):
        layers.Pipeline.from_config({"name": "p"})


def test_colour_needs_three_channels():
    with pytest.raises(ShapeError, match="needs 3 channels"):
        layers.RandomHue(0.5)(X[..., :2])
    assert_array_equal(layers.RandomGrayscale(1.0)(X[..., :1]), X[..., :1])


def test_a_model_trains_with_them_and_predicts_without():
    model = saccade.Sequential(
        [
            saccade.Input((8, 9, 3)),
            layers.Pipeline([layers.RandomColorJitter((0, 255), 0.2, 0.2, 0.4, 0.1)]),
            layers.RandomSharpness(1.0),
            layers.MixUp(0.4),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(X, np.arange(6) % 2, epochs=2, batch_size=4, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    weights = model.layers[-1].get_weights()
    logits = X.reshape(6, -1) / 255 @ weights[0] + weights[1]
    assert_allclose(
        model.predict(X, verbose=0, batch_size=4), jax.nn.softmax(logits), atol=1e-5
    )


def test_a_data_set_draws_anew_for_every_batch():
    layer = layers.RandAugment(num_ops=1, seed=1)
    same = np.repeat(X[:1], 12, axis=0)
    rows = Dataset.from_tensor_slices((same, np.arange(12)))
    data = rows.batch(2).map(lambda x, y: (layer(x, training=True), y))
    passes = [[np.asarray(x) for x, _ in data] for _ in range(2)]
    batches = np.stack(passes[0] + passes[1]).reshape(12, -1)
    assert len(np.unique(batches, axis=0)) > 8
    assert [int(n) for _, y in data for n in y] == list(range(12))
