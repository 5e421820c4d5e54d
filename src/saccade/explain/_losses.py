"""Losses for yes-or-no questions: squared error and cross-entropy, with gradients."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message

from ._functions import sigmoid
from ._numbers import Floats, floats, words
from ._steps import Steps

_NAMES = {
    "mse": "mse",
    "mean_squared_error": "mse",
    "bce": "binary_crossentropy",
    "binary_crossentropy": "binary_crossentropy",
}
# Keras keeps probabilities this far from 0 and 1, where the logarithm ends.
_EPSILON = 1e-7


@dataclasses.dataclass(frozen=True, eq=False)
class Loss(Steps):
    """A loss with the part of each prediction.

    Args:
        name: 'mse' or 'binary_crossentropy'.
        targets: what is right.
        predictions: what was said.
        terms: the loss of each.
        value: their mean.
        gradient: how the mean changes with each prediction.

    Shapes:
        targets, predictions, terms, gradient: (n,)
    """

    name: str
    targets: Floats
    predictions: Floats
    terms: Floats
    value: float
    gradient: Floats

    def lines(self) -> list[str]:
        """Returns each term for the screen."""
        lines = []
        for t, p, term, slope in zip(
            self.targets, self.predictions, self.terms, self.gradient, strict=True
        ):
            if self.name == "mse":
                text = f"({words(p)} - {words(t)})^2"
            else:
                text = _cross_text(float(t), float(p))
            lines.append(f"{text} = {words(term)}   gradient {words(slope)}")
        return [*lines, f"mean: {words(self.value)}"]


def _cross_text(t: float, p: float) -> str:
    if t == 1:
        return f"-ln {words(p)}"
    if t == 0:
        return f"-ln(1 - {words(p)})"
    return f"-{words(t)} ln {words(p)} - {words(1 - t)} ln(1 - {words(p)})"


def loss(targets: npt.ArrayLike, predictions: npt.ArrayLike, name: str = "mse") -> Loss:
    """Returns a loss as its terms, their mean, and the gradient.

    Args:
        targets: what is right; in [0, 1] for cross-entropy.
        predictions: as many numbers; probabilities for cross-entropy.
        name: 'mse' or 'binary_crossentropy'.

    Shapes:
        targets, predictions: (n,)

    Raises:
        ShapeError: not as many predictions as targets.
        ConfigError: another name, or cross-entropy of what is no probability.

    Differs from Keras: not in Keras; `saccade.losses` gives the value only.

    Example:
        >>> loss([1, 0], [0.5, 0.5], "mse").value
        0.25
    """
    kind = _NAMES[_checks.one_of(name, tuple(_NAMES), "name", "loss")]
    t, p = (
        floats(targets, "targets", "loss"),
        floats(predictions, "predictions", "loss"),
    )
    t, p = np.atleast_1d(t), np.atleast_1d(p)
    if t.ndim != 1 or t.shape != p.shape:
        problem = f"targets {t.shape} and predictions {p.shape} must be rows alike"
        raise ShapeError(message("loss", problem))
    if kind == "mse":
        terms, slopes = (p - t) ** 2, 2 * (p - t)
    else:
        if min(t.min(), p.min()) < 0 or max(t.max(), p.max()) > 1:
            problem = "cross-entropy needs targets and predictions in [0, 1]"
            fix = "apply sigmoid to the predictions first"
            raise ConfigError(message("loss", problem, fix))
        q = np.clip(p, _EPSILON, 1 - _EPSILON)
        terms = -(t * np.log(q) + (1 - t) * np.log1p(-q))
        slopes = (q - t) / (q * (1 - q))
    return Loss(kind, t, p, terms, float(terms.mean()), slopes / len(t))


@dataclasses.dataclass(frozen=True, eq=False)
class LossCurves(Steps):
    """Squared error and cross-entropy over the sum z of a sigmoid neuron.

    Args:
        target: 0 or 1.
        z: the sum before the sigmoid.
        p: sigmoid(z).
        squared: (p - t)^2.
        squared_slope: its derivative by z.
        cross: cross-entropy.
        cross_slope: its derivative by z, p - t.

    Shapes:
        all: (n,)
    """

    target: float
    z: Floats
    p: Floats
    squared: Floats
    squared_slope: Floats
    cross: Floats
    cross_slope: Floats

    def lines(self) -> list[str]:
        """Returns both losses at a few places for the screen."""
        lines = [
            f"target {words(self.target)}; z is the sum, p = sigmoid(z)",
            f"{'z':>6}{'p':>10}{'squared':>10}{'slope':>11}{'cross':>10}{'slope':>10}",
        ]
        for i in range(0, len(self.z), (len(self.z) - 1) // 6):
            row = (
                self.p, self.squared, self.squared_slope, self.cross, self.cross_slope
            )  # fmt: skip
            numbers = [f"{words(v[i], 3):>{w}}" for v, w in zip(
                row, (10, 10, 11, 10, 10), strict=True
            )]  # fmt: skip
            lines.append(f"{words(self.z[i], 3):>6}" + "".join(numbers))
        return lines


def losses(target: float = 1.0, low: float = -6.0, high: float = 6.0) -> LossCurves:
    """Returns both losses of a sigmoid neuron, and their slopes, as curves.

    Where the neuron is sure and wrong, squared error is flat: its slope has the factor
    p (1 - p), which is nearly 0, so nothing is learned. The slope of cross-entropy is
    p - t, which is largest there.

    Args:
        target: 0 or 1, what is right.
        low: the smallest sum.
        high: the largest.

    Raises:
        ConfigError: a target outside [0, 1], or no range.

    Differs from Keras: not in Keras.

    Example:
        >>> curves = losses(target=1)
        >>> [round(float(s[0]), 3) for s in (curves.squared_slope, curves.cross_slope)]
        [-0.005, -0.998]
    """
    t = _checks.fraction(target, "target", "losses")
    if not low < high:
        problem = f"`low` must be below `high`, got {low} and {high}"
        raise ConfigError(message("losses", problem))
    z = np.linspace(low, high, 241)
    p = sigmoid(z)
    return LossCurves(
        target=t,
        z=z,
        p=p,
        squared=(p - t) ** 2,
        squared_slope=2 * (p - t) * p * (1 - p),
        cross=np.logaddexp(0, z) - t * z,
        cross_slope=p - t,
    )
