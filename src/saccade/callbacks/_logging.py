"""Callbacks that print or write what happens."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from saccade.callbacks._callback import Callback, Logs
from saccade.core._disk import appending
from saccade.core._errors import ConfigError, message, nearest
from saccade.core._output import print_line
from saccade.saving._files import replacing
from saccade.utils import Progbar


class ProgbarLogger(Callback):
    """Prints a progress bar, or a line for each epoch.

    fit() adds it by itself; `verbose` decides what it prints.

    Example:
        >>> ProgbarLogger().target is None
        True
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.progbar: Progbar | None = None
        self.target: int | None = None
        self.verbose = 1
        self.epochs = 1
        self._in_fit = False

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Takes in the arguments of fit()."""
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def on_train_begin(self, logs: Logs = None) -> None:
        """Remembers that evaluations from here on are validations, and silent."""
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Prints the epoch's number and starts its bar."""
        self._start()
        if self.verbose and self.epochs > 1:
            print_line(f"Epoch {epoch + 1}/{self.epochs}")

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Moves the bar."""
        self._move(batch, logs)

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Moves the bar."""
        self._move(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Finishes the bar."""
        self._finish(logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Starts a bar."""
        if not self._in_fit:
            self._start()

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Moves the bar."""
        if not self._in_fit:
            self._move(batch, logs)

    def on_test_progress(self, batch: int, logs: Logs = None) -> None:
        """Moves the bar."""
        if not self._in_fit:
            self._move(batch, logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Finishes the bar."""
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Starts a bar."""
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Moves the bar."""
        self._move(batch, None)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Finishes the bar."""
        self._finish(None)

    def _start(self) -> None:
        self.seen = 0
        self.progbar = Progbar(
            target=self.target, verbose=self.verbose, unit_name="step",
            stateless_metrics=(),
        )  # fmt: skip

    def _move(self, batch: int, logs: Logs) -> None:
        self.seen = batch + 1
        if self.verbose == 1 and self.progbar is not None:
            self.progbar.update(self.seen, _finite_items(logs), finalize=False)

    def _finish(self, logs: Logs) -> None:
        if self.progbar is None:
            return
        if self.target is None:
            self.target = self.progbar.target = self.seen
        self.progbar.update(self.target, _finite_items(logs), finalize=True)


def _finite_items(logs: Logs) -> list[tuple[str, Any]]:
    return list((logs or {}).items())


class CSVLogger(Callback):
    """Writes a line with what was logged after each epoch into a file.

    Args:
        filename: the file.
        separator: between the columns.
        append: whether to go on in a file that is there.

    Raises:
        DiskFullError: no space is left; the lines before are unchanged.

    Differs from Keras: the file is closed after each line, so it holds every finished
    epoch whatever happens.

    Example:
        >>> CSVLogger("log.csv").sep
        ','
    """

    def __init__(
        self, filename: str | Path, separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        self.filename = str(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None
        self._header = True

    def on_train_begin(self, logs: Logs = None) -> None:
        """Makes the file, empty unless it is to go on."""
        path = Path(self.filename)
        self._header = not (self.append and path.exists() and path.stat().st_size > 0)
        path.open("a" if self.append else "w").close()
        self.keys = None

    def state_dict(self) -> dict[str, Any]:
        """Returns the columns and the text of the file."""
        with Path(self.filename).open(newline="", encoding="utf-8") as file:
            text = file.read()
        return {"keys": self.keys, "header": self._header, "text": text}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Puts the text back: no line of the run is missing, and none comes twice."""
        self.keys, self._header = state["keys"], state["header"]
        with replacing(Path(self.filename)) as temporary:
            temporary.write_text(state["text"], encoding="utf-8", newline="")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes a line."""
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if self.keys and not any(k.startswith("val_") for k in self.keys):
                self.keys += [f"val_{k}" for k in self.keys]
        row = {key: _cell(logs.get(key, "NA")) for key in self.keys}
        with appending(Path(self.filename)) as file:
            writer = csv.DictWriter(
                file, ["epoch", *self.keys], delimiter=self.sep, dialect="excel"
            )
            if self._header:
                writer.writeheader()
                self._header = False
            writer.writerow({"epoch": epoch, **row})


def _cell(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.ndim:
        return f'"[{", ".join(map(str, value))}]"'
    return value


class TerminateOnNaN(Callback):
    """Stops training when the loss is no number or infinite.

    Args:
        raise_error: whether to raise RuntimeError instead of stopping in order.

    Differs from Keras: the steps of one compiled chunk may still run; the message
    names the step where it happened.

    Example:
        >>> TerminateOnNaN().raise_error
        False
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Looks at the loss."""
        self._look(batch, logs)

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Looks at the loss."""
        self._look(bad if bad >= 0 else batch, logs)

    def _look(self, batch: int, logs: Logs) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or infinite loss at batch {batch}: {loss}. Training stopped."
            )
        print_line(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True


_HOOKS = tuple(name for name in dir(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Makes a callback of functions.

    Args:
        on_epoch_begin: function of (epoch, logs).
        on_epoch_end: function of (epoch, logs).
        on_train_begin: function of (logs).
        on_train_end: function of (logs).
        on_train_batch_begin: function of (batch, logs).
        on_train_batch_end: function of (batch, logs).
        **kwargs: any other hook of `Callback`.

    Raises:
        ConfigError: a name that is no hook, with the nearest.

    Example:
        >>> LambdaCallback(on_train_begin=lambda logs: print("go")).on_train_begin({})
        go
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any],
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if name not in _HOOKS:
                close = nearest(name, _HOOKS)
                raise ConfigError(
                    message(
                        "LambdaCallback",
                        f"there is no hook `{name}`",
                        f"did you mean `{close[0]}`?" if close else None,
                    )
                )
            if function is not None:
                vars(self)[name] = function
