"""Activation functions of one number, with their slopes: NumPy, double precision.

The layers use `saccade.activations`; these are the same formulas written so that each
can be read beside its slope. Tests compare the two.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np

from saccade.core._checks import positive_int
from saccade.core._errors import ConfigError, unknown_name

from ._numbers import Floats, words
from ._steps import Steps

Curve = Callable[[Floats], Floats]
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_LEAK = 0.2


@dataclasses.dataclass(frozen=True)
class ScalarFunction:
    """An activation: its formula, its values, its slope.

    Args:
        name: as in `saccade.activations`.
        formula: for people.
        value: numbers to numbers.
        slope: numbers to the derivative there.
    """

    name: str
    formula: str
    value: Curve
    slope: Curve


def sigmoid(x: Floats) -> Floats:
    """Returns 1 / (1 + exp(-x)), without overflow.

    Example:
        >>> sigmoid(np.array([0.0, -1000.0]))
        array([0.5, 0. ])
    """
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def _below_zero(positive: Curve, negative: Curve) -> Curve:
    """Joins two curves at zero; zero itself belongs to the negative side."""
    return lambda x: np.where(
        x > 0, positive(np.maximum(x, 0)), negative(np.minimum(x, 0))
    )


def _erf(x: Floats) -> Floats:
    flat = [math.erf(v) for v in np.ravel(x)]
    return np.array(flat, np.float64).reshape(np.shape(x))


def _normal(x: Floats) -> Floats:
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _under_normal(x: Floats) -> Floats:
    return (1 + _erf(x / math.sqrt(2))) / 2


def _one(x: Floats) -> Floats:
    return np.ones_like(x)


def _times(number: float) -> Curve:
    return lambda x: x * number


def _same(x: Floats) -> Floats:
    return x


_TABLE = (
    ScalarFunction("linear", "x", _same, _one),
    ScalarFunction(
        "sigmoid", "1 / (1 + e^-x)", sigmoid, lambda x: sigmoid(x) * sigmoid(-x)
    ),
    ScalarFunction(
        "tanh", "(e^x - e^-x) / (e^x + e^-x)", np.tanh, lambda x: 1 - np.tanh(x) ** 2
    ),
    ScalarFunction(
        "relu",
        "max(0, x)",
        lambda x: np.maximum(x, 0),
        _below_zero(_one, np.zeros_like),
    ),
    ScalarFunction(
        "leaky_relu",
        "x, or 0.2 x below 0",
        _below_zero(_same, _times(_LEAK)),
        _below_zero(_one, lambda x: np.full_like(x, _LEAK)),
    ),
    ScalarFunction(
        "elu",
        "x, or e^x - 1 below 0",
        _below_zero(_same, np.expm1),
        _below_zero(_one, np.exp),
    ),
    ScalarFunction(
        "selu",
        "1.0507 x, or 1.7581 (e^x - 1) below 0",
        _below_zero(
            _times(_SELU_SCALE), lambda x: _SELU_SCALE * _SELU_ALPHA * np.expm1(x)
        ),
        _below_zero(
            lambda x: np.full_like(x, _SELU_SCALE),
            lambda x: _SELU_SCALE * _SELU_ALPHA * np.exp(x),
        ),
    ),
    ScalarFunction(
        "gelu",
        "x × share of a normal distribution below x",
        lambda x: x * _under_normal(x),
        lambda x: _under_normal(x) + x * _normal(x),
    ),
    ScalarFunction(
        "silu",
        "x × sigmoid(x)",
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
    ),
    ScalarFunction("softplus", "ln(1 + e^x)", lambda x: np.logaddexp(0.0, x), sigmoid),
)
FUNCTIONS: dict[str, ScalarFunction] = {f.name: f for f in _TABLE}
_OTHER_NAMES = {"swish": "silu", "none": "linear"}
SHOWN = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu")


def find(name: str | None) -> ScalarFunction:
    """Returns the function of a name; None is 'linear'.

    Raises:
        ConfigError: there is none; the nearest is named.

    Example:
        >>> find("relu").formula
        'max(0, x)'
    """
    plain = "linear" if name is None else name.lower()
    plain = _OTHER_NAMES.get(plain, plain)
    if plain not in FUNCTIONS:
        raise ConfigError(unknown_name("activation", name, FUNCTIONS))
    return FUNCTIONS[plain]


@dataclasses.dataclass(frozen=True, eq=False)
class FunctionCurves(Steps):
    """Functions and their slopes over the same x.

    Args:
        functions: what is shown.
        x: where they were taken.
        values: of each function.
        slopes: of each function.

    Shapes:
        x: (n,); values, slopes: (functions, n)
    """

    functions: tuple[ScalarFunction, ...]
    x: Floats
    values: Floats
    slopes: Floats

    def lines(self) -> list[str]:
        """Returns a table of each function at a few places, for the screen."""
        places = np.array([-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0])
        lines = []
        for function in self.functions:
            lines.append(f"{function.name}(x) = {function.formula}")
            rows = (places, function.value(places), function.slope(places))
            for title, row in zip(("x", "value", "slope"), rows, strict=True):
                lines.append(
                    f"  {title:<6}" + "".join(f"{words(v, 3):>10}" for v in row)
                )
        return lines


def functions(
    names: Sequence[str] = SHOWN, low: float = -6.0, high: float = 6.0
) -> FunctionCurves:
    """Returns activation functions and their slopes as curves.

    Args:
        names: as in `saccade.activations`.
        low: the smallest x.
        high: the largest.

    Raises:
        ConfigError: a name that is not known, or no range.

    Differs from Keras: not in Keras.

    Example:
        >>> curves = functions(["sigmoid", "relu"])
        >>> float(curves.slopes[0].max())  # the slope of sigmoid is 1/4 at most
        0.25
    """
    if not low < high:
        raise ConfigError(
            f"functions: `low` must be below `high`, got {low} and {high}."
        )
    found = tuple(find(name) for name in names)
    x = np.linspace(low, high, 241)
    return FunctionCurves(
        functions=found,
        x=x,
        values=np.array([f.value(x) for f in found]),
        slopes=np.array([f.slope(x) for f in found]),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class VanishingSignal(Steps):
    """A signal forward through layers, and its gradient back.

    Args:
        names: of the activation functions.
        depth: numbers of the layers, 0 is the input.
        signal: what comes out of each layer.
        gradient: how much the last output changes with what comes out of each layer.

    Shapes:
        depth: (layers + 1,); signal, gradient: (functions, layers + 1)
    """

    names: tuple[str, ...]
    depth: np.ndarray
    signal: Floats
    gradient: Floats

    def lines(self) -> list[str]:
        """Returns what is left of the gradient at the first layer, for the screen."""
        last = int(self.depth[-1])
        return [
            f"{name}: after {last} layers the signal is {words(signal[-1], 3)}; of the "
            f"gradient {words(gradient[0], 3)} comes back to the input"
            for name, signal, gradient in zip(
                self.names, self.signal, self.gradient, strict=True
            )
        ]


def vanishing(
    names: Sequence[str] = ("sigmoid", "tanh", "relu"),
    layers: int = 10,
    start: float = 1.0,
    weight: float = 1.0,
) -> VanishingSignal:
    """Sends one number through many layers of one neuron each, and its gradient back.

    Layer i gives a[i] = f(weight × a[i - 1]); the gradient is multiplied by
    weight × f'(weight × a[i - 1]) on its way back. The slope of sigmoid is 1/4 at
    most, so that after ten layers less than a millionth is left; that of ReLU is 1.

    Args:
        names: of activation functions.
        layers: how many, > 0.
        start: the input.
        weight: of each neuron.

    Raises:
        ConfigError: a name that is not known, or no layer.

    Differs from Keras: not in Keras.

    Example:
        >>> found = vanishing(["sigmoid", "relu"], layers=10)
        >>> bool(found.gradient[0, 0] < 1e-6), float(found.gradient[1, 0])
        (True, 1.0)
    """
    count = positive_int(layers, "layers", "vanishing")
    found = [find(name) for name in names]
    signal = np.empty((len(found), count + 1))
    gradient = np.ones((len(found), count + 1))
    for row, function in enumerate(found):
        signal[row, 0] = start
        for i in range(count):
            signal[row, i + 1] = function.value(weight * signal[row, i : i + 1])[0]
        slopes = weight * function.slope(weight * signal[row, :-1])
        gradient[row, :-1] = np.cumprod(slopes[::-1])[::-1]
    return VanishingSignal(
        tuple(f.name for f in found), np.arange(count + 1), signal, gradient
    )
