"""Folders of runs: written while a run goes on, read live and later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from saccade.core._errors import ConfigError, FolderError, SavingError
from saccade.runs import (
    Command,
    RunFolder,
    RunWriter,
    find_runs,
    read_command,
    send_command,
)


@pytest.fixture
def writer(tmp_path: Path) -> RunWriter:
    writer = RunWriter(tmp_path, "net")
    writer.begin({"started": 1.0, "epochs": 3})
    return writer


def test_run_is_read_as_it_was_written(writer: RunWriter) -> None:
    writer.note("epoch", epoch=0, logs={"loss": np.float32(0.5), "bad": float("nan")})
    weights = [np.arange(6.0).reshape(2, 3), np.zeros(3)]
    writer.keep_weights(0, weights)
    writer.keep_examples([np.ones((2, 4, 4, 1))], [np.array([1, 0])])
    run = RunFolder(writer.folder)
    assert run.facts()["epochs"] == 3
    [row], _ = run.log()
    assert row["logs"] == {"loss": 0.5, "bad": "nan"}
    assert run.epochs() == [0]
    for found, wanted in zip(run.weights(0), weights, strict=True):
        np.testing.assert_array_equal(found, wanted)
    [x], [y] = run.examples()
    assert x.shape == (2, 4, 4, 1)
    assert y.tolist() == [1, 0]


def test_log_is_read_on_and_a_half_line_waits(writer: RunWriter) -> None:
    writer.note("epoch", epoch=0)
    run = RunFolder(writer.folder)
    rows, after = run.log()
    assert len(rows) == 1
    with (writer.folder / "log.jsonl").open("a") as file:
        file.write('{"kind": "ep')
        file.flush()
        assert run.log(after) == ([], after)
        file.write('och", "epoch": 1}\nno json\n{"kind": "epoch", "epoch": 2}\n')
    rows, _ = run.log(after)
    assert [row["epoch"] for row in rows] == [1, 2]


def test_names_are_numbered_and_the_newest_comes_first(tmp_path: Path) -> None:
    for number in range(3):
        writer = RunWriter(tmp_path, "net")
        writer.begin({})
        os.utime(writer.folder / "run.json", (number, number))
    assert [run.name for run in find_runs(tmp_path)] == ["net-3", "net-2", "net"]
    assert find_runs(tmp_path / "nothing") == []


def test_old_weights_go_when_there_are_many(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saccade.runs._write._BUDGET", 12_000)
    for epoch in range(12):
        writer.keep_weights(epoch, [np.zeros(400, np.float32)])
    kept = RunFolder(writer.folder).epochs()
    assert kept[0] == 0
    assert kept[-1] == 11
    assert 3 <= len(kept) <= 7


def test_run_of_a_killed_process_has_failed(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from saccade.runs import RunWriter\n"
        "writer = RunWriter(Path(sys.argv[1]), 'net'); writer.begin({})\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    state = RunFolder(tmp_path / "net").state()
    assert state["state"] == "failed"
    assert "gone" in state["reason"]


def test_commands_are_numbered_and_checked(writer: RunWriter) -> None:
    assert read_command(writer.folder) is None
    send_command(writer.folder, "pause")
    assert send_command(writer.folder, "rate", 0.5) == Command(2, "rate", 0.5)
    assert read_command(writer.folder) == Command(2, "rate", 0.5)
    with pytest.raises(ConfigError, match="did you mean 'stop'"):
        send_command(writer.folder, "stpo")
    with pytest.raises(ConfigError, match="must be a number >= 0"):
        send_command(writer.folder, "rate", -1)
    (writer.folder / "command.json").write_text("[]")
    assert read_command(writer.folder) is None


def test_what_cannot_be_read_is_named(writer: RunWriter, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="holds no run"):
        RunFolder(tmp_path)
    run = RunFolder(writer.folder)
    with pytest.raises(SavingError, match=r"000007\.npz"):
        run.weights(7)
    (writer.folder / "weights").mkdir()
    (writer.folder / "weights" / "000007.npz").write_bytes(b"PK broken")
    with pytest.raises(SavingError, match="cannot be read"):
        run.weights(7)
    (writer.folder / "run.json").write_text(json.dumps({"form": 99}))
    with pytest.raises(SavingError, match="open it with the version"):
        run.facts()


def test_pickled_arrays_are_refused(writer: RunWriter) -> None:
    path = writer.folder / "examples.npz"
    np.savez(path, x0=np.array([{"a": 1}], dtype=object))
    with pytest.raises(SavingError, match="pickle"):
        RunFolder(writer.folder).examples()
