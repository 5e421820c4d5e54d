"""Predictions of one batch that was asked for before: the short way and its limits."""

from __future__ import annotations

import copy
import threading
import warnings

import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core import _settings
from saccade.core._errors import ConfigError, DataError, DataWarning, ShapeError
from saccade.engine import _rehearsal
from saccade.utils import set_random_seed


@pytest.fixture
def model():
    made = saccade.Sequential(
        [layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(2)]
    )
    made.compile("sgd", "mse")
    return made


@pytest.fixture
def short(monkeypatch):
    """Counts the predictions that go the short way."""
    from saccade.models import _answers

    found = []
    whole = _answers._answer

    def count(*args):
        found.append(args[2])
        return whole(*args)

    monkeypatch.setattr(_answers, "_answer", count)
    return found


def rows(count, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 3)).astype("float32")


def by_hand(model, x):
    one, two = model.layers
    inner = np.maximum(x @ one.kernel.numpy() + one.bias.numpy(), 0)
    return inner @ two.kernel.numpy() + two.bias.numpy()


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("count", [1, 3, 8])
def test_the_short_way_gives_the_same_bits(model, short, count, batch_size):
    x = rows(count)
    first = model.predict(x, batch_size=batch_size, verbose=0)
    again = model.predict(x, batch_size=batch_size, verbose=0)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(again, by_hand(model, x), rtol=1e-5, atol=1e-6)
    assert short == [count]
    again += 1  # a copy that may be written to
    np.testing.assert_array_equal(
        first, model.predict(x, batch_size=batch_size, verbose=0)
    )
    programs = next(iter(model._programs.values()))
    assert programs.traces == {"predict_group": 1}


def test_predict_on_batch_goes_the_short_way_too(model, short):
    x = rows(5)
    np.testing.assert_array_equal(model.predict_on_batch(x), model.predict_on_batch(x))
    assert short == [5]


def test_other_types_of_numbers_are_converted(model, short):
    x = rows(2)
    expected = model.predict(x, verbose=0)
    for _ in range(2):
        wide = model.predict(x.astype("float64"), verbose=0)
        np.testing.assert_array_equal(wide, expected)
        whole = model.predict(np.ones((2, 3), "int64"), verbose=0)
        np.testing.assert_allclose(whole, by_hand(model, np.ones((2, 3))), rtol=1e-5)
    assert len(short) == 3  # float64 had float32's program


def test_nests_of_outputs(short):
    x = saccade.Input((3,))
    model = saccade.Model(x, {"a": layers.Dense(1)(x), "b": [layers.Flatten()(x)]})
    given = rows(3)
    first, again = (model.predict(given, verbose=0) for _ in range(2))
    np.testing.assert_array_equal(first["a"], again["a"])
    np.testing.assert_array_equal(first["b"][0], again["b"][0])
    assert again["a"].shape == (3, 1)
    assert short == [3]


def test_a_model_with_code_of_its_own(short):
    class Net(saccade.Model):
        def __init__(self):
            super().__init__()
            self.parts = [layers.Dense(2)]

        def call(self, x):
            for part in self.parts:
                x = part(x)
            return x - x.mean(0)  # mixes rows, so nothing may be filled up

    model, x = Net(), rows(3)
    for batch_size in (None, 3):
        first, again = (
            model.predict(x, batch_size=batch_size, verbose=0) for _ in range(2)
        )
        np.testing.assert_array_equal(first, again)
        np.testing.assert_allclose(again.mean(0), 0, atol=1e-6)
    assert short == [3, 3]
    model.parts.append(layers.Dense(5))  # in a list, which nobody is told of
    assert model.predict(x, verbose=0).shape == (3, 5)


def changes(model):
    """Ways to change what a model answers, by name."""
    x, y = rows(8), np.ones((8, 2), "float32")
    new = [np.full(w.shape, 0.5, "float32") for w in model.get_weights()]
    first = model.layers[0]
    return {
        "set_weights": lambda: model.set_weights(new),
        "assign": lambda: first.kernel.assign(new[0]),
        "fit": lambda: model.fit(x, y, epochs=2, verbose=0),
        "train_on_batch": lambda: model.train_on_batch(x, y),
        "compile": lambda: (model.compile("adam", "mse"), model.set_weights(new)),
        "trainable": lambda: (
            setattr(first, "trainable", False),
            model.compile("sgd", "mse"),
            model.fit(x, y, verbose=0),
        ),
        "another weight": lambda: setattr(
            first, "bias", saccade.Variable(new[1], name="other")
        ),
    }


@pytest.mark.parametrize(
    "name",
    ["set_weights", "assign", "fit", "train_on_batch", "compile", "trainable",
     "another weight"],
)  # fmt: skip
def test_changes_show_in_the_next_answer(model, name):
    x = rows(2)
    before = [model.predict(x, verbose=0) for _ in range(2)]
    changes(model)[name]()
    for _ in range(3):
        after = model.predict(x, verbose=0)
        np.testing.assert_allclose(after, by_hand(model, x), rtol=1e-5, atol=1e-6)
    assert abs(after - before[1]).max() > 1e-4


def test_layers_that_come_and_go(model):
    x = rows(2)
    for _ in range(2):
        model.predict(x, verbose=0)
    model.add(layers.Dense(7))
    assert [model.predict(x, verbose=0).shape for _ in range(2)] == [(2, 7)] * 2
    model.pop()
    assert [model.predict(x, verbose=0).shape for _ in range(2)] == [(2, 2)] * 2


def test_a_copy_answers_for_itself(model):
    x = rows(2)
    for _ in range(2):
        expected = model.predict(x, verbose=0)
    other = saccade.models.clone_model(model)
    other.set_weights([w * 0 for w in model.get_weights()])
    assert not other.predict(x, verbose=0).any()
    twin = copy.copy(model)
    np.testing.assert_array_equal(twin.predict(x, verbose=0), expected)
    np.testing.assert_array_equal(model.predict(x, verbose=0), expected)


def test_what_cannot_be_answered_raises_as_before(model):
    for _ in range(2):
        model.predict(rows(2), verbose=0)
    with pytest.raises(ShapeError, match=r"expected inputs of shape \(None, 3\)"):
        model.predict(np.ones((2, 4), "float32"), verbose=0)
    with pytest.raises(DataError, match="texts"):
        model.predict(np.array([["a", "b", "c"]] * 2), verbose=0)
    with pytest.raises(DataError, match="0 rows"):
        model.predict(rows(0), verbose=0)
    with pytest.raises(ConfigError, match="batch_size"):
        model.predict(rows(2), batch_size=0, verbose=0)
    with pytest.raises(ConfigError, match="verbose"):
        model.predict(rows(2), verbose="loud")
    bad = rows(2)
    bad[1, 2] = np.nan
    for _ in range(2):
        with pytest.warns(DataWarning, match="NaN"):
            model.predict(bad, verbose=0)


def test_callbacks_and_bars_are_told(model, capsys):
    told = []

    class Tells(saccade.callbacks.Callback):
        def on_predict_batch_end(self, batch, logs=None):
            told.append(logs["outputs"].shape)

    x = rows(2)
    for _ in range(3):
        model.predict(x, verbose=0)
        model.predict(x, verbose=0, callbacks=[Tells()])
    assert told == [(2, 2)] * 3
    assert not capsys.readouterr().out
    model.predict(x)
    assert "1/1" in capsys.readouterr().out


def test_settings_and_rehearsals_count(model, short):
    x = rows(4)
    for _ in range(2):
        model.predict(x, batch_size=4, verbose=0)
    _settings.set_max_steps_per_epoch(1)
    try:
        model.predict(x, batch_size=4, verbose=0)
    finally:
        _settings.set_max_steps_per_epoch(None)
    with _rehearsal.rehearsing() as seen:
        model.predict(x, batch_size=4, verbose=0)
    assert len(seen) == 1
    assert short == [4]


def test_random_layers_draw_anew_and_can_be_repeated():
    def drawn():
        set_random_seed(3)
        x = saccade.Input((3,))
        model = saccade.Model(x, layers.Dropout(0.5)(x, training=True))
        return [model.predict(np.ones((2, 3)), verbose=0) for _ in range(4)]

    first, again = drawn(), drawn()
    np.testing.assert_array_equal(first, again)
    assert len({a.tobytes() for a in first}) > 1


def test_threads_may_ask_at_once(model):
    x = [rows(n, seed=n) for n in (1, 2, 3, 4)]
    expected = [model.predict(a, verbose=0) for a in x]
    wrong = []

    def ask(number):
        for _ in range(30):
            got = model.predict(x[number], verbose=0)
            if not np.array_equal(got, expected[number]):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_many_shapes_do_not_pile_up(model, monkeypatch):
    from saccade.models import _answers

    monkeypatch.setattr(_answers, "MOST_SHAPES", 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for count in (1, 2, 3, 4, 1):
            model.predict(rows(count), verbose=0)
    assert len(model._short_answers._known.shapes) <= 3
