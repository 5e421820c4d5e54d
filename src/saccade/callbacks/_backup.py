"""BackupAndRestore: a killed run goes on where it was, bit for bit."""

from __future__ import annotations

import io
import json
import os
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from saccade.callbacks._callback import Callback, Logs
from saccade.core._errors import ConfigError, DataWarning, SavingError, message
from saccade.saving._files import replacing

if TYPE_CHECKING:
    from saccade.engine._resume import Run

_LATEST, _PREVIOUS = "latest.backup", "previous.backup"
_STATE = "state.json"
# The key of a dict that stands for an array of the file.
_ARRAY = "__array__"


class BackupAndRestore(Callback):
    """Keeps the state of a run in a folder, and takes it up after a kill.

    Call the same program again, with the same `backup_dir`: fit() goes on where the
    last backup was made, and ends with the same weights, bit for bit, as a run that
    was never broken. Kept are the weights, the state of the optimizer with the
    learning rate, the epoch and step, all seeds, the random numbers of Python and
    NumPy, where the data are, and what other callbacks remember (the best score of
    `ModelCheckpoint`, the patience of `EarlyStopping`, the lines of `CSVLogger`).

    A callback or `PyDataset` of your own takes part with two methods: `state_dict()`
    returns a dict of numbers, texts and NumPy arrays, `load_state_dict(state)` takes
    it in. Batches of a generator, which knows no place, are made again and left out.

    Args:
        backup_dir: the folder, for one run alone.
        save_freq: 'epoch', a number of steps, or False for never.
        double_checkpoint: whether to keep the backup before the last one too, which
            is taken up if the last one is damaged.
        delete_checkpoint: whether to delete the backups when training has ended.

    Raises:
        ConfigError: no folder, or a wrong `save_freq`.
        SavingError: a backup that is damaged, or of another model.
        DiskFullError: no space is left; the last backup is as it was.

    Differs from Keras: resumes in mid-epoch; seeds, data and callbacks are kept too;
        a file is put in place as a whole; only its own files are deleted.

    Example:
        >>> BackupAndRestore("backup", save_freq=100).backup_dir
        'backup'
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not os.fspath(backup_dir):
            raise ConfigError(
                message("BackupAndRestore", "`backup_dir` is empty", "name a folder")
            )
        whole = isinstance(save_freq, int) and (save_freq is False or save_freq > 0)
        if save_freq != "epoch" and not whole:
            raise ConfigError(
                message(
                    "BackupAndRestore",
                    "Invalid value for argument `save_freq`: expected 'epoch', an int "
                    f"> 0 or False, got {save_freq!r}",
                )
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._run: Run | None = None
        self._steps = 0
        self._seen = 0

    def set_run(self, run: Run) -> None:
        """Takes up the run that the folder holds, if there is one."""
        self._run = run
        self._steps = self._seen = 0
        snapshot = self._read()
        if snapshot is not None:
            run.go_on_from(snapshot)
            self._seen = run.steps

    def steps_until_told(self) -> int | None:
        """Returns the number of steps to the next backup."""
        if self.save_freq == "epoch" or self.save_freq is False:
            return None
        return max(1, int(self.save_freq) - self._steps)

    def keep_state(self, run: Run) -> None:
        """Writes a backup if it is time to."""
        if run.steps:
            self._steps += run.steps - self._seen
        self._seen = run.steps
        if isinstance(self.save_freq, str):
            due = not run.steps
        else:
            due = self.save_freq is not False and self._steps >= self.save_freq
        if due:
            self._steps = 0
            self._write(run.snapshot())

    def on_train_end(self, logs: Logs = None) -> None:
        """Deletes the backups, if wanted."""
        run, self._run = self._run, None
        if run is None or not self.delete_checkpoint:
            return
        folder = Path(self.backup_dir)
        for name in (_LATEST, _PREVIOUS):
            (folder / name).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _write(self, snapshot: Mapping[str, Any]) -> None:
        latest = Path(self.backup_dir, _LATEST)
        arrays: list[np.ndarray] = []
        state = json.dumps(_without_arrays(snapshot, arrays))
        with replacing(latest) as temporary:
            with zipfile.ZipFile(temporary, "w") as archive:
                archive.writestr(_STATE, state)
                for number, array in enumerate(arrays):
                    with archive.open(f"{number}.npy", "w", force_zip64=True) as file:
                        np.save(file, _storable(array), allow_pickle=False)
            if self.double_checkpoint and latest.is_file():
                _link(latest, latest.with_name(_PREVIOUS))

    def _read(self) -> dict[str, Any] | None:
        """The last backup that is whole, None if there is none at all."""
        found = [Path(self.backup_dir, name) for name in (_LATEST, _PREVIOUS)]
        found = [path for path in found if path.is_file()]
        for path in found:
            try:
                return _read(path)
            except _DAMAGED as error:
                problem = f"{str(path)!r} is damaged ({error})"
                if path is found[-1]:
                    raise SavingError(
                        message(
                            "BackupAndRestore",
                            problem,
                            "delete it to start anew; double_checkpoint=True keeps "
                            "the backup before it as well",
                        )
                    ) from error
                warnings.warn(
                    message(
                        "BackupAndRestore",
                        f"{problem}, so the run goes on from the one before it",
                    ),
                    DataWarning,
                    stacklevel=2,
                )
        return None


# What zipfile, json and NumPy say of files that are not whole.
_DAMAGED = (
    zipfile.BadZipFile, ValueError, KeyError, IndexError, EOFError, OSError,
    NotImplementedError,
)  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:

        def array(number: int) -> np.ndarray:
            # Read to its end, where its checksum is compared.
            content = archive.read(f"{number}.npy")
            return np.load(io.BytesIO(content), allow_pickle=False)

        def revive(found: dict[str, Any]) -> Any:
            if _ARRAY not in found:
                return found
            number, dtype = found[_ARRAY]
            return array(number).view(jnp.dtype(dtype))

        return json.loads(archive.read(_STATE), object_hook=revive)


def _without_arrays(value: Any, arrays: list[np.ndarray]) -> Any:
    """The value with arrays taken out, and their numbers in their places."""
    if isinstance(value, Mapping):
        return {k: _without_arrays(part, arrays) for k, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_arrays(part, arrays) for part in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.integer):
        return int(value)
    array = np.asarray(value)
    if array.dtype.kind in "OSU":
        raise SavingError(
            message(
                "BackupAndRestore",
                f"cannot keep {value!r} of a state_dict()",
                "return numbers, texts, NumPy arrays, lists and dicts only",
            )
        )
    arrays.append(array)
    return {_ARRAY: [len(arrays) - 1, array.dtype.name]}


def _storable(array: np.ndarray) -> np.ndarray:
    """The array in a type that files of NumPy know: not bfloat16."""
    known = array.dtype.isbuiltin == 1
    return array if known else array.view(f"u{array.dtype.itemsize}")


def _link(path: Path, other: Path) -> None:
    """Gives a file a second name; it may be taken from it by the next backup."""
    with replacing(other) as temporary:
        temporary.unlink()
        try:
            os.link(path, temporary)
        except OSError:  # file systems without links
            temporary.write_bytes(path.read_bytes())
