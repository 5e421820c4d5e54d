"""`saccade predict`: its words, and the call of `recipes.predict`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from saccade.cli._commands import FAILED, guarded

if TYPE_CHECKING:
    from saccade.recipes import Predictions

HELP = "say what is in pictures with a trained model"
DESCRIPTION = """Say which class pictures are of, with a trained model.

A line for each picture: its file, the class, how sure the model is. Files come in the
order given, those of folders sorted by folder and name, at any depth. Pictures that
cannot be read are named, and the exit code is then 1."""
EPILOG = """examples:
  saccade predict runs/pictures-1 photo.jpg
  saccade predict runs/pictures-1 new_pictures --top 3
  saccade predict runs/pictures-1 new_pictures --csv > result.csv"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add = parser.add_argument
    add("model", metavar="MODEL", help="a model.keras, or the folder of a run")
    add("pictures", metavar="PICTURE|FOLDER", nargs="+", help="pictures, or folders")
    add("--top", metavar="K", type=_count, default=1,
        help="show the K likeliest classes (1)")  # fmt: skip
    add("--csv", action="store_true",
        help="a table for programs: file, class, probability, and a column for the "
        "probability of each class")  # fmt: skip
    add("--out", metavar="FILE", help="write into a file instead of printing")


def run(options: argparse.Namespace) -> int:
    """Classifies; returns the exit code."""

    def work() -> int:
        from saccade.recipes import predict

        said = predict(options.model, *options.pictures)
        text = said.to_csv(options.top) if options.csv else _lines(said, options.top)
        if options.out:
            Path(options.out).write_text(text, "utf-8", "surrogateescape")
        else:
            _print(text)
        for item in said.unusable:
            print(f"cannot be read: {item.path}: {item.why}", file=sys.stderr)
        return FAILED if said.unusable else 0

    return guarded("predict", work)


def _lines(said: Predictions, top: int) -> str:
    width = max(map(len, said.files))
    lines = []
    for file, best in zip(said.files, said.best(top), strict=True):
        shown = "  ".join(f"{name} {probability:.3f}" for name, probability in best)
        lines.append(f"{file:<{width}}  {shown or '-'}\n")
    return "".join(lines)


def _print(text: str) -> None:
    """Prints names of files as the system has them, whatever letters they hold."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    encoding = sys.stdout.encoding or "utf-8"
    try:
        content = text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:  # a terminal of another alphabet
        content = text.encode(encoding, "replace")
    buffer.write(content)
    buffer.flush()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, got {text!r}")
    return int(text)
