"""Optimizers, as `keras.optimizers` names them."""

from __future__ import annotations

from saccade.core import _refused, _registry

from . import legacy as legacy
from . import schedules as schedules
from ._adagrad import Adadelta as Adadelta
from ._adagrad import Adafactor as Adafactor
from ._adagrad import Adagrad as Adagrad
from ._adagrad import Ftrl as Ftrl
from ._adagrad import RMSprop as RMSprop
from ._adam import Adam as Adam
from ._adam import Adamax as Adamax
from ._adam import AdamW as AdamW
from ._adam import Lamb as Lamb
from ._adam import Nadam as Nadam
from ._lookup import BUILT_IN as _BUILT_IN
from ._lookup import deserialize as deserialize
from ._lookup import get as get
from ._lookup import serialize as serialize
from ._loss_scale import LossScaleOptimizer as LossScaleOptimizer
from ._muon import Muon as Muon
from ._optimizer import Optimizer as Optimizer
from ._schedule_free import ScheduleFreeAdamW as ScheduleFreeAdamW
from ._sgd import SGD as SGD
from ._sgd import Lion as Lion

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "legacy",
    "schedules",
    "serialize",
]

_exported = {
    name: globals()[name] for name in __all__ if name not in ("legacy", "schedules")
}
_registry.export("keras.optimizers", _exported)
for _class in _exported.values():
    if isinstance(_class, type) and _class is not Optimizer:
        _BUILT_IN[_class.__name__.lower()] = _class

__getattr__ = _refused.door(__name__, __all__)
