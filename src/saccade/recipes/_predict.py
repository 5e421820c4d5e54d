"""`predict`: what a trained model says of pictures, in the order they were given."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from saccade.core._errors import (
    ConfigError,
    DataError,
    SaccadeError,
    SavingError,
    message,
    nearest,
)
from saccade.data import PictureForm, Unusable, index_folder, picture_form
from saccade.models import Model, load_model
from saccade.recipes._pictures import eight_bits, quiet_reader
from saccade.recipes._run_folder import model_file
from saccade.saving._keras_zip import read_notes

# Pictures in memory at the same time.
_CHUNK = 256


@dataclasses.dataclass(frozen=True)
class Classifier:
    """A model with what its outputs mean and how its pictures are read.

    Args:
        model: gives one probability for each class.
        class_names: their names.
        form: size and colours of the pictures.
        named: whether the names come from the file; else they are made up.
    """

    model: Model
    class_names: tuple[str, ...]
    form: PictureForm
    named: bool


@dataclasses.dataclass(frozen=True)
class Predictions:
    """What a model said of pictures, in the order they were given.

    Args:
        files: the pictures, also those that could not be read.
        class_names: one for each column.
        probabilities: one row for each file; NaN for one that could not be read.
        unusable: those, and why.

    Shapes:
        probabilities: (n, k) float32

    Example:
        >>> said = Predictions(("a.png",), ("ants", "bees"), np.array([[0.2, 0.8]]), ())
        >>> said.best(1)
        [[('bees', 0.8)]]
    """

    files: tuple[str, ...]
    class_names: tuple[str, ...]
    probabilities: np.ndarray
    unusable: tuple[Unusable, ...]

    def best(self, count: int = 1) -> list[list[tuple[str, float]]]:
        """Returns the likeliest classes of each file with their probabilities.

        Args:
            count: how many; none are given for a file that could not be read.
        """
        found = []
        for row in self.probabilities:
            order = np.argsort(-row, kind="stable")[:count]
            good = not np.isnan(row[0])
            found.append(
                [(self.class_names[i], float(row[i])) for i in order] if good else []
            )
        return found

    def to_csv(self, top: int = 1) -> str:
        """Returns a table: file, class, probability, then a column for each class.

        A file that could not be read has a row without values.

        Args:
            top: how many likeliest classes have columns of their own.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        header = ["file", "class", "probability"]
        for place in range(2, min(top, len(self.class_names)) + 1):
            header += [f"class_{place}", f"probability_{place}"]
        writer.writerow([*header, *self.class_names])
        width = len(header) + len(self.class_names)
        rows = zip(self.files, self.best(top), self.probabilities, strict=True)
        for file, best, row in rows:
            cells = [file]
            for name, probability in best:
                cells += [name, f"{probability:.6f}"]
            if best:
                cells += [f"{value:.6f}" for value in row]
            writer.writerow([*cells, *[""] * (width - len(cells))])
        return text.getvalue()


def predict(
    model: str | os.PathLike[str] | Classifier,
    *pictures: str | os.PathLike[str],
) -> Predictions:
    """Classifies pictures with a model that `train` wrote.

    Args:
        model: its file, or the folder of its run.
        *pictures: files, and folders, of which all pictures at any depth are taken,
            sorted by folder and name.

    Raises:
        SavingError: no model.
        DataError: no pictures, or a name that is none.

    Differs from Keras: Keras has no such function.
    """
    known = model if isinstance(model, Classifier) else load_classifier(model)
    paths = list_pictures(pictures)
    parts, unusable = [], []
    reader = quiet_reader(known.form)
    for start in range(0, len(paths), _CHUNK):
        found = reader.read(paths[start : start + _CHUNK])
        bad = [isinstance(item, Unusable) for item in found]
        unusable += [item for item in found if isinstance(item, Unusable)]
        part = np.full((len(found), len(known.class_names)), np.nan, np.float32)
        good = [eight_bits(i) for i in found if not isinstance(i, Unusable)]
        if good:
            said = known.model.predict(np.stack(good), verbose=0)
            part[~np.array(bad)] = as_probabilities(said)
        parts.append(part)
    return Predictions(
        tuple(paths), known.class_names, np.concatenate(parts), tuple(unusable)
    )


def as_probabilities(said: np.ndarray) -> np.ndarray:
    """Returns one column for each class, also for a single sigmoid.

    Shapes:
        said: (n, k), or (n, 1) for the probability of the second of two classes

    Example:
        >>> as_probabilities(np.array([[0.25]])).tolist()
        [[0.75, 0.25]]
    """
    if said.shape[-1] > 1:
        return said
    return np.concatenate([1 - said, said], axis=-1)


def list_pictures(given: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Lists files as given, and the pictures of folders in the order of the folders.

    Args:
        given: files and folders.

    Raises:
        DataError: nothing is given, a name that is not there, a folder without
            pictures.
    """
    paths: list[str] = []
    for item in (os.fspath(name) for name in given):
        if not os.path.isdir(item):
            if not os.path.lexists(item):
                raise DataError(_no_picture(item))
            paths.append(item)
            continue
        index = index_folder(item, ["."])
        if not len(index):
            raise DataError(
                message(f"the folder {item!r}", "holds no pictures (png, jpg, ...)")
            )
        paths += [os.path.normpath(path) for path in index.filepaths]
    if not paths:
        raise DataError(message("predict", "there are no pictures to look at"))
    return paths


def _no_picture(item: str) -> str:
    parent = os.path.dirname(item) or "."
    close = (
        nearest(os.path.basename(item), os.listdir(parent))
        if os.path.isdir(parent)
        else []
    )
    path = os.path.join(os.path.dirname(item), close[0]) if close else ""
    fix = f"did you mean {path!r}?" if close else "give pictures or folders of them"
    return message("predict", f"there is no file or folder {item!r}", fix)


def load_classifier(path: str | os.PathLike[str]) -> Classifier:
    """Loads a model and what is noted in its file.

    Args:
        path: a `.keras` file, or the folder of a run.

    Raises:
        SavingError: no such file, or no model for pictures.
    """
    file = model_file(path)
    try:
        model = load_model(file, compile=False)
    except SavingError as error:
        text = str(error).removeprefix("load_model: ")
        raise SavingError(f"MODEL: {text}") from None
    except (SaccadeError, OSError, KeyError, TypeError, ValueError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        problem = f"{str(file)!r} cannot be loaded: {text}"
        raise SavingError(message("MODEL", problem)) from error
    return _understand(model, file)


def _understand(model: Model, file: Path) -> Classifier:
    notes = read_notes(model)
    shape = tuple(getattr(model, "input_shape", ()) or ())
    out = tuple(getattr(model, "output_shape", ()) or ())
    if len(shape) != 4 or len(out) != 2 or None in shape[1:] or out[1] is None:
        problem = (
            f"{str(file)!r} takes {shape} and gives {out}, so it classifies no pictures"
        )
        raise SavingError(message("MODEL", problem))
    count = max(2, out[1])
    names = [str(name) for name in notes.get("class_names", ())]
    named = len(names) == count
    if not named:
        names = [f"class {number}" for number in range(count)]
    colours = {1: "grayscale", 3: "rgb", 4: "rgba"}
    try:
        form = picture_form(
            "MODEL", shape[1:3], colours.get(shape[3], str(shape[3])),
            notes.get("interpolation", "bilinear"),
            exif_orientation=bool(notes.get("exif", False)),
        )  # fmt: skip
    except ConfigError as error:
        raise SavingError(str(error)) from None
    return Classifier(model, tuple(names), form, named)
