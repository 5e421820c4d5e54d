"""Steps of training that a subclass writes anew, in both of Keras' forms."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

import saccade
from saccade import Input, Model, layers, metrics
from saccade.launcher._tensorflow_tape import GradientTape

X = np.random.default_rng(0).random((50, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def graph(units=1):
    x = Input((4,))
    hidden = layers.Dense(8, activation="tanh", kernel_initializer="ones")(x)
    return x, layers.Dense(units, kernel_initializer="ones")(hidden)


class PlainStep(Model):
    """What fit() does by itself, written out as in Keras' guide."""

    def loss_and_updates(self, trainable, frozen, x, y, training=False):
        y_pred, frozen = self.stateless_call(trainable, frozen, x, training=training)
        return self.compute_loss(x, y, y_pred), (y_pred, frozen)

    def train_step(self, state, data):
        trainable, frozen, slots, counts = state
        x, y = data
        run = jax.value_and_grad(self.loss_and_updates, has_aux=True)
        (loss, (y_pred, frozen)), gradients = run(
            trainable, frozen, x, y, training=True
        )
        trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
        logs, new = self.count(counts, loss, y, y_pred)
        return logs, (trainable, frozen, slots, new)

    def test_step(self, state, data):
        trainable, frozen, counts = state
        x, y = data
        y_pred, frozen = self.stateless_call(trainable, frozen, x, training=False)
        logs, new = self.count(counts, self.compute_loss(x, y, y_pred), y, y_pred)
        return logs, (trainable, frozen, new)

    def count(self, counts, loss, y, y_pred):
        logs, new = {}, []
        for metric in self.metrics:
            own = counts[len(new) : len(new) + len(metric.variables)]
            given = (loss,) if metric.name == "loss" else (y, y_pred)
            own = metric.stateless_update_state(own, *given)
            logs[metric.name] = metric.stateless_result(own)
            new += own
        return logs, new


def run(model, epochs=3):
    model.compile(saccade.optimizers.SGD(0.05), "mse", metrics=["mae"])
    history = model.fit(
        X, Y, batch_size=25, epochs=epochs, verbose=0, shuffle=False,
        validation_data=(X, Y),
    ).history  # fmt: skip
    return history, model.get_weights()


def test_a_written_out_step_is_the_built_in_one():
    saccade.utils.set_random_seed(1)
    expected, weights = run(Model(*graph()))
    saccade.utils.set_random_seed(1)
    model = PlainStep(*graph())
    got, own = run(model)
    assert list(got) == list(expected)
    for name, values in expected.items():
        assert_allclose(got[name], values, rtol=1e-5)
    for a, b in zip(own, weights, strict=True):
        assert_allclose(a, b, rtol=1e-5)
    assert model.evaluate(X, Y, batch_size=25, verbose=0) == pytest.approx(
        [got["val_loss"][-1], got["val_mae"][-1]], rel=1e-5
    )
    assert len(model.train_on_batch(X, Y)) == 2


def test_super_does_the_usual_step():
    class Told(Model):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {**logs, "double": 2 * logs["loss"]}, state

    saccade.utils.set_random_seed(1)
    expected, _ = run(Model(*graph()))
    saccade.utils.set_random_seed(1)
    got, _ = run(Told(*graph()))
    assert_allclose(got["loss"], expected["loss"], rtol=1e-5)
    assert_allclose(got["double"], 2 * np.asarray(got["loss"]), rtol=1e-5)


def test_an_odd_last_batch_reaches_the_step_as_it_is():
    sizes = []

    class Sizes(Model):
        def train_step(self, state, data):
            sizes.append(data[0].shape[0])
            return super().train_step(state, data)

    model = Sizes(*graph())
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=20, epochs=1, verbose=0)
    assert set(sizes) == {20, 10}


def test_a_loss_of_ones_own_with_metrics_of_ones_own():
    class Own(Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.seen = metrics.Mean(name="seen")

        @property
        def metrics(self):
            return [self.seen]

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            loss = ((y - y_pred) ** 2).mean()
            self.seen.update_state(loss)
            return loss

    model = Own(*graph())
    model.compile("sgd")
    history = model.fit(X, Y, batch_size=25, epochs=3, verbose=0).history
    assert list(history) == ["seen"]
    assert history["seen"][-1] < history["seen"][0]


def test_penalties_reach_a_loss_of_ones_own():
    class Doubled(Model):
        def compute_loss(self, *args, **kwargs):
            return 2 * super().compute_loss(*args, **kwargs)

    x = Input((4,))
    y = layers.Dense(1, kernel_regularizer="l2", kernel_initializer="ones")(x)
    plain, doubled = Model(x, y), Doubled(x, y)
    plain.compile("sgd", "mse")
    doubled.compile("sgd", "mse")
    one, two = plain.evaluate(X, Y, verbose=0), doubled.evaluate(X, Y, verbose=0)
    assert two == pytest.approx(2 * one, rel=1e-5)
    assert one > 0.03


def test_metrics_of_ones_own_way():
    class Scaled(Model):
        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            logs = super().compute_metrics(x, y, y_pred, sample_weight)
            return {**logs, "percent": 100 * logs["mae"]}

    history, _ = run(Scaled(*graph()))
    assert_allclose(history["percent"], 100 * np.asarray(history["mae"]), rtol=1e-5)
    assert_allclose(
        history["val_percent"], 100 * np.asarray(history["val_mae"]), rtol=1e-5
    )


def test_losses_and_metrics_from_within_call():
    class Noted(layers.Layer):
        def __init__(self):
            super().__init__()
            self.size = metrics.Mean(name="size")

        def call(self, inputs):
            self.add_loss(0.5 * (inputs**2).mean())
            self.size.update_state(abs(inputs))
            return inputs

    x = Input((4,))
    model = Model(x, Noted()(x))
    model.compile("sgd", "mse")
    logs = model.evaluate(X, X, verbose=0, return_dict=True)
    assert set(logs) == {"loss", "size"}
    assert logs["size"] == pytest.approx(np.abs(X).mean(), rel=1e-5)
    batches = [X[:32], X[32:]]
    expected = sum(len(b) * 0.5 * (b**2).mean() for b in batches) / len(X)
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


def test_stateless_calls_change_nothing():
    x = Input((4,))
    model = Model(x, layers.BatchNormalization()(layers.Dense(2)(x)))
    before = model.get_weights()
    trainable = [np.asarray(v.value) * 2 for v in model.trainable_variables]
    frozen = [v.value for v in model.non_trainable_variables]
    out, changed = model.stateless_call(trainable, frozen, X, training=True)
    assert out.shape == (50, 2)
    assert not np.allclose(changed[0], frozen[0])
    for a, b in zip(before, model.get_weights(), strict=True):
        assert_allclose(a, b)
    with pytest.raises(ValueError, match="must have 4 values, got 3"):
        model.stateless_call(trainable[:3], frozen, X)
    with pytest.raises(ValueError, match="is not built, so stateless_call"):
        layers.Dense(2).stateless_call([], [], X)


def test_dropout_in_a_step_differs_from_call_to_call():
    class Twice(Model):
        def train_step(self, state, data):
            trainable, frozen, *_ = state
            one, _ = self.stateless_call(trainable, frozen, data, training=True)
            two, _ = self.stateless_call(trainable, frozen, data, training=True)
            return {"same": (one == two).mean()}, state

    x = Input((4,))
    model = Twice(x, layers.Dropout(0.5)(x))
    model.compile("sgd")
    same = model.fit(X, verbose=0, batch_size=50).history["same"][0]
    assert 0.3 < same < 0.7


def test_a_step_in_tensorflows_form_changes_variables():
    class Old(Model):
        def train_step(self, data):
            self.seen = type(data), len(data)
            return super().train_step(data)

        def test_step(self, data):
            return {"loss": super().test_step(data)["loss"] * 2}

    old, plain = Old(*graph()), Model(*graph())
    old.set_weights(plain.get_weights())
    for model in (old, plain):
        model.compile("adam", "mse")
    runs = [
        model.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0)
        for model in (old, plain)
    ]
    assert_allclose(runs[0].history["loss"], runs[1].history["loss"], rtol=1e-6)
    for a, b in zip(old.get_weights(), plain.get_weights(), strict=True):
        assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    assert old.seen == (tuple, 2)
    assert int(old.optimizer.iterations) == int(plain.optimizer.iterations)
    once, twice = (m.evaluate(X, Y, batch_size=16, verbose=0) for m in (plain, old))
    assert_allclose(twice, once * 2, rtol=1e-5)


def test_a_step_of_keras_2_counts_through_compiled_loss_and_metrics():
    class Old(Model):
        def train_step(self, data):
            x, y = data
            with GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(
                zip(grads, self.trainable_variables, strict=True)
            )
            self.compiled_metrics.update_state(y, y_pred)
            return {m.name: m.result() for m in self.metrics}

    old, plain = Old(*graph()), Model(*graph())
    old.set_weights(plain.get_weights())
    seen = []
    for model in (old, plain):
        model.compile("adam", "mse", metrics=["mae"])
        seen.append(model.fit(X, Y, batch_size=16, shuffle=False, verbose=0).history)
    assert seen[0].keys() == seen[1].keys()
    for name in seen[1]:
        assert_allclose(seen[0][name], seen[1][name], rtol=1e-5)


def test_a_step_gets_inputs_alone_as_keras_gives_them():
    class Seen(Model):
        def train_step(self, data):
            self.seen = type(data) is tuple
            return {}

    def batches():
        yield (X[:4],)

    alone = saccade.data.Dataset.from_tensor_slices(X).batch(4)
    packed = saccade.data.Dataset.from_tensor_slices((X,)).batch(4)
    for data, wrapped in (
        (X, False),
        (batches(), True),
        (alone, False),
        (packed, True),
    ):
        model = Seen(*graph())
        model.compile("sgd")
        model.fit(data, steps_per_epoch=1, verbose=0)
        assert model.seen is wrapped


@saccade.saving.register_keras_serializable("steps")
class Kept(Model):
    def train_step(self, state, data):
        logs, state = super().train_step(state, data)
        return {**logs, "kept": logs["loss"]}, state


def test_a_graph_with_a_step_of_its_own_is_saved(tmp_path):
    model = Kept(*graph())
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.keras")
    again = saccade.models.load_model(tmp_path / "m.keras")
    assert type(again) is Kept
    for a, b in zip(again.get_weights(), model.get_weights(), strict=True):
        assert_allclose(a, b)
    assert "kept" in again.fit(X, Y, verbose=0).history


def test_a_subclass_with_a_graph_gets_its_own_arguments_back():
    class Tuned(Model):
        def __init__(self, *args, factor=1, **kwargs):
            super().__init__(*args, **kwargs)
            self.factor = factor

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    x, y = graph()
    model = Tuned(inputs=x, outputs=y, factor=3)
    again = Tuned.from_config(model.get_config())
    assert again.factor == 3
    assert again.count_params() == model.count_params()
