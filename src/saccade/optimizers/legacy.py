"""Names of `keras.optimizers.legacy`: the same optimizers under their old place."""

from __future__ import annotations

from ._adagrad import Adagrad as Adagrad
from ._adagrad import Ftrl as Ftrl
from ._adagrad import RMSprop as RMSprop
from ._adam import Adam as Adam
from ._optimizer import Optimizer as Optimizer
from ._sgd import SGD as SGD

__all__ = ["SGD", "Adagrad", "Adam", "Ftrl", "Optimizer", "RMSprop"]
