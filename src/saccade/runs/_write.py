"""Writes the folder of a run while it goes on."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from saccade.core._disk import naming_full_disk
from saccade.core._errors import SavingError, message
from saccade.saving._files import replacing

from ._layout import EXAMPLES, FORM, LOG, RUN, STATE, WEIGHTS, weights_name

# Weights of all epochs together; when more, every second epoch goes.
_BUDGET = 512 * 2**20


class RunWriter:
    """The folder of a run that is going on.

    Args:
        parent: the folder of all runs.
        name: the run's; a number is added where it is taken.

    Raises:
        SavingError: the folder cannot be made.
    """

    def __init__(self, parent: Path, name: str) -> None:
        self.folder = _new_folder(parent, name)
        self._start = time.perf_counter()
        self._kept: dict[int, int] = {}

    def begin(self, facts: Mapping[str, Any]) -> None:
        """Writes what was trained, and that it runs.

        Args:
            facts: plain values; see `RunFolder.facts`.
        """
        _write(self.folder / RUN, {"form": FORM, "name": self.folder.name, **facts})
        self.set_state("running")

    def set_state(self, state: str, reason: str = "") -> None:
        """Says how the run stands.

        Args:
            state: 'running', 'paused', 'finished' or 'stopped'.
            reason: a word about why, for people.
        """
        found = {"state": state, "reason": reason, "pid": os.getpid()}
        _write(self.folder / STATE, {**found, "at": time.time()})

    def note(self, kind: str, **values: Any) -> None:
        """Adds a line to the log; NaN and infinities become texts.

        Args:
            kind: 'step', 'epoch' or 'command'.
            **values: numbers, texts and dicts of them.
        """
        row = {"kind": kind, "at": time.perf_counter() - self._start, **values}
        path = self.folder / LOG
        with naming_full_disk(path), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(_plain(row)) + "\n")

    def keep_examples(self, x: Sequence[np.ndarray], y: Sequence[np.ndarray]) -> None:
        """Keeps examples to look at.

        Args:
            x: an array for each input of the model.
            y: an array for each of its outputs; none without targets.

        Shapes:
            x: each (examples, ...); y: each (examples, ...)
        """
        arrays = {f"x{k}": array for k, array in enumerate(x)}
        arrays |= {f"y{k}": array for k, array in enumerate(y)}
        _write_arrays(self.folder / EXAMPLES, arrays)

    def keep_weights(self, epoch: int, weights: Sequence[np.ndarray]) -> None:
        """Keeps the weights after an epoch, and makes room where there are many.

        Args:
            epoch: how many epochs are finished.
            weights: in the order of `model.get_weights()`.
        """
        path = self.folder / WEIGHTS / weights_name(epoch)
        _write_arrays(path, {f"{k:05d}": array for k, array in enumerate(weights)})
        self._kept[epoch] = path.stat().st_size
        while sum(self._kept.values()) > _BUDGET and len(self._kept) > 2:
            inner = sorted(self._kept)[1:-1:2]
            for old in inner:
                (self.folder / WEIGHTS / weights_name(old)).unlink(missing_ok=True)
                del self._kept[old]


def _new_folder(parent: Path, name: str) -> Path:
    for number in range(1, 100_000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            continue
        except OSError as error:
            raise SavingError(
                message(str(folder), f"cannot be made: {error.strerror}")
            ) from None
    raise SavingError(message(str(parent / name), "has 100,000 runs already"))


def _write(path: Path, values: Mapping[str, Any]) -> None:
    with replacing(path, flush=False) as temporary:
        temporary.write_text(json.dumps(_plain(values), indent=1), "utf-8")


def _write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    # Not flushed: training would wait for the disk, for what only a power cut can lose.
    with replacing(path, flush=False) as temporary, temporary.open("wb") as file:
        # Never pickled; positional names are taken by savez itself.
        np.savez(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]


def _plain(value: Any) -> Any:
    """JSON has no NaN: browsers refuse a file that holds one."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0:
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
