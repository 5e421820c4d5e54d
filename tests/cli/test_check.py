"""`saccade check`: words, exit codes, and what is printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from saccade.cli import main


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nothing.py"], "there is no file 'nothing.py'"),
        (["picturse"], "Did you mean the folder 'pictures'?"),
        (["book.ipynb"], "is a notebook"),
        ([], "give a program or a folder"),
    ],
)
def test_mistakes(
    words: list[str], text: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pictures").mkdir()
    Path("book.ipynb").touch()
    try:
        code = main(["check", *words])
    except SystemExit as exit_:
        code = exit_.code
    assert code == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("program", "code", "line"),
    [
        ("import sys\nassert sys.argv[1:] == ['--n', '3']\n", 0, "it trains nothing."),
        ("from keras import layers\nlayers.Dense(-1)\n", 1, "The program would fail"),
    ],
)
def test_a_program(program: str, code: int, line: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(program)
    ended = subprocess.run(
        [sys.executable, "-m", "saccade", "check", "program.py", "--n", "3"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    assert line in ended.stdout
    assert "\x1b" not in ended.stdout  # colours are for terminals
    assert ended.stderr == ""
