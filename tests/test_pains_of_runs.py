"""What hurt users of other libraries: runs that are broken off, and short floats.

The rows are numbered as in the list that the project started from.
"""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade import callbacks, layers


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


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_row_27_short_floats_train_as_long_ones(policy):
    """Row 27: no NaN, metrics counted in float32, weights and softmax in float32."""
    rng = np.random.default_rng(0)
    x = rng.random((4096, 4)).astype("float32") * 50
    y = (x[:, 0] > 25).astype("int32")
    saccade.config.set_dtype_policy(policy)
    try:
        model = saccade.Sequential(
            [
                layers.Input((4,)),
                layers.BatchNormalization(),
                layers.Dense(16, activation="relu"),
                layers.Dense(2, activation="softmax"),
            ]
        )
    finally:
        saccade.config.set_dtype_policy("float32")
    model.compile(
        saccade.optimizers.Adam(0.01),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x, y, batch_size=64, epochs=3, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert history["accuracy"][-1] > 0.95
    assert {v.dtype for v in model.variables} == {"float32"}
    # Counts beyond 2048 would stand still in float16, means lose two digits.
    answers = model.predict(x, verbose=0).argmax(-1)
    _, accuracy = model.evaluate(x, y, verbose=0)
    assert accuracy == pytest.approx((answers == y).mean(), abs=1e-6)
