"""What the built-in optimizers share: a pure rule bound to their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

import jax
import jax.numpy as jnp

from saccade.core._variable import Variable
from saccade.optimizers._optimizer import Optimizer
from saccade.optimizers._rules import Slots, Updated
from saccade.optimizers._state import constant

if TYPE_CHECKING:
    from jax.typing import ArrayLike

    Rule = Callable[[jax.Array, jax.Array, Slots], Updated]

# XLA's CPU loops over a last axis of 9 to 31 are up to seven times slower than over the
# same numbers in one row (measured with jax 0.10.2: Adam on (784, 10), 21 and 3 us).
_NARROW = 32


class RuleOptimizer(Optimizer):
    """An optimizer whose `update_step` is a rule of `_rules`.

    A subclass names its arguments, its slots, and binds its rule once per step, so
    that numbers common to all weights are computed once.
    """

    arguments: ClassVar[tuple[str, ...]] = ()
    elementwise: ClassVar[bool] = True
    """Whether the rule treats a weight as a plain list of numbers."""

    def _slot_groups(self) -> list[dict[str, float]]:
        """Returns names and first values of the slots.

        Keras orders the slots of one group by weight, and one group after another.
        """
        return []

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        """Returns the rule of this step.

        Args:
            rate: the learning rate, float32 ().
            step: the number of this step, from 1, float32 ().
        """
        raise NotImplementedError

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for the weights to be trained, once.

        Args:
            variables: the weights, in the order in which gradients will come.
        """
        if self.built:
            return
        super().build(variables)
        self._slots: list[dict[str, Variable]] = [{} for _ in variables]
        self._rule: Rule | None = None
        for group in self._slot_groups():
            for variable, slots in zip(variables, self._slots, strict=True):
                for name, first in group.items():
                    slots[name] = self.add_variable_from_reference(
                        variable, name, constant(first)
                    )

    def update_step(
        self,
        gradient: jax.Array,
        variable: Variable,
        learning_rate: Variable | ArrayLike,
    ) -> None:
        """Moves one weight by the rule.

        Args:
            gradient: its gradient.
            variable: the weight.
            learning_rate: the rate of this step.
        """
        rule = self._rule or self._bind_now(learning_rate)
        slots = self._slots[self._get_variable_index(variable)]
        shape = variable.shape
        if self.elementwise and len(shape) > 1 and shape[-1] < _NARROW:
            shape = (-1,)
        weight, new = rule(
            _ready(variable.value, shape),
            _ready(gradient, shape),
            {
                name: _ready(slot.value, shape if self.elementwise else slot.shape)
                for name, slot in slots.items()
            },
        )
        variable.assign(weight.reshape(variable.shape))
        for name, value in new.items():
            slots[name].assign(value.reshape(slots[name].shape))

    def get_config(self) -> dict[str, object]:
        """Returns the constructor's arguments."""
        own = {name: getattr(self, name) for name in self.arguments}
        return {**super().get_config(), **own}

    def _update_all(
        self,
        gradients: Sequence[jax.Array],
        variables: Sequence[Variable],
        learning_rate: Variable | ArrayLike,
    ) -> None:
        self._rule = self._bind_now(learning_rate)
        try:
            super()._update_all(gradients, variables, learning_rate)
        finally:
            self._rule = None

    def _bind_now(self, learning_rate: Variable | ArrayLike) -> Rule:
        step = jnp.asarray(self.iterations) + 1
        rate = jnp.asarray(learning_rate).astype(jnp.float32)
        return self._bind(rate, step.astype(jnp.float32))


def _ready(x: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Returns an array in the form in which rules compute."""
    # Short floats are too coarse for running averages of squares.
    x = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    return x if x.shape == shape else x.reshape(shape)
