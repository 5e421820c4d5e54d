"""Muon: steps along the nearest orthogonal matrix of the momentum."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from saccade.core._checks import positive_int
from saccade.core._variable import Variable
from saccade.optimizers import _arguments, _rules
from saccade.optimizers._optimizer import Optimizer

if TYPE_CHECKING:
    from jax.typing import ArrayLike

    from saccade.optimizers._state import LearningRate


class Muon(Optimizer):
    """Moves matrices by the momentum made orthogonal, and all else as AdamW does.

    m' = momentum m + g; w' = w - rate * size * orthogonal(g + momentum m'), where
    size = rms_rate * sqrt(longer side). Leave the output layer out with
    `exclude_layers`.

    Args:
        learning_rate: number >= 0, schedule, or function without arguments.
        adam_beta_1: decay of the mean of gradients in AdamW, in [0, 1].
        adam_beta_2: decay of the mean of their squares, in [0, 1].
        adam_weight_decay: weight decay of what AdamW moves; None for none.
        epsilon: keeps AdamW's division finite.
        weight_decay: weight decay of the matrices; None for none.
        clipnorm: as the eight that follow, see `Optimizer`.
        clipvalue: see `Optimizer`.
        global_clipnorm: see `Optimizer`.
        use_ema: see `Optimizer`.
        ema_momentum: see `Optimizer`.
        ema_overwrite_frequency: see `Optimizer`.
        loss_scale_factor: see `Optimizer`.
        gradient_accumulation_steps: see `Optimizer`.
        name: see `Optimizer`.
        exclude_layers: regular expressions; weights whose path holds one are left to
            AdamW.
        exclude_embeddings: whether embeddings are left to AdamW.
        muon_a: factor of x in the step x <- a x + (b xx' + c (xx')^2) x towards the
            orthogonal matrix.
        muon_b: the second factor.
        muon_c: the third.
        adam_lr_ratio: AdamW's rate as a share of the learning rate.
        momentum: of the gradient of matrices.
        ns_steps: number of these steps, > 0.
        nesterov: whether to look one step ahead.
        rms_rate: size of a step, so that rates of Adam fit; None for 1.
        **kwargs: `lr`, the older name of the rate.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: numbers out of range are errors.

    Example:
        >>> w = Variable(jnp.eye(2), name="w")
        >>> Muon(0.1, rms_rate=None, weight_decay=None).apply([jnp.eye(2)], [w])
        >>> bool(w[0, 0] < 1), float(w[0, 1])
        (True, 0.0)

    Reference: Jordan et al., "Muon", 2024, https://kellerjordan.github.io/posts/muon;
    Liu et al., "Muon is scalable for LLM training", 2025,
    https://arxiv.org/abs/2502.16982
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: float,
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        where = type(self).__name__
        self.adam_beta_1 = _arguments.between(adam_beta_1, "adam_beta_1", where, 0, 1)
        self.adam_beta_2 = _arguments.between(adam_beta_2, "adam_beta_2", where, 0, 1)
        _arguments.at_least_zero(
            adam_weight_decay, "adam_weight_decay", where, optional=True
        )
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = _arguments.epsilon(epsilon, where)
        self.exclude_layers = list(exclude_layers or ())
        self.exclude_embeddings = exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = _arguments.between(momentum, "momentum", where, 0, 1)
        self.ns_steps = positive_int(ns_steps, "ns_steps", where)
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the state for the weights to be trained, once.

        Args:
            variables: the weights, in the order in which gradients will come.
        """
        if self.built:
            return
        super().build(variables)
        self._slots: list[dict[str, Variable]] = []
        for variable in variables:
            names = ("momentum", "velocity")[: 2 if self._left_to_adam(variable) else 1]
            self._slots.append(
                {
                    name: self.add_variable_from_reference(variable, name)
                    for name in names
                }
            )

    def update_step(
        self,
        gradient: jax.Array,
        variable: Variable,
        learning_rate: Variable | ArrayLike,
    ) -> None:
        """Moves one weight.

        Args:
            gradient: its gradient.
            variable: the weight.
            learning_rate: the rate of this step.
        """
        slots = self._slots[self._get_variable_index(variable)]
        rate = jnp.asarray(learning_rate).astype(jnp.float32)
        # Short floats are too coarse for running averages of squares.
        wide = jnp.promote_types(variable.dtype, jnp.float32)
        weight, gradient = variable.value.astype(wide), gradient.astype(wide)
        kept = {name: slot.value.astype(wide) for name, slot in slots.items()}
        if "velocity" in kept:
            step = (jnp.asarray(self.iterations) + 1).astype(jnp.float32)
            weight, kept = _rules.adam(
                weight,
                gradient,
                kept,
                rate=_rules.bias_corrected_rate(
                    rate * self.adam_lr_ratio, step, self.adam_beta_1, self.adam_beta_2
                ),
                beta_1=self.adam_beta_1,
                beta_2=self.adam_beta_2,
                epsilon=self.epsilon,
            )
        else:
            momentum = self.momentum * kept["momentum"] + gradient
            ahead = gradient + self.momentum * momentum if self.nesterov else momentum
            update = self.zeropower_via_newtonschulz5(ahead, self.ns_steps)
            update = self.lr_adjust(update)
            weight, kept = weight - rate * update, {"momentum": momentum}
        variable.assign(weight)
        for name, value in kept.items():
            slots[name].assign(value)

    def zeropower_via_newtonschulz5(self, x: jax.Array, steps: int) -> jax.Array:
        """Returns about the orthogonal matrix nearest to a matrix.

        Args:
            x: (n, m).
            steps: of the iteration.
        """
        return orthogonal(x, (self.muon_a, self.muon_b, self.muon_c), steps)

    def lr_adjust(self, x: jax.Array) -> jax.Array:
        """Returns a step, (n, m), brought to the size of `rms_rate`."""
        if self.rms_rate is None:
            return x
        return x * (max(x.shape) ** 0.5 * self.rms_rate)

    def _left_to_adam(self, variable: Variable) -> bool:
        path = variable.path
        if len(variable.shape) != 2:
            return True
        if self.exclude_embeddings and "embedding" in path.lower():
            return True
        return any(re.search(pattern, path) for pattern in self.exclude_layers)

    def _weight_decay_of(self, variable: Variable) -> float | None:
        if self._left_to_adam(variable):
            return self.adam_weight_decay
        return self.weight_decay

    def get_config(self) -> dict[str, object]:
        """Returns the constructor's arguments."""
        names = (
            "adam_beta_1", "adam_beta_2", "epsilon", "exclude_layers", "muon_a",
            "muon_b", "muon_c", "adam_lr_ratio", "momentum", "ns_steps", "nesterov",
            "exclude_embeddings", "adam_weight_decay", "rms_rate",
        )  # fmt: skip
        return {**super().get_config(), **{n: getattr(self, n) for n in names}}


def orthogonal(
    x: jax.Array, factors: tuple[float, float, float], steps: int
) -> jax.Array:
    """Returns about the orthogonal matrix nearest to a matrix.

    Its singular values all come near 1, by some steps of Newton and Schulz.

    Args:
        x: (n, m).
        factors: those of the polynomial.
        steps: how many.

    Example:
        >>> x = orthogonal(jnp.diag(jnp.array([4.0, 2.0])), (1.5, -0.5, 0.0), 20)
        >>> x.round(3).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    a, b, c = factors
    wide = x.shape[0] <= x.shape[1]
    x = x if wide else x.T
    x = x / (jnp.linalg.norm(x) + 1e-7)
    for _ in range(steps):
        squares = x @ x.T
        x = a * x + (b * squares + c * squares @ squares) @ x
    return x if wide else x.T
