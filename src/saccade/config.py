"""Settings of the whole process, as `keras.config` names them."""

from saccade.core import _refused, _registry
from saccade.core._dtypes import dtype_policy as dtype_policy
from saccade.core._dtypes import set_dtype_policy as set_dtype_policy
from saccade.core._settings import backend as backend
from saccade.core._settings import (
    disable_flash_attention as disable_flash_attention,
)
from saccade.core._settings import (
    disable_interactive_logging as disable_interactive_logging,
)
from saccade.core._settings import (
    disable_traceback_filtering as disable_traceback_filtering,
)
from saccade.core._settings import enable_flash_attention as enable_flash_attention
from saccade.core._settings import (
    enable_interactive_logging as enable_interactive_logging,
)
from saccade.core._settings import (
    enable_traceback_filtering as enable_traceback_filtering,
)
from saccade.core._settings import epsilon as epsilon
from saccade.core._settings import floatx as floatx
from saccade.core._settings import image_data_format as image_data_format
from saccade.core._settings import (
    is_flash_attention_enabled as is_flash_attention_enabled,
)
from saccade.core._settings import (
    is_interactive_logging_enabled as is_interactive_logging_enabled,
)
from saccade.core._settings import (
    is_traceback_filtering_enabled as is_traceback_filtering_enabled,
)
from saccade.core._settings import max_epochs as max_epochs
from saccade.core._settings import max_steps_per_epoch as max_steps_per_epoch
from saccade.core._settings import set_epsilon as set_epsilon
from saccade.core._settings import set_floatx as set_floatx
from saccade.core._settings import set_image_data_format as set_image_data_format
from saccade.core._settings import set_max_epochs as set_max_epochs
from saccade.core._settings import set_max_steps_per_epoch as set_max_steps_per_epoch
from saccade.saving._objects import (
    enable_unsafe_deserialization as enable_unsafe_deserialization,
)

__all__ = [
    "backend",
    "disable_flash_attention",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
]

_registry.export("keras.config", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
