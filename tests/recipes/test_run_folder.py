"""Folders of runs: never over what is there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from saccade.core._errors import DiskFullError, SavingError
from saccade.recipes import _run_folder as files


def test_runs_are_numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = [files.make_run_folder("", "x/birds/train", False) for _ in range(2)]
    assert made == [Path("runs/birds-1"), Path("runs/birds-2")]


def test_a_folder_that_holds_files_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert files.make_run_folder(str(out), "x", False) == out
    assert files.make_run_folder(str(out), "x", False) == out  # still empty
    (out / "file").touch()
    assert files.make_run_folder(str(out), "x", False) == tmp_path / "run-2"
    assert files.make_run_folder(str(out), "x", False) == tmp_path / "run-3"
    assert files.make_run_folder(str(out), "x", True) == out


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(SavingError, match="is a file"):
        files.make_run_folder(str(tmp_path / "run"), "x", True)


def test_a_full_disk_is_told_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    files.write_text(file, "old")

    def full(self: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFullError, match=r"config\.toml: cannot be written"):
        files.write_text(file, "new")
    assert file.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["config.toml"]


def test_the_model_of_a_run_is_found(tmp_path: Path) -> None:
    (tmp_path / "model.keras").touch()
    assert files.model_file(tmp_path) == tmp_path / "model.keras"
    with pytest.raises(SavingError, match="did you mean"):
        files.model_file(tmp_path / "modl.keras")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SavingError, match=r"holds no model\.keras"):
        files.model_file(tmp_path / "empty")
