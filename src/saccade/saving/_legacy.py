"""Whole models and weights in the older `.h5` form of Keras 2 and 3.

The config is an attribute of the file, in JSON; each layer has a group with a list of
the names of its weights. States of optimizers are not read: their form differs between
versions, so training starts them anew.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from saccade.core import _budget
from saccade.core._errors import DataWarning, SavingError, message
from saccade.saving._hdf5 import Hdf5Reader

_WEIGHTS = "model_weights"
_TOP = "top_level_model_weights"
# Keras 2 kept the shape of the input under this name.
_BATCH_SHAPE = "batch_input_shape"


def read_config(reader: Hdf5Reader) -> dict[str, Any]:
    """Returns the config of the model in a file, in today's form.

    Raises:
        SavingError: the file has weights only, or no such config.
    """
    text = reader.attribute("", "model_config")
    if text is None:
        raise SavingError(
            message(
                "load_model",
                f"{reader.name!r} holds no config of a model, perhaps weights only",
                "make the model with your code and call model.load_weights(path)",
            )
        )
    config = _parsed(reader, text)
    inner = config.get("config")
    listed = inner if isinstance(inner, list) else None
    if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
        listed = inner["layers"]
    if config.get("class_name") == "Sequential" and listed is not None:
        layers = [layer for one in listed for layer in _layer_config(one)]
        rest = {"name": inner.get("name")} if isinstance(inner, dict) else {}
        config["config"] = {**rest, "layers": layers}
        # Build configs would repeat what the input says.
        config.pop("build_config", None)
        config["module"] = "keras"
    return config


def read_training(reader: Hdf5Reader) -> dict[str, Any] | None:
    """Returns how the model in a file was compiled, or None."""
    text = reader.attribute("", "training_config")
    if text is None:
        return None
    found = _parsed(reader, text)
    packages = {
        "optimizer": "optimizers", "loss": "losses", "metrics": "metrics",
        "weighted_metrics": "metrics",
    }  # fmt: skip
    found["optimizer"] = found.pop("optimizer_config", None)
    training = {
        name: _placed(found.get(name), f"keras.{package}")
        for name, package in packages.items()
    }
    return {**training, "loss_weights": found.get("loss_weights")}


def _placed(value: Any, module: str) -> Any:
    """Configs with the package of their class, which older ones leave out."""
    if isinstance(value, list):
        return [_placed(one, module) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("class_name"), str):
        return {**value, "module": value.get("module") or module}
    return {key: _placed(one, module) for key, one in value.items()}


def is_legacy(reader: Hdf5Reader) -> bool:
    """Returns whether a file has weights in the older form."""
    return reader.attribute(_root(reader), "layer_names") is not None


def read_legacy_weights(
    model: Any,
    reader: Hdf5Reader,
    by_name: bool = False,
    skip_mismatch: bool = False,
) -> None:
    """Reads weights in the older form into a model.

    Args:
        model: the model, built.
        reader: the open file.
        by_name: whether layers are found by their names, and others left alone,
            instead of by their order.
        skip_mismatch: whether to leave out layers whose weights do not fit, with a
            warning.

    Raises:
        SavingError: weights of another model; the model is unchanged then.
    """
    root = _root(reader)
    stored = {
        name: _arrays(reader, f"{root}/{name}" if root else name)
        for name in _names(reader, root, "layer_names")
    }
    if by_name:
        pairs = [(one, stored[one.name]) for one in model.layers if one.name in stored]
    else:
        pairs = _by_order(model, stored, reader.name)
    problems = []
    planned = []
    for layer, arrays in pairs:
        wanted = [tuple(weight.shape) for weight in layer.weights]
        got = [array.shape for array in arrays]
        if wanted == got:
            planned.append((layer, arrays))
        else:
            problems.append(f"{layer.name}: expected {wanted}, got {got}")
    if problems:
        text = f"weights in {reader.name!r} do not fit:\n  " + "\n  ".join(problems)
        if not skip_mismatch:
            fix = "pass skip_mismatch=True to load the layers that fit"
            raise SavingError(message("load_weights", text, fix))
        warnings.warn(message("load_weights", text), DataWarning, stacklevel=3)
    for layer, arrays in planned:
        layer.set_weights(arrays)


def load_legacy(
    path: Path,
    custom_objects: Mapping[str, Any] | None,
    compile: bool,
    build: Any,
) -> Any:
    """Reads a whole model from a file in the older form.

    Args:
        path: the file.
        custom_objects: classes and functions of one's own, by name.
        compile: whether to compile it as it was.
        build: makes the model from its config.
    """
    size = path.stat().st_size
    with Hdf5Reader(path, str(path), size) as reader:
        config = read_config(reader)
        training = read_training(reader) if compile else None
        if training is not None and training["optimizer"]:
            config["compile_config"] = training
        with _budget.limited_to(2**26 + 16 * size):
            model = build(config, custom_objects)
        read_legacy_weights(model, reader)
    return model


def _parsed(reader: Hdf5Reader, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise SavingError(
        message("load_model", f"the config in {reader.name!r} is no JSON")
    )


def _layer_config(config: Any) -> list[dict[str, Any]]:
    """The config of a layer in today's form, with an input before it where it had one.

    Keras 2 kept the shape of the input in the first layer.
    """
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        raise SavingError(message("load_model", f"{config!r} describes no layer"))
    inner = dict(config["config"])
    shape = inner.pop(_BATCH_SHAPE, None)
    layer = {"module": "keras.layers", **config, "config": inner}
    if shape is None:
        return [layer]
    if config.get("class_name") == "InputLayer":
        inner.pop("sparse", None)
        inner.pop("ragged", None)
        inner["batch_shape"] = shape
        return [layer]
    first = {"batch_shape": shape, "dtype": "float32"}
    given = {"module": "keras.layers", "class_name": "InputLayer", "config": first}
    return [given, layer]


def _root(reader: Hdf5Reader) -> str:
    return _WEIGHTS if reader.find(_WEIGHTS) is not None else ""


def _names(reader: Hdf5Reader, place: str, key: str) -> list[str]:
    """A list of names; long ones are kept in numbered pieces."""
    found = reader.attribute_list(place, key)
    if found is not None:
        return found
    pieces: list[str] = []
    number = 0
    while (more := reader.attribute_list(place, f"{key}{number}")) is not None:
        pieces += more
        number += 1
    return pieces


def _arrays(reader: Hdf5Reader, place: str) -> list[np.ndarray]:
    return [
        reader.array(f"{place}/{name}")
        for name in _names(reader, place, "weight_names")
    ]


def _by_order(
    model: Any, stored: dict[str, list[np.ndarray]], name: str
) -> list[tuple[Any, list[np.ndarray]]]:
    layers = [layer for layer in model.layers if layer.weights]
    kept = [arrays for place, arrays in stored.items() if arrays and place != _TOP]
    if len(layers) != len(kept):
        raise SavingError(
            message(
                "load_weights",
                f"{name!r} has weights of {len(kept)} layers, the model "
                f"{model.name!r} has {len(layers)} layers with weights",
                "load into the model that saved them, or pass by_name=True",
            )
        )
    return list(zip(layers, kept, strict=True))
