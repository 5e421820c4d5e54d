"""`evaluate`: how good a trained model is on labelled pictures."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

import numpy as np

from saccade.core._errors import DataError, message
from saccade.data import Unusable
from saccade.recipes._pictures import (
    find_pictures,
    match_classes,
    memory_budget,
    read_pictures,
)
from saccade.recipes._predict import Classifier, as_probabilities, load_classifier
from saccade.recipes._recipe import ON_ERROR
from saccade.recipes._stream import PictureBatches

WHERE = "evaluate"
# More classes than this would make lines too long for a screen.
_MATRIX_CLASSES = 20


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """How good a model is on labelled pictures.

    Args:
        class_names: the classes of the model.
        labels: what is true.
        probabilities: what the model says.
        files: the pictures, in the same order.
        unusable: pictures that were left out, and why.
        notes: what there is to know, as sentences.

    Shapes:
        labels: (n,) int; probabilities: (n, k) float

    Example:
        >>> said = np.array([[0.9, 0.1], [0.6, 0.4]])
        >>> found = Evaluation(("ants", "bees"), np.array([0, 1]), said, ("1", "2"))
        >>> found.accuracy, found.confusion.tolist()
        (0.5, [[1, 0], [1, 0]])
    """

    class_names: tuple[str, ...]
    labels: np.ndarray
    probabilities: np.ndarray
    files: tuple[str, ...]
    unusable: tuple[Unusable, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        rows = np.arange(len(self.labels))
        of_truth = self.probabilities[rows, self.labels].astype(np.float64)
        return float(-np.log(np.clip(of_truth, 1e-7, 1.0)).mean())

    @property
    def accuracy(self) -> float:
        """Share of the pictures that is right."""
        return float((self.probabilities.argmax(-1) == self.labels).mean())

    @property
    def confusion(self) -> np.ndarray:
        """Numbers of pictures, int (k, k): rows are true, columns are said."""
        count = len(self.class_names)
        pairs = self.labels * count + self.probabilities.argmax(-1)
        return np.bincount(pairs, minlength=count * count).reshape(count, count)

    @property
    def precision(self) -> np.ndarray:
        """For each class, the share right of what is said to be it; NaN if nothing."""
        return _share(self.confusion.diagonal(), self.confusion.sum(0))

    @property
    def recall(self) -> np.ndarray:
        """For each class, the share of its pictures that is found; NaN if none."""
        return _share(self.confusion.diagonal(), self.confusion.sum(1))

    def __str__(self) -> str:
        right = int(self.confusion.trace())
        lines = [
            f"{len(self.labels):,} pictures: accuracy {self.accuracy:.3f} "
            f"({right:,} right), loss {self.loss:.3f}",
            "",
            *self._per_class(),
        ]
        if len(self.class_names) <= _MATRIX_CLASSES:
            lines += ["", *self._matrix()]
        return "\n".join(lines)

    def _per_class(self) -> list[str]:
        width = max(5, *map(len, self.class_names))
        lines = [f"{'class':<{width}}  precision  recall  pictures"]
        counts = self.confusion.sum(1)
        for name, precise, recalled, count in zip(
            self.class_names, self.precision, self.recall, counts, strict=True
        ):
            shown = f"{_shown(precise):>9}  {_shown(recalled):>6}  {count:8,}"
            lines.append(f"{name:<{width}}  {shown}")
        return lines

    def _matrix(self) -> list[str]:
        width = max(5, *map(len, self.class_names))
        cells = [f"{number:,}" for number in self.confusion.ravel()]
        column = max(4, *map(len, cells))
        heads = "".join(f"  {i + 1:>{column}}" for i in range(len(self.class_names)))
        lines = ["true class (rows) and what the model says (columns)"]
        lines.append(f"{'':<{width + 5}}{heads}")
        for number, (name, row) in enumerate(
            zip(self.class_names, self.confusion, strict=True), 1
        ):
            shown = "".join(f"  {value:>{column},}" for value in row)
            lines.append(f"{number:>3}  {name:<{width}}{shown}")
        return lines


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _shown(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.3f}"


def evaluate(
    model: str | os.PathLike[str] | Classifier,
    folder: str | os.PathLike[str],
    on_error: str = "stop",
) -> Evaluation:
    """Measures a model that `train` wrote on folders of pictures.

    Args:
        model: its file, or the folder of its run.
        folder: holds folders with the names of the model's classes, all or some.
        on_error: 'stop' or 'skip', for pictures that cannot be read.

    Raises:
        SavingError: no model.
        FolderError: no such folder.
        DataError: classes that the model does not have; unreadable pictures.

    Differs from Keras: Keras has no such function.
    """
    known = model if isinstance(model, Classifier) else load_classifier(model)
    if on_error not in ON_ERROR:
        problem = f"`on_error` must be one of {', '.join(ON_ERROR)}, got {on_error!r}"
        raise DataError(message(WHERE, problem))
    path = os.fspath(folder)
    notes = []
    if known.named:
        index = match_classes(path, known.class_names, "FOLDER", "the model")
    else:
        index = find_pictures(path)
        if len(index.class_names) != len(known.class_names):
            problem = (
                f"the model has {len(known.class_names)} classes without names, the "
                f"folder {path!r} has {len(index.class_names)}"
            )
            raise DataError(message(WHERE, problem))
        notes.append(
            "The model's file has no names of classes: the folder's are taken in the "
            "order of the alphabet, as Keras does."
        )
    missing = [
        name
        for name, count in zip(index.class_names, index.counts, strict=True)
        if not count
    ]
    if missing:
        notes.append(f"No pictures of: {', '.join(missing)}.")
    skip = on_error == "skip"
    pictures, unusable = read_pictures(
        index, known.form, skip, memory_budget(), where=WHERE
    )
    pixels = pictures.pixels
    data = PictureBatches(pictures, 32) if pixels is None else pixels
    said = as_probabilities(known.model.predict(data, verbose=0))
    names: Sequence[str] = known.class_names if known.named else index.class_names
    return Evaluation(
        tuple(names), pictures.labels, said, tuple(pictures.index.filepaths), unusable,
        tuple(notes),
    )  # fmt: skip
