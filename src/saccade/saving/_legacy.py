"""Reading whole models and weights in the older `.h5` form of Keras 2 and 3.

The config is an attribute of the file, in JSON; each layer has a group with a list of
the names of its weights.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from saccade.core import _budget
from saccade.core._errors import DataWarning, SavingError, message
from saccade.saving._hdf5 import Hdf5Reader
from saccade.saving._legacy_training import parsed, read_state, read_training
from saccade.saving._older_configs import modern_model

_WEIGHTS = "model_weights"
_TOP = "top_level_model_weights"


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
    config = modern_model(parsed(reader, text))
    # Build configs would repeat what the input says.
    config.pop("build_config", None)
    return config


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
        skip_mismatch: whether to leave out weights that do not fit, with a warning.

    Raises:
        SavingError: weights of another model; the model is unchanged then.
    """
    root = _root(reader)
    stored = {
        name: _Stored(reader, f"{root}/{name}" if root else name)
        for name in reader.names(root, "layer_names")
    }
    if by_name:
        pairs = [(one, stored[one.name]) for one in model.layers if one.name in stored]
    else:
        pairs = _by_order(model, stored, reader.name)
    own = _Stored(reader, f"{root}/{_TOP}" if root else _TOP)
    if own.names:
        pairs.append((model, own))
    problems: list[str] = []
    planned: list[tuple[Any, np.ndarray]] = []
    for layer, found in pairs:
        weights = model._own_weights() if layer is model else _in_order(layer, found)
        fitting, misfits = _fitting(layer, weights, found)
        planned += fitting
        problems += misfits
    if problems:
        text = f"weights in {reader.name!r} do not fit:\n  " + "\n  ".join(problems)
        if not skip_mismatch:
            fix = "pass skip_mismatch=True to load the weights that fit"
            raise SavingError(message("load_weights", text, fix))
        warnings.warn(message("load_weights", text), DataWarning, stacklevel=3)
    for variable, array in planned:
        variable.assign(array)


class _Stored:
    """The weights of a layer in a file: names and arrays."""

    def __init__(self, reader: Hdf5Reader, place: str) -> None:
        self.names = reader.names(place, "weight_names")
        self.arrays = [reader.array(f"{place}/{name}") for name in self.names]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        return [array.shape for array in self.arrays]

    @property
    def endings(self) -> list[str]:
        """The names of the weights themselves: 'kernel', 'bias'."""
        return [name.rpartition("/")[2].partition(":")[0] for name in self.names]


def _in_order(layer: Any, found: _Stored) -> list[Any]:
    """The weights of a layer in the order of the file.

    Keras puts those that are trained first; which ones are may have changed since. So
    names decide where shapes leave it open.
    """
    orders = [
        [*layer.trainable_weights, *layer.non_trainable_weights],
        list(layer.weights),
    ]
    fitting = [one for one in orders if _shapes(one) == found.shapes]
    for weights in fitting:
        if [_ending(weight) for weight in weights] == found.endings:
            return weights
    return (fitting or orders)[0]


def _fitting(
    layer: Any, weights: list[Any], found: _Stored
) -> tuple[list[tuple[Any, np.ndarray]], list[str]]:
    """What can be loaded, and what cannot."""
    shapes = _shapes(weights)
    if len(weights) != len(found.arrays):
        return [], [f"{layer.name}: expected {shapes}, got {found.shapes}"]
    fitting = []
    problems = []
    for weight, array in zip(weights, found.arrays, strict=True):
        if tuple(weight.shape) == array.shape:
            fitting.append((weight, array))
        else:
            problems.append(
                f"{layer.name}/{_ending(weight)}: expected {tuple(weight.shape)}, "
                f"got {array.shape}"
            )
    return fitting, problems


def _shapes(weights: list[Any]) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in weights]


def _ending(weight: Any) -> str:
    return str(weight.path).rpartition("/")[2]


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
        build: makes the model from its config, custom objects and the version of
            Keras that wrote it.
    """
    size = path.stat().st_size
    with Hdf5Reader(path, str(path), size) as reader:
        config = read_config(reader)
        training = read_training(reader, _outputs(config)) if compile else None
        if training is not None and training["optimizer"]:
            config["compile_config"] = training
        with _budget.limited_to(2**26 + 16 * size):
            model = build(config, custom_objects, reader.attribute("", "keras_version"))
        if not model.built:
            raise SavingError(
                message(
                    "load_model",
                    f"{reader.name!r} does not say for which shapes the weights of "
                    f"{type(model).__name__} are",
                    "make the model with your code, build it, and call "
                    "model.load_weights(path)",
                )
            )
        read_legacy_weights(model, reader)
        if getattr(model, "optimizer", None) is not None:
            read_state(model, reader)
    return model


def _outputs(config: Mapping[str, Any]) -> list[str]:
    """The names of the outputs of a model, as its config has them."""
    inner = config.get("config")
    ends = inner.get("output_layers") if isinstance(inner, dict) else None
    if isinstance(ends, dict):
        return sorted(ends)
    if isinstance(ends, list) and ends and isinstance(ends[0], list):
        return [str(end[0]) for end in ends if isinstance(end, list) and end]
    return [""]


def _root(reader: Hdf5Reader) -> str:
    return _WEIGHTS if reader.find(_WEIGHTS) is not None else ""


def _by_order(
    model: Any, stored: Mapping[str, _Stored], name: str
) -> list[tuple[Any, _Stored]]:
    layers = [layer for layer in model.layers if layer.weights]
    kept = [one for place, one in stored.items() if one.names and place != _TOP]
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
