"""Steps on single batches: the short way gives what the long way gives."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import saccade as keras
from saccade import layers
from saccade.core._errors import SaccadeError

RNG = np.random.default_rng(0)
X = RNG.random((12, 5)).astype("float32")
Y = RNG.integers(0, 3, 12)


def _model(**options):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [layers.Input((5,)), layers.Dense(8, activation="relu"), layers.Dense(3)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"], **options)
    return model


def _looks(monkeypatch, model) -> list[str]:
    """Notes each time the long way is taken."""
    taken: list[str] = []
    check = type(model)._check_fits

    def noting(self, source, where):
        taken.append(where)
        return check(self, source, where)

    monkeypatch.setattr(type(model), "_check_fits", noting)
    return taken


def test_the_second_batch_takes_the_short_way_with_the_same_numbers(monkeypatch):
    short, long = _model(), _model()
    taken = _looks(monkeypatch, short)
    for _ in range(4):
        got = short.train_on_batch(X, Y)
        long._batch_steps.forget()
        assert got == long.train_on_batch(X, Y)
        assert short.test_on_batch(X, Y, return_dict=True) == long.test_on_batch(
            X, Y, return_dict=True
        )
    for one, other in zip(short.get_weights(), long.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    # The first of each method; the first test came between, and made a program.
    assert taken.count("train_on_batch") <= 4 + 2
    taken.clear()
    short.train_on_batch(X, Y)
    short.test_on_batch(X, Y)
    assert taken == []


def test_each_batch_is_measured_alone():
    model = _model()
    twice = [model.test_on_batch(X, Y) for _ in range(3)]
    assert twice[0] == twice[1] == twice[2]
    model.fit(X, Y, verbose=0)
    assert model.test_on_batch(X[:4], Y[:4])[1] * 4 == pytest.approx(
        (model.predict(X[:4], verbose=0).argmax(-1) == Y[:4]).sum()
    )


def test_other_shapes_types_and_weights_of_samples_are_looked_at_anew(monkeypatch):
    model = _model()
    taken = _looks(monkeypatch, model)
    batches = [
        (X, Y),
        (X[:7], Y[:7]),
        (X.astype("float64"), Y),
        (X, Y[:, np.newaxis]),
        (X, Y, np.ones(12, "float32")),
    ]
    for batch in batches:
        model.test_on_batch(*batch)
    assert len(taken) >= 4  # float64 becomes float32
    taken.clear()
    results = [model.test_on_batch(*batch) for batch in batches]
    assert taken == []
    np.testing.assert_allclose(results[0], results[4], rtol=1e-6)


def test_labels_are_checked_each_time():
    model = _model()
    model.train_on_batch(X, Y)
    model.train_on_batch(X, Y)
    before = model.get_weights()
    with pytest.raises(SaccadeError, match="7"):
        model.train_on_batch(X, np.full(12, 7))
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def _freeze_layer(model):
    model.layers[0].trainable = False


def _freeze_weight(model):
    model.layers[0].kernel.trainable = False


@pytest.mark.parametrize("freeze", [_freeze_layer, _freeze_weight])
def test_what_is_frozen_between_two_batches_stays(freeze):
    model = _model()
    for _ in range(3):
        model.train_on_batch(X, Y)
    freeze(model)
    before = model.layers[0].kernel.numpy()
    model.train_on_batch(X, Y)
    np.testing.assert_array_equal(before, model.layers[0].kernel.numpy())


def test_learning_rates_set_between_two_batches_count():
    model = _model()
    for _ in range(3):
        model.train_on_batch(X, Y)
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()
    model.train_on_batch(X, Y)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_compile_and_set_weights_between_two_batches_count():
    model = _model()
    for _ in range(3):
        model.train_on_batch(X, Y)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    assert model.test_on_batch(X, Y)[0] == pytest.approx(np.log(3), rel=1e-5)
    model.compile("sgd", "mse")
    assert model.test_on_batch(X, np.ones((12, 3), "float32")) == pytest.approx(1.0)


class Count(keras.metrics.Metric):
    """Counts the batches since it was made, whatever is reset."""

    def __init__(self, **options):
        super().__init__(**options)
        self.resets = 0
        self.n = self.add_weight(name="n", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.n.assign_add(1.0)

    def reset_state(self):
        self.resets += 1

    def result(self):
        return self.n


def test_a_metric_of_ones_own_is_reset_its_own_way():
    model, count = _model(), Count()
    model.compile("sgd", "mse", metrics=[count])
    target = np.ones((12, 3), "float32")
    got = [model.train_on_batch(X, target)[1] for _ in range(3)]
    assert got == [1.0, 2.0, 3.0]
    assert count.resets == 3


def test_two_networks_against_each_other():
    """A frozen part is trained by one model and not by the other that holds it."""
    keras.utils.set_random_seed(1)
    judge = keras.Sequential([layers.Input((2,)), layers.Dense(1)])
    judge.compile("sgd", "mse")
    maker = keras.Sequential([layers.Input((3,)), layers.Dense(2)])
    start = layers.Input((3,))
    both = keras.Model(start, judge(maker(start)))
    judge.trainable = False
    both.compile("sgd", "mse")
    noise, ones = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
    for _ in range(4):
        judge.trainable = True
        held = maker.get_weights()[0]
        judged = judge.get_weights()[0]
        judge.train_on_batch(maker.predict_on_batch(noise), 0 * ones)
        assert not np.array_equal(judged, judge.get_weights()[0])
        np.testing.assert_array_equal(held, maker.get_weights()[0])
        judge.trainable = False
        judged = judge.get_weights()[0]
        both.train_on_batch(noise, ones)
        np.testing.assert_array_equal(judged, judge.get_weights()[0])
        assert not np.array_equal(held, maker.get_weights()[0])


def test_dropout_draws_anew_each_batch_and_copies_find_out_by_themselves():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((5,)), layers.Dropout(0.5), layers.Dense(3)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    target = np.ones((12, 3), "float32")
    losses = {model.train_on_batch(X, target) for _ in range(4)}
    assert len(losses) == 4
    twin = copy.deepcopy(model)
    assert twin.test_on_batch(X, target) == model.test_on_batch(X, target)
