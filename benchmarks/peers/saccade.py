"""saccade, as a user writes it."""

import saccade
from benchmarks.cases._kinds import Training

from ._keras_api import KerasTrainer
from ._protocol import Options


class Trainer(KerasTrainer):
    """A case in saccade."""

    def __init__(self, training: Training, options: Options) -> None:
        super().__init__(saccade, training, options)
