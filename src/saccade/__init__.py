"""saccade: computer vision the Keras way, on a compiled JAX engine.

Names are those of Keras: `saccade.layers.Conv2D`, `saccade.Sequential`, ... Importing
this package computes nothing and loads each part when it is first asked for.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from saccade.core import _runtime as _runtime

_runtime.prepare()

if TYPE_CHECKING:
    from saccade import activations as activations
    from saccade import backend as backend
    from saccade import callbacks as callbacks
    from saccade import config as config
    from saccade import constraints as constraints
    from saccade import datasets as datasets
    from saccade import distillation as distillation
    from saccade import dtype_policies as dtype_policies
    from saccade import explain as explain
    from saccade import export as export
    from saccade import initializers as initializers
    from saccade import layers as layers
    from saccade import losses as losses
    from saccade import metrics as metrics
    from saccade import mixed_precision as mixed_precision
    from saccade import models as models
    from saccade import ops as ops
    from saccade import optimizers as optimizers
    from saccade import preprocessing as preprocessing
    from saccade import random as random
    from saccade import recipes as recipes
    from saccade import regularizers as regularizers
    from saccade import saving as saving
    from saccade import tree as tree
    from saccade import utils as utils
    from saccade import visualization as visualization
    from saccade import wrappers as wrappers
    from saccade.core._device import device as device
    from saccade.core._dtypes import DTypePolicy as DTypePolicy
    from saccade.core._name_scope import name_scope as name_scope
    from saccade.core._remat import RematScope as RematScope
    from saccade.core._remat import remat as remat
    from saccade.core._stateless import StatelessScope as StatelessScope
    from saccade.core._symbolic import KerasTensor as KerasTensor
    from saccade.core._variable import Variable as Variable
    from saccade.dtype_policies import FloatDTypePolicy as FloatDTypePolicy
    from saccade.initializers import Initializer as Initializer
    from saccade.launcher import load_ipython_extension as load_ipython_extension
    from saccade.launcher import unload_ipython_extension as unload_ipython_extension
    from saccade.layers import Input as Input
    from saccade.layers import InputSpec as InputSpec
    from saccade.layers import Layer as Layer
    from saccade.losses import Loss as Loss
    from saccade.metrics import Metric as Metric
    from saccade.models import Model as Model
    from saccade.models import Sequential as Sequential
    from saccade.optimizers import Optimizer as Optimizer
    from saccade.regularizers import Regularizer as Regularizer

__version__ = "0.1.0"

_PACKAGES = (
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "distillation",
    "dtype_policies",
    "explain",
    "export",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "recipes",
    "regularizers",
    "saving",
    "tree",
    "utils",
    "visualization",
    "wrappers",
)
_NAMES = {
    "DTypePolicy": "saccade.core._dtypes",
    "FloatDTypePolicy": "saccade.dtype_policies",
    "Initializer": "saccade.initializers",
    "Input": "saccade.layers",
    "InputSpec": "saccade.layers",
    "KerasTensor": "saccade.core._symbolic",
    "Layer": "saccade.layers",
    "Loss": "saccade.losses",
    "Metric": "saccade.metrics",
    "Model": "saccade.models",
    "Optimizer": "saccade.optimizers",
    "RematScope": "saccade.core._remat",
    "Regularizer": "saccade.regularizers",
    "Sequential": "saccade.models",
    "StatelessScope": "saccade.core._stateless",
    "Variable": "saccade.core._variable",
    "device": "saccade.core._device",
    "load_ipython_extension": "saccade.launcher",
    "name_scope": "saccade.core._name_scope",
    "remat": "saccade.core._remat",
    "unload_ipython_extension": "saccade.launcher",
}

__all__ = sorted([*_PACKAGES, *_NAMES, "__version__", "version"])


def version() -> str:
    """Returns the version of saccade.

    Example:
        >>> version() == __version__
        True
    """
    return __version__


def __getattr__(name: str) -> object:
    if name in _PACKAGES:
        return _runtime.load(f"saccade.{name}")
    if name in _NAMES:
        value = getattr(_runtime.load(_NAMES[name]), name)
        globals()[name] = value
        return value
    from saccade.core import _refused

    raise _refused.error_for("saccade", name, __all__, sys._getframe(1))


def __dir__() -> list[str]:
    return __all__
