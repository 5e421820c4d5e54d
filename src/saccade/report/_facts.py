"""What a training report is made of: plain data, checked once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from saccade.core._errors import ShapeError, message

_WHERE = "training_report"


@dataclasses.dataclass(frozen=True)
class TrainingFacts:
    """All that a training report shows.

    Args:
        title: what was trained on: the folder's name.
        class_names: one per class; the number of a class is its place here.
        history: measures by epoch with the names of Keras' logs.
        best_epoch: the epoch whose weights were kept, from 0.
        labels: numbers of the true classes of the validation pictures.
        probabilities: what the network said of them; one column is taken for the
            probability of the second of two classes.
        paths: the validation pictures' files, in the same order; empty without any.
        train_counts: training pictures of each class.
        validation_counts: validation pictures of each class.
        skipped: (path, why) of the files that could not be used.
        left_out: files that look like pictures by a suffix that is not taken.
        notes: what was decided or warned of, in whole sentences.
        originals: some training pictures, values in [0, 255].
        augmented: the same pictures, changed at random several times; None without
            augmentation.
        settings: the recipe in words, in the order shown.
        model_summary: the model's table as text.
        timings: seconds by name; `pictures_per_second` is a rate.
        hardware: what it ran on, by name.

    Shapes:
        labels: (n,) int; probabilities: (n, k) float, or (n, 1) for two classes
        originals: (m, h, w, c); augmented: (r, m, h, w, c)
    """

    title: str
    class_names: tuple[str, ...]
    history: Mapping[str, list[float]]
    best_epoch: int
    labels: np.ndarray
    probabilities: np.ndarray
    paths: tuple[str, ...] = ()
    train_counts: tuple[int, ...] = ()
    validation_counts: tuple[int, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    originals: np.ndarray | None = None
    augmented: np.ndarray | None = None
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    model_summary: str = ""
    timings: Mapping[str, float] = dataclasses.field(default_factory=dict)
    hardware: Mapping[str, str] = dataclasses.field(default_factory=dict)


def check(facts: TrainingFacts) -> None:
    """Checks that the parts fit together.

    Raises:
        ShapeError: they do not; the text says which.
    """
    count, classes = len(facts.labels), len(facts.class_names)
    shape = np.shape(facts.probabilities)
    wide = {classes, 1} if classes == 2 else {classes}
    problem = ""
    if len(shape) != 2 or shape[0] != count or shape[1] not in wide:
        problem = (
            f"`probabilities` must have shape ({count}, {classes}) for {count} labels "
            f"and {classes} classes, got {shape}"
        )
    elif count and not 0 <= np.min(facts.labels) <= np.max(facts.labels) < classes:
        problem = (
            f"`labels` must lie in [0, {classes - 1}], got values from "
            f"{np.min(facts.labels)} to {np.max(facts.labels)}"
        )
    elif facts.paths and len(facts.paths) != count:
        problem = f"`paths` must name {count} files, got {len(facts.paths)}"
    for name in ("train_counts", "validation_counts"):
        given = getattr(facts, name)
        if given and len(given) != classes:
            problem = f"`{name}` must have {classes} numbers, got {len(given)}"
    if facts.augmented is not None and (
        facts.originals is None or facts.augmented.shape[1:] != facts.originals.shape
    ):
        have = None if facts.originals is None else facts.originals.shape
        problem = (
            f"`augmented` {facts.augmented.shape} must repeat `originals` {have} along "
            "a first axis"
        )
    if problem:
        raise ShapeError(message(_WHERE, problem))


@dataclasses.dataclass(frozen=True)
class Answers:
    """What the network said of the validation pictures.

    Args:
        probabilities: of each class.
        said: the class of the greatest; -1 where the network gave no numbers.
        sure: its probability.
        right: whether it is the true one.
    """

    probabilities: np.ndarray
    said: np.ndarray
    sure: np.ndarray
    right: np.ndarray


def answers(facts: TrainingFacts) -> Answers:
    """Reads the answers out of checked facts."""
    p = np.asarray(facts.probabilities, np.float64)
    if p.shape[1] == 1 and len(facts.class_names) == 2:
        p = np.concatenate([1 - p, p], axis=1)
    numbers = np.asarray(np.isfinite(p).all(axis=1))
    said = np.where(numbers, np.where(numbers[:, None], p, 0.0).argmax(1), -1)
    rows = np.arange(len(p))
    sure = np.where(numbers, p[rows, said], 0.0) if len(p) else np.zeros(0)
    return Answers(p, said, sure, said == np.asarray(facts.labels))
