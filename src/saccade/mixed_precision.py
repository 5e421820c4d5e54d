"""Computation in short floats, as `keras.mixed_precision` names it.

`set_dtype_policy("mixed_bfloat16")` lets layers made from then on compute in bfloat16
and keep their weights in float32.
"""

from saccade.core import _registry
from saccade.core._dtypes import DTypePolicy as DTypePolicy
from saccade.core._dtypes import dtype_policy as dtype_policy
from saccade.core._dtypes import set_dtype_policy as set_dtype_policy
from saccade.optimizers import LossScaleOptimizer as LossScaleOptimizer

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]

_registry.export("keras.mixed_precision", {name: globals()[name] for name in __all__})
