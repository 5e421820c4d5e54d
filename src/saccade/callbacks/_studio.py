"""Studio: keeps a run for the studio, and obeys what is asked there."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saccade.callbacks._callback import Callback, Logs
from saccade.callbacks._everywhere import known_class_names
from saccade.core._errors import ConfigError, DataWarning, message
from saccade.core._output import write
from saccade.data import ArraySource
from saccade.runs import RunWriter, read_command

if TYPE_CHECKING:
    from saccade.data import StreamSource

_LOOK_S = 0.25
_PAUSE_S = 0.1
# Larger weights are not kept after each epoch: writing them would slow training.
_LARGEST_WEIGHTS = 64 * 2**20
# Keeping them may take so much of the time, and so many seconds on top: when epochs are
# short or the disk is slow, some epochs are passed over.
_SHARE, _FREE_S = 0.01, 0.25


class Studio(Callback):
    """Shows training in the studio while it runs, and keeps it to be opened later.

    The run goes into a folder of its own: losses and metrics, the weights after each
    epoch, and a few examples. The studio draws from these files, in a process of its
    own, so that training hardly notices. It can stop the run, let it pause, and change
    the learning rate.

    Args:
        folder: where runs are kept.
        name: of this run; None for the model's. A number is added where it is taken.
        examples: how many examples of the validation data (of the training data where
            there are none) are kept to look at.
        class_names: names of the classes, in the order of the outputs.
        open: whether to start a studio and print its address; with False the files are
            written only, for `saccade studio --runs FOLDER`.

    Raises:
        ConfigError: `examples` is not a whole number >= 0.
        SavingError: the folder cannot be made.

    Differs from Keras: Keras has no studio.

    Example:
        >>> Studio(folder="runs", open=False).folder
        'runs'
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] = "runs",
        name: str | None = None,
        examples: int = 64,
        class_names: list[str] | None = None,
        open: bool = True,
    ) -> None:
        super().__init__()
        if not isinstance(examples, int) or examples < 0:
            problem = f"`examples` must be a whole number >= 0, got {examples!r}"
            raise ConfigError(message("Studio", problem))
        self.folder = os.fspath(folder)
        self.name = name
        self.examples = examples
        self.class_names = class_names
        self.open = open
        self._writer: RunWriter | None = None
        self._server: subprocess.Popen[str] | None = None
        self._shown: tuple[Any, Any] | None = None
        self._seen = 0.0
        self._obeyed = 0
        self._epoch = 0
        self._last_kept = 0
        self._start = 0.0
        self._spent = 0.0

    def set_data(
        self,
        training: ArraySource | StreamSource,
        validation: ArraySource | StreamSource | None,
    ) -> None:
        """Takes examples of the validation data, else of the training data."""
        source = training if validation is None else validation
        if isinstance(source, ArraySource):
            self._shown = (source.x, source.y)
        else:
            self._shown = (source.first[0], source.first[1])

    def on_train_begin(self, logs: Logs = None) -> None:
        """Makes the folder and starts the studio."""
        names = self.class_names or known_class_names()
        facts = _facts(self.model, self.params, names)  # fails before there is a folder
        writer = RunWriter(Path(self.folder), self.name or self.model.name)
        self._writer = writer
        self._obeyed, self._seen = 0, 0.0
        self._start, self._spent = time.perf_counter(), 0.0
        with self._writing():
            writer.begin(facts)
            self._keep_examples(writer)
            self._keep_weights(writer, 0)
        if self.open and self._server is None:
            self._server = _open_studio(Path(self.folder), writer.folder.name)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Notes which epoch it is."""
        self._epoch = epoch

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Writes a line now and then, and does what was asked."""
        now = time.perf_counter()
        if now - self._seen < _LOOK_S:
            return
        self._seen = now
        with self._writing() as writer:
            if writer is not None:
                writer.note(
                    "step", epoch=self._epoch, batch=batch + 1, logs=dict(logs or {})
                )
                self._obey(writer)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes what was logged, and the weights."""
        rate = _rate(self.model)
        with self._writing() as writer:
            if writer is not None:
                writer.note("epoch", epoch=epoch, rate=rate, logs=dict(logs or {}))
                if self._may_keep():
                    self._keep_weights(writer, epoch + 1)
                self._obey(writer)

    def on_train_end(self, logs: Logs = None) -> None:
        """Says that the run has ended."""
        stopped = bool(self.model.stop_training)
        with self._writing() as writer:
            if writer is not None:
                if self._last_kept != self._epoch + 1:  # the last ones are always there
                    self._keep_weights(writer, self._epoch + 1)
                writer.set_state("stopped" if stopped else "finished")
                if self.open:  # the studio ends with the program; the run stays
                    write(_farewell(writer.folder))
        self._writer = None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[RunWriter | None]:
        """Gives the writer; a disk that refuses ends the keeping, not the training."""
        try:
            yield self._writer
        except OSError as error:
            self._writer = None
            text = f"Studio: the run is not kept any further: {error}"
            warnings.warn(text, DataWarning, stacklevel=2)

    def close(self) -> None:
        """Ends the studio that this callback started; the program's end does, too."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
            if self._server.stdout is not None:
                self._server.stdout.close()
            self._server = None

    def _keep_examples(self, writer: RunWriter) -> None:
        x, y = self._shown or (None, None)
        functional = self.model._graph is not None
        inputs = _in_order(x, self.model.input_names if functional else [])
        targets = _in_order(y, self.model.output_names)
        if inputs and self.examples:
            count = self.examples
            writer.keep_examples(
                [np.asarray(array[:count]) for array in inputs],
                [np.asarray(array[:count]) for array in targets],
            )

    def _may_keep(self) -> bool:
        passed = time.perf_counter() - self._start
        return self._spent <= _FREE_S + _SHARE * passed

    def _keep_weights(self, writer: RunWriter, epoch: int) -> None:
        start = time.perf_counter()
        weights = self.model.get_weights()
        if sum(array.nbytes for array in weights) <= _LARGEST_WEIGHTS:
            writer.keep_weights(epoch, weights)
        self._last_kept = epoch
        self._spent += time.perf_counter() - start

    def _obey(self, writer: RunWriter) -> None:
        command = read_command(writer.folder)
        if command is None or command.number <= self._obeyed:
            return
        self._obeyed = command.number
        answer = ""
        if command.action == "stop":
            self.model.stop_training = True
        elif command.action == "rate":
            answer = _set_rate(self.model, command.value)
        writer.note(
            "command", action=command.action, value=command.value, answer=answer
        )
        if command.action == "pause":
            writer.set_state("paused")
            self._wait(writer)
            writer.set_state("running")

    def _wait(self, writer: RunWriter) -> None:
        """Waits until something else is asked than to wait; Ctrl-C ends it, too."""
        while True:
            time.sleep(_PAUSE_S)
            command = read_command(writer.folder)
            if command is not None and command.number > self._obeyed:
                if command.action != "pause":
                    self._obey(writer)
                    return
                self._obeyed = command.number


def _in_order(values: Any, names: list[str]) -> list[Any]:
    """Arrays in the order of a model's inputs or outputs; none if it is unknown."""
    if isinstance(values, Mapping):
        known = names and all(name in values for name in names)
        values = [values[name] for name in names] if known else []
    if not isinstance(values, (list, tuple)):
        values = [values]
    return list(values) if all(hasattr(array, "shape") for array in values) else []


def _facts(
    model: Any, params: dict[str, Any], class_names: list[str] | None
) -> dict[str, Any]:
    """What can be said of a model: its text if it has one, its layers, its losses."""
    try:
        text: str | None = model.to_json()
    except NotImplementedError:
        text = None  # a class of its own without get_config
    layers = [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "parameters": layer.count_params() if layer.built else None,
        }
        for layer in model.layers
    ]
    try:
        compiled = model.get_compile_config()
    except NotImplementedError:
        compiled = None
    return {
        "started": time.time(),
        "model": text,
        "compile": compiled,
        "layers": layers,
        "parameters": model.count_params(),
        "epochs": params.get("epochs"),
        "steps": params.get("steps"),
        "classes": class_names,
    }


def _farewell(folder: Path) -> str:
    where = folder.parent
    option = "" if where == Path("runs") else f" --runs {where}"
    return f"The run is kept in {folder}; `saccade studio{option}` shows it later.\n"


def _rate(model: Any) -> float | None:
    optimizer = getattr(model, "optimizer", None)
    return None if optimizer is None else float(optimizer.learning_rate)


def _set_rate(model: Any, value: float | None) -> str:
    """Changes the learning rate; returns why not, if it cannot be."""
    try:
        model.optimizer.learning_rate = value
    except (TypeError, ValueError) as error:
        return str(error)  # a schedule sets the rate; the studio shows the reason
    return ""


def _open_studio(folder: Path, run: str) -> subprocess.Popen[str]:
    """Starts a studio of its own process, which ends with this one."""
    command = [sys.executable, "-m", "saccade", "studio", "--no-browser"]
    words = ["--runs", os.fspath(folder), "--page", f"/training#run={run}"]
    words += ["--owner", str(os.getpid())]
    process = subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    atexit.register(process.terminate)
    # It starts while the first steps are compiled; its address comes when it is there.
    threading.Thread(target=_tell, args=(process,), daemon=True).start()
    return process


def _tell(process: subprocess.Popen[str]) -> None:
    # `close` may shut the pipe while this waits.
    with contextlib.suppress(ValueError):
        for line in process.stdout or ():
            write(line)
