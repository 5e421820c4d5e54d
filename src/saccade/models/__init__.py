"""Models: layers put together and trained."""

from saccade.core import _registry
from saccade.models._model import Model as Model
from saccade.models._sequential import Sequential as Sequential

__all__ = ["Model", "Sequential"]

_registry.export("keras", {"Model": Model, "Sequential": Sequential})
_registry.export("keras.models", {"Model": Model, "Sequential": Sequential})
