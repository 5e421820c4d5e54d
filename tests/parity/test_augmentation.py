"""Augmentation layers give Keras' results for Keras' parameters."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers, ops

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

X = np.random.default_rng(0).uniform(0, 255, (4, 9, 12, 3)).astype(np.float32)
WARPS = [
    ("RandomRotation", {"factor": 0.4}),
    ("RandomZoom", {"height_factor": 0.4, "width_factor": 0.3}),
    ("RandomZoom", {"height_factor": (-0.5, -0.2)}),
    ("RandomTranslation", {"height_factor": 0.4, "width_factor": 0.3}),
    ("RandomShear", {"x_factor": 0.4, "y_factor": 0.3}),
]


def compare(name, arguments, x=X, atol=2e-3):
    theirs = getattr(keras.layers, name)(**arguments)
    ours = getattr(layers, name)(**arguments)
    transformation = theirs.get_random_transformation(x, training=True)
    expected = theirs.transform_images(x, transformation, training=True)
    assert_allclose(ours.transform_images(x, transformation), expected, atol=atol)


@pytest.mark.parametrize(("name", "arguments"), WARPS)
@pytest.mark.parametrize("fill_mode", ["reflect", "wrap", "constant", "nearest"])
def test_bilinear_warps(name, arguments, fill_mode):
    more = {"fill_mode": fill_mode, "fill_value": 30.0, "seed": 3}
    compare(name, {**arguments, **more})


@pytest.mark.parametrize(("name", "arguments"), WARPS)
def test_nearest_warps(name, arguments):
    compare(name, {**arguments, "interpolation": "nearest", "seed": 3}, atol=0)


def test_the_matrix_of_an_angle():
    theirs, ours = keras.layers.RandomRotation(0.5), layers.RandomRotation(0.5)
    drawn = ours.get_random_transformation(X)
    zeros = np.zeros(4, "float32")
    matrix = theirs._compute_affine_matrix(
        0.5, 0.5, drawn["angle"], zeros, zeros, zeros + 1, zeros, zeros, 9, 12
    )
    assert_allclose(drawn["rotation_matrix"], matrix, atol=1e-5)


@pytest.mark.parametrize("mode", ["horizontal", "vertical", "horizontal_and_vertical"])
def test_flips(mode):
    compare("RandomFlip", {"mode": mode, "seed": 1}, atol=0)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_perspective(interpolation):
    arguments = {"factor": (0.5, 1.0), "scale": 0.6, "fill_value": 9.0, "seed": 1}
    compare("RandomPerspective", {**arguments, "interpolation": interpolation})


@pytest.mark.parametrize("size", [(4, 5), (9, 12), (20, 10), (5, 30), (3, 12)])
def test_crops(size):
    compare("RandomCrop", {"height": size[0], "width": size[1], "seed": 2})


@pytest.mark.parametrize("name", sorted({n for n, _ in WARPS} | {
    "RandomCrop", "RandomFlip", "RandomPerspective"}))  # fmt: skip
def test_signatures_and_configs(name):
    theirs, ours = getattr(keras.layers, name), getattr(layers, name)
    expected = inspect.signature(theirs.__init__).parameters
    own = inspect.signature(ours.__init__).parameters
    assert list(own) == list(expected)
    for argument, parameter in expected.items():
        assert own[argument].default == parameter.default
    given = {"RandomCrop": {"height": 3, "width": 4}}.get(name, {})
    given = {**dict(WARPS).get(name, {}), **given, "seed": 3}
    given.update({k: (0.1, 0.2) for k in given if k.endswith("factor")})
    one, two = ours(**given, name="a").get_config(), theirs(**given, name="a")
    two = two.get_config()
    assert set(one) - {"data_format"} == set(two) - {"data_format"}
    for key in set(one) & set(two) - {"dtype"}:
        value = two[key]
        assert one[key] == (list(value) if isinstance(one[key], list) else value)


@pytest.mark.parametrize("mode", ["constant", "nearest", "wrap", "mirror", "reflect"])
def test_coordinates(mode):
    at = np.random.default_rng(1).uniform(-4, 14, (3, 20)).astype("float32")
    for order in (0, 1):
        assert_allclose(
            ops.image.map_coordinates(X[0], at, order, mode, 5.0),
            keras.ops.image.map_coordinates(X[0], at, order, mode, 5.0),
            atol=1e-3,
        )
