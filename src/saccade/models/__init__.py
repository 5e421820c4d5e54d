"""Models: layers put together and trained."""

from saccade.core import _refused, _registry
from saccade.models._clone import clone_model as clone_model
from saccade.models._clone import model_from_json as model_from_json
from saccade.models._functional import Functional as Functional
from saccade.models._model import Model as Model
from saccade.models._sequential import Sequential as Sequential
from saccade.saving import load_model as load_model
from saccade.saving import save_model as save_model

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]

_registry.export("keras", {"Model": Model, "Sequential": Sequential})
_registry.export("keras.models", {"Model": Model, "Sequential": Sequential})

__getattr__ = _refused.door(__name__, __all__)
