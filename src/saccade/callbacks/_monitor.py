"""Callbacks that watch one logged number: stop, save, lower the learning rate."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from saccade.callbacks._callback import Callback, Logs
from saccade.core._errors import (
    ConfigError,
    DataWarning,
    SavingError,
    message,
    nearest,
)
from saccade.core._output import print_line

_DOWN = ("loss", "error", "crossentropy", "divergence", "hinge", "poisson", "mse",
         "mae", "mape", "msle", "logcosh", "false")  # fmt: skip
_UP = ("acc", "auc", "precision", "recall", "f1", "iou", "score", "positives",
       "similarity", "sensitivity", "specificity", "negatives")  # fmt: skip


class MonitorCallback(Callback):
    """Base of the callbacks that watch one number; knows what is better.

    Args:
        monitor: the name in the logs.
        mode: 'min', 'max', or 'auto' to tell from the name and the metric.
        baseline: the value that must be beaten.
        min_delta: a smaller change is no improvement.

    Raises:
        ConfigError: 'auto', and it cannot be told what is better.

    Example:
        >>> MonitorCallback("val_loss", "min").improves(0.5, 1.0)
        True
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                message(
                    type(self).__name__,
                    f"`mode` must be 'auto', 'min' or 'max', got {mode!r}; 'auto' is "
                    "taken",
                ),
                DataWarning,
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self._warned = False

    def improves(self, value: float, reference: float | None) -> bool:
        """Says whether a value is better than another by more than `min_delta`."""
        if reference is None:
            return True
        # As floats of 32 bits, in which the numbers were made: a change of exactly
        # min_delta is none, whatever the digits behind.
        if self._direction() == "min":
            return bool(np.float32(value + self.min_delta) < np.float32(reference))
        return bool(np.float32(value - self.min_delta) > np.float32(reference))

    def _direction(self) -> str:
        if self.mode != "auto":
            return self.mode
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return "min"
        for metric in self._model.metrics if self._model is not None else ():
            direction = getattr(metric, "_direction", None)
            if metric.name == name and direction is not None:
                return "max" if direction == "up" else "min"
        for words, direction in ((_DOWN, "min"), (_UP, "max")):
            if any(word in name for word in words):
                return direction
        raise ConfigError(
            message(
                type(self).__name__,
                f"cannot tell whether more or less of {self.monitor!r} is better",
                "pass mode='max' or mode='min'",
            )
        )

    def value(self, logs: Logs) -> float | None:
        """Returns the watched number, or None with a warning that says what there is.

        The warning comes once.
        """
        logs = logs or {}
        found = logs.get(self.monitor)
        if found is None and not self._warned:
            self._warned = True
            close = nearest(self.monitor, logs)
            hint = f"did you mean {close[0]!r}?" if close else None
            if self.monitor.startswith("val_") and not any(
                k.startswith("val_") for k in logs
            ):
                hint = "give fit() `validation_data` or `validation_split`"
            warnings.warn(
                message(
                    type(self).__name__,
                    f"there is no {self.monitor!r} in the logs, only "
                    f"{', '.join(logs)}, so nothing is done",
                    hint,
                ),
                DataWarning,
                stacklevel=3,
            )
        return None if found is None else float(found)


class EarlyStopping(MonitorCallback):
    """Stops training when a logged number does not get better any more.

    Args:
        monitor: the name in the logs.
        min_delta: a smaller change is no improvement.
        patience: epochs without improvement after which to stop.
        verbose: 1 to say so.
        mode: 'min', 'max' or 'auto'.
        baseline: a value to beat; epochs before that count as no improvement.
        restore_best_weights: whether to put back the weights of the best epoch.
        start_from_epoch: epochs to wait before watching.

    Example:
        >>> EarlyStopping(patience=3).monitor
        'val_loss'
    """

    _kept = ("wait", "stopped_epoch", "best", "best_weights", "best_epoch")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._reset()

    def _reset(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights: list[np.ndarray] | None = None
        self.best_epoch = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forgets an earlier run."""
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Looks whether the number got better."""
        current = self.value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self.improves(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.improves(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Says that it stopped, and puts back the best weights."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_line(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print_line(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, now and then.

    Args:
        filepath: the file, '.keras' or '.h5', or '.weights.h5' for weights alone; may
            hold {epoch} and logged names, as "{epoch:02d}-{val_loss:.2f}.keras".
        monitor: the name in the logs.
        verbose: 1 to say what is done.
        save_best_only: whether to save only when the number got better.
        save_weights_only: whether to save the weights alone.
        mode: 'min', 'max' or 'auto'.
        save_freq: 'epoch', or a number of steps.
        initial_value_threshold: the value that must be beaten first.

    Raises:
        ConfigError: a wrong `save_freq` or ending of the file's name.

    Differs from Keras: the file is replaced as a whole, so a kill at any moment
    leaves the old one.

    Example:
        >>> ModelCheckpoint("best.weights.h5", save_weights_only=True).monitor
        'val_loss'
    """

    _kept = ("best", "_epoch", "_unsaved", "_last_batch")

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = str(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._epoch = 0
        self._unsaved = 0
        self._last_batch = -1
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ConfigError(
                message(
                    "ModelCheckpoint",
                    f"`save_freq` must be 'epoch' or an int, got {save_freq!r}",
                )
            )
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ConfigError(
                message(
                    "ModelCheckpoint",
                    f"`filepath` must end in {' or '.join(endings)} "
                    f"with save_weights_only={save_weights_only}, got "
                    f"{self.filepath!r}",
                    f"rename it to '{Path(self.filepath).stem}{endings[0]}'",
                )
            )

    def steps_until_told(self) -> int | None:
        """Returns the number of steps to the next file."""
        if isinstance(self.save_freq, int):
            return max(1, self.save_freq - self._unsaved)
        return None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remembers the epoch."""
        self._epoch = epoch
        self._last_batch = -1

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Saves if enough steps have passed."""
        if self.save_freq == "epoch":
            return
        self._unsaved += batch - self._last_batch
        self._last_batch = batch
        if self._unsaved >= int(self.save_freq):
            self._unsaved = 0
            self._save(self._epoch, batch, logs)

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Saves if enough steps have passed."""
        self.on_train_batch_end(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Saves if the time has come."""
        if self.save_freq == "epoch":
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs or {})
        if not self._wanted(epoch, path, logs):
            return
        if Path(path).is_dir():
            raise SavingError(
                message("ModelCheckpoint", f"{path!r} is a folder, not a file")
            )
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose > 0:
            print_line(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _wanted(self, epoch: int, path: str, logs: Logs) -> bool:
        prefix = f"\nEpoch {epoch + 1}: "
        if not self.save_best_only:
            if self.verbose > 0:
                print_line(f"{prefix}saving model to {path}")
            return True
        current = self.value(logs)
        if current is None:
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        better = self.improves(current, self.best)
        if self.verbose > 0:
            print_line(
                f"{prefix}{self.monitor} improved from {before} to {current:.5f}, "
                f"saving model to {path}"
                if better
                else f"{prefix}{self.monitor} did not improve from {before}"
            )
        if better:
            self.best = current
        return better

    def _path(self, epoch: int, batch: int | None, logs: Any) -> str:
        fields = dict(logs)
        if batch is not None:
            fields.setdefault("batch", batch + 1)
        try:
            return self.filepath.format(epoch=epoch + 1, **fields)
        except KeyError as error:
            raise KeyError(
                message(
                    "ModelCheckpoint",
                    f"the name {self.filepath!r} asks for {error.args[0]!r}, which is "
                    f"not logged; there are epoch, {', '.join(fields)}",
                )
            ) from None


class ReduceLROnPlateau(MonitorCallback):
    """Lowers the learning rate when a logged number does not get better any more.

    Args:
        monitor: the name in the logs.
        factor: what the rate is multiplied by, in (0, 1).
        patience: epochs without improvement after which to lower it.
        verbose: 1 to say so.
        mode: 'min', 'max' or 'auto'.
        min_delta: a smaller change is no improvement.
        cooldown: epochs to wait after lowering.
        min_lr: the rate is not set below this.
        **kwargs: kept for Keras.

    Raises:
        ConfigError: a factor of 1 or more.

    Example:
        >>> ReduceLROnPlateau(factor=0.2).factor
        0.2
    """

    _kept = ("best", "cooldown_counter", "wait")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ConfigError(
                message(
                    "ReduceLROnPlateau", f"`factor` must be below 1, got {factor!r}"
                )
            )
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forgets an earlier run."""
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Looks whether the number got better; logs the learning rate."""
        optimizer = _optimizer(self)
        if isinstance(logs, dict):
            logs["learning_rate"] = float(optimizer.learning_rate)
        current = self.value(logs)
        if current is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improves(current, self.best):
            self.best, self.wait = current, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience and self._lower(epoch, optimizer):
                self.cooldown_counter, self.wait = self.cooldown, 0

    def _lower(self, epoch: int, optimizer: Any) -> bool:
        old = float(optimizer.learning_rate)
        if old <= np.float32(self.min_lr):
            return False
        new = max(old * self.factor, self.min_lr)
        optimizer.learning_rate = new
        if self.verbose > 0:
            print_line(
                f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to "
                f"{new}."
            )
        return True


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of each epoch.

    Args:
        schedule: function of (epoch, present rate), or of (epoch), to the new rate.
        verbose: 1 to print it.

    Raises:
        ConfigError: the function returns no number.

    Example:
        >>> LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)).verbose
        0
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Sets the rate."""
        optimizer = _optimizer(self)
        try:
            rate = self.schedule(epoch, float(optimizer.learning_rate))
        except TypeError:
            rate = self.schedule(epoch)  # the form of one argument, as in Keras 1
        if isinstance(rate, str) or not hasattr(rate, "__float__"):
            raise ConfigError(
                message(
                    "LearningRateScheduler",
                    f"the schedule must return a number, got {rate!r}",
                )
            )
        optimizer.learning_rate = float(rate)  # type: ignore[arg-type]
        if self.verbose > 0:
            print_line(
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to "
                f"{rate}."
            )

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Logs the rate."""
        if isinstance(logs, dict):
            logs["learning_rate"] = float(_optimizer(self).learning_rate)


def _optimizer(callback: Callback) -> Any:
    optimizer = callback.model.optimizer
    if optimizer is None:
        raise ConfigError(message(type(callback).__name__, "needs an optimizer"))
    return optimizer
