"""Optimizers, as `keras.optimizers` names them."""

from __future__ import annotations

from saccade.core import _registry

from . import schedules as schedules
from ._adam import Adam as Adam
from ._lookup import BUILT_IN as _BUILT_IN
from ._lookup import deserialize as deserialize
from ._lookup import get as get
from ._lookup import serialize as serialize
from ._optimizer import Optimizer as Optimizer
from ._sgd import SGD as SGD

__all__ = [
    "SGD",
    "Adam",
    "Optimizer",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_exported = {name: globals()[name] for name in __all__ if name != "schedules"}
_registry.export("keras.optimizers", _exported)
for _class in _exported.values():
    if isinstance(_class, type) and _class is not Optimizer:
        _BUILT_IN[_class.__name__.lower()] = _class
