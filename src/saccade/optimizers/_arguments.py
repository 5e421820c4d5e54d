"""The arguments that every optimizer takes, declared and checked once."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec, TypedDict, cast

import numpy as np

from saccade.core import _settings
from saccade.core._checks import fraction, no_unknown_keywords, positive_int
from saccade.core._errors import ConfigError, message

P = ParamSpec("P")


class SharedButDecay(TypedDict, total=False):
    """Keywords of every optimizer but `weight_decay`, which AdamW has itself."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    name: str | None
    lr: float
    decay: float


class Shared(SharedButDecay, total=False):
    """Keywords of every optimizer; their meaning is told at `Optimizer`."""

    weight_decay: float | None


DEFAULTS: dict[str, float | int | bool | str | None] = {
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
    "name": None,
}


def takes_shared(init: Callable[P, None]) -> Callable[P, None]:
    """Gives a constructor the shared arguments after its own, as Keras orders them.

    They can be passed by position too, and `inspect.signature` shows them.

    Args:
        init: a constructor that ends with `**shared: Unpack[Shared]`.

    Example:
        >>> @takes_shared
        ... def init(self, rate=0.1, **shared): print(rate, shared)
        >>> init(None, 0.5, 0.01)
        0.5 {'weight_decay': 0.01}
    """
    signature = inspect.signature(init)
    *own, rest = signature.parameters.values()
    added = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=value)
        for name, value in DEFAULTS.items()
        if name not in signature.parameters
    ]

    @functools.wraps(init)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        most = len(own) + len(added)
        if len(args) > most:
            raise TypeError(f"takes {most} positional arguments, got {len(args)}")
        extra = dict(zip((p.name for p in added), args[len(own) :], strict=False))
        for name in extra:
            if name in kwargs:
                raise TypeError(f"got multiple values for argument '{name}'")
        init(*args[: len(own)], **extra, **kwargs)  # type: ignore[arg-type]

    full = signature.replace(parameters=[*own, *added, rest.replace(name="kwargs")])
    wrapper.__signature__ = full  # type: ignore[attr-defined]
    return cast("Callable[P, None]", wrapper)


def old_learning_rate(keywords: Mapping[str, object], cls: type) -> object | None:
    """Returns what was passed as `lr`, the name of older programs; None if nothing.

    Raises:
        ConfigError: `decay` was passed, which is a schedule now.
        ArgumentTypeError: a keyword that does not exist.

    Example:
        >>> old_learning_rate({"lr": 0.1}, object)
        0.1
    """
    where = cls.__name__
    if keywords.get("decay"):
        raise ConfigError(
            message(
                where,
                f"`decay` is no argument any more, got {keywords['decay']!r}",
                "for the same rates pass learning_rate=keras.optimizers.schedules."
                "InverseTimeDecay(learning_rate, decay_steps=1, decay_rate=decay)",
            )
        )
    known = ["learning_rate", *DEFAULTS, *inspect.signature(cls.__init__).parameters]
    unknown = [name for name in keywords if name not in ("lr", "decay")]
    no_unknown_keywords(
        unknown, [n for n in known if n not in ("self", "kwargs")], where
    )
    return keywords.get("lr")


def rate(value: object, where: str) -> float:
    """Returns a learning rate as a float.

    Raises:
        ConfigError: no number, negative or not finite.

    Example:
        >>> rate(1, "SGD")
        1.0
    """
    number = _number(value)
    if number is None or not math.isfinite(number) or number < 0:
        raise ConfigError(
            message(
                where,
                f"`learning_rate` must be a number >= 0, got {value!r}",
                "pass a float such as 0.001, or a LearningRateSchedule",
            )
        )
    return number


def bounds(where: str, **given: float | None) -> None:
    """Checks the three ways to bound gradients, of which one may be chosen.

    Raises:
        ConfigError: more than one is given, or one is no number >= 0.

    Example:
        >>> bounds("SGD", clipnorm=1.0, clipvalue=None)
    """
    chosen = [f"{name}={value!r}" for name, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise ConfigError(
            message(
                where,
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be "
                f"set, got {', '.join(chosen)}",
                "keep one of them",
            )
        )
    for name, value in given.items():
        at_least_zero(value, name, where, optional=True)


def at_least_zero(
    value: object, name: str, where: str, *, optional: bool = False
) -> None:
    """Checks a number.

    Raises:
        ConfigError: no number >= 0, and not None where that is allowed.

    Example:
        >>> at_least_zero(None, "weight_decay", "SGD", optional=True)
    """
    number = _number(value)
    if (value is None and optional) or (number is not None and number >= 0):
        return
    expected = "a number >= 0 or None" if optional else "a number >= 0"
    raise ConfigError(message(where, f"`{name}` must be {expected}, got {value!r}"))


def epsilon(value: float | None, where: str) -> float:
    """Returns what keeps divisions finite; None, of older programs, for the default.

    Raises:
        ConfigError: no number >= 0.

    Example:
        >>> epsilon(None, "Adam")
        1e-07
    """
    if value is None:
        return _settings.epsilon()
    at_least_zero(value, "epsilon", where)
    return value


def between(value: object, name: str, where: str, low: float, high: float) -> float:
    """Returns a number of the closed range [low, high] as a float.

    Raises:
        ConfigError: no number, or outside.

    Example:
        >>> between(0.9, "momentum", "SGD", 0, 1)
        0.9
    """
    number = _number(value)
    if number is None or not low <= number <= high:
        raise ConfigError(
            message(
                where,
                f"`{name}` must be a float between [{low}, {high}], got {value!r}",
            )
        )
    return number


def averaging(
    where: str, use_ema: bool, momentum: float, overwrite_frequency: int | None
) -> None:
    """Checks the arguments of the moving average of the weights.

    Raises:
        ConfigError: outside their ranges.

    Example:
        >>> averaging("SGD", True, 0.9, None)
    """
    if use_ema:
        fraction(momentum, "ema_momentum", where)
        if overwrite_frequency:
            positive_int(overwrite_frequency, "ema_overwrite_frequency", where)


def accumulation(where: str, steps: int | None) -> None:
    """Checks the number of steps that make one update; None and 0 for each.

    Raises:
        ConfigError: no whole number of at least 2.

    Example:
        >>> accumulation("SGD", 4)
    """
    if steps:
        positive_int(steps, "gradient_accumulation_steps", where, minimum=2)


def names(patterns: str | Sequence[str] | None) -> list[str]:
    """Returns one string or several as a list.

    Example:
        >>> names("bias"), names(None)
        (['bias'], [])
    """
    if patterns is None:
        return []
    return [patterns] if isinstance(patterns, str) else list(patterns)


def _number(value: object) -> float | None:
    if isinstance(value, (bool, str, bytes)):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if getattr(value, "shape", None) != ():
        return None
    try:
        return float(np.asarray(value))
    except (TypeError, ValueError):
        return None
