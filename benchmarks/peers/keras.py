"""Keras 3 on the backend that KERAS_BACKEND names."""

import keras

from benchmarks.cases._kinds import Training

from ._keras_api import KerasTrainer
from ._protocol import Options


class Trainer(KerasTrainer):
    """A case in Keras."""

    def __init__(self, training: Training, options: Options) -> None:
        super().__init__(keras, training, options)
