"""AdamW that averages its weights, so that the rate needs no schedule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Unpack

import jax
import jax.numpy as jnp

from saccade.core._checks import positive_int
from saccade.core._variable import Variable
from saccade.optimizers import _arguments, _rules
from saccade.optimizers._arguments import Shared, takes_shared
from saccade.optimizers._rule_optimizer import RuleOptimizer
from saccade.optimizers._rules import Number, Slots, Updated

if TYPE_CHECKING:
    from saccade.optimizers._rule_optimizer import Rule
    from saccade.optimizers._state import LearningRate


class ScheduleFreeAdamW(RuleOptimizer):
    """AdamW on weights z, whose average x is what the network becomes.

    z' = z - rate g / (sqrt(v' / (1 - beta_2^t)) + epsilon); x' = x + (z' - x) / t;
    the network has the weights (1 - beta_1) z' + beta_1 x'.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        beta_1: share of the average in the network's weights, in (0, 1].
        beta_2: decay of the mean of squared gradients, in [0, 1].
        epsilon: keeps the division finite.
        warmup_steps: steps in which the rate rises from 0.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors.

    Example:
        >>> w = Variable([1.0], name="w")
        >>> ScheduleFreeAdamW(0.1).apply([[2.0]], [w]); round(float(w[0]), 4)
        0.9

    Reference: Defazio et al., "The road less scheduled", 2024,
    https://arxiv.org/abs/2405.15682
    """

    arguments = ("beta_1", "beta_2", "epsilon", "warmup_steps")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        self.beta_1 = _arguments.between(beta_1, "beta_1", where, 0, 1)
        self.beta_2 = _arguments.between(beta_2, "beta_2", where, 0, 1)
        self.epsilon = _arguments.epsilon(epsilon, where)
        self.warmup_steps = positive_int(warmup_steps, "warmup_steps", where, minimum=0)

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"momentum": 0.0, "velocity": 0.0}]

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for the weights to be trained, once.

        Args:
            variables: the weights, in the order in which gradients will come.
        """
        if self.built:
            return
        super().build(variables)
        for variable, slots in zip(variables, self._slots, strict=True):
            slots["momentum"].assign(variable.value)

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        if self.warmup_steps:
            rate = rate * jnp.minimum(step / self.warmup_steps, 1.0)
        return partial(
            schedule_free,
            rate=rate,
            share=1 / step,
            correction=_rules.bias_correction(self.beta_2, step),
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )


def schedule_free(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    share: Number,
    correction: Number,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Updated:
    """Steps by the gradient over the root of its mean square, and averages.

    The average is not kept: it follows from the weight and the slot `momentum`.

    Example:
        >>> s = {"momentum": jnp.ones(1), "velocity": jnp.zeros(1)}
        >>> w, s = schedule_free(jnp.ones(1), jnp.ones(1), s, rate=0.1, share=0.5,
        ...     correction=0.25, beta_1=0.5, beta_2=0.75, epsilon=0.0)
        >>> round(float(w[0]), 4), round(float(s["momentum"][0]), 4)
        (0.925, 0.9)
    """
    z = slots["momentum"]
    v = slots["velocity"] + (g * g - slots["velocity"]) * (1 - beta_2)
    moved = z - rate * g / (jnp.sqrt(v / correction) + epsilon)
    average = (w - (1 - beta_1) * z) / beta_1
    average = (1 - share) * average + share * moved
    new = (1 - beta_1) * moved + beta_1 * average
    return new, {"momentum": moved, "velocity": v}
