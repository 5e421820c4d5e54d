"""Gradient descent and its momentum."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Unpack

import jax

from saccade.core._errors import ConfigError, message
from saccade.optimizers import _arguments, _rules
from saccade.optimizers._arguments import Shared, takes_shared
from saccade.optimizers._rule_optimizer import RuleOptimizer

if TYPE_CHECKING:
    from saccade.optimizers._rule_optimizer import Rule
    from saccade.optimizers._state import LearningRate


class SGD(RuleOptimizer):
    """Goes against the gradient, with momentum if asked for.

    w' = w - rate * g; with momentum m' = momentum m - rate g and w' = w + m', or
    w' = w + momentum m' - rate g (Nesterov).

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        momentum: share of the last step that goes on, in [0, 1].
        nesterov: whether the gradient counts as if taken after the momentum.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: whole numbers are taken as momentum.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> SGD(0.25).apply([[2.0]], [w]); float(w[0])
        0.5

    Reference: Sutskever et al., "On the importance of initialization and momentum in
    deep learning", 2013, https://proceedings.mlr.press/v28/sutskever13.html
    """

    arguments = ("momentum", "nesterov")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        self.momentum = _arguments.between(momentum, "momentum", where, 0, 1)
        self.nesterov = nesterov

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"momentum": 0.0}] if self.momentum else []

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(
            _rules.sgd, rate=rate, momentum=self.momentum, nesterov=self.nesterov
        )


class Lion(RuleOptimizer):
    """Steps by the sign of a mix of momentum and gradient.

    w' = w - rate * sign(beta_1 m + (1 - beta_1) g); m' = beta_2 m + (1 - beta_2) g.
    Every step has the same size, so rates are 3 to 10 times smaller than Adam's.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        beta_1: share of the momentum in the step, in (0, 1].
        beta_2: decay of the momentum, in [0, 1].
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: `beta_2` out of range is an error.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Lion(0.25).apply([[2.0]], [w]); float(w[0])
        0.75

    Reference: Chen et al., "Symbolic discovery of optimization algorithms", 2023,
    https://arxiv.org/abs/2302.06675
    """

    arguments = ("beta_1", "beta_2")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        self.beta_1 = _arguments.between(beta_1, "beta_1", where, 0, 1)
        self.beta_2 = _arguments.between(beta_2, "beta_2", where, 0, 1)
        if beta_1 == 0:
            raise ConfigError(
                message(
                    where,
                    "`beta_1` must be a number in (0, 1], got 0",
                    "without momentum this is SGD on signs; pass for example 0.9",
                )
            )

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"momentum": 0.0}]

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(_rules.lion, rate=rate, beta_1=self.beta_1, beta_2=self.beta_2)
