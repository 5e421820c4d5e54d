"""Configs of Keras 2, and of the `.h5` files of Keras 3, in the form of today.

They leave out the package of a class, connect layers by lists instead of calls, keep
the shape of the input in the first layer, and spell some arguments otherwise. Configs
in today's form come back as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from saccade.core._errors import SavingError, message
from saccade.saving._objects import find_public

# Keras 2 kept the shape of the input under this name.
_BATCH_SHAPE = "batch_input_shape"
_MODELS = {"Functional": "keras.models", "Model": "keras", "Sequential": "keras"}
_RENAMED = {
    "ThresholdedReLU": "ReLU",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
}
# Where operations between placeholders live; Keras' `.h5` files name them bare.
_OPERATIONS = tuple(
    f"keras.src.ops.{part}" for part in ("numpy", "nn", "core", "image", "linalg")
)
# What Keras 2 wrote beside the arguments of today: values without meaning, or `...`
# where any is.
_SEPARABLE = {
    "groups": 1, "kernel_initializer": ..., "kernel_regularizer": ...,
    "kernel_constraint": ...,
}  # fmt: skip
_WITHOUT_MEANING: dict[str, dict[str, Any]] = {
    "BatchNormalization": {"fused": ..., "renorm": False, "virtual_batch_size": None},
    "DepthwiseConv1D": {"groups": 1, "filters": None},
    "DepthwiseConv2D": {"groups": 1, "filters": None},
    "MultiHeadAttention": {"query_shape": ..., "key_shape": ..., "value_shape": ...,
        "softmax_robust_masking": ...},
    "SeparableConv1D": _SEPARABLE,
    "SeparableConv2D": _SEPARABLE,
    "Conv1DTranspose": {"groups": 1},
    "Conv2DTranspose": {"groups": 1},
    "Conv3DTranspose": {"groups": 1},
    "SpatialDropout1D": {"noise_shape": None},
    "SpatialDropout2D": {"noise_shape": None},
    "SpatialDropout3D": {"noise_shape": None},
}  # fmt: skip
_SPELLINGS = {"ThresholdedReLU": {"theta": "threshold"}}
# Layers that hold another one under these names.
_INSIDE = ("layer", "forward_layer", "backward_layer")


def modern_model(config: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the config of a model with the package of its class.

    What is inside is made modern when the model is made from it.

    Args:
        config: what `model.to_json()` or a file holds.

    Example:
        >>> modern_model({"class_name": "Sequential", "config": [{}]})["config"]
        {'layers': [{}]}
    """
    found = _placed(config)
    if isinstance(found.get("config"), list):  # Keras before 2.3
        found["config"] = {"layers": found["config"]}
    return found


def modern_layers(layers: Sequence[Any]) -> list[dict[str, Any]]:
    """Returns the configs of a chain, with an input before them where they had one.

    Args:
        layers: as `Sequential.get_config()` gives them.

    Raises:
        SavingError: one describes no layer.
    """
    found: list[dict[str, Any]] = []
    for one in layers:
        layer = modern_layer(one)
        shape = one["config"].get(_BATCH_SHAPE)
        if shape is not None and not found and layer["class_name"] != "InputLayer":
            given = {"batch_shape": shape, "dtype": "float32"}
            found.append(_entry("InputLayer", "keras.layers", given))
        found.append(layer)
    return found


def modern_graph(config: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the config of a functional model in the form of Keras 3.

    Raises:
        SavingError: something in it describes no layer.
    """
    # A model has a call of its own, from its inputs to its outputs, in Keras 2.
    given = [_checked(layer) for layer in config["layers"]]
    shifted = {_name(layer) for layer in given if "layers" in layer["config"]}
    chains = {_name(layer) for layer in given if layer["class_name"] == "Sequential"}
    older = False
    layers = []
    for entry in given:
        layer = modern_layer(entry)
        calls = entry.get("inbound_nodes") or []
        if calls and not all(_is_call(call) for call in calls):
            older = True
            layer.pop("build_config", None)  # the calls build, and know more
            layer["inbound_nodes"] = [
                call if _is_call(call) else _modern_call(call, shifted)
                for call in calls
            ]
        layers.append(layer)
    found = {**config, "layers": layers}
    if older:
        for key in ("input_layers", "output_layers"):
            found[key] = _modern_ends(found[key], chains)
    return found


def modern_layer(entry: Any) -> dict[str, Any]:
    """Returns the config of a layer in today's form, with what it holds.

    Raises:
        SavingError: it describes no layer.

    Example:
        >>> old = {"class_name": "Dense", "config": {"units": 2, "dtype": "float32"}}
        >>> modern_layer(old)["module"]
        'keras.layers'
    """
    layer = _placed(_checked(entry))
    inner = dict(layer["config"])
    name = str(entry["class_name"])
    shape = inner.pop(_BATCH_SHAPE, None)
    if name.startswith("BatchNormalization"):
        name = "BatchNormalization"
    if name == "InputLayer":
        if shape is not None:
            inner["batch_shape"] = shape
        for key in ("sparse", "ragged"):
            if inner.get(key) is False:
                del inner[key]
    for key, value in _WITHOUT_MEANING.get(name, {}).items():
        if value is ... or inner.get(key, ...) == value:
            inner.pop(key, None)
    for old, new in _SPELLINGS.get(name, {}).items():
        if old in inner:
            inner[new] = inner.pop(old)
    if name == "Lambda":
        _modern_lambda(inner)
    inner.pop("rng_type", None)
    axis = inner.get("axis")
    if name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        inner["axis"] = axis[0]
    if isinstance(inner.get("dtype"), Mapping):
        inner["dtype"] = _policy(inner["dtype"])
    for key in _INSIDE:
        if isinstance(inner.get(key), Mapping) and "class_name" in inner[key]:
            inner[key] = modern_layer(inner[key])
    return {**layer, "config": inner}


def _checked(entry: Any) -> dict[str, Any]:
    if (
        isinstance(entry, dict)
        and isinstance(entry.get("config"), dict | list)
        and isinstance(entry.get("class_name"), str)
    ):
        if isinstance(entry["config"], list):  # a chain inside, before Keras 2.3
            return {**entry, "config": {"layers": entry["config"]}}
        return entry
    raise SavingError(message("load_model", f"{entry!r} describes no layer"))


def _placed(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config with the package of its class, where it is left out or older."""
    found = dict(config)
    name = _RENAMED.get(str(config.get("class_name")), config.get("class_name"))
    if not isinstance(name, str):
        return found
    module = config.get("module")
    if isinstance(module, str):
        # The package of Keras 2 that lives on under another name.
        found["module"] = "keras" + module[8:] if module[:8] == "tf_keras" else module
    elif "module" not in config:
        found["module"] = _module(name, config.get("config"))
    found["class_name"] = name
    return found


def _module(name: str, config: Any) -> str:
    if name in _MODELS:
        return _MODELS[name]
    if isinstance(config, Mapping) and "trainable" not in config:
        # An operation has no such thing; `Add` is one and a layer, too.
        for place in _OPERATIONS:
            if name != "InputLayer" and find_public(place, name) is not None:
                return place
    return "keras.layers"


def _entry(name: str, module: str, config: Mapping[str, Any]) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": dict(config)}


def _policy(dtype: Mapping[str, Any]) -> Any:
    """The name of a policy; Keras 2 had other classes for them."""
    kind = dtype.get("class_name")
    if kind in ("Policy", "PolicyV1") and isinstance(dtype.get("config"), Mapping):
        return dtype["config"].get("name")
    return dtype


def _modern_lambda(config: dict[str, Any]) -> None:
    """A function in a list of code, defaults and closure gets the form of today."""
    kind = config.pop("function_type", None)
    for key in ("module", "output_shape_type", "output_shape_module"):
        config.pop(key, None)
    function = config.get("function")
    if isinstance(function, list) and len(function) == 3:
        parts = dict(zip(("code", "defaults", "closure"), function, strict=True))
        config["function"] = {"class_name": "__lambda__", "config": parts}
    elif kind == "function" and isinstance(function, str):
        config["function"] = {
            "module": "builtins", "class_name": "function", "config": function,
        }  # fmt: skip


# Calls ------------------------------------------------------------------------------


def _name(layer: Mapping[str, Any]) -> str:
    return str(layer.get("name") or layer["config"].get("name"))


def _is_call(call: Any) -> bool:
    return isinstance(call, Mapping) and "args" in call


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and all(isinstance(number, int) for number in value[1:3])
        and (len(value) == 3 or isinstance(value[3], Mapping))
    )


def _modern_call(call: Any, shifted: set[str]) -> dict[str, Any]:
    """The arguments of a call: Keras 2 lists what it was called on.

    Args:
        call: [layer, call, tensor, further arguments], a list or a dict of them.
        shifted: the names of models, whose calls count from 1.
    """
    keywords: dict[str, Any] = {}

    def read(value: Any) -> Any:
        if _is_place(value):
            if len(value) == 4:
                keywords.update(value[3])
            return _reference(value, shifted)
        if isinstance(value, Mapping):
            return {key: read(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [read(part) for part in value]
        return value

    parts = read(call)
    first = parts[0] if isinstance(parts, list) and len(parts) == 1 else parts
    return {
        "args": [first],
        "kwargs": {
            key: _reference(value, shifted) if _is_place(value) else value
            for key, value in keywords.items()
        },
    }


def _reference(place: Sequence[Any], shifted: set[str]) -> dict[str, Any]:
    name, call, tensor = place[:3]
    history = [name, call - (name in shifted), tensor]
    return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}


def _modern_ends(places: Any, chains: set[str]) -> Any:
    """Where data enter and leave: Keras 2 does not tell a list of one from the one."""
    if _is_place(places):
        # Keras 3 counts the calls of chains from 0, of other models from 1.
        return [places[0], places[1] - (places[0] in chains), places[2]]
    if isinstance(places, Mapping):
        return {key: _modern_ends(place, chains) for key, place in places.items()}
    if isinstance(places, (list, tuple)):
        found = [_modern_ends(place, chains) for place in places]
        return found[0] if len(found) == 1 and _is_place(found[0]) else found
    return places
