"""Whole models in `.keras` files, as Keras reads and writes them.

A zip archive of `metadata.json`, `config.json` and `model.weights.h5`, and of what
layers of one's own keep below `assets/`.
"""

from __future__ import annotations

import datetime
import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saccade.core import _budget
from saccade.core._checks import no_unknown_keywords
from saccade.core._errors import (
    SaccadeError,
    SavingError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._lazy import optional_import
from saccade.saving._archive import (
    CONFIG,
    METADATA,
    WEIGHTS,
    read_members,
    read_object,
)
from saccade.saving._assets import read_assets, write_assets
from saccade.saving._files import kind_of, replacing
from saccade.saving._hdf5 import Hdf5Reader
from saccade.saving._legacy import load_legacy
from saccade.saving._legacy_training import modern_compiled
from saccade.saving._legacy_write import legacy_content
from saccade.saving._objects import deserialize_keras_object, serialize_keras_object
from saccade.saving._older_configs import modern_model
from saccade.saving._weights import check_exists, read_weights, write_weights

if TYPE_CHECKING:
    from saccade.models import Model

# The version of Keras whose form of files is written.
KERAS_VERSION = "3.15.1"
_OLDER = (".h5", ".hdf5")
_WEIGHTS_ONLY = "make the model with your code and call model.load_weights(path)"
_EXPORT = "it is an export for use elsewhere; load the '.keras' file of the model"
_PICKLE = (
    "pickles are not read, since reading one can run anything; save with "
    "model.save('model.keras') where it was made"
)
# What to do with files that are taken for models.
_OTHERS = {
    ".safetensors": _WEIGHTS_ONLY, ".npz": _WEIGHTS_ONLY, ".pb": _EXPORT,
    ".onnx": _EXPORT, ".tflite": _EXPORT, ".stablehlo": _EXPORT, ".pkl": _PICKLE,
    ".pickle": _PICKLE, ".joblib": _PICKLE, ".pt": _PICKLE, ".pth": _PICKLE,
}  # fmt: skip
_MEMBERS = (METADATA, CONFIG, WEIGHTS)
# The key in metadata.json for what saccade notes about a model; Keras ignores it.
_NOTES = "saccade"
# Bytes of variables for a byte of weights: states of optimizers that are not in the
# file, types that are stored in fewer bytes; and what any model may take.
_VARIABLES = 16
_ROOM = 2**26


def read_notes(model: object) -> dict[str, Any]:
    """Returns what is noted about a model beside its layers, such as its classes.

    Notes are plain values; they are saved in the `.keras` file and come back with it.

    Args:
        model: any model.

    Example:
        >>> from saccade import Sequential
        >>> read_notes(Sequential())
        {}
    """
    return dict(getattr(model, "_notes", {}))


def write_notes(model: object, notes: Mapping[str, Any]) -> None:
    """Notes plain values about a model, for its file; see `read_notes`.

    Args:
        model: any model.
        notes: by name.

    Example:
        >>> from saccade import Sequential
        >>> model = Sequential()
        >>> write_notes(model, {"class_names": ["ants", "bees"]})
        >>> read_notes(model)
        {'class_names': ['ants', 'bees']}
    """
    vars(model)["_notes"] = dict(notes)


def save_model(
    model: Model,
    filepath: str | Path,
    overwrite: bool = True,
    zipped: bool | None = None,
    **kwargs: Any,
) -> None:
    """Writes a whole model into a `.keras` file, or into an older `.h5` file.

    Args:
        model: the model, built.
        filepath: the file; its name ends in '.keras', or in '.h5' for programs that
            need the form of Keras 2.
        overwrite: whether a file that is there may be replaced.
        zipped: kept for Keras; must not be False.
        **kwargs: `include_optimizer=False` leaves the state of the optimizer out of
            an `.h5` file; `save_format` is ignored, the name says it.

    Raises:
        SavingError: a wrong name, an unbuilt model, or a file that must stay.
        ArgumentTypeError: an argument that does not exist.
        UnsupportedFeatureError: `zipped=False`.

    Differs from Keras: the file is put in place as a whole, so a kill leaves the old
    one; an existing file is an error instead of a question.

    Example:
        >>> import tempfile; from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_model(model, f"{folder}/m.keras")
        ...     load_model(f"{folder}/m.keras").count_params()
        3
    """
    path = Path(filepath)
    include_optimizer = bool(kwargs.pop("include_optimizer", True))
    kwargs.pop("save_format", None)
    no_unknown_keywords(list(kwargs), ["include_optimizer"], "save")
    if zipped is False:
        raise UnsupportedFeatureError(
            message("save", "`zipped=False`, a folder, is not written", "leave it out")
        )
    _check_name(path, "save")
    if path.exists() and not overwrite:
        raise SavingError(
            message("save", f"{str(path)!r} is there already", "pass overwrite=True")
        )
    if not model.built:
        raise SavingError(
            message(
                "save",
                f"the model {model.name!r} has no weights yet",
                "give it an `Input(shape)`, or call build() or fit() first",
            )
        )
    if path.suffix in _OLDER:
        content = legacy_content(model, KERAS_VERSION, include_optimizer)
        with replacing(path) as temporary:
            temporary.write_bytes(content)
    else:
        _write_zip(model, path)


def _write_zip(model: Model, path: Path) -> None:
    h5py = optional_import("h5py", extra="", purpose="save")
    config = serialize_keras_object(model)
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata: dict[str, Any] = {"keras_version": KERAS_VERSION, "date_saved": now}
    notes = read_notes(model)
    if notes:
        metadata[_NOTES] = notes
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        write_weights(model, file)
    parts = (json.dumps(metadata), json.dumps(config), weights.getbuffer())
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for member, content in zip(_MEMBERS, parts, strict=True):
            archive.writestr(member, content)
        write_assets(model, archive)


def load_model(
    filepath: str | Path,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Reads a model that save_model(), here or in Keras, wrote.

    Args:
        filepath: the file; what it holds tells its form, not its name.
        custom_objects: classes and functions of one's own, by name.
        compile: whether to compile the model as it was.
        safe_mode: whether to refuse what would run code from the file.

    Returns:
        The model.

    Raises:
        SavingError: no such file, no model file, or a damaged one.
        ConfigError: a class that is not known.

    Differs from Keras: classes are looked up in a closed table, never imported.
    """
    path = Path(filepath)
    check_exists(path, "load_model", "*.keras")
    if kind_of(path) == "hdf5":
        return load_legacy(
            path,
            custom_objects,
            compile,
            lambda config, own, version: _build(config, own, safe_mode, path, version),
        )
    if path.suffix in _OTHERS and kind_of(path) != "zip":
        raise SavingError(
            message(
                "load_model",
                f"{path.name!r} is no file of a model for training",
                _OTHERS[path.suffix],
            )
        )
    parts = read_members(path, _MEMBERS, "load_model")
    config = read_object(parts[CONFIG], CONFIG, path, "load_model")
    metadata = read_object(parts[METADATA], METADATA, path, "load_model")
    weights = parts[WEIGHTS]
    if "class_name" not in config:
        raise SavingError(
            message("load_model", f"config.json in {str(path)!r} describes no model")
        )
    if not compile:
        config.pop("compile_config", None)
    config = modern_model(config)
    compiled = config.get("compile_config")
    if isinstance(compiled, dict) and _is_of_keras_2(metadata):
        config["compile_config"] = modern_compiled(compiled)
    with _budget.limited_to(_ROOM + _VARIABLES * len(weights)):
        version = metadata.get("keras_version")
        model = _build(config, custom_objects, safe_mode, path, version)
    with Hdf5Reader(weights, str(path / WEIGHTS), len(weights)) as reader:
        read_weights(model, reader)
    read_assets(model, path)
    notes = metadata.get(_NOTES)
    if isinstance(notes, dict):
        write_notes(model, notes)
    return model


def _build(
    config: dict[str, Any],
    custom_objects: Mapping[str, Any] | None,
    safe_mode: bool,
    path: Path,
    version: object,
) -> Any:
    try:
        model = deserialize_keras_object(
            config, custom_objects=custom_objects, safe_mode=safe_mode
        )
    except SaccadeError as error:
        if not _is_newer(version):
            raise
        raise SavingError(
            message(
                "load_model",
                f"{str(path)!r} was written by Keras {version}, and this is the form "
                f"of {KERAS_VERSION}: {error}",
                "use a newer saccade, or save the model with that version",
            )
        ) from error
    except Exception as error:  # what constructors raise for arguments that are none
        raise SavingError(
            message(
                "load_model",
                f"the config in {str(path)!r} describes a model that cannot be made "
                f"({type(error).__name__}: {error})",
                "the file may be altered, or from_config() of a class of yours failed",
            )
        ) from error
    if not hasattr(model, "load_weights"):
        raise SavingError(
            message(
                "load_model",
                f"the config in {str(path)!r} describes no model but "
                f"{type(model).__name__}",
            )
        )
    return model


def _is_of_keras_2(metadata: Mapping[str, Any]) -> bool:
    return str(metadata.get("keras_version")).startswith("2.")


def _is_newer(version: object) -> bool:
    """Whether a version of Keras is beyond the one that is known here."""

    def numbers(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in re.findall(r"\d{1,6}", text)[:2])

    return isinstance(version, str) and numbers(version) > numbers(KERAS_VERSION)


def _check_name(path: Path, where: str) -> None:
    if path.suffix == ".keras" or path.suffix in _OLDER:
        return
    raise SavingError(
        message(
            where,
            f"the file's name must end in '.keras' (or '.h5'), got {path.name!r}",
            f"use {path.stem + '.keras'!r}",
        )
    )
