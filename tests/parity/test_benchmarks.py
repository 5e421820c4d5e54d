"""The benchmarks' networks are the same in saccade and in Keras."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import saccade

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.cases._kinds import (  # noqa: E402
    BatchNorm,
    Conv,
    Dense,
    GlobalPool,
    Residual,
    Training,
)
from benchmarks.data import pictures  # noqa: E402
from benchmarks.peers._keras_api import KerasTrainer  # noqa: E402
from benchmarks.peers._protocol import Options  # noqa: E402

SHORTCUT = (Conv(8, 1, "same", strides=2, bias=False), BatchNorm())
CASE = Training(
    name="residual",
    title="a residual block with a projection, and one without",
    input_shape=(8, 8, 4),
    layers=(
        Residual((Conv(8, 3, "same", strides=2, bias=False), BatchNorm()), SHORTCUT),
        Residual((Conv(8, 3, "same", "relu"),)),
        GlobalPool(),
        Dense(10, "softmax"),
    ),
    pictures=16,
    quick_pictures=16,
    batch=16,
    parameters=3 * 3 * 4 * 8 + 4 * 8 + 4 * 8 + 3 * 3 * 8 * 8 + 8 + 8 * 10 + 10,
    learning_rate=0.1,
)


class Losses(list):
    """A gate that notes the loss of each epoch."""

    def begin(self) -> None:
        pass

    def end(self, loss: float, accuracy: float) -> None:
        self.append(loss)


def test_a_residual_network_learns_alike():
    x, y = pictures(CASE, CASE.batch)  # one batch: shuffling changes nothing
    losses = {}
    for module in (saccade, keras):
        trainer = KerasTrainer(module, CASE, Options(1))
        assert trainer.count_params() == CASE.parameters
        losses[module] = Losses()
        trainer.fit(x, y, 3, losses[module])
    np.testing.assert_allclose(losses[saccade], losses[keras], rtol=1e-4)
    assert losses[saccade][-1] < losses[saccade][0]
