"""`saccade train`: its words, and the call of `recipes.train`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from saccade.cli._commands import INTERRUPTED, guarded
from saccade.cli._run import show_in_studio

HELP = "train a classifier on a folder of pictures"
DESCRIPTION = """Train a classifier on a folder of pictures.

FOLDER holds one folder for each class, named after it:

  pictures/cats/1.jpg  pictures/cats/2.jpg  pictures/dogs/1.jpg ...

A quarter of each class is kept apart to see how good the network is on pictures that
it did not learn from; --val names a folder of such pictures instead. The result goes
into a new folder below `runs`: the model, its classes, the history, a config that
repeats the run, and report.html, which opens in a browser."""
EPILOG = """augmentation: steps with | between them, in quotes; each picture is changed
at random in each epoch, so that the network sees more:
  flip_lr  flip_ud  flip  rotate(degrees)  shift(share)  zoom(share)  stretch(share)
  shear(degrees)  crop(share)  perspective(share)  elastic
  brightness(share)  contrast(share)  saturation(share)  hue(share)  jitter(share)
  grey(share)  degenerate(share)  blur(pixels)  sharpen(share)  noise(share)
  erase(share)  invert(share)  posterize(bits)  solarize  equalize  autocontrast
  augmix  randaug(steps, strength)  mixup(alpha)  cutmix(share)
  none

examples:
  saccade train pictures
  saccade train pictures --size 64 --epochs 20 --augment "flip_lr|rotate(30)|shift(0.2)"
  saccade train train_pictures --val test_pictures --out runs/first
  saccade train pictures --model program.py:create_model
  saccade train --config runs/first/config.toml     the same run once more, exactly"""


def _size(text: str) -> tuple[int, int]:
    sides = text.lower().split("x")
    try:
        numbers = [int(side) for side in sides]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise argparse.ArgumentTypeError(
            f"must be a number of pixels such as 150, or height x width such as "
            f"120x160, got {text!r}"
        )
    return (numbers[0], numbers[-1])


_Option = tuple[str, str, Callable[[str], Any], str]
PICTURES: tuple[_Option, ...] = (
    ("--val", "FOLDER", str, "pictures of the same classes to validate with"),
    ("--split", "SHARE", float, "share kept for validation, without --val (0.25)"),
    (
        "--size",
        "PIXELS",
        _size,
        "height and width that pictures are made: 150, or 120x160 (150)",
    ),
    ("--colour", "KIND", str, "rgb or grayscale (rgb)"),
    (
        "--interpolation",
        "KIND",
        str,
        "how pictures are resized: nearest, bilinear, bicubic, hamming, box, lanczos "
        "(bilinear)",
    ),
    (
        "--on-error",
        "ACTION",
        str,
        "stop or skip: what to do about pictures that cannot be read (stop)",
    ),
    (
        "--class-weight",
        "KIND",
        str,
        "balanced: rare classes weigh more; none; auto: balanced where one class is "
        "more than 3 times another (auto)",
    ),
)
TRAINING: tuple[_Option, ...] = (
    (
        "--model",
        "NAME",
        str,
        "tiny, lenet, small, medium, or your own function that returns a model, "
        "program.py:create_model (small)",
    ),
    ("--augment", "STEPS", str, "see below (a mild mix); none for nothing"),
    ("--epochs", "N", int, "passes through the pictures, at most (30)"),
    (
        "--patience",
        "N",
        int,
        "stop after so many epochs without a lower validation loss; 0: never (10)",
    ),
    ("--batch-size", "N", int, "pictures in a step (32)"),
    ("--learning-rate", "RATE", float, "the largest rate (that of the network)"),
    (
        "--schedule",
        "KIND",
        str,
        "cosine, plateau or constant: how the rate falls (cosine)",
    ),
    (
        "--seed",
        "N",
        int,
        "another number gives another run; the same gives the same (0)",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options; what is not given is left to the recipe's defaults."""
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="holds one folder for each class"
    )
    for title, options in (("pictures", PICTURES), ("training", TRAINING)):
        group = parser.add_argument_group(title)
        for name, metavar, kind, words in options:
            group.add_argument(name, metavar=metavar, type=kind, help=words)
        if title == "pictures":
            words = "turn pictures as their camera recorded it (Keras does not)"
            group.add_argument("--exif", action="store_true", default=None, help=words)
    add = parser.add_argument_group("files").add_argument
    words = "folder for the result; if it holds files, a number is added to its name"
    add("--out", metavar="DIR", default="", help=words)
    add("--overwrite", action="store_true", help="replace the files in --out instead")
    words = "settings of an earlier run; options given here go before them"
    add("--config", metavar="FILE", help=words)
    add("--quiet", action="store_true", help="print nothing but errors")
    add("--studio", action="store_true", help="show the training in the studio")


_OURS = ("out", "overwrite", "config", "quiet", "studio")


def settings_of(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the settings of the recipe that were given, by name."""
    given = {k: v for k, v in vars(options).items() if v is not None}
    return {k: v for k, v in given.items() if k not in _OURS}


def run(options: argparse.Namespace) -> int:
    """Trains; returns the exit code."""
    settings = settings_of(options)

    def work() -> int:
        from saccade.recipes import train

        if options.studio:
            folder = settings.get("folder")
            show_in_studio(Path(folder).resolve().name if folder else None)
        result = train(
            settings.pop("folder", ""),
            config=options.config,
            out=options.out,
            overwrite=options.overwrite,
            quiet=options.quiet,
            **settings,
        )
        return INTERRUPTED if result.interrupted else 0

    return guarded("train", work)
