"""Every layer gives the values that were recorded from Keras."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import layers
from saccade.core._scope import Scope

FILE = Path(__file__).parent.parent / "data" / "layers.npz"
with np.load(FILE) as stored:
    ARRAYS = dict(stored)
CASES = json.loads(str(ARRAYS.pop("cases")))
IDS = [f"{i}-{case['class']}" for i, case in enumerate(CASES)]


@pytest.fixture(params=range(len(CASES)), ids=IDS)
def case(request):
    prefix = f"{request.param}/"
    arrays = {
        key.removeprefix(prefix): value
        for key, value in ARRAYS.items()
        if key.startswith(prefix)
    }
    facts = CASES[request.param]
    layer = getattr(layers, facts["class"])(name="layer", **facts["arguments"])
    layer.build(arrays["x"].shape)
    return layer, facts, arrays


def measure(layer, x, weights, r, **extra):
    """Output, weights afterwards, and gradients of sum(output * r), in one program."""

    def total(x, weights):
        with Scope(zip(layer.weights, weights, strict=True)) as scope:
            outputs = layer(x, **extra)
            return (outputs * r).sum(), (outputs, scope.values(layer.weights))

    run = jax.value_and_grad(total, (0, 1), has_aux=True, allow_int=True)
    (_, (outputs, after)), gradients = jax.jit(run)(x, weights)
    return outputs, after, gradients


def test_outputs_gradients_and_statistics(case) -> None:
    layer, _, arrays = case
    weights = [arrays[f"weight{i}"] for i in range(len(layer.weights))]
    for tag in ("plain", "training"):
        if f"{tag}/output" not in arrays:
            continue
        expected = arrays[f"{tag}/output"]
        r = np.random.default_rng(1).normal(size=expected.shape).astype("float32")
        extra = {"training": True} if tag == "training" else {}
        outputs, after, gradients = measure(layer, arrays["x"], weights, r, **extra)
        assert outputs.shape == expected.shape
        assert outputs.dtype == expected.dtype
        assert_allclose(outputs, expected, rtol=1e-5, atol=1e-5)
        values = {f"{tag}/gradient": gradients[0]}
        values |= {f"{tag}/gradient{i}": g for i, g in enumerate(gradients[1])}
        if extra:
            values |= {f"after{i}": w for i, w in enumerate(after)}
        for key in values.keys() & arrays.keys():
            scale = max(np.abs(arrays[key]).max(), 1)
            assert_allclose(values[key], arrays[key], rtol=1e-4, atol=1e-5 * scale)


def test_names_and_order_of_weights(case) -> None:
    layer, facts, _ = case
    assert [w.path for w in layer.weights] == facts["paths"]
    assert [w.path for w in layer.trainable_weights] == facts["trainable"]


def test_config(case) -> None:
    layer, facts, _ = case
    config = json.loads(json.dumps(layer.get_config()))
    assert config == facts["config"]


def test_keras_config_makes_the_layer(case) -> None:
    layer, facts, arrays = case
    again = type(layer).from_config(facts["config"])
    assert again.compute_output_shape(arrays["x"].shape) == tuple(
        arrays["plain/output"].shape
    )
    again.build(arrays["x"].shape)
    assert json.loads(json.dumps(again.get_config())) == facts["config"]
