"""A small network learns from a large one, as `keras.distillation` names it."""

from saccade.core import _registry
from saccade.distillation._distiller import Distiller as Distiller
from saccade.distillation._losses import DistillationLoss as DistillationLoss
from saccade.distillation._losses import FeatureDistillation as FeatureDistillation
from saccade.distillation._losses import LogitsDistillation as LogitsDistillation

__all__ = [
    "DistillationLoss",
    "Distiller",
    "FeatureDistillation",
    "LogitsDistillation",
]

_registry.export("keras.distillation", {name: globals()[name] for name in __all__})
