"""What the worker and the frameworks' scripts agree on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.generic]
Labels = NDArray[np.int32]
Answering = Callable[[Pictures], NDArray[np.float32]]


@dataclass(frozen=True)
class Options:
    """How a framework is used."""

    threads: int
    steps_per_execution: int = 1
    compiled: bool = False


class Gate(Protocol):
    """Stands before and after each epoch, holding the clock."""

    def begin(self) -> None: ...

    def end(self, loss: float, accuracy: float) -> None: ...


class Trainer(Protocol):
    """A network, ready to train."""

    def fit(self, x: Pictures, y: Labels, epochs: int, gate: Gate) -> None: ...

    def count_params(self) -> int: ...

    def ways(self) -> dict[str, Answering]:
        """Returns the usual ways to ask for answers, by the name of the call."""
        ...
