"""Augmentation that changes values gives Keras' results for Keras' parameters.

Layers that move pixels are in `test_augmentation`.
"""

from __future__ import annotations

import inspect
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import saccade
from saccade import layers
from saccade.layers import _augmentation_geometry

keras = pytest.importorskip("keras")
pytestmark = [
    pytest.mark.parity,
    # Keras asks JAX for int64 when it shuffles rows.
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64"),
]

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (4, 9, 12, 3)).astype(np.uint8)
# Whole numbers, so that steps are not crossed by rounding.
X = BYTES.astype(np.float32)
Y = np.eye(4, 5, dtype=np.float32)
ANY = [
    ("RandomBrightness", {"factor": 0.5}),
    ("RandomContrast", {"factor": (0.4, 0.8)}),
    ("RandomHue", {"factor": 0.7}),
    ("RandomGrayscale", {"factor": 0.5}),
    ("RandomColorDegeneration", {"factor": 0.7}),
    ("RandomInvert", {"factor": (0.5, 0.6)}),
    ("RandomPosterization", {"factor": 6}),
    ("RandomPosterization", {"factor": (3, 3)}),
    ("Solarization", {"addition_factor": 0.3, "threshold_factor": 0.8}),
    ("AutoContrast", {}),
    ("RandomSharpness", {"factor": (0.0, 1.0)}),
    ("RandomGaussianBlur", {"factor": (0.7, 1.0), "sigma": (0.3, 1.0)}),
    ("RandomGaussianBlur", {"factor": (1.0, 1.0), "kernel_size": (5, 3)}),
    ("RandomErasing", {"factor": (0.6, 0.9)}),
    ("RandomErasing", {"fill_value": 0.5, "scale": 0.8}),
    ("MixUp", {"alpha": 0.6}),
    ("CutMix", {"factor": 0.8}),
]
NO_RANGE = ("RandomGrayscale", "MixUp", "CutMix")
# Those that Keras lets overflow, or leaves in whole numbers.
FLOATS_ONLY = (
    "RandomBrightness", "RandomContrast", "RandomGrayscale", "RandomInvert",
    "AutoContrast",
)  # fmt: skip


def pair(name, arguments):
    seed = {} if name in ("AutoContrast", "Equalization") else {"seed": 3}
    return (
        getattr(keras.layers, name)(**arguments, **seed),
        getattr(layers, name)(**arguments, **seed),
    )


def drawn_by(layer, x):
    if isinstance(layer, keras.layers.RandomGrayscale):
        return layer.get_random_transformation(jnp.asarray(x))
    return layer.get_random_transformation(x, training=True)


def compare(name, arguments, x, atol):
    theirs, ours = pair(name, arguments)
    transformation = drawn_by(theirs, x)
    expected = theirs.transform_images(jnp.asarray(x), transformation, training=True)
    result = ours.transform_images(x, transformation)
    assert result.dtype == jnp.float32
    assert_allclose(result, expected, atol=atol)


@pytest.mark.parametrize(("name", "arguments"), ANY)
def test_pictures_of_bytes(name, arguments):
    compare(name, arguments, X, 2e-3)
    if name not in FLOATS_ONLY:
        compare(name, arguments, BYTES, 2e-3)


@pytest.mark.parametrize(("name", "arguments"), ANY)
def test_pictures_of_shares(name, arguments):
    if name not in NO_RANGE:
        arguments = {**arguments, "value_range": (0, 1)}
    # A little more, so that x * 255 is not rounded below a whole number.
    compare(name, arguments, (X + 0.25) / 256, 1e-5)


@pytest.mark.parametrize("factor", [(0.0, 0.5), (0.3, 0.9), 0.7])
def test_saturation(factor):
    compare(
        "RandomSaturation", {"factor": factor, "value_range": (0, 1)}, X / 255, 1e-5
    )


def test_saturation_of_bytes_stays_positive():
    theirs, ours = pair("RandomSaturation", {"factor": (0.1, 0.5)})
    drawn = drawn_by(theirs, X)
    assert_allclose(
        ours.transform_images(X, drawn), theirs.transform_images(X, drawn), atol=2e-3
    )
    strong = {"factor": np.full(4, 9.0, np.float32)}
    assert np.min(theirs.transform_images(X, strong)) < -100
    assert np.min(ours.transform_images(X, strong)) > -1e-3


@pytest.mark.parametrize("value_range", [(0, 255), (0, 1)])
@pytest.mark.parametrize("bins", [256, 32])
def test_equalization_of_single_pictures(value_range, bins):
    x = X if value_range[1] == 255 else (X + 0.25) / 256
    theirs, ours = pair("Equalization", {"value_range": value_range, "bins": bins})
    for picture in x[:2]:
        assert_allclose(ours(picture), theirs(picture), atol=1e-5 * value_range[1])
    flat = np.full((4, 4, 1), 0.5, np.float32)
    assert_allclose(ours(flat), theirs(flat), atol=1e-5)


def test_jitter_is_its_four_layers():
    factors = {
        "brightness_factor": 0.2, "contrast_factor": 0.3, "saturation_factor": 0.4,
        "hue_factor": 0.1,
    }  # fmt: skip
    ours = layers.RandomColorJitter((0, 1), **factors, seed=1)
    x = X / 255
    drawn = ours.get_random_transformation(x)
    expected = x
    for name, cls in (
        ("random_brightness", keras.layers.RandomBrightness),
        ("random_contrast", keras.layers.RandomContrast),
        ("random_saturation", keras.layers.RandomSaturation),
        ("random_hue", keras.layers.RandomHue),
    ):
        layer = cls(0.5, value_range=(0, 1))
        expected = layer.transform_images(jnp.asarray(expected), drawn[name])
    assert_allclose(ours.transform_images(x, drawn), expected, atol=1e-5)


def test_elastic_for_the_same_noise(monkeypatch):
    theirs, ours = pair("RandomElasticTransform", {"scale": (1.0, 1.0)})
    drawn = {
        "apply_transform": jnp.asarray([True, False, True, True]),
        "distortion_factor": jnp.asarray(1.0),
    }
    expected = theirs.transform_images(X, {**drawn, "seed": 7})
    key = jnp.asarray([7, 0], jnp.uint32)

    def as_keras(key, shape):
        return jnp.stack([jax.random.normal(key, shape[1:])] * 2)

    monkeypatch.setattr(_augmentation_geometry, "hashed_normal", as_keras)
    result = ours.transform_images(X, {**drawn, "seed": key})
    assert_allclose(result, expected, atol=0.02)


@pytest.mark.parametrize(("name", "arguments"), [x for x in ANY if "Mix" in x[0]])
def test_labels_are_mixed(name, arguments):
    theirs, ours = pair(name, arguments)
    drawn = drawn_by(theirs, X)
    expected = theirs.transform_labels(jnp.asarray(Y), drawn)
    assert_allclose(ours.transform_labels(Y, drawn), expected, atol=1e-6)
    result = ours({"images": BYTES, "labels": Y})
    assert_allclose(np.sum(result["labels"], axis=1), 1, atol=1e-6)


def test_rand_augment():
    theirs, ours = pair("RandAugment", {"num_ops": 3, "factor": 0.6})
    drawn = drawn_by(theirs, X)
    for numbers in ([0, 3, 4], [7, 1, 6], [9, 8, 2], [5, 5, 9]):
        drawn["layer_idxes"] = jnp.asarray(numbers)
        expected = theirs.transform_images(X, drawn)
        assert_allclose(ours.transform_images(X, drawn), expected, atol=2e-3)


def test_aug_mix():
    theirs, ours = pair("AugMix", {"factor": 0.5})
    equalized = True
    while equalized:
        drawn = drawn_by(theirs, X)
        chains = drawn["chain_transforms"]
        names = {step["layer_name"] for chain in chains for step in chain}
        # Keras equalizes the batch as a whole.
        equalized = "equalization" in names or len(names) < 4
    expected = theirs.transform_images(X, drawn)
    assert_allclose(ours.transform_images(X, drawn), expected, atol=0.01)


ALL = {
    **dict(ANY),
    "Equalization": {}, "AutoContrast": {}, "RandAugment": {"num_ops": 3},
    "RandomElasticTransform": {"factor": 0.4}, "AugMix": {"alpha": 0.5},
    "RandomSaturation": {"factor": 0.4}, "RandomColorJitter": {"hue_factor": 0.3},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ALL))
def test_signatures_and_configs(name):
    theirs, ours = pair(name, ALL[name])
    expected = inspect.signature(type(theirs).__init__).parameters
    own = inspect.signature(type(ours).__init__).parameters
    assert list(own) == list(expected)
    for argument, parameter in expected.items():
        assert own[argument].default == parameter.default
    one, two = plain(ours), plain(theirs)
    # Keras forgets the seed of one layer.
    forgotten = {"seed"} if name == "RandomGrayscale" else set()
    assert set(one) == set(two) | forgotten
    assert {k: one[k] for k in two} == {**two, "name": one["name"], **typed(one)}
    # Each reads what the other wrote.
    again = plain(type(theirs).from_config(ours.get_config()))
    assert again == {**two, "name": one["name"]}
    whole = json.loads(json.dumps(keras.layers.serialize(theirs)))
    back = {**plain(layers.deserialize(whole)), **{k: one[k] for k in forgotten}}
    assert back == {**one, "name": two["name"]}


def plain(layer):
    return json.loads(json.dumps(layer.get_config()))


def typed(config):
    return {"dtype": config["dtype"]}


def test_pipelines_go_both_ways():
    theirs = keras.layers.Pipeline(
        [keras.layers.RandomFlip(seed=1), keras.layers.RandomInvert(0.3)], name="p"
    )
    text = json.dumps(keras.layers.serialize(theirs))
    ours = layers.deserialize(json.loads(text))
    assert [type(x).__name__ for x in ours.layers] == ["RandomFlip", "RandomInvert"]
    assert set(ours.get_config()) == set(theirs.get_config())
    again = keras.layers.deserialize(json.loads(json.dumps(layers.serialize(ours))))
    assert again.layers[1].factor == theirs.layers[1].factor


def numbers(name, arguments, many):
    """What both libraries draw for many pictures, one flat array for each entry."""
    for layer in pair(name, arguments):
        drawn = drawn_by(layer, many)
        drawn = drawn if isinstance(drawn, dict) else {"": drawn}
        yield {
            key: np.asarray(value, np.float64).ravel()
            for key, value in drawn.items()
            if key not in ("fill_value", "permutation_order")
        }


DRAWS = [
    *(x for x in ANY if x[0] not in ("AutoContrast", "RandomGaussianBlur", "CutMix")),
    ("RandomContrast", {"factor": 0.4}),
    ("RandomSaturation", {"factor": (0.1, 0.6)}),
    ("RandomSaturation", {"factor": 0.4}),
    ("RandomGaussianBlur", {"factor": 0.8, "sigma": (0.4, 0.4)}),
    ("CutMix", {"factor": (0.9, 0.9)}),
]


@pytest.mark.parametrize(("name", "arguments"), DRAWS)
def test_draws_have_keras_distribution(name, arguments):
    many = np.zeros((3000, 6, 6, 3), np.float32)
    one, two = numbers(name, arguments, many)
    assert set(one) == set(two)
    for key in one:
        a, b = one[key], two[key]
        spread = max(b.std(), 1e-6)
        assert abs(a.mean() - b.mean()) < 0.12 * spread + 1e-6, key
        assert abs(a.std() - b.std()) < 0.12 * spread + 1e-6, key
        if set(np.unique(b)) == {0.0, 1.0}:
            continue
        for quantile in (0.01, 0.5, 0.99):
            gap = abs(np.quantile(a, quantile) - np.quantile(b, quantile))
            assert gap < 0.25 * spread + 1e-6, (key, quantile)


def test_files_of_models_go_both_ways(tmp_path):
    names = keras.layers
    theirs = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            names.RandAugment(seed=1),
            names.RandomColorJitter((0, 255), 0.1, 0.1, (0.4, 0.6), 0.1),
            names.Pipeline([names.RandomFlip(), names.RandomHue(0.1, seed=2)]),
            names.Flatten(),
            names.Dense(2),
        ]
    )
    theirs.save(tmp_path / "theirs.keras")
    ours = saccade.models.load_model(tmp_path / "theirs.keras")
    x = X[:, :6, :6] / 255
    expected = theirs.predict(x, verbose=0)
    assert_allclose(ours.predict(x, verbose=0), expected, atol=1e-5)
    ours.save(tmp_path / "ours.keras")
    again = keras.models.load_model(tmp_path / "ours.keras")
    assert_allclose(again.predict(x, verbose=0), expected, atol=1e-6)
