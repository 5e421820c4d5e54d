"""What the report of a run is made of: the run in words, sample pictures, hardware."""

from __future__ import annotations

import dataclasses
import os
import platform
from pathlib import Path

import jax
import numpy as np

from saccade import __version__
from saccade.core._random import host_generator
from saccade.core._scope import Scope
from saccade.data import Unusable
from saccade.layers._augmentation import Augmentation
from saccade.models import Model
from saccade.recipes._augment_spec import AugmentSpec
from saccade.recipes._fit import Outcome
from saccade.recipes._pictures import PictureSet
from saccade.recipes._recipe import TrainRecipe
from saccade.recipes._run_folder import run_name
from saccade.report import TrainingFacts, training_report

_SAMPLES = 6
_VARIANTS = 4


@dataclasses.dataclass(frozen=True)
class Findings:
    """A finished run.

    Args:
        recipe: its settings.
        network: with the best weights.
        train: pictures learnt from.
        val: pictures validated with.
        outcome: what training gave.
        probabilities: of the validation pictures.
        skipped: files that could not be read.
        left_out: files of kinds that are not read.
        notes: what was decided.
        timings: seconds by name.
    """

    recipe: TrainRecipe
    network: Model
    train: PictureSet
    val: PictureSet
    outcome: Outcome
    probabilities: np.ndarray
    skipped: tuple[Unusable, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    timings: dict[str, float]


def report_text(found: Findings) -> str:
    """Returns the report of a run as HTML.

    Args:
        found: the run.
    """
    originals = samples(found.train, found.recipe.seed)
    lines: list[str] = []
    found.network.summary(print_fn=lines.append)
    facts = TrainingFacts(
        title=run_name(found.recipe.folder),
        class_names=found.train.index.class_names,
        history=found.outcome.history,
        best_epoch=max(found.outcome.best_epoch, 0),
        labels=found.val.labels,
        probabilities=found.probabilities,
        paths=tuple(found.val.index.filepaths),
        train_counts=found.train.counts,
        validation_counts=found.val.counts,
        skipped=tuple((item.path, item.why) for item in found.skipped),
        left_out=found.left_out,
        notes=found.notes,
        originals=originals,
        augmented=augmented(found.recipe.augmentation, originals, _VARIANTS),
        settings=in_words(found.recipe, found.network),
        model_summary="\n".join(lines),
        timings=found.timings,
        hardware=hardware(),
    )
    return training_report(facts)


def samples(pictures: PictureSet, seed: int) -> np.ndarray:
    """Returns some pictures, of as many classes as possible.

    Args:
        pictures: all.
        seed: another number gives others.

    Shapes:
        -> (m, h, w, c) uint8
    """
    order = host_generator(seed, 77).permutation(len(pictures))
    turn = np.zeros(len(pictures), np.int64)
    seen: dict[int, int] = {}
    for place, row in enumerate(order):
        label = int(pictures.labels[row])
        turn[place] = seen[label] = seen.get(label, -1) + 1
    chosen = order[np.argsort(turn, kind="stable")[:_SAMPLES]]
    return pictures.sample(np.sort(chosen))


def augmented(
    spec: AugmentSpec, originals: np.ndarray, times: int
) -> np.ndarray | None:
    """Changes pictures as training does, each several times.

    Args:
        spec: the augmentation.
        originals: the pictures.
        times: how often.

    Shapes:
        originals: (m, h, w, c) uint8 -> (times, m, h, w, c) uint8; None for no steps

    Example:
        >>> pictures = np.zeros((2, 4, 4, 3), "uint8")
        >>> augmented(AugmentSpec.parse("flip"), pictures, 3).shape
        (3, 2, 4, 4, 3)
    """
    steps = spec.layers(originals.shape[1:])
    if not steps:
        return None
    count = len(originals)
    images = np.tile(originals, (times, 1, 1, 1)).astype(np.float32)

    def change(x: jax.Array, key: jax.Array) -> jax.Array:
        with Scope(key=lambda: key):
            data = {"images": x, "labels": np.eye(len(images), dtype=np.float32)}
            for step in steps:
                if isinstance(step, Augmentation):
                    data = step(data, training=True)
                else:
                    data = {**data, "images": step(data["images"], training=True)}
            return data["images"]

    found = np.asarray(jax.jit(change)(images, np.array([0, 1], np.uint32)))
    whole = np.clip(np.rint(found), 0, 255).astype(np.uint8)
    return whole.reshape(times, count, *originals.shape[1:])


def in_words(recipe: TrainRecipe, network: Model) -> dict[str, str]:
    """Returns a recipe as a person would say it.

    Args:
        recipe: the settings.
        network: what was trained.

    Example:
        >>> from saccade import Sequential, layers
        >>> net = Sequential([layers.Input((2,)), layers.Dense(1)])
        >>> in_words(TrainRecipe("pictures", augment="none"), net)["network"]
        'small, 3 parameters'
    """
    height, width = recipe.size
    steps = "; ".join(step.words for step in recipe.augmentation.steps) or "none"
    rate = (
        f"{recipe.learning_rate:g}" if recipe.learning_rate else "that of the network"
    )
    patience = f"after {recipe.patience} epochs without a lower validation loss"
    return {
        "pictures": recipe.folder,
        "validation": recipe.val or f"{recipe.split:.0%} of each class",
        "size": f"{height} x {width} pixels, {recipe.colour}",
        "resized": recipe.interpolation
        + (", turned as the camera recorded it" if recipe.exif else ""),
        "network": f"{recipe.model}, {network.count_params():,} parameters",
        "augmentation": steps,
        "epochs": f"at most {recipe.epochs}",
        "early stop": patience if recipe.patience else "never",
        "pictures in a step": str(recipe.batch_size),
        "learning rate": f"{rate}, {recipe.schedule}",
        "class weights": recipe.class_weight,
        "seed": str(recipe.seed),
        "pictures that cannot be read": recipe.on_error,
    }


def hardware() -> dict[str, str]:
    """Returns what the run used, by name.

    Example:
        >>> "device" in hardware()
        True
    """
    device = jax.devices()[0]
    return {
        "device": f"{device.platform}: {device.device_kind}",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": platform.platform(),
        "versions": f"saccade {__version__}, jax {jax.__version__}, "
        f"Python {platform.python_version()}",
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux: what Python knows is enough
    return platform.processor() or platform.machine()
