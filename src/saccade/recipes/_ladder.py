"""`augment`: which augmentations help on a folder, tried one at a time.

The rungs of the ladder: a baseline, then each candidate on top of what was kept so far.
All are trained with the same seeds, so that gains are differences within a seed. A
candidate is kept if its mean gain exceeds the standard deviation of its gains.
"""

from __future__ import annotations

import dataclasses
import os
import shlex
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from saccade.core import _output
from saccade.core._errors import ConfigError, PictureError, message
from saccade.recipes import _run_folder as files
from saccade.recipes._augment_spec import AugmentSpec, AugmentStep
from saccade.recipes._bar import clock
from saccade.recipes._facts import augmented, hardware, in_words, samples
from saccade.recipes._fit import Outcome, fit
from saccade.recipes._networks import build_network, check_name
from saccade.recipes._recipe import TrainRecipe
from saccade.recipes._train import Run
from saccade.report import LadderFacts, RungFacts, ladder_report, preview_report
from saccade.utils import save_img, set_random_seed

CANDIDATES = "flip_lr|rotate(15)|shift(0.1)|zoom(0.2)|brightness(0.2)|contrast(0.2)"
"""What is tried if nothing else is said: mild changes that suit most photographs."""

DEFAULTS: dict[str, Any] = {"size": 96, "epochs": 15, "augment": "none", "patience": 0}
"""Settings other than those of `train`: many small runs instead of a large one."""

RULE = (
    "kept if the mean gain over the seeds exceeds the standard deviation of the gains"
)

_VARIANTS = 4
_GAP = 4  # pixels between the pictures of a grid


@dataclasses.dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Args:
        step: the candidate, None for the baseline.
        spec: all that was tried together: what was kept so far, and the candidate.
        scores: validation accuracy with each seed.
        gains: what they are above the last kept rung, with the same seeds.

    Example:
        >>> rung = Rung(AugmentStep("flip_lr"), AugmentSpec(), (0.8, 0.7), (0.04, 0.02))
        >>> rung.kept, f"{rung.gain:.2f}", f"{rung.spread:.3f}"
        (True, '0.03', '0.014')
    """

    step: AugmentStep | None
    spec: AugmentSpec
    scores: tuple[float, ...]
    gains: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Mean accuracy."""
        return statistics.fmean(self.scores)

    @property
    def gain(self) -> float:
        """Mean gain; 0 for the baseline."""
        return statistics.fmean(self.gains) if self.gains else 0.0

    @property
    def spread(self) -> float:
        """Standard deviation of the gains, of the scores for the baseline."""
        values = self.gains or self.scores
        return statistics.stdev(values) if len(values) > 1 else 0.0

    @property
    def kept(self) -> bool:
        """Whether the candidate stays, by the rule."""
        return self.step is None or self.gain > self.spread

    @property
    def why(self) -> str:
        """The decision in words."""
        if self.step is None:
            return "the baseline"
        numbers = f"{self.gain:+.3f}, spread {self.spread:.3f}"
        if self.kept:
            return f"kept: {numbers}"
        if self.gain > 0:
            return f"left out, the gain is within the spread: {numbers}"
        return f"left out, no gain: {numbers}"


@dataclasses.dataclass(frozen=True)
class Ladder:
    """What `augment` found.

    Args:
        folder: holds ladder.csv and report.html.
        rungs: the baseline first; those that were finished.
        interrupted: whether Ctrl-C ended it.
    """

    folder: Path
    rungs: tuple[Rung, ...]
    interrupted: bool = False

    @property
    def best(self) -> AugmentSpec:
        """The augmentation that was kept."""
        kept = [rung.spec for rung in self.rungs if rung.kept]
        return kept[-1] if kept else AugmentSpec()


class _Stopped(Exception):
    """Ctrl-C in mid-run."""


def augment(
    folder: str | os.PathLike[str],
    *,
    candidates: str = CANDIDATES,
    seeds: int = 3,
    out: str | os.PathLike[str] = "",
    overwrite: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Ladder:
    """Adds augmentations one at a time to a baseline and keeps those that help.

    Args:
        folder: holds one folder of pictures for each class.
        candidates: steps with `|` between them, tried in this order.
        seeds: runs of each rung, with the seeds seed, seed + 1, ...; 2 at least.
        out: folder for the files; '' for a new one in 'runs'.
        overwrite: whether files in `out` may be replaced.
        quiet: whether to print nothing.
        **settings: of `TrainRecipe`; `augment` is the baseline's (none).

    Raises:
        FolderError, PictureError, DataError, ConfigError: as `train`; or too few seeds,
            or no candidates.
        SavingError, OSError: files cannot be written.

    Differs from Keras: Keras has no such function.
    """
    recipe = ladder_recipe(folder, settings)
    steps = AugmentSpec.parse(candidates).steps
    if seeds < 2:
        problem = f"`seeds` must be at least 2 to see the spread, got {seeds}"
        raise ConfigError(message("augment", problem))
    if not steps:
        fix = f"write for example {CANDIDATES}"
        raise ConfigError(message("augment", "there is nothing to try", fix))
    check_name(recipe.model)
    AugmentSpec(recipe.augmentation.steps + steps).layers((*recipe.size, 3))
    climb = _Climb(recipe, seeds, quiet)
    climb.read()
    name = f"{files.run_name(recipe.folder)}-augment"
    target = files.make_run_folder(os.fspath(out), name, overwrite)
    return climb.run(steps, target)


def ladder_recipe(
    folder: str | os.PathLike[str], settings: dict[str, Any]
) -> TrainRecipe:
    """Returns the recipe of the baseline.

    Args:
        folder: the pictures.
        settings: of `TrainRecipe`, over `DEFAULTS`.

    Raises:
        ConfigError: a setting that does not exist or cannot work.

    Example:
        >>> ladder_recipe("pictures", {"epochs": 3}).size
        (96, 96)
    """
    given = {"folder": os.fspath(folder), **settings}
    return TrainRecipe.from_settings(DEFAULTS | given, "augment")


class _Climb:
    """The runs of a ladder."""

    def __init__(self, recipe: TrainRecipe, seeds: int, quiet: bool) -> None:
        self._recipe = recipe
        self._seeds = range(recipe.seed, recipe.seed + seeds)
        self._quiet = quiet
        self._run = Run(recipe, quiet)
        self._seconds: list[float] = []
        self._words: dict[str, str] = {}

    def _say(self, text: str) -> None:
        if not self._quiet:
            _output.print_line(text)

    def read(self) -> None:
        """Reads the pictures, once for all runs."""
        self._run.read()

    def run(self, steps: Sequence[AugmentStep], folder: Path) -> Ladder:
        """Climbs, and writes what was found, also after Ctrl-C."""
        runs = (len(steps) + 1) * len(self._seeds)
        self._say(
            f"{self._recipe.model} at {self._recipe.size[0]} x {self._recipe.size[1]}, "
            f"{self._recipe.epochs} epochs, {len(self._seeds)} seeds: {runs} runs. "
            f"A step is {RULE}."
        )
        rungs: list[Rung] = []
        interrupted = False
        failure: PictureError | None = None
        try:
            for step in (None, *steps):
                rungs.append(self._rung(step, rungs, runs))
        except (_Stopped, KeyboardInterrupt):
            interrupted = True
            self._say("Ctrl-C: the rungs that are finished are kept.")
        except PictureError as error:  # one that vanished; hours must not be lost
            failure = error
        ladder = Ladder(folder, tuple(rungs), interrupted)
        self._write(ladder, steps)
        if failure is not None:
            raise failure
        return ladder

    def _rung(
        self, step: AugmentStep | None, before: Sequence[Rung], runs: int
    ) -> Rung:
        spec = self._recipe.augmentation
        base: Rung | None = None
        if step is not None:
            base = [rung for rung in before if rung.kept][-1]
            spec = AugmentSpec((*base.spec.steps, step))
        scores = []
        for seed in self._seeds:
            scores.append(self._score(spec, seed))
            done = len(self._seconds)
            left = statistics.fmean(self._seconds[-3:] or [0.0]) * (runs - done)
            self._say(
                f"  {done}/{runs}  {step or 'baseline'}, seed {seed}: accuracy "
                f"{scores[-1]:.3f}, {clock(left)} left"
            )
        gains = zip(scores, base.scores, strict=True) if base is not None else ()
        return Rung(step, spec, tuple(scores), tuple(new - old for new, old in gains))

    def _score(self, spec: AugmentSpec, seed: int) -> float:
        """Trains once; returns the validation accuracy of the best epoch."""
        start = time.perf_counter()
        recipe = dataclasses.replace(self._recipe, augment=str(spec), seed=seed)
        set_random_seed(seed)
        run = self._run
        classes = len(run.pictures.index.class_names)
        built = build_network(recipe.model, run.pictures.form.shape, classes)
        self._words = in_words(self._recipe, built.model)
        outcome = fit(
            recipe, built, run.pictures, run.validation, run.balance.class_weight,
            lambda: None, quiet=True,
        )  # fmt: skip
        if outcome.failure is not None:
            raise outcome.failure
        if outcome.interrupted:
            raise _Stopped
        self._seconds.append(time.perf_counter() - start)
        return _accuracy(outcome)

    def _next(self, best: AugmentSpec) -> str:
        """The command that trains with what was kept, as the ladder did."""
        recipe, defaults = self._recipe, TrainRecipe(self._recipe.folder)
        words = ["saccade", "train", recipe.folder]
        for name in ("val", "split", "size", "colour", "interpolation", "model"):
            value = getattr(recipe, name)
            if value != getattr(defaults, name):
                shown = "x".join(map(str, value)) if name == "size" else str(value)
                words += [f"--{name}", shown]
        return shlex.join([*words, "--augment", str(best)])

    def _write(self, ladder: Ladder, steps: Sequence[AugmentStep]) -> None:
        folder, best = ladder.folder, ladder.best
        files.write_text(folder / "ladder.csv", _table(ladder.rungs, self._seeds))
        originals = samples(self._run.pictures, self._recipe.seed)
        facts = LadderFacts(
            title=files.run_name(self._recipe.folder),
            rungs=tuple(
                RungFacts(
                    name=str(rung.step or "baseline"),
                    words=rung.step.words if rung.step else _as_it_is(rung.spec),
                    scores=rung.scores,
                    gain=rung.gain,
                    spread=rung.spread,
                    kept=rung.kept,
                    why=rung.why,
                    variants=_changed(rung.step, originals),
                )
                for rung in ladder.rungs
            ),
            not_tried=tuple(map(str, steps[max(len(ladder.rungs) - 1, 0) :])),
            best=str(best),
            rule=RULE,
            baseline=self._run.balance.baseline,
            pictures=(len(self._run.pictures), len(self._run.validation)),
            originals=originals,
            settings=self._words | {"seeds": ", ".join(map(str, self._seeds))},
            hardware=hardware(),
        )
        files.write_text(folder / files.REPORT_FILE, ladder_report(facts))
        for rung in ladder.rungs:
            self._say(_line(rung))
        if ladder.rungs:
            self._say(f"Kept: {best}.")
        self._say(f"Written to {folder}: ladder.csv, {files.REPORT_FILE}")
        if ladder.rungs:
            self._say(f"Next: {self._next(best)}")


def _accuracy(outcome: Outcome) -> float:
    return outcome.history["val_accuracy"][outcome.best_epoch]


def _as_it_is(spec: AugmentSpec) -> str:
    if not spec.steps:
        return "the pictures as they are"
    return "; ".join(step.words for step in spec.steps)


def _line(rung: Rung) -> str:
    name = str(rung.step or "baseline")
    scores = " ".join(f"{score:.3f}" for score in rung.scores)
    spread = "" if rung.step else f", spread {rung.spread:.3f}"
    return f"  {name:<18} {rung.mean:.3f}  ({scores})  {rung.why}{spread}"


def _table(rungs: Sequence[Rung], seeds: Sequence[int]) -> str:
    heads = ["step", *(f"seed_{s}" for s in seeds), "mean", "gain", "spread", "kept"]
    lines = [",".join(heads)]
    for rung in rungs:
        numbers = [*rung.scores, rung.mean, rung.gain, rung.spread]
        cells = [f"{number:.6f}" for number in numbers]
        name = f'"{rung.step or "baseline"}"'
        lines.append(",".join([name, *cells, str(rung.kept).lower()]))
    return "\n".join(lines) + "\n"


def _changed(step: AugmentStep | None, originals: np.ndarray) -> tuple[np.ndarray, ...]:
    found = augmented(AugmentSpec((step,) if step else ()), originals, _VARIANTS)
    return () if found is None else tuple(found)


def preview(
    folder: str | os.PathLike[str],
    *,
    candidates: str = CANDIDATES,
    out: str | os.PathLike[str] = "",
    overwrite: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Path:
    """Writes grids of augmented pictures without training: preview.png, preview.html.

    Args:
        folder: holds one folder of pictures for each class.
        candidates: steps with `|` between them, each shown by itself, then together.
        out: folder for the files; '' for a new one in 'runs'.
        overwrite: whether files in `out` may be replaced.
        quiet: whether to print nothing.
        **settings: of `TrainRecipe`.

    Returns:
        The folder of the files.

    Raises:
        FolderError, PictureError, DataError, ConfigError: as `train`.
        SavingError, OSError: files cannot be written.

    Differs from Keras: Keras has no such function.
    """
    recipe = ladder_recipe(folder, settings)
    spec = AugmentSpec.parse(candidates)
    if not spec.steps:
        fix = f"write for example {CANDIDATES}"
        raise ConfigError(message("augment", "there is nothing to show", fix))
    spec.layers((*recipe.size, 3))
    run = Run(recipe, quiet=True)
    run.read()
    originals = samples(run.pictures, recipe.seed)
    shown = [(str(step), step.words, _changed(step, originals)) for step in spec.steps]
    together = augmented(spec, originals, _VARIANTS)
    assert together is not None  # there are steps
    shown.append(("all together", str(spec), tuple(together)))
    name = f"{files.run_name(recipe.folder)}-preview"
    target = files.make_run_folder(os.fspath(out), name, overwrite)
    save_img(target / "preview.png", _grid(originals, together), scale=False)
    text = preview_report(files.run_name(recipe.folder), originals, shown)
    files.write_text(target / "preview.html", text)
    if not quiet:
        _output.print_line(f"Written to {target}: preview.html, preview.png")
    return target


def _grid(originals: np.ndarray, variants: np.ndarray) -> np.ndarray:
    """Puts each picture, and its variants, into a row: (h, w, c) uint8, white gaps."""
    columns = [originals, *variants]
    around = ((0, _GAP), (0, _GAP), (0, 0))
    rows = [
        np.concatenate(
            [np.pad(column[row], around, constant_values=255) for column in columns], 1
        )
        for row in range(len(originals))
    ]
    return np.concatenate(rows)[:-_GAP, :-_GAP]
