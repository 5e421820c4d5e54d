"""Hooks: which come when, and with what."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from saccade import callbacks
from saccade.core._errors import ArgumentTypeError, ConfigError


class Record(callbacks.Callback):
    """Writes every call down."""

    def __init__(self):
        super().__init__()
        self.calls = []


for _name in [n for n in dir(callbacks.Callback) if n.startswith("on_")]:
    if _name not in ("on_batch_begin", "on_batch_end", "on_progress",
                     "on_test_progress"):  # fmt: skip

        def _hook(self, *args, _name=_name, **kwargs):
            number = args[0] if args and isinstance(args[0], int) else None
            self.calls.append((_name, number))

        setattr(Record, _name, _hook)


def test_hooks_come_in_the_order_of_keras(small_net, pictures):
    x, y = pictures
    record = Record()
    small_net().fit(
        x[:64], y[:64], batch_size=16, validation_split=0.5, callbacks=[record],
        verbose=0,
    )  # fmt: skip
    batch = [("on_train_batch_begin", 0), ("on_train_batch_end", 0),
             ("on_train_batch_begin", 1), ("on_train_batch_end", 1)]  # fmt: skip
    test = [("on_test_batch_begin", 0), ("on_test_batch_end", 0),
            ("on_test_batch_begin", 1), ("on_test_batch_end", 1)]  # fmt: skip
    assert record.calls == [
        ("on_train_begin", None), ("on_epoch_begin", 0), *batch,
        ("on_test_begin", None), *test, ("on_test_end", None),
        ("on_epoch_end", 0), ("on_train_end", None),
    ]  # fmt: skip


def test_hooks_of_evaluate_and_predict(small_net, pictures):
    x, _ = pictures
    record = Record()
    model = small_net()
    model.predict(x[:20], batch_size=10, callbacks=[record], verbose=0)
    names = [name for name, _ in record.calls]
    assert names[0] == "on_predict_begin"
    assert names[-1] == "on_predict_end"
    assert record.calls.count(("on_predict_batch_end", 1)) == 1


def test_older_batch_hooks_are_called(small_net, pictures):
    class Old(callbacks.Callback):
        seen = 0

        def on_batch_end(self, batch, logs=None):
            assert set(logs) == {"accuracy", "loss"}
            self.seen += 1

    old = Old()
    small_net().fit(*pictures, callbacks=[old], verbose=0)
    assert old.seen == 3


def test_callbacks_may_change_the_weights(small_net, pictures):
    class Reset(callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.first = self.model.get_weights()

        def on_epoch_end(self, epoch, logs=None):
            self.model.set_weights(self.first)

    model = small_net()
    before = model.get_weights()
    model.fit(*pictures, epochs=2, callbacks=[Reset()], verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_callback_may_stop_training_in_mid_epoch(small_net, pictures):
    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model = small_net()
    history = model.fit(*pictures, epochs=5, callbacks=[Stop()], verbose=0)
    assert history.epoch == [0]
    assert int(model.optimizer.iterations) == 2


def test_lambda_callbacks(small_net, pictures):
    seen = []
    hook = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epoch),
        on_train_batch_end=lambda batch, logs=None: seen.append("batch"),
    )
    small_net().fit(*pictures, callbacks=[hook], verbose=0)
    assert seen == ["batch"] * 3 + [0]
    with pytest.raises(ConfigError, match="did you mean `on_epoch_end`"):
        callbacks.LambdaCallback(on_epoch_ends=print)


def test_what_is_no_callback_is_refused(small_net, pictures):
    with pytest.raises(ArgumentTypeError, match=r"make an object of the class: Callb"):
        small_net().fit(*pictures, callbacks=[callbacks.Callback])
    with pytest.raises(ArgumentTypeError, match="expected a Callback, got 3"):
        small_net().fit(*pictures, callbacks=[3])


def test_the_log_file_holds_every_finished_epoch(small_net, pictures, tmp_path):
    path = tmp_path / "log.csv"

    class Fail(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        small_net().fit(
            *pictures, epochs=5, verbose=0, validation_split=0.2,
            callbacks=[callbacks.CSVLogger(path), Fail()],
        )  # fmt: skip
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert list(rows[0]) == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    small_net().fit(
        *pictures, verbose=0, callbacks=[callbacks.CSVLogger(path, append=True)]
    )
    assert len(path.read_text().splitlines()) == 4


def test_history_keeps_names_in_the_order_of_keras(small_net, pictures):
    history = small_net().fit(*pictures, validation_split=0.2, epochs=2, verbose=0)
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert history.params == {"verbose": 0, "epochs": 2, "steps": 2}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_disk_ends_the_run_with_the_name_of_the_log(small_net, pictures):
    model = small_net()
    with pytest.raises(OSError, match="/dev/full: cannot be written: no space is left"):
        model.fit(*pictures, verbose=0, callbacks=[callbacks.CSVLogger("/dev/full")])
    assert int(model.optimizer.iterations) == 3  # the epoch is not lost
    assert model.history is not None
