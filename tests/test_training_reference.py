"""Ten small networks train as Keras did when it was recorded; needs no Keras.

The numbers come from scripts/record/training.py, which says what is done.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import saccade

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scripts"))

from record import training  # noqa: E402


@pytest.fixture(scope="module")
def recorded():
    with np.load(HERE / "data" / "training.npz") as file:
        arrays = dict(file)
    return json.loads(arrays.pop("facts").item()), arrays


@pytest.fixture(params=training.NETWORKS)
def name(request):
    return request.param


def test_losses_and_weights_follow_keras(recorded, name):
    _, arrays = recorded
    _, got = training.run("saccade")(name)
    np.testing.assert_allclose(
        got["losses"], arrays[f"{name}/losses"], rtol=1e-4, atol=1e-6
    )
    kept = [key for key in arrays if key.startswith(f"{name}/")]
    assert kept == [f"{name}/{key}" for key in got]
    for key, value in got.items():
        np.testing.assert_allclose(
            value, arrays[f"{name}/{key}"], rtol=1e-3, atol=1e-3, err_msg=key
        )


def test_logs_and_lines_follow_keras(recorded, name):
    expected = recorded[0][name]
    got, _ = training.run("saccade")(name)
    assert list(got["history"]) == list(expected["history"])
    for key, values in expected["history"].items():
        assert got["history"][key] == pytest.approx(values, rel=1e-4), key
    for what in ("evaluate", "step"):
        assert list(got[what]) == list(expected[what])
        assert got[what] == pytest.approx(expected[what], rel=1e-4)
    assert got["epoch"] == expected["epoch"]
    assert got["learning_rate"] == pytest.approx(expected["learning_rate"], rel=1e-6)
    lines = [training.without_times(facts["printed"]) for facts in (got, expected)]
    assert lines[0] == lines[1]


def test_fit_takes_the_same_steps(recorded, name):
    """Singly, with a look at each batch, and whole epochs in one program."""
    expected = recorded[1][f"{name}/losses"]
    seen = []

    class EachStep(saccade.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])
            self.model.reset_metrics()

    histories = []
    for hooks in ([EachStep()], []):
        model, plan = training.make(saccade, name)
        histories.append(
            model.fit(
                plan.x, plan.y, training.BATCH, 20, verbose=0, shuffle=False,
                callbacks=hooks, **plan.step,
            ).history["loss"]
        )  # fmt: skip
    np.testing.assert_allclose(seen, expected, rtol=1e-4, atol=1e-6)
    means = expected.reshape(20, -1).mean(axis=1)
    np.testing.assert_allclose(histories[1], means, rtol=1e-4, atol=1e-6)
