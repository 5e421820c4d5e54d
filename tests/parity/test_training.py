"""Ten small networks train as in Keras, from the same weights and batches."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from record import training

pytestmark = pytest.mark.parity


@pytest.fixture(params=training.NETWORKS)
def both(request):
    """What Keras and saccade did with a network."""
    return training.run("keras")(request.param), training.run("saccade")(request.param)


def test_the_loss_of_each_of_200_steps(both):
    (_, expected), (_, got) = both
    np.testing.assert_allclose(got["losses"], expected["losses"], rtol=1e-4, atol=1e-6)


def test_weights_after_steps_and_after_fit(both):
    (_, expected), (_, got) = both
    assert list(got) == list(expected)
    for name in expected:
        np.testing.assert_allclose(
            got[name], expected[name], rtol=1e-3, atol=1e-3, err_msg=name
        )


def test_logs_of_fit_and_evaluate(both):
    (expected, _), (got, _) = both
    assert list(got["history"]) == list(expected["history"])
    for name, values in expected["history"].items():
        assert got["history"][name] == pytest.approx(values, rel=1e-4), name
    for what in ("evaluate", "step"):
        assert list(got[what]) == list(expected[what])
        assert got[what] == pytest.approx(expected[what], rel=1e-4)
    for what in ("epoch", "params", "iterations"):
        assert got[what] == expected[what]
    assert got["learning_rate"] == pytest.approx(expected["learning_rate"], rel=1e-6)


def test_printed_lines(both):
    (expected, _), (got, _) = both
    assert training.without_times(got["printed"]) == training.without_times(
        expected["printed"]
    )
