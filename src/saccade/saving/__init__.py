"""Saving and loading: objects as plain values, weights in files."""

from saccade.core import _refused, _registry
from saccade.core._registry import custom_object_scope as custom_object_scope
from saccade.core._registry import get_custom_objects as get_custom_objects
from saccade.core._registry import get_registered_name as get_registered_name
from saccade.core._registry import get_registered_object as get_registered_object
from saccade.core._registry import (
    register_keras_serializable as register_keras_serializable,
)
from saccade.saving._keras_zip import load_model as load_model
from saccade.saving._keras_zip import save_model as save_model
from saccade.saving._objects import deserialize_keras_object as deserialize_keras_object
from saccade.saving._objects import serialize_keras_object as serialize_keras_object
from saccade.saving._weights import load_weights as load_weights
from saccade.saving._weights import save_weights as save_weights

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]

_registry.export("keras.saving", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
