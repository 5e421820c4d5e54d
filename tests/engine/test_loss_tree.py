"""Losses and targets given for nests of outputs."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import Input, Model, layers
from saccade.core._errors import ConfigError
from saccade.engine._loss_tree import matched, plan

NAMES = {"a": "first", "b": ("second", "third")}
OUTPUTS = {"a": 1, "b": (2, 3)}


def test_one_loss_is_that_of_each_output() -> None:
    terms = plan("mse", None, OUTPUTS, NAMES)
    assert [(t.path, t.name) for t in terms] == [
        (("a",), "a"), (("b", 0), "b/second"), (("b", 1), "b/third"),
    ]  # fmt: skip


def test_a_part_of_the_outputs_may_have_a_loss_of_its_own() -> None:
    terms = plan({"b": ["whole", (None, "mae"), "mse"]}, None, OUTPUTS, NAMES)
    assert [(t.path, t.loss) for t in terms] == [
        (("b",), "whole"), (("b", 1), "mae"), (("b",), "mse"),
    ]  # fmt: skip


def test_weights_follow_the_losses() -> None:
    terms = plan(["mse", "mae"], [0.5, 2], [1, 2], ["x", "y"])
    assert [t.weight for t in terms] == [0.5, 2.0]
    with pytest.raises(ConfigError, match="must match the number of losses"):
        plan(["mse", "mae"], [0.5], [1, 2], ["x", "y"])


def test_unknown_outputs() -> None:
    with pytest.raises(KeyError, match="can't be found in either the model's output"):
        plan({"c": "mse"}, None, OUTPUTS, NAMES)
    with pytest.raises(ConfigError, match=r"Expected keys \['x', 'y'\]"):
        plan({"x": "mse", "z": "mse"}, None, [1, 2], ["x", "y"])
    with pytest.raises(ConfigError, match="no output 'z'"):
        matched({"z": 1}, [1, 2], ["x", "y"], "y")


def test_targets_take_the_form_of_the_outputs() -> None:
    assert matched({"x": 1, "y": 2}, (None, None), ("x", "y"), "y") == (1, 2)
    assert matched([1, 2, 3], OUTPUTS, NAMES, "y") == {"a": 1, "b": (2, 3)}
    assert matched(None, OUTPUTS, NAMES, "y") == {"a": None, "b": (None, None)}


def test_targets_in_a_dict_go_to_their_outputs_whatever_the_order() -> None:
    x = Input((3,))
    outputs = {"z": layers.Dense(1)(x), "a": layers.Dense(2)(x)}
    model = Model(x, outputs)
    model.compile("sgd", {"a": "categorical_crossentropy", "z": "mse"})
    data = np.ones((4, 3))
    targets = {"a": np.eye(2)[[0, 1, 0, 1]], "z": np.ones((4, 1))}
    history = model.fit(data, targets, verbose=0).history
    assert sorted(history) == ["a_loss", "loss", "z_loss"]


def test_compute_loss_may_split_an_output_into_parts_with_losses_of_their_own() -> None:
    class Split(Model):
        def compute_loss(self, x, y, y_pred, sample_weight=None, **kwargs):  # type: ignore[no-untyped-def]
            parts = [y_pred[:, :1], y_pred[:, 1:]]
            return super().compute_loss(x, y, parts, sample_weight, **kwargs)

    x = Input((3,))
    model = Split(x, layers.Dense(3, kernel_initializer="zeros")(x))
    model.compile("sgd", ["mse", "mae"], loss_weights=[1.0, 10.0], metrics=["mae"])
    data, targets = np.ones((4, 3)), (np.full((4, 1), 2.0), np.full((4, 2), 3.0))
    history = model.fit(data, targets, batch_size=4, verbose=0).history
    found = {name: values[0] for name, values in history.items()}
    assert found == pytest.approx(
        {"loss": 34.0, "mae": 2.0, "mse_loss": 4.0, "mae_loss": 3.0}
    )
    assert "loss" in model.evaluate(data, targets, verbose=0, return_dict=True)


def test_outputs_in_lists_in_a_dict_are_called_after_their_layers() -> None:
    x = Input((3,))
    pair = [layers.Dense(1, name="left")(x), layers.Dense(1, name="right")(x)]
    model = Model(x, {"z": pair, "a": layers.Dense(1)(x)})
    model.compile("sgd", {"z": [None, "mse"], "a": "mae"})
    targets = {"z": [np.ones((4, 1)), np.ones((4, 1))], "a": np.ones((4, 1))}
    history = model.fit(np.ones((4, 3)), targets, verbose=0).history
    assert sorted(history) == ["a_loss", "loss", "z/right_loss"]
