"""`saccade explain`: steps printed, or drawn into a file."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from saccade.cli._commands import guarded
from saccade.cli._explain_subjects import SUBJECTS, Subject
from saccade.cli._run import MISTAKE
from saccade.core._errors import nearest

HELP = "show the arithmetic of networks, step by step"
DESCRIPTION = """Show the arithmetic of networks, step by step.

The steps are printed; --out FILE draws them: .png, .svg, .pdf, and .gif for what moves
(convolve, pooling, race). Without options a worked example is shown."""
EPILOG = """examples:
  saccade explain convolve --input "2 3 5 7 11" --kernel "-1 1"
  saccade explain convolve --input "2 1 3; 4 0 2; 1 5 6" --kernel sharpen \\
      --padding same --out steps.gif
  saccade explain race --surface ravine --out race.png
  saccade explain layers runs/pictures-1 --out network.png
  saccade explain cell runs/pictures-1 photo.jpg --layer conv2d --position "3 4"

saccade explain SUBJECT --help shows the options of each."""
_STILL, _MOVING = (".png", ".svg", ".pdf"), (".gif",)
_NEGATIVE = re.compile(r"-[\d.]")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"{self.prog}: {message}\n")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Keeps names of subjects and their descriptions on one line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=18)


def explain(words: Sequence[str]) -> int:
    """Explains a subject; returns the exit code.

    Args:
        words: what follows `saccade explain`.
    """
    parser = _parser()
    name = words[0] if words else ""
    if not name:
        parser.print_help()
        return 0
    if not name.startswith("-") and name not in SUBJECTS:
        close = nearest(name, SUBJECTS)
        hint = f" Did you mean 'saccade explain {close[0]}'?" if close else ""
        parser.error(
            f"there is no subject {name!r}.{hint} Subjects: {', '.join(SUBJECTS)}."
        )
    options = parser.parse_args(_with_negatives(words))
    subject = SUBJECTS[name]
    problem = _problem_of_file(options.out, subject, name)
    if problem:
        print(f"saccade explain {name}: {problem}", file=sys.stderr)
        return MISTAKE
    return guarded(f"explain {name}", lambda: _show(subject, options))


def _parser() -> _Parser:
    parser = _Parser(
        prog="saccade explain",
        usage="saccade explain SUBJECT [OPTIONS ...]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=_Help,
    )
    subjects = parser.add_subparsers(
        metavar="SUBJECT [OPTIONS ...]", title="subjects", prog="saccade explain"
    )
    for name, subject in SUBJECTS.items():
        title = f"{subject.help[0].upper()}{subject.help[1:]}."
        one = subjects.add_parser(
            name, help=subject.help, description=title, formatter_class=_Help
        )
        subject.add(one)
        kinds = _STILL + _MOVING * subject.moves
        words = f"draw into a file: {', '.join(kinds)}"
        one.add_argument("--out", metavar="FILE", default="", help=words)
        if subject.moves:
            words = "how long each frame of a .gif is shown (1; race 0.08)"
            one.add_argument("--seconds", metavar="S", type=float, help=words)
    return parser


def _with_negatives(words: Sequence[str]) -> list[str]:
    """Joins an option and its value where that starts like an option: --bias -1,2."""
    joined: list[str] = []
    for word in words:
        last = joined[-1] if joined else ""
        if _NEGATIVE.match(word) and last.startswith("--") and "=" not in last:
            joined[-1] = f"{last}={word}"
        else:
            joined.append(word)
    return joined


def _problem_of_file(out: str, subject: Subject, name: str) -> str | None:
    """Says what is wrong with the name of the file, before anything is computed."""
    if not out:
        return None
    ending = os.path.splitext(out)[1].lower()
    if ending in _STILL or (ending in _MOVING and subject.moves):
        return None
    if ending in _MOVING:
        return f"{name} does not move; end the name of --out with .png, .svg or .pdf"
    known = ", ".join(_STILL + _MOVING * subject.moves)
    return f"--out must end with {known}, got {out!r}"


def _show(subject: Subject, options: argparse.Namespace) -> int:
    found: Any = subject.make(options)
    from saccade.core._output import print_line

    if not options.out:
        for line in found.lines():
            print_line(line)
        return 0
    from saccade.explain import animate, draw

    where = {name: getattr(options, name, None) for name in ("position", "filter")}
    given = {name: value for name, value in where.items() if value is not None}
    if not subject.steps:
        given = {}
    if Path(options.out).suffix.lower() in _MOVING:
        given.pop("position", None)
        animate(found, options.out, seconds=options.seconds, **given)
    else:
        draw(found, options.out, **given)
    print_line(f"Written to {options.out}")
    return 0
