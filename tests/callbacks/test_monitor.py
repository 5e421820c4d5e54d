"""Callbacks that watch a number."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import callbacks
from saccade.core._errors import ConfigError, DataWarning


class FakeModel:
    """Enough of a model for callbacks: weights that can be told apart."""

    def __init__(self):
        self.stop_training = False
        self.metrics = []
        self.epoch = -1
        self.saved = []
        self.weights = [np.zeros(1)]

        class Optimizer:
            learning_rate = 1.0

        self.optimizer = Optimizer()

    def get_weights(self):
        return [np.array([self.epoch])]

    def set_weights(self, weights):
        self.weights = weights

    def save_weights(self, path, overwrite):
        self.saved.append(path)


def play(callback, values, name="val_loss"):
    """Runs epochs with the given values; returns the model and epochs run."""
    model = FakeModel()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        model.epoch = epoch
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {name: value})
        if model.stop_training:
            break
    callback.on_train_end()
    return model, model.epoch + 1


@pytest.mark.parametrize(
    ("arguments", "values", "epochs"),
    [
        ({"patience": 0}, [3, 2, 2.5, 1], 3),
        ({"patience": 2}, [3, 2, 2.5, 2.4, 1], 4),
        ({"patience": 3}, [3, 2, 2.5, 2.4, 1], 5),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.8, 2.7], 2),
        ({"patience": 1, "mode": "max"}, [1, 2, 1.5], 3),
        ({"patience": 5, "baseline": 1.0}, [3, 2, 1.5, 1.6, 1.7, 1.8, 1.9], 5),
        ({"patience": 1, "start_from_epoch": 3}, [3, 4, 5, 6, 7], 5),
    ],
)
def test_early_stopping_counts_as_keras_does(arguments, values, epochs):
    assert play(callbacks.EarlyStopping(**arguments), values)[1] == epochs


def test_early_stopping_restores_and_says_so(capsys):
    stop = callbacks.EarlyStopping(patience=2, restore_best_weights=True, verbose=1)
    model, _ = play(stop, [3, 1, 2, 2])
    assert model.weights[0][0] == 1
    out = capsys.readouterr().out
    assert "Epoch 4: early stopping" in out
    assert "Restoring model weights from the end of the best epoch: 2." in out


def test_auto_mode_knows_accuracy_and_loss():
    assert play(callbacks.EarlyStopping("val_accuracy"), [0.1, 0.2, 0.1],
                "val_accuracy")[1] == 3  # fmt: skip
    with pytest.raises(ConfigError, match="pass mode='max' or mode='min'"):
        play(callbacks.EarlyStopping("val_beauty"), [1, 2], "val_beauty")


def test_a_missing_number_is_told_once_with_the_nearest():
    stop = callbacks.EarlyStopping("val_acuracy")
    with pytest.warns(DataWarning, match="did you mean 'val_accuracy'") as caught:
        play(stop, [1, 1, 1], "val_accuracy")
    assert len(caught) == 1


def test_reduce_lr_on_plateau(capsys):
    reduce = callbacks.ReduceLROnPlateau(factor=0.5, patience=2, min_lr=0.3, verbose=1)
    model, _ = play(reduce, [1] * 8)
    assert model.optimizer.learning_rate == pytest.approx(0.3)
    assert "Epoch 3: ReduceLROnPlateau reducing learning rate to 0.5." in (
        capsys.readouterr().out
    )
    with pytest.raises(ConfigError, match="`factor` must be below 1"):
        callbacks.ReduceLROnPlateau(factor=1.5)


def test_learning_rate_scheduler_takes_both_forms():
    model, _ = play(callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2), [1, 1])
    assert model.optimizer.learning_rate == 0.25
    model, _ = play(callbacks.LearningRateScheduler(lambda epoch: 1 / (epoch + 1)), [1])
    assert model.optimizer.learning_rate == 1.0
    with pytest.raises(ConfigError, match="must return a number"):
        play(callbacks.LearningRateScheduler(lambda epoch: "fast"), [1])


def test_checkpoints_keep_the_best(tmp_path, capsys):
    path = str(tmp_path / "{epoch:02d}-{val_loss:.1f}.weights.h5")
    check = callbacks.ModelCheckpoint(
        path, save_best_only=True, save_weights_only=True, verbose=1
    )
    model, _ = play(check, [3, 2, 4, 1])
    names = [p.rpartition("/")[2] for p in model.saved]
    assert names == ["01-3.0.weights.h5", "02-2.0.weights.h5", "04-1.0.weights.h5"]
    out = capsys.readouterr().out
    assert "Epoch 3: val_loss did not improve from 2.00000" in out
    assert "Epoch 4: val_loss improved from 2.00000 to 1.00000" in out


def test_checkpoints_check_their_arguments():
    with pytest.raises(ConfigError, match=r"must end in .weights.h5"):
        callbacks.ModelCheckpoint("a.keras", save_weights_only=True)
    with pytest.raises(ConfigError, match="`save_freq` must be 'epoch' or an int"):
        callbacks.ModelCheckpoint("a.keras", save_freq="day")
    check = callbacks.ModelCheckpoint("{acc}.weights.h5", save_weights_only=True)
    with pytest.raises(KeyError, match="asks for 'acc', which is not logged"):
        play(check, [1])


def test_checkpoints_every_so_many_steps(small_net, pictures, tmp_path):
    path = str(tmp_path / "{epoch}-{batch}.weights.h5")
    check = callbacks.ModelCheckpoint(path, save_weights_only=True, save_freq=2)
    small_net().fit(*pictures, epochs=2, verbose=0, callbacks=[check])
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "1-2.weights.h5", "2-1.weights.h5", "2-3.weights.h5",
    ]  # fmt: skip
