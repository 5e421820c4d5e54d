"""What layers on several arrays, or around a layer, must keep, as all others do."""

from __future__ import annotations

import importlib.util
import inspect
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Input, Model, layers
from saccade.core._scope import Scope
from saccade.models import load_model

TWO = [(4, 3), (4, 3)]
QUERY = [(4, 3), (5, 3)]
# Arguments, the shapes of a sample, and whether arrays are given apart.
CASES = {
    "Add": ({}, [*TWO, (4, 3)], False),
    "AdditiveAttention": ({}, QUERY, False),
    "Attention": ({"use_scale": True}, QUERY, False),
    "Average": ({}, TWO, False),
    "Concatenate": ({}, [(4, 3), (4, 2)], False),
    "Dot": ({"axes": -1}, QUERY, False),
    "GroupQueryAttention": (
        {"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2},
        QUERY,
        True,
    ),
    "Maximum": ({}, TWO, False),
    "Minimum": ({}, TWO, False),
    "MultiHeadAttention": ({"num_heads": 2, "key_dim": 2}, QUERY, True),
    "Multiply": ({}, TWO, False),
    "Pipeline": (
        {"layers": lambda: [layers.Rescaling(0.5), layers.CenterCrop(2, 2)]},
        [(4, 5, 3)],
        True,
    ),
    "SpectralNormalization": ({"layer": lambda: layers.Dense(2)}, [(3,)], True),
    "Subtract": ({}, TWO, False),
    "TimeDistributed": ({"layer": lambda: layers.Dense(2)}, [(4, 3)], True),
}
# Bases, and the place where data enter.
NO_CASE = {"InputLayer", "Layer", "Wrapper"}


def make(name, /, **more):
    arguments, shapes, apart = CASES[name]
    made = {key: v() if callable(v) else v for key, v in arguments.items()}
    return getattr(layers, name)(**made, **more), shapes, apart


def call(layer, arrays, apart, **extra):
    return layer(*arrays, **extra) if apart else layer(list(arrays), **extra)


def samples(shapes, rows=3):
    rng = np.random.default_rng(len(shapes))
    return [rng.normal(size=(rows, *shape)).astype("float32") for shape in shapes]


def on_one_array():
    """The classes that test_layers.py goes through."""
    path = Path(__file__).with_name("test_layers.py")
    spec = importlib.util.spec_from_file_location("on_one_array", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {cls.__name__ for cls in module.CLASSES}


def test_every_layer_has_a_case() -> None:
    every = {
        name
        for name in layers.__all__
        if inspect.isclass(getattr(layers, name))
        and issubclass(getattr(layers, name), layers.Layer)
        and getattr(layers, name).__name__ == name
    }
    known = on_one_array() | set(CASES) | NO_CASE
    assert every == known


@pytest.mark.parametrize("name", sorted(CASES))
def test_contract(name) -> None:
    layer, shapes, apart = make(name)
    arrays = samples(shapes)
    eager = call(layer, arrays, apart)

    # Shape and type of placeholders.
    symbol = call(make(name)[0], [Input(shape) for shape in shapes], apart)
    assert symbol.shape == (None, *eager.shape[1:])
    assert symbol.dtype == eager.dtype.name

    # Compiled = eager, and gradients are finite.
    values = [v.value for v in layer.weights]

    def total(arrays, values):
        with Scope(zip(layer.weights, values, strict=True)):
            outputs = call(layer, arrays, apart)
        return jnp.sum(outputs**2), outputs

    both = jax.jit(jax.value_and_grad(total, (0, 1), has_aux=True))
    (_, compiled), gradients = both(arrays, values)
    assert_allclose(compiled, eager, rtol=1e-5, atol=1e-5)
    assert all(np.isfinite(g).all() for g in jax.tree.leaves(gradients))

    # A row of the output depends on that row of the inputs, and on nothing else.
    changed = [array.copy() for array in arrays]
    for array in changed:
        array[0] += 1
    other = both(changed, values)[0][1]
    assert_allclose(other[1:], compiled[1:], rtol=1e-5, atol=1e-6)
    assert layer.rows_independent
    assert name == "Subtract" or not np.allclose(other[0], compiled[0])

    # Short floats.
    short = make(name, **({} if name == "Pipeline" else {"dtype": "mixed_bfloat16"}))[0]
    if name not in ("Pipeline", "SpectralNormalization", "TimeDistributed"):
        outputs = call(short, arrays, apart)
        assert outputs.dtype == jnp.bfloat16
        assert all(v.dtype == "float32" for v in short.trainable_weights)


@pytest.mark.parametrize("name", sorted(CASES))
def test_config_makes_an_equal_layer(name) -> None:
    layer, _, _ = make(name, name="mine")
    text = json.dumps(layers.serialize(layer))
    again = layers.deserialize(json.loads(text))
    assert type(again) is type(layer)
    ours, theirs = (json.dumps(x.get_config(), sort_keys=True) for x in (layer, again))
    assert ours == theirs


def test_all_survive_a_model_file(tmp_path) -> None:
    inputs, outputs, data = [], [], []
    for name in sorted(CASES):
        layer, shapes, apart = make(name)
        own = [Input(shape) for shape in shapes]
        inputs += own
        outputs.append(call(layer, own, apart))
        data += samples(shapes)
    model = Model(inputs, outputs)
    model.save(tmp_path / "all.keras")
    again = load_model(tmp_path / "all.keras")
    for name, one, two in zip(sorted(CASES), model(data), again(data), strict=True):
        assert_allclose(one, two, err_msg=name)
