"""The table of layers."""

from __future__ import annotations

import io
import sys

import pytest

import saccade
from saccade import layers
from saccade.core._errors import ConfigError


def lenet():
    return saccade.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.AveragePooling2D(),
            layers.Conv2D(16, 5, activation="relu"),
            layers.AveragePooling2D(),
            layers.Flatten(),
            layers.Dense(120, "relu"),
            layers.Dense(84, "relu"),
            layers.Dense(10, "softmax"),
        ],
        name="lenet",
    )


def text_of(model, **kwargs) -> str:
    lines: list[str] = []
    model.summary(print_fn=lines.append, **kwargs)
    return "\n".join(lines)


def test_known_totals():
    text = text_of(lenet())
    assert "Total params: 61,706 (241.04 KB)" in text
    assert "Trainable params: 61,706" in text
    assert "Non-trainable params: 0 (0.00 B)" in text
    one = saccade.Sequential([layers.Input((28, 28, 1)), layers.Conv2D(4, 3)])
    assert "Total params: 40 " in text_of(one)
    one.add(layers.Flatten())
    one.add(layers.Dense(10))
    assert "Total params: 27,090 " in text_of(one)


def test_plain_columns_line_up_and_are_ascii():
    text = text_of(lenet())
    assert text.isascii()
    lines = text.splitlines()
    assert lines[0] == 'Model: "lenet"'
    assert lines[2].split() == ["Layer", "(type)", "Output", "Shape", "Param", "#"]
    column = lines[2].index("Output Shape")
    rows = lines[4:12]
    assert [row[column] for row in rows] == ["("] * 8
    assert rows[0].split() == [
        "conv2d",
        "(Conv2D)",
        "(None,",
        "28,",
        "28,",
        "6)",
        "156",
    ]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_boxes_in_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdout", out := Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    saccade.Sequential(
        [layers.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.BatchNormalization()]
    ).summary()
    assert out.getvalue() == (
        'Model: "sequential"\n'
        "┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓\n"
        "┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃\n"
        "┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩\n"
        "│ conv2d (Conv2D)                 │ (None, 6, 6, 4)        │            40 │\n"
        "├─────────────────────────────────┼────────────────────────┼───────────────┤\n"
        "│ batch_normalization             │ (None, 6, 6, 4)        │            16 │\n"
        "│ (BatchNormalization)            │                        │               │\n"
        "└─────────────────────────────────┴────────────────────────┴───────────────┘\n"
        " Total params: 56 (224.00 B)\n"
        " Trainable params: 48 (192.00 B)\n"
        " Non-trainable params: 8 (32.00 B)\n"
    )


def test_unbuilt_layers_and_trainable_column():
    model = saccade.Sequential([layers.Dense(3)])
    assert "?" in text_of(model)
    assert "0 (unbuilt)" in text_of(model)
    model.build((None, 4))
    model.layers[0].trainable = False
    text = text_of(model, show_trainable=True)
    assert "Trainable" in text
    assert text.splitlines()[4].split()[-1] == "N"


def test_nested_layers_are_shown_on_request():
    inner = saccade.Sequential([layers.Dense(2), layers.Dense(3)], name="inner")
    model = saccade.Sequential([layers.Input((4,)), inner])
    assert "dense" not in text_of(model)
    assert "|_ dense_1 (Dense)" in text_of(model, expand_nested=True)


def test_ranges_and_widths():
    model = lenet()
    text = text_of(model, layer_range=("flatten", "dense_1"))
    assert "conv2d" not in text
    assert "dense_2" not in text
    with pytest.raises(ConfigError, match="no layer matches 'nothing'"):
        model.summary(layer_range=("nothing", "dense"), print_fn=print)
    with pytest.raises(ConfigError, match="`line_length` 10 is too narrow"):
        model.summary(line_length=10, print_fn=print)


def test_optimizer_parameters_are_counted_once_there():
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("adam", "mse")
    assert "Optimizer params" not in text_of(model)
    model.fit([[1.0, 2, 3, 4]], [1.0], verbose=0)
    assert "Optimizer params: 12 (48.00 B)" in text_of(model)


def test_positions_end_the_columns_as_shares_or_characters():
    model = lenet()

    def first_rows(positions):
        lines: list[str] = []
        model.summary(positions=positions, print_fn=lines.append)
        return "\n".join(lines).splitlines()

    shares = first_rows([0.5, 0.75, 1.0, 1.0])  # one column more than there is
    assert first_rows([0.5, 0.75, 1.0]) == shares
    wide = first_rows([40, 70, 100])
    assert wide[2].index("Output Shape") == 41
    with pytest.raises(ConfigError, match="2 numbers for 3 columns"):
        first_rows([0.5, 1.0])
