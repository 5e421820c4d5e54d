"""The folder of a run: where it is, and the files in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from saccade.core._disk import naming_full_disk
from saccade.core._errors import SaccadeError, SavingError, message, nearest

MODEL_FILE = "model.keras"
CLASSES_FILE = "classes.txt"
HISTORY_FILE = "history.csv"
CONFIG_FILE = "config.toml"
REPORT_FILE = "report.html"
# Names of folders that say nothing about what is in them.
_GENERIC = {"train", "training", "images", "pictures", "data", "dataset", ""}
_MOST = 100_000


def run_name(folder: str) -> str:
    """Returns a name for runs on a folder of pictures.

    Example:
        >>> run_name("data/hymenoptera/train"), run_name("fruits/")
        ('hymenoptera', 'fruits')
    """
    path = Path(os.path.abspath(folder))
    while path.name.lower() in _GENERIC and path.parent != path:
        path = path.parent
    return path.name or "pictures"


def make_run_folder(out: str, folder: str, overwrite: bool) -> Path:
    """Makes a new folder for a run; one that holds files stays as it is.

    Args:
        out: where the user wants it; '' for runs/NAME-1, runs/NAME-2 ...
        folder: the pictures, for the name.
        overwrite: whether files in `out` may be replaced.

    Returns:
        The folder: `out`, or with a number after it if that is taken.

    Raises:
        SavingError: it cannot be made.
    """
    base = Path(out) if out else Path("runs") / run_name(folder)
    if out and (overwrite or not base.exists() or _is_empty_folder(base)):
        return _make(base, exist_ok=True)
    for number in range(2 if out else 1, _MOST):
        path = base.with_name(f"{base.name}-{number}")
        if path.exists():
            continue
        try:
            return _make(path, exist_ok=False)
        except FileExistsError:
            continue  # another run was quicker
    raise SavingError(message("--out", f"{base} has {_MOST:,} runs already"))


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _make(path: Path, exist_ok: bool) -> Path:
    try:
        with naming_full_disk(path):
            path.mkdir(parents=True, exist_ok=exist_ok)
    except FileExistsError:
        if not exist_ok:
            raise
        raise SavingError(
            message("--out", f"{str(path)!r} is a file", "give a folder")
        ) from None
    except SaccadeError:
        raise
    except OSError as error:
        raise _cannot_write(path, error) from None
    return path


def _cannot_write(path: Path, error: OSError) -> SavingError:
    why = error.strerror or str(error)
    fix = "give a folder that you may write to: --out DIR"
    return SavingError(message(str(path), f"cannot be written: {why}", fix))


def write_text(path: Path, text: str) -> None:
    """Writes a text file as a whole, or leaves what was there.

    Args:
        path: the file.
        text: with line ends.

    Raises:
        DiskFullError, SavingError: it cannot be written.
    """
    from saccade.saving._files import replacing

    try:
        with replacing(path) as temporary:
            # Names of files need not be text in every system.
            temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
    except SaccadeError:
        raise
    except OSError as error:
        raise _cannot_write(path, error) from None


def save_model(model: Any, path: Path) -> None:
    """Writes a model.

    Args:
        model: the model.
        path: the file.

    Raises:
        DiskFullError, SavingError: it cannot be written.
    """
    try:
        model.save(path)
    except SaccadeError:
        raise
    except OSError as error:
        raise _cannot_write(path, error) from None


def model_file(path: str | os.PathLike[str]) -> Path:
    """Returns the model's file for a path that may be the folder of a run.

    Raises:
        SavingError: there is no such file; the nearest is named.

    Example:
        >>> model_file("no/model.keras")
        Traceback (most recent call last):
        ...
        saccade.core._errors.SavingError: MODEL: there is no file 'no/model.keras'.
        Fix: give the model.keras, or the folder, that `saccade train` wrote.
    """
    file = Path(path)
    if file.is_dir():
        if (file / MODEL_FILE).is_file():
            return file / MODEL_FILE
        others = sorted(p.name for p in file.glob("*.keras"))
        fix = f"did you mean {str(file / others[0])!r}?" if others else None
        problem = f"the folder {str(file)!r} holds no {MODEL_FILE}"
        raise SavingError(message("MODEL", problem, fix or _GIVE))
    if file.is_file():
        return file
    names = os.listdir(file.parent) if file.parent.is_dir() else []
    close = nearest(file.name, names)
    fix = f"did you mean {str(file.with_name(close[0]))!r}?" if close else _GIVE
    raise SavingError(message("MODEL", f"there is no file {os.fspath(path)!r}", fix))


_GIVE = "give the model.keras, or the folder, that `saccade train` wrote"
