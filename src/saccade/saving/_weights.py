"""Weights files in Keras' layout: `.weights.h5`, read and written.

Each layer is a group named after its class and number (`layers/conv2d`,
`layers/conv2d_1`), with its own weights under `vars/0`, `vars/1`, ...; the optimizer
is beside them. Reading checks everything first and changes the model only then.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saccade.core._checks import no_unknown_keywords
from saccade.core._errors import (
    DataWarning,
    MissingFileError,
    SavingError,
    message,
    nearest,
)
from saccade.core._lazy import optional_import
from saccade.saving._archive import WEIGHTS, read_members
from saccade.saving._files import kind_of, replacing
from saccade.saving._hdf5 import Hdf5Reader
from saccade.saving._legacy import is_legacy, read_legacy_weights
from saccade.saving._named_weights import read_named, write_named
from saccade.saving._places import INNER, OPTIMIZER, is_optimizer, places

if TYPE_CHECKING:
    from saccade.models import Model

_NAMED = ".safetensors"


def save_weights(
    model: Model,
    filepath: str | Path,
    overwrite: bool = True,
    max_shard_size: float | None = None,
) -> None:
    """Writes the weights of a model, and of its optimizer, into a file.

    Args:
        model: the model.
        filepath: the file; its name must end in '.weights.h5', or in '.safetensors'
            for the weights by name without the optimizer.
        overwrite: whether a file that is there may be replaced.
        max_shard_size: kept for Keras; must be None.

    Raises:
        SavingError: a wrong name, an unbuilt model, or a file that must stay.

    Differs from Keras: the file is written beside and put in place as a whole, so a
    kill leaves the old one; an existing file is an error instead of a question.
    """
    path = Path(filepath)
    named = path.suffix == _NAMED
    if not named and not path.name.endswith(".weights.h5"):
        raise SavingError(
            message(
                "save_weights",
                "the file's name must end in '.weights.h5' or '.safetensors', got "
                f"{str(filepath)!r}",
                f"use {path.with_suffix('').name + '.weights.h5'!r}",
            )
        )
    if max_shard_size is not None:
        raise SavingError(
            message("save_weights", "`max_shard_size` is not supported; leave it out")
        )
    if path.exists() and not overwrite:
        raise SavingError(
            message(
                "save_weights", f"{str(path)!r} is there already", "pass overwrite=True"
            )
        )
    if not model.built:
        raise SavingError(
            message(
                "save_weights",
                f"the model {model.name!r} has no weights yet",
                "give it an `Input(shape)`, or call build() or fit() first",
            )
        )
    if named:
        with replacing(path) as temporary:
            write_named(model, temporary)
        return
    h5py = optional_import("h5py", extra="", purpose="save_weights")
    # Into the memory first: on a full disk HDF5 cannot close its file, and ends the
    # whole process.
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        write_weights(model, file)
    with replacing(path) as temporary:
        temporary.write_bytes(content.getbuffer())


def write_weights(model: Model, file: Any) -> None:
    """Writes the weights of a model into an open HDF5 file."""
    for place, holder in places(model):
        group = file.create_group(f"{place}/vars" if place else "vars")
        group.attrs["name"] = holder.name
        store: dict[str, np.ndarray] = {}
        holder.save_own_variables(store)
        for key, array in store.items():
            dataset = group.create_dataset(key, data=array)
            if array.dtype.name == "bfloat16":
                dataset.attrs["dtype"] = "bfloat16"  # HDF5 sees two bytes only


def load_weights(
    model: Model, filepath: str | Path, skip_mismatch: bool = False, **kwargs: Any
) -> None:
    """Reads what save_weights() or save(), here or in Keras, wrote.

    Args:
        model: the model, built.
        filepath: the file: '.weights.h5', '.safetensors', '.keras', or '.h5' of
            Keras 2.
        skip_mismatch: whether to leave out layers whose weights do not fit, with a
            warning that names them.
        **kwargs: with `by_name=True`, layers of older '.h5' files are found by their
            names; `objects_to_skip` is a list of layers to leave as they are.

    Raises:
        SavingError: no such file, no weights file, or weights of another model; the
            model is unchanged then.
        ArgumentTypeError: an argument that does not exist.
    """
    path = Path(filepath)
    by_name = bool(kwargs.pop("by_name", False))
    skipped = kwargs.pop("objects_to_skip", None) or ()
    no_unknown_keywords(list(kwargs), ["by_name", "objects_to_skip"], "load_weights")
    check_exists(path, "load_weights", "*.*")
    if not model.built:
        raise SavingError(
            message(
                "load_weights",
                f"the model {model.name!r} has no weights yet to load into",
                "give it an `Input(shape)`, or call build() first",
            )
        )
    if path.suffix == _NAMED and not by_name:
        read_named(model, path, skip_mismatch, skipped)
        return
    source: Path | bytes = path
    size = path.stat().st_size
    if kind_of(path) == "zip":
        content = read_members(path, [WEIGHTS], "load_weights")[WEIGHTS]
        source, size = content, len(content)
    with Hdf5Reader(source, str(path), size) as reader:
        if is_legacy(reader):
            read_legacy_weights(model, reader, by_name, skip_mismatch)
        elif by_name:
            raise SavingError(
                message("load_weights", "`by_name` belongs to '.h5' files of Keras 2")
            )
        else:
            read_weights(model, reader, skip_mismatch, skipped)


def read_weights(
    model: Model,
    reader: Hdf5Reader,
    skip_mismatch: bool = False,
    skipped: Sequence[Any] = (),
) -> None:
    """Reads the weights of a model from an open HDF5 file.

    Args:
        model: the model, built.
        reader: the open file.
        skip_mismatch: whether to leave out layers whose weights do not fit.
        skipped: layers to leave as they are.

    Raises:
        SavingError: no weights file, or weights of another model.
    """
    name = reader.name
    if reader.find("layers") is None and reader.find("vars") is None:
        raise SavingError(
            message(
                "load_weights",
                f"{name!r} does not have the layout of '.weights.h5' files",
            )
        )
    planned, problems = _plan(model, reader, skipped)
    if problems and not skip_mismatch:
        raise SavingError(
            message(
                "load_weights",
                f"{name!r} holds weights of another model:\n  " + "\n  ".join(problems),
                "load into the model that saved them, or pass skip_mismatch=True to "
                "load the layers that fit",
            )
        )
    if problems:
        warnings.warn(
            message("load_weights", "left out:\n  " + "\n  ".join(problems)),
            DataWarning,
            stacklevel=3,
        )
    for holder, store in planned:
        holder.load_own_variables(store)


def check_exists(path: Path, where: str, pattern: str) -> None:
    """Raises if a file is not there, naming the nearest that is.

    Raises:
        MissingFileError: no such file.
        SavingError: a folder.
    """
    if path.is_file():
        return
    if path.is_dir():
        fix = "give the path of a file"
        if (path / "saved_model.pb").exists():
            fix = (
                "open it with the Keras 2 that wrote it, and save it there with "
                "model.save('model.keras')"
            )
        raise SavingError(
            message(where, f"{str(path)!r} is a folder, such as TensorFlow writes", fix)
        )
    near = nearest(path.name, [p.name for p in path.parent.glob(pattern)])
    raise MissingFileError(
        message(
            where,
            f"there is no file {str(path)!r}",
            f"did you mean {near[0]!r}?" if near else None,
        )
    )


def _plan(
    model: Model, reader: Hdf5Reader, skipped: Sequence[Any] = ()
) -> tuple[list[tuple[Any, dict[str, Any]]], list[str]]:
    """What to load where, and what does not fit; changes nothing."""
    planned: list[tuple[Any, dict[str, Any]]] = []
    problems: list[str] = []
    found = list(places(model, skipped))
    known = {place for place, _ in found}
    # What is below something that is skipped belongs to it.
    known |= {place for place, _ in places(model)} if skipped else set()
    for place, holder in found:
        stored = _stored_place(reader, place)
        known.add(stored)
        store = _read_vars(reader, stored)
        if not _loads_as_usual(holder):
            planned.append((holder, store))
            continue
        wanted = _wanted_shapes(holder)
        if is_optimizer(holder):
            store = _with_rate(holder, store, wanted)
        if is_optimizer(holder) and len(store) != len(wanted):
            continue  # saved before training, or by another optimizer
        got = [np.shape(store[str(i)]) for i in range(len(store)) if str(i) in store]
        if got != wanted:
            problems.append(
                f"{place} ({holder.name}): expected {_shapes(wanted)}, got "
                f"{_shapes(got)}"
            )
        else:
            planned.append((holder, store))
    for place in reader.groups("vars"):
        # Keras 2 kept the counts of metrics, too.
        other = _of_optimizer(place) or place.startswith("metrics/")
        if place not in known and not other:
            problems.append(f"{place}: is in the file, the model has no such layer")
    return planned, problems


def _with_rate(
    optimizer: Any, store: dict[str, Any], wanted: list[tuple[int, ...]]
) -> dict[str, Any]:
    """The state with the learning rate, which Keras 2 kept in the config alone."""
    got = [np.shape(store[str(i)]) for i in range(len(store)) if str(i) in store]
    if len(wanted) < 2 or got != [*wanted[:1], *wanted[2:]] or wanted[1] != ():
        return store
    values = [store[str(i)] for i in range(len(got))]
    values.insert(1, optimizer.variables[1].numpy())
    return {str(i): value for i, value in enumerate(values)}


def _stored_place(reader: Hdf5Reader, place: str) -> str:
    """The place in the file: Keras 2 kept some parts of layers in private names."""
    parent, _, name = place.rpartition("/")
    older = f"{parent}/_{name}"
    if reader.find(f"{place}/vars") is None and reader.find(older) is not None:
        return older
    return place


def _of_optimizer(place: str) -> bool:
    return place.rpartition("/")[2] in (OPTIMIZER, INNER)


def _loads_as_usual(holder: Any) -> bool:
    """Whether weights are under their numbers: a class of the user's may choose."""
    return type(holder).load_own_variables.__module__.startswith("saccade.")


def _wanted_shapes(holder: Any) -> list[tuple[int, ...]]:
    own = holder._own_weights() if hasattr(holder, "_own_weights") else holder.variables
    return [tuple(v.shape) for v in own]


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes)) or "no weights"


def _read_vars(reader: Hdf5Reader, place: str) -> dict[str, Any]:
    group = f"{place}/vars" if place else "vars"
    return {key: reader.array(f"{group}/{key}") for key in reader.keys(group)}
