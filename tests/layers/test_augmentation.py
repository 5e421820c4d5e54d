"""What all augmentation layers share: when they act, draws, dicts, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import saccade
from saccade import layers
from saccade.core._errors import ConfigError, ShapeError
from saccade.core._scope import Scope

X = np.random.default_rng(0).integers(0, 256, (6, 8, 9, 3)).astype(np.uint8)
MAKERS = [
    lambda **k: layers.RandomFlip(**k),
    lambda **k: layers.RandomRotation(0.2, **k),
    lambda **k: layers.RandomZoom(0.3, **k),
    lambda **k: layers.RandomTranslation(0.3, 0.3, **k),
    lambda **k: layers.RandomShear(0.5, 0.5, **k),
    lambda **k: layers.RandomPerspective(**k),
    lambda **k: layers.RandomElasticTransform((1.0, 1.0), (1.0, 1.0), **k),
    lambda **k: layers.RandomBrightness(0.3, **k),
    lambda **k: layers.RandomHue(0.3, **k),
    lambda **k: layers.RandomGaussianBlur((0.5, 0.5), **k),
    lambda **k: layers.RandomErasing((0.9, 0.9), fill_value=9.0, **k),
]
# Those that move pixels move masks too.
MOVING = 7


@pytest.fixture(params=MAKERS, ids=lambda make: type(make()).__name__)
def make(request):
    return request.param


def drawn(layer, step):
    with Scope(key=lambda: jax.random.PRNGKey(step)):
        return np.asarray(layer(X, training=True))


def test_acts_in_training_only(make):
    layer = make(seed=1)
    assert_array_equal(layer(X, training=False), X.astype("float32"))
    assert not np.array_equal(layer(X), X)
    assert layer.get_random_transformation(X, training=False) is None


def test_draws_are_a_function_of_the_step(make):
    layer = make(seed=1)
    assert_array_equal(drawn(layer, 3), drawn(layer, 3))
    assert not np.array_equal(drawn(layer, 3), drawn(layer, 4))


def test_each_picture_has_a_draw_of_its_own(make):
    same = np.repeat(X[:1], 16, axis=0)
    outputs = np.asarray(make(seed=2)(same)).reshape(16, -1)
    assert len(np.unique(outputs, axis=0)) > 1


def test_one_picture_is_a_batch_of_one(make):
    layer = make(seed=1)
    transformation = layer.get_random_transformation(X[0], seed=5)
    one = layer.transform_images(X[0], transformation)
    assert one.shape == X[0].shape
    assert_array_equal(one, layer.transform_images(X[:1], transformation)[0])
    assert layer(X[0]).shape == X[0].shape


def test_channels_first_is_the_same(make):
    last, first = make(seed=1), make(seed=1, data_format="channels_first")
    expected = np.asarray(last(X))
    assert_array_equal(np.moveaxis(first(np.moveaxis(X, -1, 1)), 1, -1), expected)


def test_dicts_keep_labels(make):
    layer = make(seed=1)
    result = layer({"images": X, "labels": np.arange(6)})
    assert_array_equal(result["labels"], np.arange(6))
    assert result["images"].shape == X.shape


@pytest.mark.parametrize("make", MAKERS[:MOVING])
def test_masks_move_as_their_pictures(make):
    layer = make(seed=1)
    if hasattr(layer, "interpolation"):
        layer.interpolation = "nearest"
    masks = X[..., 0] // 32
    images = np.repeat(masks[..., None], 3, axis=-1).astype("float32")
    result = layer({"images": images, "segmentation_masks": masks})
    moved = np.asarray(result["segmentation_masks"])
    assert moved.shape == masks.shape
    assert moved.dtype == masks.dtype
    assert not np.array_equal(moved, masks)
    assert_array_equal(result["images"][..., 0], moved)
    one = {"images": images[0], "segmentation_masks": masks[0, ..., None]}
    assert layer(one)["segmentation_masks"].shape == (8, 9, 1)
    still = layer({"images": images, "segmentation_masks": masks}, training=False)
    assert_array_equal(still["segmentation_masks"], masks)


@pytest.mark.parametrize("make", MAKERS[MOVING:])
def test_changes_of_values_leave_masks(make):
    result = make(seed=1)({"images": X, "segmentation_masks": X[..., :1]})
    assert_array_equal(result["segmentation_masks"], X[..., :1])
    assert not np.array_equal(result["images"], X)


def test_other_shapes_are_refused(make):
    with pytest.raises(ShapeError, match="got an input with 2 axes"):
        make()(jnp.ones((3, 4)))


def test_inside_a_model_only_training_sees_it():
    model = saccade.Sequential(
        [
            saccade.Input((8, 9, 3)),
            layers.RandomFlip(seed=1),
            layers.RandomRotation(0.1, seed=2),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = X.astype("float32") / 255, np.arange(6) % 2
    history = model.fit(x, y, epochs=2, batch_size=4, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert_array_equal(
        model.predict(x, verbose=0, batch_size=4),
        model.predict(x, verbose=0, batch_size=4),
    )


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: layers.RandomRotation(1.5), r"`factor` .* \[-1, 1\], got 1.5"),
        (lambda: layers.RandomRotation("a"), "`factor` .* got 'a'"),
        (lambda: layers.RandomZoom(-1.0), r"`height_factor` .* \(-1, 1\], got -1.0"),
        (lambda: layers.RandomZoom(0.1, (0, 1, 2)), "`width_factor` must be a number"),
        (lambda: layers.RandomTranslation(True, 0), "`height_factor`"),
        (lambda: layers.RandomShear(y_factor=-0.1), r"`y_factor` .* \[0, 1\]"),
        (lambda: layers.RandomPerspective(scale=2), "`scale`"),
        (lambda: layers.RandomFlip("horizontl"), "did you mean 'horizontal'"),
        (lambda: layers.RandomRotation(0.1, "reflct"), "did you mean 'reflect'"),
        (lambda: layers.RandomRotation(0.1, "mirror"), "`fill_mode`"),
        (lambda: layers.RandomZoom(0.1, interpolation="cubic"), "`interpolation`"),
        (lambda: layers.RandomCrop(0, 2), "`height`"),
        (lambda: layers.RandomBrightness(2), r"`factor` .* \[-1, 1\], got 2"),
        (lambda: layers.RandomHue(0.1, 255), "`value_range` must be the lowest and"),
        (lambda: layers.RandomPosterization(9), r"`factor` .* \[1, 8\]"),
        (lambda: layers.RandomGrayscale(1.2), r"`factor` .* \[0, 1\]"),
        (lambda: layers.RandomGaussianBlur(kernel_size=4), "must be odd, got 4"),
        (lambda: layers.RandomErasing(fill_value="x"), "`fill_value` must be a num"),
        (lambda: layers.Equalization(bins=1), "`bins` must be an int >= 2"),
        (lambda: layers.MixUp(0), "`alpha` must be a number > 0, got 0"),
        (lambda: layers.RandAugment(num_ops=0), "`num_ops`"),
        (lambda: layers.Pipeline([3]), "`layers` must be a list of layers"),
    ],
)
def test_errors_name_the_argument(call, text):
    with pytest.raises(ConfigError, match=text):
        call()
