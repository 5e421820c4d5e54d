"""The training of a run: the model with augmentation, and what watches over it.

Files must not be written here, except the best model so far.
"""

from __future__ import annotations

import dataclasses
import math
import time
import warnings
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from saccade import layers
from saccade.callbacks import Callback, ReduceLROnPlateau
from saccade.callbacks._callback import Logs
from saccade.callbacks._everywhere import naming_classes
from saccade.core._errors import PictureError
from saccade.layers._augmentation import Augmentation
from saccade.losses import Loss
from saccade.metrics import MeanMetricWrapper
from saccade.models import Model, Sequential
from saccade.optimizers import Adam
from saccade.optimizers.schedules import CosineDecay
from saccade.recipes._augment_spec import AugmentSpec
from saccade.recipes._bar import RunBar
from saccade.recipes._networks import Built
from saccade.recipes._pictures import PictureSet
from saccade.recipes._recipe import TrainRecipe
from saccade.recipes._stream import PictureBatches, inputs_of

# The rate rises in the first steps, since the averages of normalization begin anywhere.
_WARMUP_EPOCHS = 2
_START_SHARE = 0.1
# Seconds between two files of the best model.
_SAVE_EVERY_S = 10.0


@dataclasses.dataclass
class Outcome:
    """What a training gave.

    Args:
        history: numbers by name, one for each epoch.
        best_epoch: whose weights the network has, from 0; -1 if none was finished.
        bar: knows the times.
        interrupted: whether Ctrl-C ended it.
        failure: what ended it in mid-run, a picture that vanished.
        notes: what happened, as sentences.
    """

    history: dict[str, list[float]]
    best_epoch: int
    bar: RunBar
    interrupted: bool = False
    failure: PictureError | None = None
    notes: list[str] = dataclasses.field(default_factory=list)


class KeepBest(Callback):
    """Keeps the weights of the epoch with the least validation loss, and may stop.

    Args:
        network: whose weights.
        bar: told whether an epoch is the best so far.
        patience: epochs without a better one after which to stop; 0 for never.
        save: writes the network into a file.

    Example:
        >>> KeepBest(Sequential(), RunBar(1, 1, 1), 0, lambda: None).best_epoch
        -1
    """

    def __init__(
        self, network: Model, bar: RunBar, patience: int, save: Callable[[], None]
    ) -> None:
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.best_epoch = -1
        self.stopped = ""
        self._network = network
        self._bar = bar
        self._patience = patience
        self._save = save
        self._saved_at = -math.inf
        self._best = math.inf
        self._weights: list[np.ndarray] | None = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compares, keeps, stops."""
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        for name, value in numbers.items():
            self.history.setdefault(name, []).append(value)
        loss = numbers["val_loss"]
        self._bar.better = loss < self._best
        if self._bar.better or self._weights is None:
            self._best = loss if loss < self._best else self._best
            self.best_epoch = epoch
            self._weights = self._network.get_weights()
            self._save_now_and_then()
        elif self._patience and epoch - self.best_epoch >= self._patience:
            self._stop(f"{self._patience} epochs brought no lower validation loss")
        if not math.isfinite(numbers["loss"]):
            self._stop("the loss is no number any more; a lower rate may help")

    def _stop(self, why: str) -> None:
        self.stopped = why
        self.model.stop_training = True

    def _save_now_and_then(self) -> None:
        # So that even a killed run leaves its best model; the end saves once more.
        if time.monotonic() - self._saved_at > _SAVE_EVERY_S:
            self._save()
            self._saved_at = time.monotonic()

    def restore(self) -> None:
        """Gives the network the best weights."""
        if self._weights is not None:
            self._network.set_weights(self._weights)


class _Mixing(Model):
    """Augmentation that mixes labels too: gives probabilities and labels beside."""

    def __init__(self, steps: list[layers.Layer], network: Model) -> None:
        super().__init__(name="mixing")
        self.steps = steps
        self.network = network

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Changes the pictures and runs the network."""
        images = jnp.asarray(inputs["images"]).astype(self.compute_dtype)
        data: Any = {**inputs, "images": images}
        for step in self.steps:
            if isinstance(step, Augmentation):
                data = step(data, training=training)
            else:
                data = {**data, "images": step(data["images"], training=training)}
        found = self.network(data["images"], training=training)
        return jnp.concatenate([found, data["labels"].astype(found.dtype)], axis=-1)


class _MixedCrossentropy(Loss):
    """Cross-entropy of `_Mixing`'s probabilities and the labels beside them."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns one loss for each row."""
        found, wanted = jnp.split(y_pred, 2, axis=-1)
        return -jnp.sum(wanted * jnp.log(jnp.clip(found, 1e-7, 1.0)), axis=-1)


def _mixed_accuracy(y_true: Any, y_pred: Any) -> Any:
    found, _ = jnp.split(y_pred, 2, axis=-1)
    y_true = jnp.reshape(y_true, found.shape[:-1])
    return (jnp.argmax(found, -1) == y_true).astype("float32")


def training_model(network: Model, spec: AugmentSpec, shape: Any) -> Model:
    """Puts the augmentation before a network, whose weights it shares.

    Args:
        network: built.
        spec: the augmentation.
        shape: (height, width, channels) of the pictures.

    Example:
        >>> net = Sequential([layers.Input((4, 4, 1)), layers.Flatten()])
        >>> training_model(net, AugmentSpec.parse("none"), (4, 4, 1)) is net
        True
    """
    steps = spec.layers(shape)
    if not steps:
        return network
    if spec.mixes_labels:
        return _Mixing(steps, network)
    return Sequential([layers.Input(shape), *steps, network], name="training")


def fit(
    recipe: TrainRecipe,
    built: Built,
    train: PictureSet,
    val: PictureSet,
    class_weight: dict[int, float] | None,
    save: Callable[[], None],
    quiet: bool,
) -> Outcome:
    """Trains; the network has the best weights afterwards, whatever ended it.

    Args:
        recipe: the settings.
        built: the network.
        train: pictures to learn from.
        val: pictures to choose the best epoch with.
        class_weight: weights of classes, None for none.
        save: writes the network into its file.
        quiet: whether to show nothing.
    """
    spec = recipe.augmentation
    model = training_model(built.model, spec, train.form.shape)
    mixed = spec.mixes_labels
    model.compile(
        built.optimizer or Adam(_rate(recipe, built, len(train))),
        _MixedCrossentropy() if mixed else "sparse_categorical_crossentropy",
        metrics=[
            MeanMetricWrapper(_mixed_accuracy, "accuracy") if mixed else "accuracy"
        ],
    )
    bar = RunBar(len(train), recipe.batch_size, recipe.epochs, quiet)
    best = KeepBest(built.model, bar, recipe.patience, save)
    callbacks: list[Callback] = [best, bar]
    if recipe.schedule == "plateau":
        callbacks.insert(0, ReduceLROnPlateau(factor=0.5, patience=4))
    x, y, batches = _inputs(train, recipe, mixed, shuffled=True)
    val_x, val_y, val_batches = _inputs(val, recipe, mixed, shuffled=False)
    outcome = Outcome(best.history, -1, bar)
    try:
        with warnings.catch_warnings(), naming_classes(train.index.class_names):
            warnings.filterwarnings("ignore", "(?s).*the loss became NaN")
            model.fit(
                x,
                y,
                batch_size=recipe.batch_size if batches is None else None,
                epochs=recipe.epochs,
                validation_data=val_x if val_y is None else (val_x, val_y),
                shuffle=batches is None,
                class_weight=class_weight,
                callbacks=callbacks,
                verbose=0,
            )
    except KeyboardInterrupt:
        bar.finish()
        outcome.interrupted = True
    except PictureError as error:
        bar.finish()
        outcome.failure = error
    best.restore()
    outcome.best_epoch = best.best_epoch
    if best.stopped:
        epochs = len(best.history["loss"])
        outcome.notes.append(f"Training stopped after epoch {epochs}: {best.stopped}.")
    for source in (batches, val_batches):
        for path, why in source.lost.items() if source is not None else ():
            outcome.notes.append(f"In mid-run {path} could not be read: {why}.")
    return outcome


def _rate(recipe: TrainRecipe, built: Built, pictures: int) -> Any:
    rate = recipe.learning_rate or built.learning_rate
    if recipe.schedule != "cosine":
        return rate
    steps = math.ceil(pictures / recipe.batch_size)
    warmup = min(_WARMUP_EPOCHS, recipe.epochs - 1) * steps
    return CosineDecay(
        rate * _START_SHARE if warmup else rate,
        max(1, recipe.epochs * steps - warmup),
        alpha=0.01,
        warmup_target=rate if warmup else None,
        warmup_steps=warmup,
    )


def _inputs(
    pictures: PictureSet, recipe: TrainRecipe, mixed: bool, shuffled: bool
) -> tuple[Any, np.ndarray | None, PictureBatches | None]:
    """Arrays where the pictures are in memory, batches where they are not."""
    if pictures.pixels is None:
        seed = recipe.seed if shuffled else None
        skip = recipe.on_error == "skip"
        batches = PictureBatches(pictures, recipe.batch_size, seed, skip, mixed)
        return batches, None, batches
    x = inputs_of(pictures, pictures.pixels, pictures.labels, mixed)
    return x, pictures.labels, None
