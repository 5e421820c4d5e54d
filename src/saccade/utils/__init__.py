"""Small tools around training: labels, seeds, progress, files from the network."""

from saccade.core import _refused, _registry
from saccade.core._dtypes import standardize_dtype as standardize_dtype
from saccade.core._registry import custom_object_scope as custom_object_scope
from saccade.core._registry import get_custom_objects as get_custom_objects
from saccade.core._registry import get_registered_name as get_registered_name
from saccade.core._registry import get_registered_object as get_registered_object
from saccade.core._registry import (
    register_keras_serializable as register_keras_serializable,
)
from saccade.core._settings import (
    disable_interactive_logging as disable_interactive_logging,
)
from saccade.core._settings import (
    enable_interactive_logging as enable_interactive_logging,
)
from saccade.core._settings import (
    is_interactive_logging_enabled as is_interactive_logging_enabled,
)
from saccade.core._symbolic import is_keras_tensor as is_keras_tensor
from saccade.data import PyDataset as PyDataset
from saccade.data import Sequence as Sequence
from saccade.data import pack_x_y_sample_weight as pack_x_y_sample_weight
from saccade.data import stratified_split as stratified_split
from saccade.data import unpack_x_y_sample_weight as unpack_x_y_sample_weight
from saccade.saving import deserialize_keras_object as deserialize_keras_object
from saccade.saving import serialize_keras_object as serialize_keras_object

from . import bounding_boxes as bounding_boxes
from ._categorical import normalize as normalize
from ._categorical import to_categorical as to_categorical
from ._config import Config as Config
from ._get_file import get_file as get_file
from ._image_dataset import (
    image_dataset_from_directory as image_dataset_from_directory,
)
from ._image_files import array_to_img as array_to_img
from ._image_files import img_to_array as img_to_array
from ._image_files import load_img as load_img
from ._image_files import save_img as save_img
from ._image_resize import smart_resize as smart_resize
from ._model_dot import model_to_dot as model_to_dot
from ._model_dot import plot_model as plot_model
from ._progbar import Progbar as Progbar
from ._session import clear_session as clear_session
from ._session import set_random_seed as set_random_seed
from ._source_inputs import get_source_inputs as get_source_inputs
from ._split_dataset import split_dataset as split_dataset

CustomObjectScope = custom_object_scope

__all__ = [
    "Config",
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "bounding_boxes",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "plot_model",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "smart_resize",
    "split_dataset",
    "standardize_dtype",
    "stratified_split",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
_registry.export("keras.utils", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
