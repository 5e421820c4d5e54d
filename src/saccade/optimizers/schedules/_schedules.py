"""Learning rates that follow the number of steps.

Each is a pure function of the step, so a compiled loop evaluates it on the device and
changing epochs never compiles again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core._errors import ConfigError, message

if TYPE_CHECKING:
    from jax.typing import ArrayLike

    from saccade.core._variable import Variable

    Step = ArrayLike | Variable


class LearningRateSchedule:
    """Base of all schedules; subclass it for one of your own.

    Override `__call__(step)`, with array functions only, and `get_config` if it is
    to be saved.

    Example:
        >>> class Halving(LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 0.5 ** step
        >>> Halving()(3)
        0.125
    """

    def __call__(self, step: Step) -> ArrayLike:
        """Returns the learning rate of a step.

        Args:
            step: the number of steps before it, int ().

        Raises:
            NotImplementedError: it is not overridden.
        """
        raise NotImplementedError(_missing(self, "__call__(self, step)"))

    def get_config(self) -> dict[str, object]:
        """Returns the constructor's arguments.

        Raises:
            NotImplementedError: it is not overridden.
        """
        raise NotImplementedError(_missing(self, "get_config(self)"))

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """Makes a schedule from `get_config()`."""
        return cls(**config)


class _Configured(LearningRateSchedule):
    """A schedule whose config is the arguments it names."""

    arguments: ClassVar[tuple[str, ...]] = ()

    def get_config(self) -> dict[str, object]:
        """Returns the constructor's arguments."""
        return {name: getattr(self, name) for name in self.arguments}

    def _check_steps(self, name: str) -> None:
        value = getattr(self, name)
        if not value > 0:
            raise ConfigError(
                message(type(self).__name__, f"`{name}` must be > 0, got {value!r}")
            )


class ExponentialDecay(_Configured):
    """Multiplies the rate by a factor every so many steps.

    rate = initial_learning_rate * decay_rate ** (step / decay_steps)

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: number of steps for one factor, > 0.
        decay_rate: the factor.
        staircase: whether the exponent is rounded down to whole numbers.
        name: kept in the config.

    Raises:
        ConfigError: `decay_steps` is not > 0.

    Example:
        >>> float(ExponentialDecay(1.0, 10, 0.5)(20))
        0.25
    """

    arguments = (
        "initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name",
    )  # fmt: skip

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name
        self._check_steps("decay_steps")

    def __call__(self, step: Step) -> jax.Array:
        """Returns the learning rate of a step."""
        part = _part(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate * _power(self.decay_rate, part)


class InverseTimeDecay(ExponentialDecay):
    """Divides the rate by one plus a multiple of the step.

    rate = initial_learning_rate / (1 + decay_rate * step / decay_steps)

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: number of steps for one `decay_rate`, > 0.
        decay_rate: what the divisor grows by.
        staircase: whether step / decay_steps is rounded down to whole numbers.
        name: kept in the config.

    Raises:
        ConfigError: `decay_steps` is not > 0.

    Example:
        >>> float(InverseTimeDecay(1.0, 10, 0.5)(20))
        0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        super().__init__(
            initial_learning_rate, decay_steps, decay_rate, staircase, name
        )

    def __call__(self, step: Step) -> jax.Array:
        """Returns the learning rate of a step."""
        part = _part(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate / (1 + self.decay_rate * part)


class PiecewiseConstantDecay(_Configured):
    """Keeps a constant rate between given steps.

    Args:
        boundaries: steps after which the rate changes, rising.
        values: the rates, one more than boundaries.
        name: kept in the config.

    Raises:
        ConfigError: not one value more than boundaries.

    Example:
        >>> rate = PiecewiseConstantDecay([2, 4], [1.0, 0.5, 0.25])
        >>> [float(rate(step)) for step in (0, 2, 3, 5)]
        [1.0, 1.0, 0.5, 0.25]
    """

    arguments = ("boundaries", "values", "name")

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ConfigError(
                message(
                    "PiecewiseConstantDecay",
                    f"`values` must be one more than `boundaries`, got {len(values)} "
                    f"values {values!r} and {len(boundaries)} boundaries "
                    f"{boundaries!r}",
                )
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Step) -> jax.Array:
        """Returns the learning rate of a step."""
        bounds = np.asarray(self.boundaries, np.float32)
        passed = jnp.sum(_step(step)[..., None] > bounds, axis=-1)
        return jnp.asarray(np.asarray(self.values, np.float32))[passed]


class PolynomialDecay(_Configured):
    """Goes from one rate to another along a power of the time that is left.

    rate = (initial - end) * (1 - step / decay_steps) ** power + end

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: number of steps until the end, > 0.
        end_learning_rate: the rate from then on.
        power: 1 for a straight line.
        cycle: whether to start again, with a longer stretch, instead of staying.
        name: kept in the config.

    Raises:
        ConfigError: `decay_steps` is not > 0.

    Example:
        >>> float(PolynomialDecay(1.0, 10, 0.0)(5))
        0.5
    """

    arguments = (
        "initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle",
        "name",
    )  # fmt: skip

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name
        self._check_steps("decay_steps")

    def __call__(self, step: Step) -> jax.Array:
        """Returns the learning rate of a step."""
        part = _step(step) / self.decay_steps
        if self.cycle:
            part = part / jnp.maximum(1, jnp.ceil(part))
        else:
            part = jnp.minimum(part, 1)
        span = self.initial_learning_rate - self.end_learning_rate
        return span * _power(1 - part, self.power) + self.end_learning_rate


class CosineDecay(_Configured):
    """Falls along half a cosine, after a straight rise if asked for.

    rate = top * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)

    Args:
        initial_learning_rate: the rate of step 0.
        decay_steps: number of steps of the fall, > 0.
        alpha: the last rate, as a fraction of the top.
        name: kept in the config.
        warmup_target: the rate at the top of the rise; None for no rise.
        warmup_steps: number of steps of the rise.

    Raises:
        ConfigError: `decay_steps` is not > 0.

    Example:
        >>> round(float(CosineDecay(1.0, 10)(5)), 4)
        0.5

    Reference: Loshchilov and Hutter, "SGDR", 2016, https://arxiv.org/abs/1608.03983
    """

    arguments = (
        "initial_learning_rate", "decay_steps", "alpha", "name", "warmup_target",
        "warmup_steps",
    )  # fmt: skip

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps
        self._check_steps("decay_steps")

    def __call__(self, step: Step) -> jax.Array:
        """Returns the learning rate of a step."""
        at = _step(step)
        if self.warmup_target is None:
            return self.initial_learning_rate * self._fall(at)
        after = at - self.warmup_steps
        risen = at / max(self.warmup_steps, 1)
        rise = self.warmup_target - self.initial_learning_rate
        return jnp.where(
            after < 0,
            rise * risen + self.initial_learning_rate,
            self.warmup_target * self._fall(after),
        )

    def _fall(self, at: jax.Array) -> jax.Array:
        part = jnp.minimum(at, self.decay_steps) / self.decay_steps
        return (1 - self.alpha) * 0.5 * (1 + jnp.cos(math.pi * part)) + self.alpha


class CosineDecayRestarts(_Configured):
    """Falls along half a cosine, again and again.

    Args:
        initial_learning_rate: the rate of step 0.
        first_decay_steps: number of steps of the first fall, > 0.
        t_mul: each fall is so many times as long as the one before.
        m_mul: each start is so many times as high as the one before.
        alpha: the last rate of a fall, as a fraction of `initial_learning_rate`.
        name: kept in the config.

    Raises:
        ConfigError: `first_decay_steps` is not > 0.

    Example:
        >>> rate = CosineDecayRestarts(1.0, 10)
        >>> [round(float(rate(step)), 4) for step in (0, 5, 10, 20)]
        [1.0, 0.5, 1.0, 0.5]

    Reference: Loshchilov and Hutter, "SGDR", 2016, https://arxiv.org/abs/1608.03983
    """

    arguments = (
        "initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name",
    )  # fmt: skip

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name
        self._check_steps("first_decay_steps")

    def __call__(self, step: Step) -> jax.Array:
        """Returns the learning rate of a step."""
        part = _step(step) / self.first_decay_steps
        if self.t_mul == 1:
            restarts = jnp.floor(part)
            part = part - restarts
        else:
            # Falls are a geometric series of lengths 1, t, t^2 ...
            grown = 1 - part * (1 - self.t_mul)
            restarts = jnp.floor(jnp.log(grown) / np.float32(math.log(self.t_mul)))
            length = _power(self.t_mul, restarts)
            part = (part - (1 - length) / (1 - self.t_mul)) / length
        height = 0.5 * _power(self.m_mul, restarts) * (1 + jnp.cos(math.pi * part))
        return self.initial_learning_rate * ((1 - self.alpha) * height + self.alpha)


def serialize(learning_rate_schedule: object) -> dict[str, object] | str:
    """Returns the stored form of a schedule.

    Args:
        learning_rate_schedule: the schedule.

    Example:
        >>> serialize(CosineDecay(0.1, 10))["class_name"]
        'CosineDecay'
    """
    from saccade.saving import serialize_keras_object

    return serialize_keras_object(learning_rate_schedule)


def deserialize(
    config: Mapping[str, object], custom_objects: Mapping[str, object] | None = None
) -> LearningRateSchedule:
    """Makes a schedule from its stored form.

    Args:
        config: what `serialize` returned.
        custom_objects: classes of one's own, by name.

    Example:
        >>> deserialize(serialize(CosineDecay(0.1, 10))).decay_steps
        10
    """
    from saccade.saving import deserialize_keras_object

    return deserialize_keras_object(config, custom_objects=custom_objects)


def _step(step: Step) -> jax.Array:
    return jnp.asarray(step).astype(jnp.float32)


def _part(step: Step, decay_steps: int, staircase: bool) -> jax.Array:
    part = _step(step) / decay_steps
    return jnp.floor(part) if staircase else part


def _power(base: jax.Array | float, exponent: jax.Array | float) -> jax.Array:
    return jnp.power(jnp.asarray(base, jnp.float32), jnp.asarray(exponent, jnp.float32))


def _missing(schedule: LearningRateSchedule, method: str) -> str:
    return message(
        f"schedule {type(schedule).__name__}",
        f"`{method}` is missing",
        "override it",
    )
