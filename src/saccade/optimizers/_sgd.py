"""Gradient descent and its momentum."""

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
