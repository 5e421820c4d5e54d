"""The callback Studio: what it keeps, and that it obeys."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from saccade import Input, Sequential, layers
from saccade.callbacks import Callback, Studio
from saccade.callbacks._everywhere import naming_classes
from saccade.core._errors import (
    ConfigError,
    DataWarning,
    DiskFullError,
    NotBuiltError,
)
from saccade.runs import RunFolder, RunWriter, send_command


def data() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    return draw.normal(size=(40, 4)).astype("float32"), draw.integers(0, 3, 40)


def network() -> Sequential:
    model = Sequential([Input((4,)), layers.Dense(3, activation="softmax")], name="net")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Ask(Callback):
    """Leaves a command in the run's folder when an epoch begins."""

    def __init__(self, folder: Path, epoch: int, action: str, value: float | None):
        super().__init__()
        self._asked = (folder, action, value)
        self._epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self._epoch:
            send_command(*self._asked)


def test_run_is_kept_whole(tmp_path: Path) -> None:
    x, y = data()
    model = network()
    studio = Studio(tmp_path, examples=5, class_names=["a", "b", "c"], open=False)
    history = model.fit(
        x[8:], y[8:], epochs=3, verbose=0, validation_data=(x[:8], y[:8]),
        callbacks=[studio],
    )  # fmt: skip
    run = RunFolder(tmp_path / "net")
    assert run.state()["state"] == "finished"
    facts = run.facts()
    assert facts["classes"] == ["a", "b", "c"]
    assert facts["parameters"] == 15
    rows = [row for row in run.log()[0] if row["kind"] == "epoch"]
    assert [row["logs"]["val_loss"] for row in rows] == pytest.approx(
        history.history["val_loss"]
    )
    assert rows[0]["rate"] == pytest.approx(0.01)
    assert run.epochs() == [0, 1, 2, 3]
    np.testing.assert_array_equal(run.weights(3)[0], model.get_weights()[0])
    [shown], [targets] = run.examples()
    np.testing.assert_array_equal(shown, x[:5])
    np.testing.assert_array_equal(targets, y[:5])


def test_same_numbers_as_without_it(tmp_path: Path) -> None:
    x, y = data()
    plain, watched = network(), network()
    watched.set_weights(plain.get_weights())
    ours = watched.fit(
        x, y, epochs=2, shuffle=False, verbose=0,
        callbacks=[Studio(tmp_path, open=False)],
    )  # fmt: skip
    theirs = plain.fit(x, y, epochs=2, shuffle=False, verbose=0)
    assert ours.history["loss"] == theirs.history["loss"]


def test_stop_ends_after_the_epoch(tmp_path: Path) -> None:
    x, y = data()
    ask = Ask(tmp_path / "net", 1, "stop", None)
    callbacks = [Studio(tmp_path, open=False), ask]
    history = network().fit(x, y, epochs=9, verbose=0, callbacks=callbacks)
    assert len(history.history["loss"]) == 2
    assert RunFolder(tmp_path / "net").state()["state"] == "stopped"


def test_rate_is_changed_or_said_why_not(tmp_path: Path) -> None:
    from saccade.optimizers import SGD
    from saccade.optimizers.schedules import ExponentialDecay

    x, y = data()
    model = network()
    ask = Ask(tmp_path / "net", 0, "rate", 0.25)
    model.fit(x, y, epochs=2, verbose=0, callbacks=[Studio(tmp_path, open=False), ask])
    assert float(model.optimizer.learning_rate) == 0.25
    model.compile(
        SGD(ExponentialDecay(0.1, 10, 0.5)), "sparse_categorical_crossentropy"
    )
    ask = Ask(tmp_path / "net-2", 0, "rate", 0.25)
    model.fit(x, y, epochs=1, verbose=0, callbacks=[Studio(tmp_path, open=False), ask])
    rows = RunFolder(tmp_path / "net-2").log()[0]
    [answer] = [row["answer"] for row in rows if row["kind"] == "command"]
    assert answer


def test_pause_waits_until_it_may_go_on(tmp_path: Path) -> None:
    x, y = data()
    folder = tmp_path / "net"
    seen = []

    def let_go() -> None:
        while not (folder / "state.json").exists() or not seen:
            time.sleep(0.01)
            if (folder / "state.json").exists():
                state = RunFolder(folder).state()["state"]
                if state == "paused":
                    seen.append(state)
        send_command(folder, "go")

    helper = threading.Thread(target=let_go)
    helper.start()
    callbacks = [Studio(tmp_path, open=False), Ask(folder, 0, "pause", None)]
    history = network().fit(x, y, epochs=2, verbose=0, callbacks=callbacks)
    helper.join()
    assert seen == ["paused"]
    assert len(history.history["loss"]) == 2


@pytest.mark.parametrize("step", ["begin", "note", "keep_weights", "set_state"])
def test_full_disk_ends_the_keeping_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refuse(*args: object, **values: object) -> None:
        raise DiskFullError("no space is left")

    x, y = data()
    monkeypatch.setattr(f"saccade.runs._write.RunWriter.{step}", refuse)
    with pytest.warns(DataWarning, match="not kept any further"):
        history = network().fit(
            x, y, epochs=3, verbose=0, callbacks=[Studio(tmp_path, open=False)]
        )
    assert len(history.history["loss"]) == 3


def test_slow_disk_keeps_fewer_epochs_but_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = RunWriter.keep_weights

    def slowly(self: RunWriter, epoch: int, weights: list[np.ndarray]) -> None:
        time.sleep(0.12)
        keep(self, epoch, weights)

    monkeypatch.setattr("saccade.runs._write.RunWriter.keep_weights", slowly)
    x, y = data()
    callbacks = [Studio(tmp_path, open=False)]
    network().fit(x, y, epochs=9, verbose=0, callbacks=callbacks)
    kept = RunFolder(tmp_path / "net").epochs()
    assert kept[0] == 0
    assert kept[-1] == 9
    assert len(kept) < 9


def test_names_of_classes_come_from_who_knows_them(tmp_path: Path) -> None:
    x, y = data()
    with naming_classes(["a", "b", "c"]):
        network().fit(x, y, verbose=0, callbacks=[Studio(tmp_path, open=False)])
    assert RunFolder(tmp_path / "net").facts()["classes"] == ["a", "b", "c"]


def test_wrong_examples_are_refused() -> None:
    with pytest.raises(ConfigError, match="whole number"):
        Studio(examples=-1)


def test_run_is_told_to_a_studio_of_its_own(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    x, y = data()
    studio = Studio(tmp_path)
    text = ""
    network().fit(x, y, epochs=1, verbose=0, callbacks=[studio])
    for _ in range(600):
        text += capfd.readouterr().out
        if "#run=net" in text:
            break
        time.sleep(0.1)
    studio.close()
    assert "/training?token=" in text
    assert "#run=net" in text
    assert "Ctrl-C" not in text  # that would end the training
    assert f"saccade studio --runs {tmp_path}` shows it later" in text


def test_model_that_is_not_built_is_named_and_leaves_no_folder(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "runs", open=False)
    studio.set_params({"epochs": 1, "steps": 1})
    studio.set_model(Sequential([layers.Dense(3)], name="late"))
    with pytest.raises(
        NotBuiltError, match=r"'late'.*is not built[\s\S]*Input\(shape\)"
    ):
        studio.on_train_begin()
    assert not (tmp_path / "runs").exists()
