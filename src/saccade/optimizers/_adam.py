"""Adam and its relatives: running means of gradients and of their sizes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Unpack

import jax

from saccade.optimizers import _arguments, _rules
from saccade.optimizers._arguments import Shared, takes_shared
from saccade.optimizers._rule_optimizer import RuleOptimizer

if TYPE_CHECKING:
    from saccade.optimizers._optimizer import LearningRate
    from saccade.optimizers._rule_optimizer import Rule


class _Moments(RuleOptimizer):
    """What the family shares: `beta_1`, `beta_2`, `epsilon` and two slots."""

    arguments = ("beta_1", "beta_2", "epsilon")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        self.beta_1 = _arguments.between(beta_1, "beta_1", where, 0, 1)
        self.beta_2 = _arguments.between(beta_2, "beta_2", where, 0, 1)
        _arguments.at_least_zero(epsilon, "epsilon", where)
        self.epsilon = epsilon

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"momentum": 0.0, "velocity": 0.0}]


class Adam(_Moments):
    """Scales each step by running means of the gradient and of its square.

    m' = beta_1 m + (1 - beta_1) g; v' = beta_2 v + (1 - beta_2) g^2;
    w' = w - rate * m' / (1 - beta_1^t) / (sqrt(v' / (1 - beta_2^t)) + epsilon), where
    epsilon is taken before the correction of v, as in the paper's remark.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        beta_1: decay of the mean of gradients, in [0, 1].
        beta_2: decay of the mean of their squares, in [0, 1].
        epsilon: keeps the division finite.
        amsgrad: whether to divide by the largest mean square so far.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Adam(0.1).apply([[2.0]], [w]); round(float(w[0]), 4)
        0.9

    Reference: Kingma and Ba, "Adam", 2014, https://arxiv.org/abs/1412.6980
    """

    arguments = ("beta_1", "beta_2", "epsilon", "amsgrad")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **shared)
        self.amsgrad = amsgrad

    def _slot_groups(self) -> list[dict[str, float]]:
        more = [{"velocity_hat": 0.0}] if self.amsgrad else []
        return [*super()._slot_groups(), *more]

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(
            _rules.adam,
            rate=_rules.bias_corrected_rate(rate, step, self.beta_1, self.beta_2),
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )
