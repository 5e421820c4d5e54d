"""Counts of floating-point operations are those of the formulas."""

from __future__ import annotations

import re

import pytest

from saccade import Input, Model, Sequential, layers, ops
from saccade.core._errors import ConfigError, NotBuiltError


def flops(shape, *stack):
    return Sequential([Input(shape), *stack]).count_flops()


@pytest.mark.parametrize(
    ("shape", "layer", "expected"),
    [
        ((5,), layers.Dense(3), 2 * 5 * 3 + 3),
        ((4, 5), layers.Dense(3, use_bias=False), 4 * 2 * 5 * 3),
        ((8, 8, 3), layers.Conv2D(4, 3, use_bias=False), 2 * 36 * 9 * 3 * 4),
        ((8, 8, 3), layers.Conv2D(4, 3, 2, "same"), 2 * 16 * 9 * 3 * 4 + 16 * 4),
        ((8, 8, 6), layers.Conv2D(4, 1, groups=2, use_bias=False), 2 * 64 * 3 * 4),
        ((8, 8, 3), layers.DepthwiseConv2D(3, use_bias=False), 2 * 36 * 9 * 3),
        # Each input is spread over a window once.
        (
            (4, 4, 2),
            layers.Conv2DTranspose(3, 2, 2, use_bias=False),
            16 * 4 * 2 * 3 * 2,
        ),
        ((8, 8, 2), layers.MaxPooling2D(), 16 * 2 * 4),
        ((7,), layers.ReLU(), 7),
        ((4, 4), layers.Flatten(), 0),
        ((4, 4), layers.Permute((2, 1)), 0),
        ((9,), layers.Dropout(0.5), 0),
    ],
)
def test_formulas(shape, layer, expected):
    assert flops(shape, layer) == expected


def test_loops_count_each_round():
    class Twice(layers.Layer):
        def call(self, x):
            return ops.fori_loop(0, 5, lambda i, y: y * 2.0, x)

    assert flops((3,), Twice()) == 5 * 3


def test_a_shared_model_counts_for_each_call():
    inner = Sequential([Input((4,)), layers.Dense(2, use_bias=False)], name="inner")
    a, b = Input((4,)), Input((4,))
    model = Model([a, b], inner(a) + inner(b))
    assert model.count_flops() == 2 * (2 * 4 * 2) + 2


def test_the_summary_has_a_column_and_a_total():
    x = Input((4,), name="x")
    inner = Sequential([Input((4,)), layers.Dense(2, name="deep")], name="inner")
    y = layers.Activation("relu", name="top")(inner(x))
    model = Model(x, layers.Add(name="sum")([y, y]))
    lines = []
    model.summary(print_fn=lines.append, show_flops=True, expand_nested=True)
    rows = re.findall(r"(\w+) \(\w+\) +\([^)]*\) +[\d,]+ +([\d,]+) ", lines[0])
    assert rows == [
        ("x", "0"),
        ("inner", "18"),
        ("deep", "18"),
        ("top", "2"),
        ("sum", "2"),
    ]
    assert lines[0].endswith("Total FLOPs of one row: 22")
    plain = []
    model.summary(print_fn=plain.append)
    assert "FLOPs" not in plain[0]


def test_sizes_must_be_fixed():
    inputs = Input((None, None, 3))
    model = Model(inputs, layers.Conv2D(2, 3, use_bias=False)(inputs))
    with pytest.raises(ConfigError, match=r"not fixed: .*\n.*InputSpec"):
        model.count_flops()
    spec = layers.InputSpec(shape=(1, 5, 5, 3))
    assert model.count_flops([spec]) == 2 * 9 * 9 * 3 * 2
    with pytest.raises(NotBuiltError, match="not known yet"):
        Sequential([layers.Dense(2)]).count_flops()
