"""What `model.kernel_plan` and `SACCADE_EXPLAIN=1` say about a model."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade import kernels, layers
from saccade.core._errors import ConfigError, NotBuiltError


def net() -> saccade.Sequential:
    return saccade.Sequential(
        [
            layers.Input((12, 12, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu", name="first"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Dropout(0.5),
            layers.Conv2D(4, 3, strides=2, groups=2, dilation_rate=1, name="second"),
            layers.Conv2DTranspose(2, 2, name="back"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def test_each_layer_with_its_gradients(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    model = net()
    before = [np.asarray(v) for v in model.variables]
    plan = model.kernel_plan(batch_size=20)
    told = [(c.layer, c.operation) for c in plan.choices if c.layer]
    gradients = ["conv_grad_input", "conv_grad_kernel"]
    assert told == [
        # With relu behind it, the first layer's gradient to its input is not asked for.
        *(("first", name) for name in ("conv", "conv_grad_kernel")),
        ("pool", "max_pool"),
        *(("second", name) for name in ("conv", *gradients)),
        *(("back", name) for name in ("conv_grad_input", "conv", "conv_grad_kernel")),
    ]
    for choice in plan.choices:
        assert choice.form == kernels.choose(choice.operation, choice.spec).name
        assert not choice.forced
    assert {c.spec.batch for c in plan.choices if c.layer} == {20}
    # Nothing was computed or changed.
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.asarray(variable), value)


def test_the_table(monkeypatch) -> None:
    monkeypatch.setenv("SACCADE_KERNELS", "conv=lanes")
    lines = str(net().kernel_plan()).splitlines()
    assert lines[0].startswith("kernels for batches of 32 on ")
    assert lines[1].split() == [
        "layer", "operation", "shape", "form", "estimate", "next", "best"
    ]  # fmt: skip
    first = lines[2]
    assert first.split()[:2] == ["first", "conv"]
    assert "12x12x1 -> 12x12x4, window 3x3 " in first
    assert "lanes (forced)" in first
    (second,) = (line for line in lines if line.lstrip().startswith("second"))
    assert "6x6x4 -> 2x2x4, window 3x3, strides 2x2, 2 groups" in second
    assert "no convolution" in str(
        saccade.Sequential([layers.Input((3,)), layers.Dense(2)]).kernel_plan()
    )


def test_two_equal_layers_both_have_their_lines() -> None:
    model = saccade.Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.Conv2D(2, 3, padding="same", name="one"),
            layers.Conv2D(2, 3, padding="same", name="two"),
        ]
    )
    told = [c.layer for c in model.kernel_plan().choices if c.layer]
    assert told == ["one"] * 3 + ["two"] * 3


def test_a_model_whose_shapes_are_not_known() -> None:
    with pytest.raises(NotBuiltError, match="kernel_plan"):
        saccade.Sequential([layers.Dense(2)]).kernel_plan()
    free = saccade.Sequential([layers.Input((None, None, 1)), layers.Conv2D(2, 3)])
    with pytest.raises(ConfigError, match="sizes of the inputs are not fixed"):
        free.kernel_plan()


@pytest.mark.parametrize("kind", ["arrays", "stream"])
def test_fit_prints_it_on_request(
    kind, small_net, pictures, capsys, monkeypatch
) -> None:
    monkeypatch.setenv("SACCADE_EXPLAIN", "1")
    x, y = pictures
    if kind == "arrays":
        small_net().fit(x, y, batch_size=10, verbose=0)
    else:
        small_net().fit(iter([(x[:10], y[:10])]), steps_per_epoch=1, verbose=0)
    printed = capsys.readouterr().out
    assert "kernels for batches of 10 on " in printed
    assert "8x8x1 -> 6x6x4, window 3x3" in printed


def test_a_model_with_a_step_of_its_own_trains_without_it(
    pictures, capsys, monkeypatch
) -> None:
    monkeypatch.setenv("SACCADE_EXPLAIN", "1")

    class Own(saccade.Sequential):
        def train_step(self, data):
            return {"loss": 0.0}

    model = Own([layers.Input((8, 8, 1)), layers.Conv2D(2, 3)])
    model.compile("sgd", "mse")
    model.fit(*pictures, verbose=0)
    printed = capsys.readouterr().out
    assert "saccade: resident" in printed
    assert "kernels for" not in printed


@pytest.mark.parametrize("size", [0, -1, 2.5, True])
def test_a_batch_has_a_row_at_least(size):
    with pytest.raises(ConfigError, match="batch_size must be 1 or more"):
        net().kernel_plan(batch_size=size)
