"""What the studio finds in a network: its numbers, and words about what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade import Input, Sequential, layers
from saccade.runs import RunFolder, RunWriter

inspect = pytest.importorskip("saccade.studio._inspect")


def kept(folder: Path, model: Sequential) -> RunFolder:
    """A run of a model as it is, with a few examples of two classes."""
    model.compile("sgd", "sparse_categorical_crossentropy")
    draw = np.random.default_rng(0)
    writer = RunWriter(folder, model.name)
    writer.begin({"model": model.to_json(), "compile": model.get_compile_config()})
    writer.keep_weights(0, model.get_weights())
    x = draw.normal(size=(12, 4)).astype("float32")
    writer.keep_examples([x], [draw.integers(0, 2, 12)])
    return RunFolder(writer.folder)


def test_dead_units_are_counted_and_named(tmp_path: Path) -> None:
    hidden = layers.Dense(8, activation="relu", name="hidden")
    top = layers.Dense(2, activation="softmax", name="top")
    model = Sequential([Input((4,)), hidden, top], name="dead")
    kernel, bias = hidden.get_weights()
    bias[:2] = -100.0
    hidden.set_weights([kernel, bias])
    run = kept(tmp_path, model)
    first, last = inspect.network(run).states(0)
    assert first.dead == 0.25
    assert (first.low, first.parameters) == (-100.0, 40)
    assert last.dead is None
    assert first.gradient is not None
    assert first.gradient > 0
    [word] = inspect.warnings([first, last])
    assert word.startswith("hidden: 25% of its units are 0 for all examples (dead)")


def test_a_signal_that_vanishes_is_named(tmp_path: Path) -> None:
    deep = [layers.Dense(4, activation="sigmoid", name=f"d{k}") for k in range(8)]
    top = layers.Dense(2, activation="softmax", name="top")
    run = kept(tmp_path, Sequential([Input((4,)), *deep, top], name="deep"))
    [word] = inspect.warnings(inspect.network(run).states(0))
    assert "The gradient of d0 is" in word
    assert "of the one of top: the signal vanishes on its way back" in word
