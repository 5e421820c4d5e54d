"""Models: layers put together and trained."""

from saccade.core import _registry
from saccade.models._model import Model as Model
from saccade.models._sequential import Sequential as Sequential
from saccade.saving import load_model as load_model
from saccade.saving import save_model as save_model

__all__ = ["Model", "Sequential", "load_model", "save_model"]

_registry.export("keras", {"Model": Model, "Sequential": Sequential})
_registry.export("keras.models", {"Model": Model, "Sequential": Sequential})
