"""`saccade check`: says whether a long run would start and how long it would take."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from saccade.cli import _train
from saccade.cli._commands import guarded
from saccade.cli._run import MISTAKE, problem_of_program
from saccade.core._errors import nearest

NOT_READY = 1
"""The exit code where the long run would not start, or would not reach its end."""

USAGE = """saccade check PROGRAM.py [ARGUMENTS ...]
       saccade check FOLDER [OPTIONS ...]"""
DESCRIPTION = """Try out a long run: a little of everything, and what was found.

A folder of pictures is looked through: classes, sizes, kinds, files that cannot be
used; the network is built and makes a few steps with some. Nothing is written.

A program is run as `saccade run` does, but each fit, evaluate and predict takes three
batches only, and what the program writes goes into a temporary folder that is removed.
It is told how many pictures there are, what the model looks like, how much memory it
needs, how long an epoch takes on this device, and what would make the run fail.

The exit code is 0 only if the run would start and reach its end."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"{self.prog}: {message}\n")


def check(words: Sequence[str]) -> int:
    """Checks a program or a folder; returns the exit code.

    Args:
        words: what follows `saccade check`.
    """
    target = words[0] if words else ""
    if target and not target.startswith("-") and not Path(target).is_dir():
        return _check_program(target, words[1:])
    return _check_folder(words)


def _check_folder(words: Sequence[str]) -> int:
    parser = _Parser(
        prog="saccade check",
        usage=USAGE,
        description=DESCRIPTION,
        epilog="The options for a FOLDER are those of `saccade train`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if not words:
        parser.error("give a program or a folder: saccade check train.py")
    _train.add_arguments(parser)
    options = parser.parse_args(words)
    settings = _train.settings_of(options)

    def work() -> int:
        from saccade.recipes import check, check_lines, recipe_of

        recipe = recipe_of(settings.pop("folder", ""), options.config, settings)
        found = check(recipe, options.out)
        for line in check_lines(found):
            print(line)
        return 0 if found.ready else NOT_READY

    return guarded("check", work)


def _check_program(program: str, arguments: Sequence[str]) -> int:
    problem = problem_of_program(program)
    if problem:
        print(f"saccade check: {problem}{_folder_hint(program)}", file=sys.stderr)
        return MISTAKE
    from saccade.launcher._rehearsal import rehearse_program  # slow to import
    from saccade.launcher._rehearsal_report import is_ready, program_lines

    found = rehearse_program(program, arguments)
    for line in program_lines(program, found):
        print(line)
    return 0 if is_ready(found) else NOT_READY


def _folder_hint(path: str) -> str:
    """Names the folder that was meant, if there is one like it."""
    parent = Path(path).parent
    if Path(path).exists() or path.endswith(".py") or not parent.is_dir():
        return ""
    close = nearest(Path(path).name, [p.name for p in parent.iterdir() if p.is_dir()])
    return (
        f" Did you mean the folder '{Path(path).with_name(close[0])}'?" if close else ""
    )
