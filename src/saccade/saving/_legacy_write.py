"""Writing whole models in the older `.h5` form, as Keras 3 does.

Layers are named by their class alone; operations of `saccade.ops` keep their package,
since some are called as layers are.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from saccade.core._lazy import optional_import
from saccade.saving._objects import serialize_keras_object

# HDF5 keeps an attribute beside its group up to about this size.
_ATTRIBUTE_BYTES = 64_512
_NAMES = "weight_names"


def legacy_content(model: Any, version: str, include_optimizer: bool) -> memoryview:
    """Returns the content of an `.h5` file of a model.

    Args:
        model: the model, built.
        version: the version of Keras whose form this is.
        include_optimizer: whether to write how it was compiled, and the state of the
            optimizer.
    """
    h5py = optional_import("h5py", extra="", purpose="save")
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        _write_head(file, model, version, include_optimizer)
        _write_weights(file.create_group("model_weights"), model, version)
        optimizer = getattr(model, "optimizer", None)
        if include_optimizer and optimizer is not None and optimizer.variables:
            group = file.create_group("optimizer_weights")
            _write_arrays(group, optimizer.variables)
    return content.getbuffer()


def _write_head(file: Any, model: Any, version: str, include_optimizer: bool) -> None:
    config = _older(serialize_keras_object(model))
    file.attrs["keras_version"] = version
    file.attrs["backend"] = "jax"
    _write_text(file, "model_config", json.dumps(config))
    compiled = model.get_compile_config() if include_optimizer else None
    if compiled is None or not compiled.get("optimizer"):
        return
    training = {key: _bare(value) for key, value in compiled.items()}
    training["optimizer_config"] = training.pop("optimizer")
    _write_text(file, "training_config", json.dumps(training))


def _write_text(file: Any, name: str, text: str) -> None:
    # Bytes are kept apart from the attribute, so they may be longer than it.
    file.attrs[name] = text.encode("utf-8")


def _older(entry: Any) -> Any:
    """The config of a model or layer without what older forms do not have."""
    if isinstance(entry, list):
        return [_older(one) for one in entry]
    if not isinstance(entry, Mapping) or "class_name" not in entry:
        return entry
    module = str(entry.get("module"))
    if module.startswith("keras.src.ops"):
        return {key: part for key, part in entry.items() if key != "registered_name"}
    config = dict(entry["config"])
    if "layers" in config:  # of a model; wrappers hold theirs in today's form
        config["layers"] = _older(config["layers"])
    kept = {key: entry[key] for key in ("name", "inbound_nodes") if key in entry}
    return {"class_name": _class(entry), "config": config, **kept}


def _class(entry: Mapping[str, Any]) -> str:
    return entry.get("registered_name") or entry["class_name"]


def _bare(value: Any) -> Any:
    """Losses and metrics by class and config, functions by their names."""
    if isinstance(value, (list, tuple)):
        return [_bare(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if "class_name" not in value:
        return {key: _bare(one) for key, one in value.items()}
    if value["class_name"] == "function":
        return value["config"]
    return {"class_name": _class(value), "config": value["config"]}


def _write_weights(group: Any, model: Any, version: str) -> None:
    group.attrs["backend"] = "jax"
    group.attrs["keras_version"] = version
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    for layer in sorted(model.layers, key=lambda one: one.name):
        # The order of Keras 2: what is trained comes first.
        weights = [*layer.trainable_weights, *layer.non_trainable_weights]
        _write_arrays(group.create_group(layer.name), weights)
    _write_arrays(group.create_group("top_level_model_weights"), model._own_weights())


def _write_arrays(group: Any, variables: Iterable[Any]) -> None:
    arrays = {}
    for variable in variables:
        name = stem = str(variable.path)
        number = 0
        while name in arrays:
            number += 1
            name = f"{stem}_{number}"
        arrays[name] = variable.numpy()
    _write_names(group, _NAMES, list(arrays))
    for name, array in arrays.items():
        # No name of a group here is the name of an array: those end in a weight.
        # Keras 2 reads no 16-bit numbers of this kind.
        wide = array.astype("float32") if array.dtype.name == "bfloat16" else array
        group.create_dataset(name, data=wide)


def _write_names(group: Any, key: str, names: list[str]) -> None:
    """Writes a list of names, in numbered pieces where it is long."""
    encoded = np.array([name.encode("utf-8") for name in names] or np.zeros(0))
    count = -(-encoded.nbytes // _ATTRIBUTE_BYTES) or 1
    if count == 1:
        group.attrs[key] = encoded
        return
    for number, piece in enumerate(np.array_split(encoded, count)):
        group.attrs[f"{key}{number}"] = piece
