"""TensorBoard: what is logged, in files that TensorBoard shows."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saccade.callbacks._callback import Callback, Logs
from saccade.callbacks._events import EventFile
from saccade.core import _settings
from saccade.core._errors import (
    ConfigError,
    DataWarning,
    UnsupportedFeatureError,
    message,
)

if TYPE_CHECKING:
    from saccade.models import Model


class TensorBoard(Callback):
    """Writes what is logged for TensorBoard: `tensorboard --logdir logs` shows it.

    Numbers of training go to the folder `train`, those of validation to
    `validation`: `epoch_loss`, `epoch_learning_rate`, ... after each epoch, with
    `update_freq` also `batch_loss`, ... by step, and `evaluation_loss_vs_iterations`,
    ... after each evaluation. Needs neither TensorFlow nor TensorBoard.

    Args:
        log_dir: the folder; one for each run compares runs.
        histogram_freq: epochs between histograms of all weights; 0 for none.
        write_graph: whether to write the model's config, which is drawn as a graph.
        write_images: whether to write weights as pictures too, with the histograms.
        write_steps_per_second: whether to write the speed.
        update_freq: 'epoch', 'batch', or steps between two writings of batches.
        profile_batch: kept for Keras; nothing is profiled, with a warning.
        embeddings_freq: must be 0.
        embeddings_metadata: kept for Keras.

    Raises:
        ConfigError: a wrong `update_freq`.
        UnsupportedFeatureError: embeddings, which belong to text.
        DiskFullError: no space is left.

    Differs from Keras: needs no TensorFlow; graphs of operations and embeddings are
        not written; every number is in the file at once.

    Example:
        >>> TensorBoard("runs/first", update_freq=100).log_dir
        'runs/first'
    """

    _kept = ("_global_train_batch", "_global_test_batch")

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: int | str | tuple[int, int] = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: str | Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        if embeddings_freq:
            raise UnsupportedFeatureError(
                message(
                    "TensorBoard",
                    "`embeddings_freq` must be 0: embeddings belong to text",
                    "leave it out",
                )
            )
        number = isinstance(update_freq, int) and update_freq > 0
        if update_freq not in ("epoch", "batch") and not number:
            raise ConfigError(
                message(
                    "TensorBoard",
                    f"`update_freq` must be 'epoch', 'batch' or an int > 0, got "
                    f"{update_freq!r}",
                )
            )
        if profile_batch not in (0, "0", (0, 0)):
            warnings.warn(
                message(
                    "TensorBoard",
                    f"`profile_batch={profile_batch!r}`: nothing is profiled",
                    "wrap fit() in `with jax.profiler.trace(log_dir):`",
                ),
                DataWarning,
                stacklevel=2,
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._files: dict[str, EventFile] = {}
        self._global_train_batch = 0
        self._global_test_batch = 0
        self._last_batch = -1
        self._measured = 0.0
        self._epoch_started = 0.0
        self._epoch_first = 0

    def set_model(self, model: Model) -> None:
        """Takes in the model, and writes its config."""
        super().set_model(model)
        self._files = {}
        # As in Keras by the name: classes of a user's own have no config to draw.
        if self.write_graph and type(model).__name__ in ("Functional", "Sequential"):
            try:
                config = model.to_json()
            except Exception as error:
                warnings.warn(
                    message(
                        "TensorBoard", f"the model has no config to draw ({error})"
                    ),
                    DataWarning,
                    stacklevel=2,
                )
            else:
                self._train.keras_model("keras", config)

    @property
    def _train(self) -> EventFile:
        return self._file("train")

    @property
    def _validation(self) -> EventFile:
        return self._file("validation")

    def _file(self, name: str) -> EventFile:
        if name not in self._files:
            self._files[name] = EventFile(Path(self.log_dir, name))
        return self._files[name]

    def on_train_begin(self, logs: Logs = None) -> None:
        """Counts the steps from 0."""
        self._global_train_batch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Starts to measure the epoch."""
        self._last_batch = -1
        self._epoch_first = self._global_train_batch
        self._measured = self._epoch_started = time.perf_counter()

    def steps_until_told(self) -> int | None:
        """Returns the number of steps to the next writing."""
        if isinstance(self.update_freq, str):
            return None
        return self.update_freq - self._global_train_batch % self.update_freq

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Writes the numbers of a batch, if it is time to."""
        steps = batch - self._last_batch
        self._global_train_batch += steps
        self._last_batch = batch
        now = time.perf_counter()
        seconds, self._measured = now - self._measured, now
        step = self._global_train_batch
        if isinstance(self.update_freq, str) or step % self.update_freq:
            return
        if self.write_steps_per_second:
            self._train.scalar("batch_steps_per_second", steps / seconds, step)
        for name, value in (logs or {}).items():
            self._train.scalar(f"batch_{name}", value, step)

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Writes the numbers of a batch, if it is time to."""
        self.on_train_batch_end(batch, logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Writes the results of an evaluation."""
        optimizer = self.model.optimizer
        if optimizer is None:
            return
        step = int(optimizer.iterations)
        for name, value in (logs or {}).items():
            self._validation.scalar(f"evaluation_{name}_vs_iterations", value, step)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes the numbers of the epoch, and the weights if it is time to."""
        logs = logs or {}
        if logs:
            self._write_epoch(epoch, logs)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)

    def _write_epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        train = {k: v for k, v in logs.items() if not k.startswith("val_")}
        optimizer = self.model.optimizer
        if optimizer is not None:
            train["learning_rate"] = float(np.asarray(optimizer.learning_rate))
        if self.write_steps_per_second:
            steps = self._global_train_batch - self._epoch_first
            seconds = time.perf_counter() - self._epoch_started
            train["steps_per_second"] = steps / seconds
        for name, value in train.items():
            self._train.scalar(f"epoch_{name}", value, epoch)
        for name, value in logs.items():
            if name.startswith("val_"):
                self._validation.scalar(f"epoch_{name[4:]}", value, epoch)

    def _write_weights(self, epoch: int) -> None:
        for layer in self.model.layers:
            for weight in layer.weights:
                name = weight.path.replace(":", "_")
                values = np.asarray(weight.value, np.float32)
                self._train.histogram(f"{name}/histogram", values, epoch)
                pictures = _as_pictures(values) if self.write_images else None
                if pictures is not None:
                    self._train.images(f"{name}/image", pictures, epoch)


def _as_pictures(weight: np.ndarray) -> np.ndarray | None:
    """A weight as pictures (n, h, w, c), None if it has too many axes."""
    weight = np.squeeze(weight)
    if weight.ndim == 1:
        return weight.reshape(1, -1, 1, 1)
    if weight.ndim == 2:
        wide = weight.T if weight.shape[0] > weight.shape[1] else weight
        return wide.reshape(1, *wide.shape, 1)
    if weight.ndim == 3:
        if _settings.image_data_format() == "channels_last":
            weight = weight.transpose(2, 0, 1)
        return weight[..., None]
    if weight.ndim == 4 and weight.shape[-1] in (1, 3, 4):
        return weight
    return None
