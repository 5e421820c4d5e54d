"""Weights of models by name, in safetensors files.

A weight's name is its place in the model, which does not depend on how many layers
were made before, and its own name: `layers/conv2d_1/kernel`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from saccade.core._errors import DataWarning, SavingError, message, nearest
from saccade.saving._places import is_optimizer, places
from saccade.saving._safetensors import SafetensorsReader, write_arrays


def write_named(model: Any, path: Path) -> None:
    """Writes the weights of a model, without its optimizer, into a file."""
    write_arrays(
        path, {name: _numbers(weight) for name, weight in _by_name(model).items()}
    )


def read_named(
    model: Any, path: Path, skip_mismatch: bool = False, skipped: Sequence[Any] = ()
) -> None:
    """Reads what `write_named` wrote.

    Args:
        model: the model, built.
        path: the file.
        skip_mismatch: whether to leave out weights that do not fit, with a warning.
        skipped: layers to leave as they are.

    Raises:
        SavingError: a damaged file, or weights of another model; the model is
            unchanged then.
    """
    reader = SafetensorsReader(path)
    wanted = _by_name(model, skipped)
    problems = []
    planned = []
    for name, weight in wanted.items():
        if name not in reader.names:
            close = nearest(name, reader.names)
            hint = f"; there is {close[0]!r}" if close else ""
            problems.append(f"{name}: is not in the file{hint}")
        elif reader.shape(name) != tuple(weight.shape):
            problems.append(
                f"{name}: expected {tuple(weight.shape)}, got {reader.shape(name)}"
            )
        else:
            planned.append((weight, name))
    known = {**_by_name(model), **wanted} if skipped else wanted
    problems += [
        f"{name}: is in the file, the model has no such weight"
        for name in reader.names
        if name not in known
    ]
    if problems:
        text = f"{str(path)!r} holds weights of another model:\n  " + "\n  ".join(
            problems
        )
        if not skip_mismatch:
            fix = "pass skip_mismatch=True to load the weights that fit"
            raise SavingError(message("load_weights", text, fix))
        warnings.warn(message("load_weights", text), DataWarning, stacklevel=4)
    arrays = [reader.array(name) for _, name in planned]
    for (weight, _), array in zip(planned, arrays, strict=True):
        weight.assign(array)


def _by_name(model: Any, skipped: Sequence[Any] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, holder in places(model, skipped):
        if is_optimizer(holder):
            continue
        for weight in holder._own_weights():
            own = str(weight.path).rpartition("/")[2]
            name = stem = f"{place}/{own}" if place else own
            number = 0
            while name in found:
                number += 1
                name = f"{stem}_{number}"
            found[name] = weight
    return found


def _numbers(weight: Any) -> np.ndarray:
    return np.asarray(weight.numpy())
