"""Steps of one's own in Keras' JAX form against pip's Keras: the same numbers."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

import saccade

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(5)
X = RNG.random((24, 6, 6, 1), "float32")
Y = RNG.integers(0, 3, 24)
WEIGHTS = [
    RNG.normal(size=shape).astype("float32") * 0.3
    for shape in ((3, 3, 1, 4), (4,), (64, 3), (3,))
]


def classifier(lib):
    """A step with stateless_call, stateless_apply, and metrics of its own."""

    class Own(lib.Model):
        def __init__(self, inputs, outputs):
            super().__init__(inputs, outputs)
            self.tracker = lib.metrics.Mean(name="loss")
            self.accuracy = lib.metrics.SparseCategoricalAccuracy(name="acc")

        @property
        def metrics(self):
            return [self.tracker, self.accuracy]

        def loss_of(self, trainable, frozen, x, y, training):
            y_pred, frozen = self.stateless_call(
                trainable, frozen, x, training=training
            )
            loss = lib.losses.SparseCategoricalCrossentropy(from_logits=True)(y, y_pred)
            return loss, (y_pred, frozen)

        def count(self, variables, y, y_pred, loss):
            ours = len(self.tracker.variables)
            first = self.tracker.stateless_update_state(variables[:ours], loss)
            second = self.accuracy.stateless_update_state(variables[ours:], y, y_pred)
            logs = {
                "loss": self.tracker.stateless_result(first),
                "acc": self.accuracy.stateless_result(second),
            }
            return logs, [*first, *second]

        def train_step(self, state, data):
            trainable, frozen, slots, counts = state
            x, y = data
            gradient = jax.value_and_grad(self.loss_of, has_aux=True)
            (loss, (y_pred, frozen)), grads = gradient(trainable, frozen, x, y, True)
            trainable, slots = self.optimizer.stateless_apply(slots, grads, trainable)
            logs, counts = self.count(counts, y, y_pred, loss)
            return logs, (trainable, frozen, slots, counts)

        def test_step(self, state, data):
            trainable, frozen, counts = state
            x, y = data
            loss, (y_pred, frozen) = self.loss_of(trainable, frozen, x, y, False)
            logs, counts = self.count(counts, y, y_pred, loss)
            return logs, (trainable, frozen, counts)

    inputs = lib.Input((6, 6, 1))
    x = lib.layers.Conv2D(4, 3, activation="relu")(inputs)
    model = Own(inputs, lib.layers.Dense(3)(lib.layers.Flatten()(x)))
    model.set_weights(WEIGHTS)
    return model


def adversaries(lib):
    """Two networks and two losses in one step, data without targets."""

    class Both(lib.Model):
        def __init__(self):
            super().__init__()
            self.encoder = lib.Sequential([lib.Input((36,)), lib.layers.Dense(4)])
            self.decoder = lib.Sequential([lib.Input((4,)), lib.layers.Dense(36)])
            self.built = True

        def train_step(self, state, data):
            trainable, frozen, slots, counts = state
            flat = data.reshape((data.shape[0], -1))

            def loss_of(values):
                code, _ = self.encoder.stateless_call(values[:2], [], flat)
                back, _ = self.decoder.stateless_call(values[2:], [], code)
                return ((back - flat) ** 2).mean() + 0.1 * (code**2).mean()

            loss, grads = jax.value_and_grad(loss_of)(trainable)
            trainable, slots = self.optimizer.stateless_apply(slots, grads, trainable)
            # Not "loss": Keras would show its own mean, which nothing was counted into.
            return {"total": loss}, (trainable, frozen, slots, counts)

    model = Both()
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=w.shape) * 0.2 for w in model.get_weights()])
    return model


def test_a_step_with_stateless_calls():
    seen = []
    for lib in (saccade, keras):
        model = classifier(lib)
        model.compile(lib.optimizers.Adam(0.01))
        run = model.fit(
            X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0,
            validation_data=(X[:16], Y[:16]), validation_batch_size=8,
        ).history  # fmt: skip
        tested = model.evaluate(X, Y, batch_size=8, verbose=0, return_dict=True)
        seen.append((run, tested, model.get_weights()))
    (mine, my_test, my_weights), (theirs, their_test, their_weights) = seen
    assert mine.keys() == theirs.keys()
    for name in theirs:
        assert_allclose(mine[name], theirs[name], rtol=1e-4, err_msg=name)
    for name in their_test:
        assert_allclose(my_test[name], their_test[name], rtol=1e-4, err_msg=name)
    for a, b in zip(my_weights, their_weights, strict=True):
        assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_a_step_over_parts_of_a_model_without_a_call():
    seen = []
    for lib in (saccade, keras):
        model = adversaries(lib)
        model.compile(lib.optimizers.SGD(0.5))
        run = model.fit(X, batch_size=8, epochs=3, shuffle=False, verbose=0)
        seen.append((run.history["total"], model.get_weights()))
    assert_allclose(seen[0][0], seen[1][0], rtol=1e-5)
    for a, b in zip(seen[0][1], seen[1][1], strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-6)
