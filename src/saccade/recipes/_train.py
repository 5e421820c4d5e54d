"""`train`: from a folder of pictures to a model, its files and a report."""

from __future__ import annotations

import csv
import dataclasses
import io
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from saccade.core import _output
from saccade.core._errors import PictureError, SaccadeError
from saccade.data import (
    FileIndex,
    PictureForm,
    Unusable,
    find_duplicates,
    list_duplicates,
    picture_form,
)
from saccade.models import Model
from saccade.recipes import _run_folder as files
from saccade.recipes._balance import balance
from saccade.recipes._bar import clock
from saccade.recipes._facts import Findings, report_text
from saccade.recipes._fit import Outcome, fit
from saccade.recipes._networks import Built, build_network, check_name
from saccade.recipes._pictures import (
    PictureSet,
    find_pictures,
    find_validation,
    fingerprint,
    memory_budget,
    read_pictures,
    split_index,
)
from saccade.recipes._recipe import TrainRecipe, config_file, read_recipe
from saccade.saving._keras_zip import write_notes
from saccade.utils import set_random_seed


@dataclasses.dataclass(frozen=True)
class TrainResult:
    """What a run gave.

    Args:
        folder: holds its files.
        model: has the weights of the best epoch.
        class_names: one per output.
        history: numbers by name, one for each epoch.
        best_epoch: whose weights these are, from 0; -1 if no epoch was finished.
        loss: of the validation pictures.
        accuracy: of the validation pictures.
        notes: what was decided or warned of, as sentences.
        interrupted: whether Ctrl-C ended the training.
    """

    folder: Path
    model: Model
    class_names: tuple[str, ...]
    history: dict[str, list[float]]
    best_epoch: int
    loss: float
    accuracy: float
    notes: tuple[str, ...]
    interrupted: bool = False


def train(
    folder: str | os.PathLike[str] | TrainRecipe = "",
    *,
    config: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] = "",
    overwrite: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> TrainResult:
    """Trains a classifier on folders of pictures, and writes it with a report.

    Random numbers of the whole process start from the recipe's seed, so the same
    recipe on the same pictures gives the same model, bit for bit, on one machine.

    Args:
        folder: holds one folder of pictures for each class; or a whole recipe.
        config: a config.toml, or the folder of a run, whose settings are taken.
        out: folder for the files; '' for a new one in 'runs'. One that holds files is
            not touched: a number is added to the name.
        overwrite: whether files in `out` may be replaced.
        quiet: whether to print nothing.
        **settings: any other setting of `TrainRecipe`, over those of `config`.

    Raises:
        FolderError: no such folder.
        PictureError: pictures that cannot be read; all are named.
        DataError, ConfigError: pictures or settings that cannot work.
        SavingError, OSError: files cannot be written.

    Differs from Keras: Keras has no such function.
    """
    recipe = recipe_of(folder, config, settings)
    check_name(recipe.model)
    recipe.augmentation.layers((*recipe.size, 3))  # layers that are missing: say it now
    set_random_seed(recipe.seed)
    run = Run(recipe, quiet)
    if config is not None:
        run.compare_with(config)
    run.read()
    built = run.build()
    target = files.make_run_folder(os.fspath(out), recipe.folder, overwrite)
    return run.train(built, target)


def recipe_of(
    folder: str | os.PathLike[str] | TrainRecipe,
    config: str | os.PathLike[str] | None,
    settings: dict[str, Any],
) -> TrainRecipe:
    """Returns the recipe of a run.

    Args:
        folder: the pictures, '' for those of `config`; or a whole recipe.
        config: a config.toml, or the folder of a run, whose settings are taken.
        settings: any other setting of `TrainRecipe`, over those of `config`.

    Raises:
        ConfigError, FolderError: no such settings, or no such file.

    Example:
        >>> recipe_of("pictures", None, {"size": 64}).size
        (64, 64)
    """
    if isinstance(folder, TrainRecipe):
        return dataclasses.replace(folder, **settings) if settings else folder
    if folder:
        settings = {"folder": os.fspath(folder), **settings}
    if config is None:
        return TrainRecipe.from_settings(settings)
    before = dataclasses.asdict(read_recipe(config))
    return TrainRecipe.from_settings(before | settings)


class Run:
    """One run: what was found and decided, from the folder to the files.

    Args:
        recipe: the settings.
        quiet: whether to print nothing.
    """

    def __init__(self, recipe: TrainRecipe, quiet: bool) -> None:
        self._recipe = recipe
        self._quiet = quiet
        self._notes: list[str] = []
        self._skipped: list[Unusable] = []
        self._expected = ""
        self._timings: dict[str, float] = {}
        self._form: PictureForm = picture_form(
            "train", recipe.size, recipe.colour, recipe.interpolation,
            exif_orientation=recipe.exif,
        )  # fmt: skip

    def _say(self, text: str = "") -> None:
        if not self._quiet:
            _output.print_line(text)

    def _note(self, text: str) -> None:
        self._notes.append(text)
        self._say(text)

    def compare_with(self, config: str | os.PathLike[str]) -> None:
        """Remembers which pictures the earlier run saw."""
        import tomllib

        found = tomllib.loads(config_file(config).read_text("utf-8")).get("found", {})
        self._expected = str(found.get("fingerprint", ""))

    # Pictures -----------------------------------------------------------------------

    def read(self) -> None:
        """Finds, splits and reads the pictures."""
        recipe, start = self._recipe, time.perf_counter()
        index = find_pictures(recipe.folder)
        if recipe.val:
            train, val = index, find_validation(recipe.val, index)
        else:
            train, val = split_index(index, recipe.split, recipe.seed)
        self.left_out = tuple(
            os.path.join(part.directory, name)
            for part in ((train, val) if recipe.val else (index,))
            for name in part.left_out
        )
        self._files = fingerprint(train, val)
        if self._expected and self._expected != self._files:
            self._note("The pictures are not those of the run that wrote the config.")
        self._warn_of_names(train, val)
        budget = memory_budget()
        fits = (len(train) + len(val)) * int(np.prod(self._form.shape)) <= budget
        if not fits:
            self._note(
                f"The pictures need more than the {budget / 2**20:,.0f} MiB set aside "
                "for them, so they are read anew in each epoch; "
                "SACCADE_PICTURES_MEMORY allows more."
            )
        limit = budget if fits else 0
        self.pictures = self._read_part(train, limit)
        self.validation = self._read_part(val, limit)
        self._timings["reading"] = time.perf_counter() - start
        self._show_classes()
        self._warn_of_duplicates()

    def _read_part(self, index: FileIndex, budget: int) -> PictureSet:
        def told(done: int, total: int) -> None:
            if not self._quiet and _output.display() == "terminal":
                end = "\n" if done == total else ""
                _output.write(f"\r  reading pictures {done:,}/{total:,}{end}")

        skip = self._recipe.on_error == "skip"
        found, unusable = read_pictures(index, self._form, skip, budget, told)
        self._skipped += unusable
        if unusable:
            self._note(
                f"{len(unusable)} of {len(index)} pictures in {index.directory} cannot "
                f"be read and are left out: {', '.join(u.path for u in unusable[:5])}"
                f"{' ...' if len(unusable) > 5 else ''}."
            )
        return found

    def _warn_of_names(self, train: FileIndex, val: FileIndex) -> None:
        if self.left_out:
            shown = ", ".join(self.left_out[:3])
            more = " ..." if len(self.left_out) > 3 else ""
            self._note(
                f"Left out, because files of their kind are not read: {shown}{more} "
                f"({len(self.left_out)} in all)."
            )
        for name, count in zip(val.class_names, val.counts, strict=True):
            if not count:
                self._note(f"Class {name!r} has no pictures for validation.")
        if self._recipe.exif:
            self._note("Pictures are turned as their camera recorded it (EXIF).")

    def _warn_of_duplicates(self) -> None:
        """Warns of pictures that are both learnt from and validated with."""
        pairs = find_duplicates(
            self.pictures.index.filepaths, self.validation.index.filepaths
        )
        if pairs:
            self._note(f"{list_duplicates(pairs)}.")

    def _show_classes(self) -> None:
        names = self.pictures.index.class_names
        width = max(5, *map(len, names))
        self._say(f"  {'class':<{width}}  training  validation")
        rows = zip(names, self.pictures.counts, self.validation.counts, strict=True)
        for name, train, val in rows:
            self._say(f"  {name:<{width}}  {train:8,}  {val:10,}")
        self.balance = balance(
            names, self.pictures.counts, self.validation.counts,
            self._recipe.class_weight,
        )  # fmt: skip
        for note in self.balance.notes:
            self._note(note)
        self._say(self.balance.baseline_line)

    # Training -----------------------------------------------------------------------

    def build(self) -> Built:
        """Makes the network and notes in it what its outputs mean."""
        recipe = self._recipe
        classes = self.pictures.index.class_names
        built = build_network(recipe.model, self._form.shape, len(classes))
        for note in built.notes:
            self._note(note)
        write_notes(
            built.model,
            {
                "class_names": list(classes),
                "size": list(recipe.size),
                "colour": recipe.colour,
                "interpolation": recipe.interpolation,
                "exif": recipe.exif,
            },
        )
        return built

    def train(self, built: Built, folder: Path) -> TrainResult:
        """Trains, judges and writes everything."""
        recipe, network = self._recipe, built.model
        names = self.pictures.index.class_names
        files.write_text(folder / files.CLASSES_FILE, "\n".join(names) + "\n")
        files.write_text(folder / files.CONFIG_FILE, self._config())
        self._say(
            f"{recipe.model}: {network.count_params():,} parameters, augmentation "
            f"{recipe.augment}, at most {recipe.epochs} epochs; Ctrl-C ends it early "
            "and keeps the best; * the best so far"
        )
        start = time.perf_counter()
        outcome = fit(
            recipe, built, self.pictures, self.validation, self.balance.class_weight,
            lambda: files.save_model(network, folder / files.MODEL_FILE), self._quiet,
        )  # fmt: skip
        bar = outcome.bar
        self._timings |= {
            "compiling": bar.compile_s,
            "training": time.perf_counter() - start,
            "epochs mean": bar.mean_epoch_s,
            "pictures_per_second": bar.pictures_per_second,
        }
        for note in outcome.notes:
            self._note(note)
        if outcome.interrupted:
            self._note("Ctrl-C ended the training; the best weights so far are kept.")
        return self._finish(network, outcome, folder)

    def _finish(self, network: Model, outcome: Outcome, folder: Path) -> TrainResult:
        # So that the loaded model can evaluate and go on, whatever trained it here.
        loss = "sparse_categorical_crossentropy"
        network.compile("adam", loss, metrics=["accuracy"])
        files.save_model(network, folder / files.MODEL_FILE)
        files.write_text(folder / files.HISTORY_FILE, _table(outcome.history))
        if outcome.failure is not None:
            raise _failure(outcome.failure, folder) from outcome.failure
        found = judge(network, self.validation, self._recipe.batch_size)
        text = report_text(
            Findings(
                self._recipe, network, self.pictures, self.validation, outcome,
                found.probabilities, tuple(self._skipped), self.left_out,
                tuple(self._notes), self._timings,
            )
        )  # fmt: skip
        files.write_text(folder / files.REPORT_FILE, text)
        self._say_result(found, outcome, folder)
        return TrainResult(
            folder, network, self.pictures.index.class_names, outcome.history,
            outcome.best_epoch, found.loss, found.accuracy, tuple(self._notes),
            outcome.interrupted,
        )  # fmt: skip

    def _say_result(self, found: Judged, outcome: Outcome, folder: Path) -> None:
        base = self.balance.baseline
        self._say(
            f"Validation accuracy {found.accuracy:.3f} (always the largest class: "
            f"{base:.3f}), loss {found.loss:.3f}, after epoch {outcome.best_epoch + 1} "
            f"of {len(outcome.history.get('loss', ()))}, in "
            f"{clock(self._timings['training'])}."
        )
        if found.accuracy <= base:
            self._say(
                "The network is no better than that yet. More pictures, more epochs or "
                "another learning rate may help."
            )
        names = sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))
        self._say(f"Written to {folder}: {', '.join(names)}")
        self._say(f"Next: saccade predict {folder} PICTURES")

    def _config(self) -> str:
        head = (
            "# A run of `saccade train`. To repeat it exactly:\n"
            "#   saccade train --config THIS_FILE\n\n"
        )
        return (
            f"{head}{self._recipe.with_full_paths().to_toml()}\n"
            "[found]  # what this run saw; the same text means the same files\n"
            f'fingerprint = "{self._files}"\n'
        )


@dataclasses.dataclass(frozen=True)
class Judged:
    """What a network says about labelled pictures.

    Args:
        probabilities: one row for each picture.
        loss: mean cross-entropy.
        accuracy: share that is right.

    Shapes:
        probabilities: (n, k) float32
    """

    probabilities: np.ndarray
    loss: float
    accuracy: float


def judge(network: Model, pictures: PictureSet, batch_size: int = 32) -> Judged:
    """Lets a network classify labelled pictures.

    Args:
        network: gives probabilities.
        pictures: in memory or on disk.
        batch_size: pictures in a batch.

    Raises:
        PictureError: a picture cannot be read any more.
    """
    from saccade.recipes._stream import PictureBatches

    pixels = pictures.pixels
    if pixels is not None:
        found = network.predict(pixels, batch_size=batch_size, verbose=0)
    else:
        found = network.predict(PictureBatches(pictures, batch_size), verbose=0)
    labels = pictures.labels
    of_truth = found[np.arange(len(labels)), labels].astype(np.float64)
    loss = float(-np.log(np.clip(of_truth, 1e-7, 1.0)).mean())
    return Judged(found, loss, float((found.argmax(-1) == labels).mean()))


def _table(history: dict[str, list[float]]) -> str:
    """The history as CSV, a line for each epoch."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *history])
    for epoch, values in enumerate(zip(*history.values(), strict=True), 1):
        writer.writerow([epoch, *values])
    return text.getvalue()


def _failure(error: PictureError, folder: Path) -> SaccadeError:
    text = str(error).partition("\nFix:")[0]
    fix = (
        f"the best model so far is in {folder}; repair the files, or go on without "
        "such pictures: --on-error skip"
    )
    return PictureError(f"{text}\nFix: {fix}.")
