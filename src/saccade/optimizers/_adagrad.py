"""Optimizers that divide by the size of past gradients: Adagrad and what followed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Unpack

import jax
import jax.numpy as jnp

from saccade.core._errors import ConfigError
from saccade.core._variable import Variable
from saccade.optimizers import _arguments, _rules
from saccade.optimizers._arguments import Shared, takes_shared
from saccade.optimizers._rule_optimizer import RuleOptimizer
from saccade.optimizers._state import constant

if TYPE_CHECKING:
    from saccade.optimizers._rule_optimizer import Rule
    from saccade.optimizers._state import LearningRate


class Adagrad(RuleOptimizer):
    """Divides the gradient by the root of the sum of all its squares so far.

    a' = a + g^2; w' = w - rate * g / sqrt(a' + epsilon)

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        initial_accumulator_value: first value of the sum, >= 0.
        epsilon: keeps the division finite.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Adagrad(0.1, 0.0).apply([[2.0]], [w]); round(float(w[0]), 4)
        0.9

    Reference: Duchi et al., "Adaptive subgradient methods", 2011,
    https://jmlr.org/papers/v12/duchi11a.html
    """

    arguments = ("initial_accumulator_value", "epsilon")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        _arguments.at_least_zero(
            initial_accumulator_value, "initial_accumulator_value", where
        )
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = _arguments.epsilon(epsilon, where)

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"accumulator": self.initial_accumulator_value}]

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(_rules.adagrad, rate=rate, epsilon=self.epsilon)


class Adadelta(RuleOptimizer):
    """Scales the gradient by the ratio of the sizes of past steps and gradients.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments; the
            paper's form is 1.0.
        rho: decay of the running means, in [0, 1].
        epsilon: starts the movement and keeps the division finite.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Adadelta(1.0).apply([[2.0]], [w]); round(float(w[0]), 4)
        0.9986

    Reference: Zeiler, "ADADELTA", 2012, https://arxiv.org/abs/1212.5701
    """

    arguments = ("rho", "epsilon")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.95,
        epsilon: float | None = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        self.rho = _arguments.between(rho, "rho", where, 0, 1)
        self.epsilon = _arguments.epsilon(epsilon, where)

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"accumulated_grad": 0.0, "accumulated_delta_var": 0.0}]

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(_rules.adadelta, rate=rate, rho=self.rho, epsilon=self.epsilon)


class RMSprop(RuleOptimizer):
    """Divides the gradient by a running root mean square of itself.

    v' = rho v + (1 - rho) g^2; w' = w - rate * g / sqrt(v' + epsilon)

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        rho: decay of the mean square, in [0, 1].
        momentum: share of the last step that goes on, in [0, 1].
        epsilon: keeps the division finite.
        centered: whether to divide by the standard deviation instead.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> RMSprop(0.1, rho=0.75).apply([[2.0]], [w]); round(float(w[0]), 4)
        0.8

    Reference: Hinton, "Neural networks for machine learning", lecture 6e, 2012,
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
    """

    arguments = ("rho", "momentum", "epsilon", "centered")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        self.rho = _arguments.between(rho, "rho", where, 0, 1)
        self.momentum = _arguments.between(momentum, "momentum", where, 0, 1)
        self.epsilon = _arguments.epsilon(epsilon, where)
        self.centered = centered

    def _slot_groups(self) -> list[dict[str, float]]:
        groups = [{"velocity": 0.0}]
        if self.momentum > 0:
            groups.append({"momentum": 0.0})
        if self.centered:
            groups.append({"average_gradient": 0.0})
        return groups

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(
            _rules.rmsprop,
            rate=rate,
            rho=self.rho,
            momentum=self.momentum,
            epsilon=self.epsilon,
        )


class Ftrl(RuleOptimizer):
    """Follows the regularized leader; made for wide, sparse linear models.

    Args:
        learning_rate: number > 0, schedule, or function without arguments.
        learning_rate_power: how fast rates fall with the sum of squares, <= 0; 0 for
            a constant rate.
        initial_accumulator_value: first value of the sum of squares, >= 0.
        l1_regularization_strength: pulls weights to exactly zero, >= 0.
        l2_regularization_strength: pulls weights towards zero, >= 0.
        l2_shrinkage_regularization_strength: the same, as part of the gradient, >= 0.
        beta: added to the root of the sum of squares.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: none.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Ftrl(0.1, l1_regularization_strength=100.0).apply([[2.0]], [w])
        >>> float(w[0])
        0.0

    Reference: McMahan et al., "Ad click prediction", 2013,
    https://research.google.com/pubs/archive/41159.pdf
    """

    arguments = (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for name in self.arguments:
            side = "negative" if name == "learning_rate_power" else "positive"
            _check_side(name, getattr(self, name), side, type(self).__name__)

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"accumulator": self.initial_accumulator_value, "linear": 0.0}]

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(
            _rules.ftrl,
            rate=rate,
            power=self.learning_rate_power,
            l1=self.l1_regularization_strength,
            l2=self.l2_regularization_strength,
            l2_shrinkage=self.l2_shrinkage_regularization_strength,
            beta=self.beta,
        )


def _check_side(name: str, value: float, side: str, where: str) -> None:
    """Refuses a number on the wrong side of 0, in the words that Keras' users know."""
    right = value >= 0 if side == "positive" else value <= 0
    if not right:
        error = ConfigError(
            f"`{name}` needs to be {side} or zero. Received: {name}={value}."
        )
        error.add_note(f"Fix: pass {name}={-value} or 0 to {where}.")
        raise error


class Adafactor(RuleOptimizer):
    """RMSprop whose mean squares are kept as one row and one column per weight.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments; never
            more than 1 / sqrt(step) is used.
        beta_2_decay: exponent that makes the means longer with the steps, < 0.
        epsilon_1: added to squares of gradients.
        epsilon_2: smallest size of a weight that scales its steps.
        clip_threshold: largest root mean square of a step before the rate.
        relative_step: kept for Keras, where it changes nothing either.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Adafactor(0.25).apply([[2.0]], [w]); float(w[0])
        0.75

    Reference: Shazeer and Stern, "Adafactor", 2018, https://arxiv.org/abs/1804.04235
    """

    arguments = (
        "beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step",
    )  # fmt: skip
    elementwise = False

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        _arguments.between(beta_2_decay, "beta_2_decay", where, -math.inf, 0)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step
        for name in self.arguments[1:4]:
            _arguments.at_least_zero(getattr(self, name), name, where)

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for the weights to be trained, once.

        Args:
            variables: the weights, in the order in which gradients will come.
        """
        if self.built:
            return
        super().build(variables)
        for variable, slots in zip(variables, self._slots, strict=True):
            shape = variable.shape
            if len(shape) < 2:
                # Files of Keras have two empty places for such weights.
                for _ in "rc":
                    self._scalar(0, variable.name, "int32")
            else:
                for key, own in (("r", shape[:-1]), ("c", (*shape[:-2], shape[-1]))):
                    slots[key] = self.add_variable(
                        own, constant(0.0), variable.dtype, name=variable.name
                    )
            slots["velocity"] = self.add_variable_from_reference(
                variable, "velocity", constant(0.0)
            )

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(
            _rules.adafactor,
            rate=jnp.minimum(rate, 1 / jnp.sqrt(step)),
            beta_2=1 - jnp.power(step, self.beta_2_decay),
            epsilon_1=self.epsilon_1,
            epsilon_2=self.epsilon_2,
            clip_threshold=self.clip_threshold,
        )
