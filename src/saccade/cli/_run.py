"""`saccade run`: checks the program's name and hands over to the launcher."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from saccade.core._errors import nearest

MISTAKE = 2
"""The exit code of a command that cannot be understood, as Python's own."""


def run(program: str, arguments: Sequence[str], studio: bool = False) -> int:
    """Runs a program; returns 2 and says why if there is no such program.

    Args:
        program: the path as the user wrote it.
        arguments: the program's own.
        studio: whether every fit() of it is shown in the studio.
    """
    problem = problem_of_program(program)
    if problem:
        print(f"saccade run: {problem}", file=sys.stderr)
        return MISTAKE
    from saccade.launcher import run_program

    if studio:
        show_in_studio()
    run_program(program, arguments)
    return 0


def show_in_studio(name: str | None = None) -> None:
    """Lets every fit() of this process be shown in the studio; the first opens one.

    Args:
        name: of the runs; None for those of the models.
    """
    from saccade.callbacks import Studio
    from saccade.callbacks._everywhere import in_every_fit

    opened: list[Studio] = []

    def make() -> Studio:
        opened.append(Studio(name=name, open=not opened))
        return opened[-1]

    in_every_fit(make)


def problem_of_program(program: str) -> str:
    """Says what is wrong with the path of a program, or ''.

    Args:
        program: the path as the user wrote it.
    """
    path = Path(program)
    if path.is_dir():
        return f"{program!r} is a folder; give the program's file, for example main.py."
    if not path.exists():
        return f"there is no file {program!r}.{_suggestion(path)}"
    if path.suffix == ".ipynb":
        return (
            f"{program!r} is a notebook; open it in Jupyter and put the line "
            "%load_ext saccade at its top."
        )
    try:
        with path.open("rb"):
            return ""
    except OSError as error:
        return f"{program!r} cannot be read: {error.strerror}."


def _suggestion(path: Path) -> str:
    if path.with_name(path.name + ".py").is_file():
        return f" Did you mean '{path}.py'?"
    try:
        programs = [other.name for other in path.parent.glob("*.py")]
    except OSError:  # a folder that may not be listed
        return ""
    close = nearest(path.name, programs)
    return f" Did you mean '{path.with_name(close[0])}'?" if close else ""
