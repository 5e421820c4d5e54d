"""Layers against pip's Keras on JAX, in more options, types and phases."""

from __future__ import annotations

import inspect
import itertools
import json

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers
from saccade.core._scope import Scope

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(3)
LINE = RNG.normal(size=(2, 11, 4)).astype("float32")
PICTURE = RNG.normal(size=(2, 9, 8, 4)).astype("float32")


def pair(name, x, **arguments):
    """The same layer of both libraries, built and with the same weights."""
    ours = getattr(layers, name)(name="layer", **arguments)
    theirs = getattr(keras.layers, name)(name="layer", **arguments)
    ours.build(x.shape)
    theirs.build(x.shape)
    weights = [RNG.uniform(0.2, 1, w.shape).astype("float32") for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


def agree(name, x, **arguments):
    """Compares outputs, gradients by input and weights, names and configs."""
    ours, theirs = pair(name, x, **arguments)
    expected = theirs(x)
    r = RNG.normal(size=expected.shape).astype("float32")
    count = len(theirs.trainable_variables)

    def ours_total(x, weights):
        with Scope(zip(ours.trainable_variables, weights, strict=True)):
            return (ours(x) * r).sum()

    def theirs_total(x, weights):
        state = theirs.non_trainable_variables
        return (theirs.stateless_call(weights, state, x)[0] * r).sum()

    weights = ours.get_weights()[:count]
    assert_allclose(ours(x), expected, rtol=1e-5, atol=1e-5)
    assert str(ours(x).dtype) == str(expected.dtype)
    one = jax.jit(jax.grad(ours_total, (0, 1)))(x, weights)
    two = jax.jit(jax.grad(theirs_total, (0, 1)))(x, weights)
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-5 * max(1, np.abs(b).max()))
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert plain(ours.get_config()) == plain(theirs.get_config())


def plain(config):
    return json.loads(json.dumps(config))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    "options",
    [
        {"strides": 1},
        {"strides": 3, "groups": 2},
        {"strides": (2, 1), "activation": "gelu"},
        {"dilation_rate": (2, 1), "use_bias": False},
    ],
    ids=str,
)
def test_conv2d(padding, options) -> None:
    agree("Conv2D", PICTURE, filters=4, kernel_size=(3, 2), padding=padding, **options)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
def test_transposed(padding, strides) -> None:
    agree(
        "Conv2DTranspose",
        PICTURE,
        filters=3,
        kernel_size=(3, 2),
        strides=strides,
        padding=padding,
    )


@pytest.mark.parametrize(
    ("size", "strides", "padding"),
    list(itertools.product([2, (3, 2)], [None, 1, (2, 3)], ["valid", "same"])),
)
def test_pooling(size, strides, padding) -> None:
    arguments = {"pool_size": size, "strides": strides, "padding": padding}
    agree("MaxPooling2D", PICTURE, **arguments)
    agree("AveragePooling2D", PICTURE, **arguments)


@pytest.mark.parametrize("first", ["channels_last", "channels_first"])
@pytest.mark.parametrize("name", ["Conv1D", "SeparableConv1D", "Conv1DTranspose"])
def test_lines(name, first) -> None:
    agree(name, LINE, filters=3, kernel_size=3, data_format=first)


@pytest.mark.parametrize("dtype", ["float32", "float16", "mixed_bfloat16"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Dense", {"units": 3, "activation": "softmax"}),
        ("Conv2D", {"filters": 3, "kernel_size": 3}),
        ("BatchNormalization", {}),
        ("LayerNormalization", {}),
        ("GroupNormalization", {"groups": 2}),
        ("AveragePooling2D", {"pool_size": 2}),
        ("GlobalAveragePooling2D", {}),
        ("Rescaling", {"scale": 1 / 255}),
        ("PReLU", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_types(name, arguments, dtype) -> None:
    ours, theirs = pair(name, PICTURE, dtype=dtype, **arguments)
    expected = theirs(PICTURE)
    outputs = ours(PICTURE)
    assert str(outputs.dtype) == str(expected.dtype)
    tight = {"rtol": 1e-5, "atol": 1e-5} if dtype == "float32" else {"atol": 0.02}
    assert_allclose(outputs.astype("float32"), np.asarray(expected, "float32"), **tight)
    kinds = [(str(w.dtype), w.shape) for w in theirs.weights]
    assert [(w.dtype, w.shape) for w in ours.weights] == kinds


@pytest.mark.parametrize("x", [LINE, PICTURE], ids=["line", "picture"])
@pytest.mark.parametrize("steps", [1, 3])
def test_averages_of_batch_normalization(x, steps) -> None:
    ours, theirs = pair("BatchNormalization", x, momentum=0.7)
    for step in range(steps):
        batch = x * (step + 1) + step
        expected = theirs(batch, training=True)
        assert_allclose(ours(batch, training=True), expected, rtol=1e-5, atol=1e-5)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert_allclose(one, two, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("axis", [None, -1, (1, -1)])
def test_adaption(axis) -> None:
    ours, theirs = layers.Normalization(axis), keras.layers.Normalization(axis)
    ours.adapt(PICTURE)
    theirs.adapt(PICTURE)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert_allclose(one, two, rtol=1e-4, atol=1e-5)
    assert_allclose(ours(PICTURE), theirs(PICTURE), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "lanczos3"])
@pytest.mark.parametrize("whole", [False, True])
def test_resizing(method, whole) -> None:
    x = PICTURE
    if whole:
        x = (np.abs(PICTURE) * 60).astype("uint8")
    for arguments in (
        {},
        {"antialias": True},
        {"crop_to_aspect_ratio": True},
        {"pad_to_aspect_ratio": True, "fill_value": 3.0},
    ):
        ours = layers.Resizing(6, 3, method, **arguments)(x)
        theirs = keras.layers.Resizing(6, 3, method, **arguments)(x)
        assert str(ours.dtype) == str(theirs.dtype)
        assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("first", ["channels_last", "channels_first"])
@pytest.mark.parametrize("size", [(4, 4), (12, 5), (3, 20)])
def test_centre_crop(size, first) -> None:
    ours = layers.CenterCrop(*size, data_format=first)(PICTURE)
    theirs = keras.layers.CenterCrop(*size, data_format=first)(PICTURE)
    assert_allclose(ours, theirs, atol=1e-5)


def same_class(name):
    cls = getattr(layers, name)
    return inspect.isclass(cls) and issubclass(cls, layers.Layer)


NAMES = sorted(filter(same_class, layers.__all__))


@pytest.mark.parametrize("name", NAMES)
def test_signatures(name) -> None:
    """Names, order and defaults of arguments; sizes may be 1 for (1, 1)."""
    ours = inspect.signature(getattr(layers, name)).parameters
    theirs = inspect.signature(getattr(keras.layers, name)).parameters
    if name.startswith(("Conv3DTranspose", "Convolution3DTranspose")):
        # Keras has `data_format` before `output_padding` here only.
        assert set(ours) == set(theirs)
        return
    positional = [n for n, p in theirs.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert list(ours)[: len(positional)] == positional
    for key in positional:
        one, two = ours[key].default, theirs[key].default
        if name.startswith("A") and key == "pool_size":
            continue  # Keras 2 did without it, and so does saccade.
        assert single(one) == single(two), key


def single(value):
    """The number that stands for a tuple, or a nest of tuples, of it."""
    while isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value


@pytest.mark.parametrize("name", NAMES)
def test_what_must_be_given(name) -> None:
    def needed(cls):
        parameters = inspect.signature(cls).parameters.values()
        return {
            p.name
            for p in parameters
            if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
        }

    ours = needed(getattr(layers, name))
    theirs = needed(getattr(keras.layers, name))
    assert ours == theirs - ({"pool_size"} if name.startswith("A") else set())
