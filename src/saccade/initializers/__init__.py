"""Initializers: the first values of weights."""

from saccade.core import _refused, _registry

from ._constant import Constant as Constant
from ._constant import Identity as Identity
from ._constant import Ones as Ones
from ._constant import Zeros as Zeros
from ._initializer import Initializer as Initializer
from ._lookup import deserialize as deserialize
from ._lookup import get as get
from ._lookup import serialize as serialize
from ._random import GlorotNormal as GlorotNormal
from ._random import GlorotUniform as GlorotUniform
from ._random import HeNormal as HeNormal
from ._random import HeUniform as HeUniform
from ._random import LecunNormal as LecunNormal
from ._random import LecunUniform as LecunUniform
from ._random import Orthogonal as Orthogonal
from ._random import RandomNormal as RandomNormal
from ._random import RandomUniform as RandomUniform
from ._random import TruncatedNormal as TruncatedNormal
from ._random import VarianceScaling as VarianceScaling

constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = IdentityInitializer = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = OrthogonalInitializer = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

_registry.export("keras", {"Initializer": Initializer})
_registry.export("keras.initializers", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
