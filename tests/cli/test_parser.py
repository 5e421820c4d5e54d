"""The command line: help, version, mistakes."""

import os
import subprocess
import sys

import pytest

from saccade import __version__
from saccade.cli import main


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for part in ("run ", "doctor ", "saccade run train.py", "%load_ext saccade"):
        assert part in printed


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("usage: saccade ")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"saccade {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["explain", "convolve"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_is_no_traceback(words: list[str], unbuffered: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "saccade", *words],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(write)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ["rnu", "x.py"],
            "saccade: there is no command 'rnu'. Did you mean 'saccade run'? "
            "Commands: augment, check, doctor, evaluate, explain, predict, run, "
            "studio, train.\n",
        ),
        (["docter"], "Did you mean 'saccade doctor'?"),
        (["train.py", "-v"], "Did you mean 'saccade run train.py'?"),
        (
            ["zzz"],
            "saccade: there is no command 'zzz'. Commands: augment, check, doctor, "
            "evaluate, explain, predict, run, studio, train.\n",
        ),
        (["run"], "saccade run: the following arguments are required: PROGRAM\n"),
        (["run", "--fast", "x.py"], "saccade: unrecognized arguments: --fast\n"),
        (["--fast"], "saccade: unrecognized arguments: --fast\n"),
        (["doctor", "now"], "saccade: unrecognized arguments: now\n"),
    ],
)
def test_a_mistake_is_one_line_and_2(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    captured = capsys.readouterr()
    assert text in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_help_loads_neither_jax_nor_numpy() -> None:
    program = (
        "import sys\nfrom saccade.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('jax', 'numpy', 'saccade.launcher') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.endswith("\n[]\n")


def test_the_module_is_the_command() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "saccade", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == f"saccade {__version__}\n"
