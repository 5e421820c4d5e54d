"""What hurt users of other libraries: runs that are broken off, and short floats.

The rows are numbered as in the list that the project started from.
"""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade import callbacks


class Stop(callbacks.Callback):
    """Breaks a run off at the end of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def test_row_18_a_resumed_run_is_the_same_run(small_net, pictures, tmp_path):
    """Row 18: rate, best score, epoch, seeds and data go on where they were."""
    x, y = pictures

    def run(folder, *more):
        model = small_net()
        plateau = callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=9.0)
        backup = callbacks.BackupAndRestore(tmp_path / folder)
        history = model.fit(
            x, y, epochs=4, verbose=0, callbacks=[backup, plateau, *more]
        )
        return model, history

    saccade.utils.set_random_seed(7)
    unbroken, whole = run("a")
    saccade.utils.set_random_seed(7)
    with pytest.raises(KeyboardInterrupt):
        run("b", Stop(2))
    saccade.utils.set_random_seed(8)
    resumed, rest = run("b")
    assert rest.epoch == [2, 3]
    assert rest.history["loss"] == whole.history["loss"][2:]
    assert rest.history["learning_rate"] == whole.history["learning_rate"][2:]
    for one, other in zip(unbroken.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_row_28_best_weights_are_kept(small_net, pictures, tmp_path):
    """Row 28: after a restart a worse epoch does not replace the best file."""
    x, y = pictures
    best = tmp_path / "best.weights.h5"

    def run(*more):
        checkpoint = callbacks.ModelCheckpoint(
            best, "score", mode="max", save_best_only=True, save_weights_only=True
        )
        # The score falls from epoch to epoch: the first epoch is the best.
        score = callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: logs.update(score=1.0 - epoch)
        )
        backup = callbacks.BackupAndRestore(tmp_path / "backup")
        small_net().fit(
            x, y, epochs=3, verbose=0, callbacks=[score, checkpoint, backup, *more]
        )
        return checkpoint

    with pytest.raises(KeyboardInterrupt):
        run(Stop(1))
    first = best.read_bytes()
    assert run().best == 1.0
    assert best.read_bytes() == first
