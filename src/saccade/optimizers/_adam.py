"""Adam and its relatives: running means of gradients and of their sizes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Unpack

import jax
import jax.numpy as jnp

from saccade.core._errors import ConfigError, message
from saccade.core._variable import Variable
from saccade.optimizers import _arguments, _rules
from saccade.optimizers._arguments import Shared, SharedButDecay, takes_shared
from saccade.optimizers._rule_optimizer import RuleOptimizer

if TYPE_CHECKING:
    from jax.typing import ArrayLike

    from saccade.optimizers._rule_optimizer import Rule
    from saccade.optimizers._state import LearningRate


class _Moments(RuleOptimizer):
    """What the family shares: `beta_1`, `beta_2`, `epsilon` and two slots."""

    arguments = ("beta_1", "beta_2", "epsilon")

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        **shared: Unpack[Shared],
    ) -> None:
        super().__init__(learning_rate, **shared)
        where = type(self).__name__
        self.beta_1 = _arguments.between(beta_1, "beta_1", where, 0, 1)
        self.beta_2 = _arguments.between(beta_2, "beta_2", where, 0, 1)
        self.epsilon = _arguments.epsilon(epsilon, where)

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

    Differs from Keras: numbers out of range are errors; `epsilon` may be None.

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
        epsilon: float | None = 1e-7,
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


class AdamW(Adam):
    """Adam with weight decay that the running means do not see.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        weight_decay: each step first takes `rate * weight_decay` of every weight away
            from it.
        beta_1: decay of the mean of gradients, in [0, 1].
        beta_2: decay of the mean of their squares, in [0, 1].
        epsilon: keeps the division finite.
        amsgrad: whether to divide by the largest mean square so far.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range; `weight_decay` is None.

    Differs from Keras: numbers out of range are errors; `epsilon` may be None.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> AdamW(0.1, weight_decay=0.5).apply([[0.0]], [w]); round(float(w[0]), 4)
        0.95

    Reference: Loshchilov and Hutter, "Decoupled weight decay regularization", 2017,
    https://arxiv.org/abs/1711.05101
    """

    @takes_shared
    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        **shared: Unpack[SharedButDecay],
    ) -> None:
        if weight_decay is None:
            raise ConfigError(
                message(
                    "AdamW",
                    "Argument `weight_decay` must be a float. "
                    "Received: weight_decay=None",
                    "use Adam, which is AdamW without weight decay",
                )
            )
        with_decay: Shared = {**shared, "weight_decay": weight_decay}
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, **with_decay)


class Nadam(_Moments):
    """Adam that looks one step ahead, as Nesterov's momentum does.

    The decay of the mean of gradients rises to `beta_1` over the first steps:
    u_t = beta_1 (1 - 0.5 * 0.96^t).

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        beta_1: decay of the mean of gradients, in [0, 1].
        beta_2: decay of the mean of their squares, in [0, 1].
        epsilon: keeps the division finite.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors; `epsilon` may be None.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Nadam(0.1).apply([[2.0]], [w]); round(float(w[0]), 4)
        0.8937

    Reference: Dozat, "Incorporating Nesterov momentum into Adam", 2016,
    https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
    """

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for the weights to be trained, once.

        Args:
            variables: the weights, in the order in which gradients will come.
        """
        if self.built:
            return
        super().build(variables)
        self._u_product = self._scalar(1.0, "u_product", None)

    def _update_all(
        self,
        gradients: Sequence[jax.Array],
        variables: Sequence[Variable],
        learning_rate: Variable | ArrayLike,
    ) -> None:
        step = (jnp.asarray(self.iterations) + 1).astype(jnp.float32)
        self._u_product.assign(self._u_product.value * self._momentum(step))
        super()._update_all(gradients, variables, learning_rate)

    def _momentum(self, step: jax.Array) -> jax.Array:
        return self.beta_1 * (1 - 0.5 * jnp.power(jnp.float32(0.96), step))

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        now, following = self._momentum(step), self._momentum(step + 1)
        product = self._u_product.value
        return partial(
            _rules.nadam,
            momentum_rate=rate * following / (1 - product * following),
            gradient_rate=rate * (1 - now) / (1 - product),
            correction=_rules.bias_correction(self.beta_2, step),
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )


class Adamax(_Moments):
    """Adam with the largest recent gradient in place of the root mean square.

    m' = beta_1 m + (1 - beta_1) g; u' = max(beta_2 u, |g|);
    w' = w - rate / (1 - beta_1^t) * m' / (u' + epsilon)

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        beta_1: decay of the mean of gradients, in [0, 1].
        beta_2: decay of the largest gradient, in [0, 1].
        epsilon: keeps the division finite.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors; `epsilon` may be None.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([1.0], name="w")
        >>> Adamax(0.1).apply([[2.0]], [w]); round(float(w[0]), 4)
        0.9

    Reference: Kingma and Ba, "Adam", section 7, 2014,
    https://arxiv.org/abs/1412.6980
    """

    def _slot_groups(self) -> list[dict[str, float]]:
        return [{"momentum": 0.0, "norm": 0.0}]

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(
            _rules.adamax,
            rate=rate / _rules.bias_correction(self.beta_1, step),
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )


class Lamb(_Moments):
    """Adam whose step is as long as the weight itself, times the rate.

    Made for very large batches.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        beta_1: decay of the mean of gradients, in [0, 1].
        beta_2: decay of the mean of their squares, in [0, 1].
        epsilon: keeps the division finite.
        **shared: arguments of every optimizer, see `Optimizer`.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors; `epsilon` may be None.

    Example:
        >>> from saccade import Variable
        >>> w = Variable([2.0], name="w")
        >>> Lamb(0.5).apply([[3.0]], [w]); round(float(w[0]), 4)
        1.0

    Reference: You et al., "Large batch optimization for deep learning", 2019,
    https://arxiv.org/abs/1904.00962
    """

    def _bind(self, rate: jax.Array, step: jax.Array) -> Rule:
        return partial(
            _rules.lamb,
            rate=rate,
            momentum_correction=_rules.bias_correction(self.beta_1, step),
            velocity_correction=_rules.bias_correction(self.beta_2, step),
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )
