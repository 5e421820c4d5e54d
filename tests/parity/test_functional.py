"""Models of the functional API against pip's Keras: the same in every visible way."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose

import saccade
from saccade.models import _summary

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(5)
X = {
    "picture": RNG.random((12, 8, 8, 3), "float32"),
    "numbers": RNG.random((12, 4), "float32"),
}
Y = [RNG.random((12, 3), "float32"), RNG.random((12, 1), "float32")]


def residual(lib):
    """Skips, a shared layer, models in a model, operators, two ends."""
    layers, ops = lib.layers, lib.ops
    picture, numbers = lib.Input((8, 8, 3), name="picture"), lib.Input((4,), name="n")
    x = layers.Conv2D(4, 3, padding="same", name="first")(picture)
    x = layers.BatchNormalization(name="norm")(x)
    y = layers.Conv2D(4, 3, padding="same", activation="relu", name="second")(x)
    x = layers.add([x, y], name="skip")
    x = x * 2.0 + y
    x = ops.mean(x, axis=[1, 2])
    shared = layers.Dense(4, name="shared")
    z = shared(shared(numbers))
    inner_in = lib.Input((4,), name="inner_in")
    inner = lib.Model(
        inner_in,
        [
            layers.Dense(3, name="left")(inner_in),
            layers.Dense(2, name="right")(inner_in),
        ],
        name="inner",
    )
    left, right = inner(layers.concatenate([x, z], name="both")[:, 2:6])
    chain = lib.Sequential([lib.Input((2,)), layers.Dense(1, name="d")], name="chain")
    return lib.Model([picture, numbers], [left, chain(right)], name="net")


@pytest.fixture
def pair():
    keras.utils.clear_session()
    ours, theirs = residual(saccade), residual(keras)
    weights = [RNG.uniform(0.1, 0.5, w.shape).astype("float32") for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


def given(model):
    return [X["picture"], X["numbers"]]


def plain(config):
    """A config without what Keras writes for nothing."""
    if isinstance(config, dict):
        dropped = {"compile_config", "quantization_config"}
        return {
            key: plain(value)
            for key, value in config.items()
            if key not in dropped and (key, value) != ("mask", None)
        }
    return [plain(part) for part in config] if isinstance(config, list) else config


def test_names_outputs_and_paths(pair):
    ours, theirs = pair
    for attribute in ("name", "input_shape", "output_shape", "output_names"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    assert [op.name for op in ours.operations] == [op.name for op in theirs.operations]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    for a, b in zip(ours(given(ours)), theirs(given(theirs)), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_the_config_is_the_same_text(pair):
    ours, theirs = (json.loads(model.to_json()) for model in pair)
    assert plain(ours) == plain(theirs)
    again = keras.models.model_from_json(pair[0].to_json())
    back = saccade.models.model_from_json(pair[1].to_json())
    assert again.count_params() == back.count_params() == pair[0].count_params()


def keep(lines, text, **_):
    lines.append(text)


def test_the_summary_is_the_same_text(pair, monkeypatch, capsys):
    monkeypatch.setattr(_summary, "_shows_boxes", lambda: True)
    monkeypatch.setattr(_summary, "_shows_colour", lambda: False)
    monkeypatch.setenv("COLUMNS", "120")
    ours, theirs = pair
    for options in ({}, {"expand_nested": True, "show_trainable": True}):
        lines: list[str] = []
        theirs.summary(print_fn=partial(keep, lines), **options)
        ours.summary(**options)
        expected = "\n".join(lines).split()
        assert capsys.readouterr().out.split() == expected


def test_two_ends_train_to_the_same_history(pair):
    for model, lib in zip(pair, (saccade, keras), strict=True):
        model.compile(
            lib.optimizers.SGD(0.01, momentum=0.9), ["mse", "mae"],
            loss_weights=[1.0, 0.5], metrics=[["mae"], ["mse", "mae"]],
        )  # fmt: skip
    one, two = (
        model.fit(
            given(model), Y, batch_size=5, epochs=3, shuffle=False, verbose=0,
            validation_data=(given(model), Y),
        ).history
        for model in pair
    )  # fmt: skip
    assert list(one) == list(two)
    for name, values in two.items():
        assert_allclose(one[name], values, rtol=2e-3, err_msg=name)
    first, second = (m.evaluate(given(m), Y, verbose=0) for m in pair)
    assert_allclose(first, second, rtol=2e-3)


def test_files_go_both_ways(pair, tmp_path):
    ours, theirs = pair
    expected = theirs.predict(given(theirs), verbose=0)
    theirs.save(tmp_path / "theirs.keras")
    ours.save(tmp_path / "ours.keras")
    ours.save_weights(tmp_path / "ours.weights.h5")
    theirs.load_weights(tmp_path / "ours.weights.h5")
    for lib, name in ((saccade, "theirs"), (keras, "ours"), (saccade, "ours")):
        loaded = lib.models.load_model(tmp_path / f"{name}.keras")
        for a, b in zip(
            loaded.predict(given(loaded), verbose=0), expected, strict=True
        ):
            assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def wrapped(lib):
    """Subclasses: one with models that share a layer, one with a graph and more."""

    class Both(lib.Model):
        def __init__(self):
            super().__init__()
            x = lib.Input((4,))
            middle = lib.layers.Dense(3, name="middle")
            self.one = lib.Model(x, middle(x))
            self.two = lib.Sequential([lib.Input((4,)), middle])
            self.parts = [lib.layers.Dense(2, name="p"), lib.layers.Dense(2, name="q")]

        def call(self, inputs):
            return self.parts[1](self.two(inputs)) + self.parts[0](self.one(inputs))

    class Extra(lib.Model):
        def __init__(self):
            x = lib.Input((4,))
            super().__init__(inputs=x, outputs=lib.layers.Dense(2)(x))
            self.more = lib.layers.Dense(5)
            self.more.build((None, 4))

    both = Both()
    both(X["numbers"])
    return both, Extra()


def test_weights_of_subclasses_go_both_ways(tmp_path):
    for ours, theirs in zip(wrapped(saccade), wrapped(keras), strict=True):
        assert len(ours.weights) == len(theirs.weights)
        for source, target in ((theirs, ours), (ours, theirs)):
            path = tmp_path / "w.weights.h5"
            target.set_weights([w + 1 for w in source.get_weights()])
            source.save_weights(path)
            target.load_weights(path)
            for a, b in zip(source.get_weights(), target.get_weights(), strict=True):
                assert_allclose(a, b)
