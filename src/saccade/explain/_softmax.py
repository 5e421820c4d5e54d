"""Softmax: numbers made probabilities, step by step."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message

from ._numbers import Floats, floats, words
from ._steps import Steps

_WHERE = "softmax"


@dataclasses.dataclass(frozen=True, eq=False)
class Softmax(Steps):
    """The steps of softmax for one row of logits.

    Args:
        logits: the numbers.
        temperature: what they are divided by.
        scaled: logits / temperature.
        exponentials: exp(scaled - its largest), so that none overflows.
        total: their sum.
        probabilities: exponentials / total.
        gradient: of the cross-entropy by each logit, (probabilities - target) /
            temperature; None without a target.
        target: the class that is right.

    Shapes:
        logits, scaled, exponentials, probabilities, gradient: (k,)
    """

    logits: Floats
    temperature: float
    scaled: Floats
    exponentials: Floats
    total: float
    probabilities: Floats
    gradient: Floats | None
    target: int | None

    def lines(self) -> list[str]:
        """Returns the steps for the screen, one line for each logit."""
        top = words(self.scaled.max())
        lines = [
            f"{'logit':>10}{'/ T':>10}{'e^(z - ' + top + ')':>16}{'probability':>14}"
        ]
        for row in zip(
            self.logits, self.scaled, self.exponentials, self.probabilities, strict=True
        ):
            z, s, e, p = (words(v) for v in row)
            lines.append(f"{z:>10}{s:>10}{e:>16}{p:>14}")
        lines.append(f"{'sum':>20}{words(self.total):>16}{'1':>14}")
        if self.gradient is not None and self.target is not None:
            # From the exponent, since a probability may be too small to be told from 0.
            loss = np.log(self.total) + self.scaled.max() - self.scaled[self.target]
            shown = ", ".join(words(g) for g in self.gradient)
            lines.append(f"right class {self.target}: loss -ln p = {words(loss)}")
            lines.append(f"gradient of the loss, (p - t) / T: [{shown}]")
        return lines


def softmax(
    logits: npt.ArrayLike, temperature: float = 1.0, target: int | None = None
) -> Softmax:
    """Returns the steps of softmax: e^(z / T), their sum, the share of each.

    A temperature above 1 makes the probabilities more alike, one below 1 sharper.
    Adding the same number to every logit changes nothing.

    Args:
        logits: what the last layer gives before its activation.
        temperature: > 0.
        target: the class that is right, for loss and gradient.

    Shapes:
        logits: (k,)

    Raises:
        ShapeError: not one row.
        ConfigError: a temperature that is not above 0, or a class that is not there.

    Differs from Keras: not in Keras; `saccade.ops.softmax` gives the result only.

    Example:
        >>> softmax([0.0, 0.0, 0.0, 0.0]).probabilities
        array([0.25, 0.25, 0.25, 0.25])
    """
    z = floats(logits, "logits", _WHERE)
    if z.ndim != 1:
        problem = f"`logits` must be one row of numbers, got shape {z.shape}"
        raise ShapeError(message(_WHERE, problem))
    if not (np.isfinite(temperature) and temperature > 0):
        problem = f"`temperature` must be above 0, got {temperature!r}"
        raise ConfigError(message(_WHERE, problem, "1 leaves the logits as they are"))
    if target is not None:
        target = _checks.positive_int(target, "target", _WHERE, minimum=0)
        if target >= len(z):
            problem = f"`target` must be a class 0..{len(z) - 1}, got {target}"
            raise ConfigError(message(_WHERE, problem))
    scaled = z / temperature
    exponentials = np.exp(scaled - scaled.max())
    total = float(exponentials.sum())
    p = exponentials / total
    gradient = None
    if target is not None:
        gradient = (p - np.eye(len(z))[target]) / temperature
    return Softmax(
        z, float(temperature), scaled, exponentials, total, p, gradient, target
    )
