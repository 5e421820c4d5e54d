"""Averages in place of weights, and numbers sent to a server."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest

import saccade
from saccade import callbacks, layers
from saccade.core._errors import ConfigError, DataWarning

rng = np.random.default_rng(0)
X = rng.random((32, 3)).astype("float32")
Y = rng.random(32).astype("float32")


def make_model(use_ema=True, **kwargs):
    model = saccade.Sequential(
        [layers.Input((3,)), layers.Dense(1, kernel_initializer="ones")]
    )
    optimizer = saccade.optimizers.SGD(0.3, use_ema=use_ema, ema_momentum=0.9, **kwargs)
    model.compile(optimizer, "mse")
    return model


def error(weights):
    return float(np.mean(((X @ weights[0] + weights[1])[:, 0] - Y) ** 2))


class See(callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.begin, self.end = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.begin.append(self.model.get_weights())

    def on_epoch_end(self, epoch, logs=None):
        self.end.append(self.model.get_weights())


def same(a, b):
    for one, other in zip(a, b, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def run(swap, epochs=3, see=None):
    model, see = make_model(), see or See()
    history = model.fit(
        X, Y, epochs=epochs, batch_size=8, shuffle=False, verbose=0,
        validation_data=(X, Y), callbacks=[swap, see],
    ).history  # fmt: skip
    return model, see, history


def test_evaluated_with_averages_trained_without():
    plain_model, plain, _ = run(callbacks.Callback())
    model, see, history = run(callbacks.SwapEMAWeights())
    for one, other in zip(plain.end, see.end, strict=True):
        same(one, other)
    same(plain_model.get_weights(), model.get_weights())
    # At the end the averages have taken the place of the weights.
    assert history["val_loss"][-1] == pytest.approx(error(model.get_weights()), 1e-5)
    assert error(see.end[0]) != pytest.approx(history["val_loss"][0], 1e-3)


def test_swapped_at_the_end_of_epochs():
    plain_model, plain, _ = run(callbacks.Callback())
    model, see, history = run(callbacks.SwapEMAWeights(swap_on_epoch=True))
    for loss, weights in zip(history["val_loss"], see.end, strict=True):
        assert loss == pytest.approx(error(weights), 1e-5)
    same(plain_model.get_weights(), model.get_weights())
    same(model.get_weights(), see.end[-1])
    same(plain.begin[-1], see.begin[-1])


def test_a_run_that_ends_early_keeps_the_averages():
    class Stop(See):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch)
            self.model.stop_training = epoch == 1

    model, see, _ = run(callbacks.SwapEMAWeights(swap_on_epoch=True), 9, Stop())
    assert len(see.end) == 2
    same(model.get_weights(), see.end[-1])


def test_evaluate_and_predict():
    model = make_model()
    model.fit(X, Y, epochs=1, verbose=0)
    for weight, value in zip(
        model.trainable_variables, ([[5.0]] * 3, [1.0]), strict=True
    ):
        weight.assign(value)
    before = model.get_weights()
    averages = [a.numpy() for a in model.optimizer._averages]
    swap = callbacks.SwapEMAWeights()
    loss = model.evaluate(X, Y, verbose=0, callbacks=[swap])
    assert loss == pytest.approx(error(averages), 1e-5)
    got = model.predict(X, verbose=0, callbacks=[swap])
    np.testing.assert_allclose(got, X @ averages[0] + averages[1], rtol=1e-5)
    same(before, model.get_weights())


def test_errors():
    with pytest.raises(ConfigError, match="keeps no averages") as caught:
        make_model(use_ema=False).fit(
            X,
            Y,
            verbose=0,
            validation_split=0.5,
            callbacks=[callbacks.SwapEMAWeights()],
        )
    assert "use_ema=True" in str(caught.value)
    with pytest.raises(ConfigError, match="no averages yet"):
        make_model().evaluate(X, Y, verbose=0, callbacks=[callbacks.SwapEMAWeights()])


@pytest.fixture
def server():
    """A server that keeps what it is sent."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((self.path, dict(self.headers), body))
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", got
        running.shutdown()
        thread.join()


def test_numbers_arrive(server):
    root, got = server
    form = callbacks.RemoteMonitor(root, field="numbers", headers={"X-Run": "7"})
    as_json = callbacks.RemoteMonitor(root, path="/j", send_as_json=True)
    history = make_model().fit(X, Y, epochs=2, verbose=0, callbacks=[form, as_json])
    assert [path for path, *_ in got] == ["/publish/epoch/end/", "/j"] * 2
    for (_, headers, body), (_, kinds, text) in (got[:2], got[2:]):
        assert headers["X-Run"] == "7"
        sent = json.loads(urllib.parse.parse_qs(body)["numbers"][0])
        assert kinds["Content-Type"] == "application/json"
        assert json.loads(text) == sent
        assert sent["loss"] == history.history["loss"][sent["epoch"]]


def test_arrays_are_sent_as_lists(server):
    root, got = server
    monitor = callbacks.RemoteMonitor(root, send_as_json=True)
    monitor.on_epoch_end(1, {"a": np.float32(0.5), "b": np.arange(2)})
    assert json.loads(got[0][2]) == {"epoch": 1, "a": 0.5, "b": [0, 1]}


def test_no_answer_is_a_warning(server):
    root, _ = server
    with pytest.warns(DataWarning, match="Could not reach RemoteMonitor root server"):
        callbacks.RemoteMonitor(root, path="/broken").on_epoch_end(0, {})
    with pytest.raises(ConfigError, match="must begin with http"):
        callbacks.RemoteMonitor("file:///etc")
