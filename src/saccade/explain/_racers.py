"""Optimizers as rules for points on a plane: NumPy, double precision.

The same formulas as `saccade.optimizers`, for many points at a time; tests compare the
two. `adam_uncorrected` is what some well-known animations call Adam: its averages start
at zero and are not corrected for it, which makes the first steps several times longer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from saccade.core._errors import ConfigError, unknown_name

from ._numbers import Floats

Slots = dict[str, Floats]
Rule = Callable[[Floats, Floats, Slots, int, Mapping[str, float]], Floats]


def _sgd(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    return w - s["rate"] * g


def _momentum(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    m = slots["m"] = s["momentum"] * slots["m"] - s["rate"] * g
    return w + m


def _nesterov(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    m = slots["m"] = s["momentum"] * slots["m"] - s["rate"] * g
    return w + s["momentum"] * m - s["rate"] * g


def _rmsprop(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    v = slots["v"] = s["rho"] * slots["v"] + (1 - s["rho"]) * g * g
    return w - s["rate"] * g / np.sqrt(v + s["epsilon"])


def _adagrad(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    v = slots["v"] = slots["v"] + g * g
    return w - s["rate"] * g / np.sqrt(v + s["initial"] + s["epsilon"])


def _averages(g: Floats, slots: Slots, s: Mapping[str, float]) -> tuple[Floats, Floats]:
    m = slots["m"] = s["beta_1"] * slots["m"] + (1 - s["beta_1"]) * g
    v = slots["v"] = s["beta_2"] * slots["v"] + (1 - s["beta_2"]) * g * g
    return m, v


def _adam(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    m, v = _averages(g, slots, s)
    rate = s["rate"] * np.sqrt(1 - s["beta_2"] ** step) / (1 - s["beta_1"] ** step)
    return w - rate * m / (np.sqrt(v) + s["epsilon"])


def _adamw(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    return _adam(w - s["rate"] * s["decay"] * w, g, slots, step, s)


def _adam_uncorrected(
    w: Floats, g: Floats, slots: Slots, step: int, s: Mapping[str, float]
) -> Floats:
    m, v = _averages(g, slots, s)
    return w - s["rate"] * m / (np.sqrt(v) + s["epsilon"])


@dataclasses.dataclass(frozen=True, eq=False)
class Racer:
    """An optimizer with its settings on the first surface.

    Args:
        name: for programs.
        title: for people.
        rule: (w, gradient, slots, number of the step, settings) to the new w; slots
            start at zero and are changed.
        settings: 'rate' and what else it has.
        scaled: whether it divides by the size of the gradient, so that its rate is a
            length on the plane.
    """

    name: str
    title: str
    rule: Rule
    settings: Mapping[str, float]
    scaled: bool


_ADAM = {"rate": 0.01, "beta_1": 0.7, "beta_2": 0.999, "epsilon": 1e-6}
_TABLE = (
    Racer("sgd", "SGD", _sgd, {"rate": 0.02}, False),
    Racer("momentum", "Momentum", _momentum, {"rate": 0.01, "momentum": 0.8}, False),
    Racer("nesterov", "Nesterov", _nesterov, {"rate": 0.01, "momentum": 0.8}, False),
    Racer(
        "rmsprop",
        "RMSprop",
        _rmsprop,
        {"rate": 0.01, "rho": 0.99, "epsilon": 1e-6},
        True,
    ),
    Racer(
        "adagrad",
        "Adagrad",
        _adagrad,
        {"rate": 0.1, "initial": 0.1, "epsilon": 1e-7},
        True,
    ),
    Racer("adam", "Adam", _adam, _ADAM, True),
    Racer("adamw", "AdamW", _adamw, {**_ADAM, "decay": 0.1}, True),
    Racer(
        "adam_uncorrected",
        "Adam without bias correction",
        _adam_uncorrected,
        _ADAM,
        True,
    ),
)
RACERS: dict[str, Racer] = {racer.name: racer for racer in _TABLE}


def find_racer(name: str) -> Racer:
    """Returns the optimizer of a name.

    Raises:
        ConfigError: there is none; the nearest is named.

    Example:
        >>> find_racer("adam").settings["rate"]
        0.01
    """
    if name not in RACERS:
        raise ConfigError(unknown_name("optimizer", name, RACERS))
    return RACERS[name]
