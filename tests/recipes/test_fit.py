"""Training inside a run: labels that are mixed, the progress line, lost numbers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import Sequential, layers
from saccade.core import _output
from saccade.layers._augmentation import Augmentation
from saccade.recipes import train
from saccade.recipes._augment_steps import STEPS, Step
from saccade.recipes._bar import RunBar
from saccade.recipes._fit import KeepBest

from .conftest import SETTINGS


class Turnabout(Augmentation):
    """Gives every picture of the batch the place, and the label, of another."""

    def _draw(self, key: jax.Array, shape: Any) -> jax.Array:
        return jnp.arange(shape[0])[::-1]

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        return images[transformation]

    def transform_labels(
        self, labels: Any, transformation: Any, training: bool = True
    ) -> jax.Array:
        return labels[transformation] if training else labels


def test_labels_that_are_mixed_are_learnt(
    shared_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Step("turned about", lambda n, shape: [Turnabout()], mixes_labels=True)
    monkeypatch.setitem(STEPS, "turnabout", step)
    settings = SETTINGS | {"epochs": 12, "learning_rate": 0.05}
    settings |= {"augment": "noise(0.01)|turnabout", "schedule": "constant"}
    result = train(shared_pictures, out=tmp_path / "run", quiet=True, **settings)
    # Labels left in their places would be noise, and teach nothing.
    assert result.accuracy == 1.0
    assert result.loss == pytest.approx(min(result.history["val_loss"]), rel=1e-3)
    assert result.model.output_shape == (None, 2)


def test_a_line_moves_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_output, "display", lambda: "terminal")
    bar = RunBar(pictures=100, batch_size=10, epochs=2)
    bar.on_train_begin()
    bar.on_epoch_begin(0)
    bar.on_progress(0, {"loss": 0.5})
    bar.on_progress(4, {"loss": 0.25})
    bar.better = True
    bar.on_epoch_end(0, {"loss": 0.2, "val_loss": 0.3})
    moves = capsys.readouterr().out.split("\r")
    assert "compiling" in moves[1]
    assert "epoch 1/2" in moves[2]
    assert "10/100" in moves[2]
    assert "━━━━━━━━━━──────────" in moves[3]
    assert "pictures/s" in moves[3]
    assert "left" in moves[3]
    assert moves[-1].startswith("* epoch 1/2  loss 0.200  val_loss 0.300")
    assert moves[-1].endswith("\n")


def test_a_loss_that_is_no_number_ends_the_run() -> None:
    network = Sequential([layers.Input((2,)), layers.Dense(1)])
    saved: list[int] = []
    best = KeepBest(network, RunBar(1, 1, 9), 3, lambda: saved.append(1))
    best.set_model(network)
    best.on_epoch_end(0, {"loss": 1.0, "val_loss": 1.0})
    kept = network.get_weights()
    network.set_weights([np.full_like(w, np.nan) for w in kept])
    best.on_epoch_end(1, {"loss": math.nan, "val_loss": math.nan})
    assert network.stop_training
    assert "no number" in best.stopped
    best.restore()
    for now, before in zip(network.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    assert saved == [1]
