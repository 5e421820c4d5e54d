"""Learning-rate schedules, as `keras.optimizers.schedules` names them."""

from __future__ import annotations

from saccade.core import _registry

from ._schedules import CosineDecay as CosineDecay
from ._schedules import (
    CosineDecayRestarts as CosineDecayRestarts,
)
from ._schedules import (
    ExponentialDecay as ExponentialDecay,
)
from ._schedules import (
    InverseTimeDecay as InverseTimeDecay,
)
from ._schedules import (
    LearningRateSchedule as LearningRateSchedule,
)
from ._schedules import (
    PiecewiseConstantDecay as PiecewiseConstantDecay,
)
from ._schedules import PolynomialDecay as PolynomialDecay
from ._schedules import deserialize as deserialize
from ._schedules import serialize as serialize

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]

_registry.export(
    "keras.optimizers.schedules", {name: globals()[name] for name in __all__}
)
