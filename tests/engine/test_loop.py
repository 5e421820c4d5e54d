"""The loop: same numbers however it runs, no second compilation, nothing lost."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

from saccade import callbacks, layers
from saccade.core._errors import DataWarning
from saccade.engine import _plan, _programs


class Steps(callbacks.Callback):
    """Overrides a batch hook, so the engine steps singly."""

    def __init__(self):
        super().__init__()
        self.logs = []

    def on_train_batch_end(self, batch, logs=None):
        self.logs.append((batch, logs["loss"]))


def trained(model, x, y, **kwargs):
    history = model.fit(x, y, verbose=0, **kwargs)
    return history.history["loss"], model.get_weights()


def same(a, b, **kwargs):
    for one, other in zip(a, b, strict=True):
        np.testing.assert_allclose(one, other, **kwargs)


def test_same_seed_same_bits(small_net, pictures):
    from saccade.utils import set_random_seed

    results = []
    for _ in range(2):
        set_random_seed(5)
        results.append(trained(small_net("adam"), *pictures, epochs=3))
    assert results[0][0] == results[1][0]
    for a, b in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_resident_chunked_streaming_and_single_steps_agree(
    small_net, pictures, monkeypatch
):
    x, y = pictures
    weights = small_net().get_weights()

    def run(**kwargs):
        model = small_net()
        model.set_weights(weights)
        result = trained(model, x, y, epochs=3, shuffle=False, **kwargs)
        return result, model.execution_plan

    (resident, w1), plan = run()
    assert plan.kind == "resident"
    (singly, w2), plan = run(callbacks=[Steps()])
    assert plan.single_steps
    assert "Steps overrides on_train_batch_end" in str(plan)
    monkeypatch.setattr(_plan, "free_bytes", lambda device: 0)
    (chunked, w3), plan = run()
    assert plan.kind == "chunked"
    model = small_net()
    model.set_weights(weights)
    stream = [(x[i : i + 32], y[i : i + 32]) for i in range(0, 70, 32)]

    class Batches:
        def __iter__(self):
            return iter(stream)

        def __len__(self):
            return len(stream)

    history = model.fit(Batches(), epochs=3, verbose=0, shuffle=False)
    assert model.execution_plan.kind == "streaming"
    for losses, w in ((singly, w2), (chunked, w3)):
        assert losses == pytest.approx(resident, rel=1e-6)
        same(w, w1, rtol=1e-5, atol=1e-6)
    assert history.history["loss"] == pytest.approx(resident, rel=1e-6)
    same(model.get_weights(), w1, rtol=1e-5, atol=1e-6)


def steps_by_hand(model, x, y):
    """Trains on batches of 32, the last with the rest; the means over all rows."""
    totals = {}
    for start in range(0, len(x), 32):
        rows = slice(start, start + 32)
        logs = model.train_on_batch(x[rows], y[rows], return_dict=True)
        for name, value in logs.items():
            totals[name] = totals.get(name, 0.0) + value * len(x[rows]) / len(x)
    return totals


def test_the_last_smaller_batch_is_exact(small_net, pictures):
    """One epoch equals the steps done by hand with batches of 32, 32 and 6."""
    x, y = pictures
    one, other = small_net(), small_net()
    other.set_weights(one.get_weights())
    history = one.fit(x, y, epochs=1, shuffle=False, verbose=0)
    logs = steps_by_hand(other, x, y)
    same(one.get_weights(), other.get_weights(), rtol=1e-5, atol=1e-6)
    assert history.history["loss"][0] == pytest.approx(logs["loss"], rel=1e-5)
    assert history.history["accuracy"][0] == pytest.approx(logs["accuracy"])


def test_batch_normalization_sees_only_real_rows(pictures, rng):
    import saccade

    x, y = pictures

    def net():
        model = saccade.Sequential(
            [
                layers.Input((8, 8, 1)),
                layers.Conv2D(3, 3),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(4, activation="softmax"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    one, other = net(), net()
    other.set_weights(one.get_weights())
    one.fit(x, y, epochs=1, shuffle=False, verbose=0)
    for start in (0, 32, 64):
        other.train_on_batch(x[start : start + 32], y[start : start + 32])
    same(one.get_weights(), other.get_weights(), rtol=1e-4, atol=1e-5)


def test_layers_that_may_mix_rows_get_the_last_batch_in_its_own_shape(pictures):
    import jax.numpy as jnp

    import saccade

    class MeanOverBatch(layers.Layer):
        def call(self, inputs):
            return inputs - jnp.mean(inputs, axis=0, keepdims=True)

    x, y = pictures

    def net():
        model = saccade.Sequential(
            [
                layers.Input((8, 8, 1)),
                layers.Flatten(),
                MeanOverBatch(),
                layers.Dense(4, activation="softmax"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    one, other = net(), net()
    other.set_weights(one.get_weights())
    history = one.fit(x, y, epochs=1, shuffle=False, verbose=0)
    logs = steps_by_hand(other, x, y)
    same(one.get_weights(), other.get_weights(), rtol=1e-4, atol=1e-4)
    assert history.history["accuracy"][0] == pytest.approx(logs["accuracy"])
    predicted = one.predict(x, verbose=0)
    np.testing.assert_allclose(
        predicted[64:], one.predict_on_batch(x[64:]), rtol=1e-5, atol=1e-6
    )


def test_nothing_is_traced_twice(small_net, pictures):
    x, y = pictures
    model = small_net("adam")
    model.fit(x, y, epochs=2, validation_split=0.3, verbose=0)
    programs = list(model._programs.values())
    model.fit(x, y, epochs=3, validation_split=0.3, verbose=0)
    model.optimizer.learning_rate = 0.01
    model.fit(x, y, epochs=2, validation_split=0.3, verbose=0, callbacks=[Steps()])
    assert list(model._programs.values()) == programs
    counts = {k: v for p in programs for k, v in p.traces.items()}
    assert counts == {"train_resident": 1, "test_group": 1}


def test_predictions_of_few_pictures_share_programs(small_net, pictures):
    x, _ = pictures
    model = small_net()
    whole = model.predict(x, verbose=0)
    for count in range(1, 33):
        part = model.predict(x[:count], verbose=0)
        np.testing.assert_allclose(part, whole[:count], rtol=1e-5, atol=1e-6)
    (programs,) = model._programs.values()
    # 1, 2, 4, 8, 16, 32 rows and the whole: not one for each number of pictures.
    assert programs.traces["predict_group"] <= 7


def test_evaluate_gives_loss_and_metrics_of_all_rows(small_net, pictures):
    x, y = pictures
    model = small_net()
    p = model.predict(x, verbose=0)
    loss, accuracy = model.evaluate(x, y, verbose=0)
    assert loss == pytest.approx(-np.log(p[np.arange(70), y]).mean(), rel=1e-5)
    assert accuracy == pytest.approx((p.argmax(1) == y).mean())
    logs = model.evaluate(x, y, verbose=0, return_dict=True, batch_size=9)
    assert logs["loss"] == pytest.approx(loss, rel=1e-5)
    assert model.metrics_names == ["loss", "accuracy"]


def test_fit_learns(small_net, pictures):
    from saccade.optimizers import Adam

    model = small_net(Adam(0.01))
    history = model.fit(*pictures, epochs=30, verbose=0)
    assert history.history["accuracy"][-1] > 0.95
    assert history.epoch == list(range(30))


def test_steps_per_epoch_goes_on_where_the_last_epoch_stopped(small_net, pictures):
    x, y = pictures
    one, other = small_net(), small_net()
    other.set_weights(one.get_weights())
    one.fit(x, y, batch_size=10, epochs=2, steps_per_epoch=3, shuffle=False, verbose=0)
    for start in range(0, 60, 10):
        other.train_on_batch(x[start : start + 10], y[start : start + 10])
    same(one.get_weights(), other.get_weights(), rtol=1e-5, atol=1e-6)


def test_a_nan_loss_is_told_with_epoch_and_step(small_net, pictures):
    x, y = pictures
    model = small_net()
    model.optimizer.learning_rate = 1e38
    with pytest.warns(DataWarning, match="NaN at epoch 1, step 2") as caught:
        model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    assert len(caught) == 1


def test_terminate_on_nan_names_the_step(small_net, pictures, capsys):
    model = small_net()
    model.optimizer.learning_rate = 1e38
    with pytest.warns(DataWarning, match="NaN"):
        history = model.fit(
            *pictures, epochs=3, verbose=0, callbacks=[callbacks.TerminateOnNaN()]
        )
    assert history.epoch == [0]
    assert "Batch 1: Invalid loss, terminating training" in capsys.readouterr().out


@pytest.fixture
def ctrl_c():
    """Python's own answer to Ctrl-C, which background jobs of a shell do not have."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_keeps_the_weights_of_the_last_step(small_net, pictures):
    x, y = pictures
    model = small_net()
    before = model.get_weights()

    class Press(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=100_000, verbose=0, callbacks=[Press()])
    assert int(model.optimizer.iterations) >= 6
    assert any(
        not np.array_equal(a, b)
        for a, b in zip(before, model.get_weights(), strict=True)
    )
    assert np.isfinite(model.evaluate(x, y, verbose=0)[0])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_callback_that_fails_leaves_a_usable_model(small_net, pictures):
    model = small_net()

    class Fail(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        model.fit(*pictures, epochs=5, verbose=0, callbacks=[Fail()])
    assert int(model.optimizer.iterations) == 6
    model.fit(*pictures, epochs=1, verbose=0)


def test_the_plan_is_printed_on_request(small_net, pictures, capsys, monkeypatch):
    monkeypatch.setenv("SACCADE_EXPLAIN", "1")
    small_net().fit(*pictures, verbose=0)
    assert "saccade: resident: " in capsys.readouterr().out


def test_dropout_is_a_pure_function_of_the_step(pictures):
    import saccade

    x, y = pictures

    def net():
        saccade.utils.set_random_seed(3)
        model = saccade.Sequential(
            [
                layers.Input((8, 8, 1)),
                layers.Flatten(),
                layers.Dropout(0.5),
                layers.Dense(4, activation="softmax"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    one = net().fit(x, y, epochs=2, verbose=0).history["loss"]
    singly = net().fit(x, y, epochs=2, verbose=0, callbacks=[Steps()])
    assert singly.history["loss"] == pytest.approx(one, rel=1e-6)


def test_programs_know_whether_they_need_exact_batches(small_net, pictures):
    model = small_net()
    model.fit(*pictures, verbose=0)
    assert all(isinstance(p, _programs.Programs) for p in model._programs.values())
    assert not any(p.exact for p in model._programs.values())
