"""The variables that training changes, read and written as plain arrays.

The variables of the model always hold the last finished state, so an interrupted or
failed run loses nothing and callbacks see and may change the weights.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import jax

    from saccade.core._variable import Variable

Values: TypeAlias = "tuple[list[jax.Array], ...]"


@dataclasses.dataclass(frozen=True)
class StateLayout:
    """Which variables take part, in four groups.

    Args:
        trainable: changed by gradients.
        frozen: changed by layers themselves, or not at all.
        optimizer: the optimizer's own; empty for evaluation.
        metrics: what the loss and the metrics count.
    """

    trainable: Sequence[Variable]
    frozen: Sequence[Variable]
    optimizer: Sequence[Variable]
    metrics: Sequence[Variable]

    @property
    def groups(self) -> tuple[Sequence[Variable], ...]:
        """The four groups in order."""
        return (self.trainable, self.frozen, self.optimizer, self.metrics)

    def read(self) -> Values:
        """Returns the present values."""
        return tuple([v.own_value for v in group] for group in self.groups)

    def write(self, values: Values) -> None:
        """Stores new values; runs under a deferred interrupt, so all or none."""
        for group, arrays in zip(self.groups, values, strict=True):
            for variable, array in zip(group, arrays, strict=True):
                variable.assign(array)

    @property
    def identity(self) -> tuple[int, ...]:
        """What a compiled program depends on: which variables, in which group."""
        return tuple(id(v) for group in self.groups for v in (*group, None))
