"""`saccade run` refuses what is no program; what it runs is in tests/launcher."""

from pathlib import Path

import pytest

from saccade.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "train.py").write_text("print(1)\n")
    (tmp_path / "notes.ipynb").write_text("{}")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("trian.py", "there is no file 'trian.py'. Did you mean 'train.py'?"),
        ("train", "there is no file 'train'. Did you mean 'train.py'?"),
        ("qqq.txt", "there is no file 'qqq.txt'."),
        ("nowhere/train.py", "there is no file 'nowhere/train.py'."),
        (
            "sub",
            "'sub' is a folder; give the program's file, for example main.py.",
        ),
        (
            "notes.ipynb",
            "'notes.ipynb' is a notebook; open it in Jupyter and put the line "
            "%load_ext saccade at its top.",
        ),
    ],
)
def test_what_is_no_program_is_refused(
    name: str, text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", name, "--epochs", "1"]) == 2
    captured = capsys.readouterr()
    assert captured.err == f"saccade run: {text}\n"
    assert captured.out == ""


def test_a_file_that_may_not_be_read_is_refused(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: Path, mode: str = "r") -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert main(["run", "train.py"]) == 2
    assert capsys.readouterr().err == (
        "saccade run: 'train.py' cannot be read: Permission denied.\n"
    )
