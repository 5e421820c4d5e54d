"""Random numbers, as `keras.random` names them."""

from saccade.core import _refused, _registry
from saccade.core._random import SeedGenerator as SeedGenerator

from ._draws import beta as beta
from ._draws import binomial as binomial
from ._draws import categorical as categorical
from ._draws import dropout as dropout
from ._draws import gamma as gamma
from ._draws import normal as normal
from ._draws import randint as randint
from ._draws import shuffle as shuffle
from ._draws import truncated_normal as truncated_normal
from ._draws import uniform as uniform

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

_registry.export("keras.random", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
