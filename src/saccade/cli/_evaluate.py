"""`saccade evaluate`: its words, and the call of `recipes.evaluate`."""

from __future__ import annotations

import argparse
import sys

from saccade.cli._commands import guarded

HELP = "measure a trained model on folders of pictures"
DESCRIPTION = """Measure a trained model on pictures whose classes are known.

FOLDER holds folders with the names of the model's classes. Printed are accuracy, loss,
precision (of what is said to be the class, the share that is) and recall (of the
class, the share that is found), and which class is taken for which."""
EPILOG = """examples:
  saccade evaluate runs/pictures-1 test_pictures
  saccade evaluate runs/pictures-1/model.keras test_pictures --on-error skip"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        "model", metavar="MODEL", help="a model.keras, or the folder of a run"
    )
    parser.add_argument("folder", metavar="FOLDER", help="holds folders of the classes")
    parser.add_argument(
        "--on-error", metavar="ACTION", default="stop",
        help="stop or skip: what to do about pictures that cannot be read (stop)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Measures; returns the exit code."""

    def work() -> int:
        from saccade.recipes import evaluate

        found = evaluate(options.model, options.folder, options.on_error)
        for note in found.notes:
            print(note, file=sys.stderr)
        for item in found.unusable:
            print(f"left out: {item.path}: {item.why}", file=sys.stderr)
        print(found)
        return 0

    return guarded("evaluate", work)
