"""`saccade augment`: its words, and the call of `recipes.augment`."""

from __future__ import annotations

import argparse

from saccade.cli._commands import INTERRUPTED, guarded
from saccade.cli._train import PICTURES, TRAINING, settings_of

HELP = "find out which augmentations help on a folder of pictures"
DESCRIPTION = """Find out which augmentations help on a folder of pictures.

A baseline is trained first, then each augmentation is added to what was kept so far,
one at a time, with several seeds each. A step is kept if its mean gain in validation
accuracy exceeds the standard deviation of the gains over the seeds. The report shows
the ladder and sample pictures; the last line is the command to train with what was
kept. --preview only shows changed pictures, and trains nothing."""
EPILOG = """examples:
  saccade augment pictures
  saccade augment pictures --val test_pictures --seeds 5 --epochs 30
  saccade augment pictures --try "flip_lr|rotate(30)|erase(0.2)"
  saccade augment pictures --try "rotate(45)|blur(1)" --preview

The steps are those of `saccade train --augment`: see saccade train --help."""

_OTHER_DEFAULTS = {
    "--size": "height and width that pictures are made (96)",
    "--epochs": "passes through the pictures in each run (15)",
    "--augment": "steps that the baseline has already (none)",
    "--patience": "end a run after so many epochs without a lower loss; 0: never (0)",
    "--seed": "the first of the seeds (0)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options; what is not given is left to the defaults."""
    parser.add_argument(
        "folder", metavar="FOLDER", help="holds one folder for each class"
    )
    group = parser.add_argument_group("what is tried")
    words = "steps with | between them, tried in this order (mild ones)"
    group.add_argument("--try", dest="candidates", metavar="STEPS", help=words)
    words = "runs of each step, with other seeds; at least 2 (3)"
    group.add_argument("--seeds", metavar="N", type=int, help=words)
    words = "write a grid of changed pictures, and train nothing"
    group.add_argument("--preview", action="store_true", help=words)
    for title, options in (("pictures", PICTURES), ("training", TRAINING)):
        group = parser.add_argument_group(title)
        for name, metavar, kind, words in options:
            words = _OTHER_DEFAULTS.get(name, words)
            group.add_argument(name, metavar=metavar, type=kind, help=words)
    add = parser.add_argument_group("files").add_argument
    words = "folder for the result; if it holds files, a number is added to its name"
    add("--out", metavar="DIR", default="", help=words)
    add("--overwrite", action="store_true", help="replace the files in --out instead")
    add("--quiet", action="store_true", help="print nothing but errors")


def run(options: argparse.Namespace) -> int:
    """Tries the augmentations; returns the exit code."""
    settings = settings_of(options)
    only_shown = settings.pop("preview")

    def work() -> int:
        from saccade.recipes import augment, preview

        files = {
            "out": options.out,
            "overwrite": options.overwrite,
            "quiet": options.quiet,
        }
        folder = settings.pop("folder")
        if only_shown:
            settings.pop("seeds", None)
            preview(folder, **files, **settings)
            return 0
        found = augment(folder, **files, **settings)
        return INTERRUPTED if found.interrupted else 0

    return guarded("augment", work)
