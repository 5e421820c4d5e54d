"""Reads the folders of runs, of this program or one that has ended long ago."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from saccade.core._errors import FolderError, SavingError, message

from ._layout import EXAMPLES, FORM, LOG, RUN, STATE, WEIGHTS, weights_name

_LARGEST_TEXT = 64 * 2**20


def find_runs(parent: Path) -> list[RunFolder]:
    """Returns the runs in a folder, the newest first.

    Args:
        parent: the folder of all runs; one that is not there holds none.
    """
    files = sorted(
        parent.glob(f"*/{RUN}"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    return [RunFolder(path.parent) for path in files]


class RunFolder:
    """One run.

    Args:
        folder: its folder.

    Raises:
        FolderError: there is no run in it.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / RUN).is_file():
            raise FolderError(
                message(str(folder), f"holds no run: there is no {RUN} in it")
            )
        self.folder = folder

    @property
    def name(self) -> str:
        """The name of the run."""
        return self.folder.name

    def facts(self) -> dict[str, Any]:
        """Returns what was trained: name, started, model, layers, compile, epochs.

        Raises:
            SavingError: the file is damaged or of another version.
        """
        facts = _read_json(self.folder / RUN)
        if facts.get("form") != FORM:
            raise SavingError(
                message(
                    str(self.folder),
                    f"is a run in form {facts.get('form')!r}; this saccade reads form "
                    f"{FORM}",
                    "open it with the version of saccade that wrote it",
                )
            )
        return facts

    def state(self) -> dict[str, Any]:
        """Returns how it stands; a run whose process is gone has failed."""
        try:
            state = _read_json(self.folder / STATE)
        except SavingError:
            return {"state": "failed", "reason": "it left no state"}
        if state.get("state") in ("running", "paused") and not _lives(state.get("pid")):
            return {**state, "state": "failed", "reason": "its process is gone"}
        return state

    def log(self, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Returns lines of the log and where to read on.

        Args:
            after: bytes to pass over: what an earlier call returned.

        A last line that is still being written is left for the next call; a line that
        is damaged is passed over.
        """
        try:
            with (self.folder / LOG).open("rb") as file:
                file.seek(after)
                block = file.read(_LARGEST_TEXT)
        except OSError:
            return [], after
        end = block.rfind(b"\n") + 1
        rows = []
        for line in block[:end].splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                rows.append(row)
        return rows, after + end

    def epochs(self) -> list[int]:
        """Returns after which epochs there are weights."""
        stems = (path.stem for path in (self.folder / WEIGHTS).glob("*.npz"))
        return sorted(int(stem) for stem in stems if stem.isdigit())

    def weights(self, epoch: int) -> list[np.ndarray]:
        """Returns the weights after an epoch, as `model.set_weights` wants them.

        Args:
            epoch: one of `epochs()`.

        Raises:
            SavingError: there are none, or the file is damaged.
        """
        arrays = _read_arrays(self.folder / WEIGHTS / weights_name(epoch))
        return [arrays[name] for name in sorted(arrays)]

    def examples(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Returns examples, an array an input, and targets, an array an output or none.

        Raises:
            SavingError: there are none, or the file is damaged.

        Shapes:
            x: each (examples, ...); y: each (examples, ...)
        """
        path = self.folder / EXAMPLES
        if not path.exists():
            fix = "Studio(examples=64) keeps the first 64 of the validation data"
            raise SavingError(message(self.name, "kept no examples to look at", fix))
        arrays = _read_arrays(path)
        x, y = (
            [
                arrays[f"{letter}{k}"]
                for k in range(len(arrays))
                if f"{letter}{k}" in arrays
            ]
            for letter in "xy"
        )
        if not x:
            raise SavingError(message(str(path), "has no examples"))
        return x, y


def _read_json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_TEXT:
            raise SavingError(message(str(path), "is too large for what it should be"))
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SavingError(message(str(path), f"cannot be read: {error}")) from None
    if not isinstance(found, dict):
        raise SavingError(message(str(path), "holds no JSON object"))
    return found


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise SavingError(message(str(path), f"cannot be read: {error}")) from None


def _lives(pid: object) -> bool:
    """Whether a process is there; on Windows nobody is asked, and it is believed."""
    if not isinstance(pid, int) or pid <= 0:
        return False
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's process
    return True
