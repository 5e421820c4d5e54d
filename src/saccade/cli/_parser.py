"""The command line of saccade."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, Protocol

from saccade import __version__
from saccade.cli import _augment, _evaluate, _predict, _studio, _train
from saccade.cli._check import check
from saccade.cli._commands import FAILED
from saccade.cli._explain import HELP as _EXPLAIN
from saccade.cli._explain import explain
from saccade.cli._run import MISTAKE, run
from saccade.core._errors import nearest

_DESCRIPTION = "Computer vision the Keras way, on a compiled JAX engine."
_RUN = """Run a Python program written for keras or tensorflow.keras, unchanged.

Neither Keras nor TensorFlow need be installed. Everything after the program's name is
the program's own."""
_EPILOG = """examples:
  saccade train pictures             train a classifier on a folder of pictures
  saccade predict runs/pictures-1 photo.jpg
  saccade run train.py --epochs 5    run a Keras program as it is
  saccade check train.py             would it run to its end, and how long?
  saccade studio                     watch networks learn, in the browser
  saccade explain convolve           the arithmetic of networks, step by step
  saccade doctor                     show versions, devices and what is missing

In a notebook, put this line at the top:  %load_ext saccade"""


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code.

    Args:
        arguments: the words after `saccade`; None for those of the process.

    Raises:
        SystemExit: a mistake in the command (2), --help or --version (0), or what the
            program that `run` runs asks for.

    Differs from Keras: Keras has no command line.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["run"]:
        return _follow(words)  # what a program prints is its own business
    try:
        try:
            return _follow(words)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`saccade doctor | head`); Python would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _follow(words: list[str]) -> int:
    parser = _build_parser()
    # What follows the program's name belongs to the program: it is not parsed here.
    own, rest = _split_at_program(words)
    command = next((word for word in own if not word.startswith("-")), None)
    known = (*_COMMANDS, *_ON_PICTURES)
    if command is not None and command not in known:
        close = nearest(command, known)
        hint = f" Did you mean 'saccade {close[0]}'?" if close else ""
        if command.endswith(".py"):
            hint = f" Did you mean 'saccade run {command}'?"
        parser.error(
            f"there is no command {command!r}.{hint} "
            f"Commands: {', '.join(sorted(known))}."
        )
    options, unknown = parser.parse_known_args(own)
    if unknown:
        parser.error(_unknown_options(parser, command, unknown))
    if command is None:
        parser.print_help()
        return 0
    if command in _ON_PICTURES:
        return _ON_PICTURES[command].run(options)
    return _COMMANDS[command](options, rest)


def _split_at_program(words: list[str]) -> tuple[list[str], list[str]]:
    if words[:1] in (["check"], ["explain"]):
        return words[:1], words[1:]
    if words[:1] != ["run"]:
        return words, []
    for place, word in enumerate(words[1:], start=2):
        if not word.startswith("-"):
            return words[:place], words[place:]
    return words, []


def _unknown_options(
    parser: argparse.ArgumentParser, command: str | None, unknown: list[str]
) -> str:
    """Names words that no option explains, with the option most like the first."""
    text = f"unrecognized arguments: {' '.join(unknown)}"
    for action in parser._actions:
        choices = getattr(action, "choices", None) or {}
        if command in choices:
            known = [n for n in choices[command]._option_string_actions if n[2:]]
            # Without the dashes, which make any two options somewhat alike.
            plain = {name.lstrip("-"): name for name in known}
            close = nearest(unknown[0].partition("=")[0].lstrip("-"), plain)
            if close and unknown[0].startswith("-"):
                text += f". Did you mean {plain[close[0]]}?"
    return text


def _build_parser() -> _Parser:
    parser = _Parser(
        prog="saccade",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"saccade {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND")
    run_parser = commands.add_parser(
        "run",
        help="run a Keras program unchanged",
        usage="saccade run [-h] [--studio] PROGRAM [ARGUMENTS ...]",
        description=_RUN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run_parser.add_argument(
        "--studio", action="store_true", help="show every fit() in the studio"
    )
    run_parser.add_argument("program", metavar="PROGRAM", help="the Python file to run")
    for name, module in _ON_PICTURES.items():
        module.add_arguments(
            commands.add_parser(
                name,
                help=module.HELP,
                description=module.DESCRIPTION,
                epilog=module.EPILOG,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )
    commands.add_parser(
        "check",
        help="try out a long run: would it start, how long would it take",
        add_help=False,
    )
    commands.add_parser("explain", help=_EXPLAIN, add_help=False)
    commands.add_parser(
        "doctor",
        help="show versions, devices, JAX's flags and what is missing",
        description="Show versions, devices, JAX's flags, the folder of compiled "
        "programs, and which optional packages are there or missing.",
    )
    return parser


def _doctor(options: argparse.Namespace, rest: Sequence[str]) -> int:
    from saccade.cli._doctor import print_report  # slow to import

    print_report()
    return 0


def _run(options: argparse.Namespace, rest: Sequence[str]) -> int:
    return run(options.program, rest, options.studio)


def _check(options: argparse.Namespace, rest: Sequence[str]) -> int:
    return check(rest)


def _explain(options: argparse.Namespace, rest: Sequence[str]) -> int:
    return explain(rest)


class _Command(Protocol):
    """A module with a command of its own; it loads what it needs when it runs."""

    @property
    def HELP(self) -> str: ...

    @property
    def DESCRIPTION(self) -> str: ...

    @property
    def EPILOG(self) -> str: ...

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int: ...


_ON_PICTURES: dict[str, _Command] = {
    "train": _train,
    "augment": _augment,
    "evaluate": _evaluate,
    "predict": _predict,
    "studio": _studio,
}


_COMMANDS: dict[str, Callable[[argparse.Namespace, Sequence[str]], int]] = {
    "check": _check,
    "doctor": _doctor,
    "explain": _explain,
    "run": _run,
}
