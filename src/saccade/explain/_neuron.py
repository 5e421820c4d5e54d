"""One neuron: inputs times weights, their sum, a bias, an activation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from saccade.core._errors import ShapeError, message

from ._functions import find
from ._numbers import Floats, factor, floats, signed, sum_of_products, words
from ._steps import Steps

_WHERE = "neuron"
Activation = str | Callable[[Floats], Floats] | None
"""A name of `explain.functions`, or a function of all neurons' sums (k,) to (k,)."""


@dataclasses.dataclass(frozen=True, eq=False)
class Neuron(Steps):
    """The arithmetic of one neuron, z = sum of w x + b and a = f(z).

    Args:
        inputs: what comes in.
        weights: one for each input.
        bias: what is added.
        products: inputs × weights.
        total: z, the sum of the products and the bias.
        activation: name of f.
        output: a.
        slope: f'(z); None where f looks at other neurons too, as softmax does.

    Shapes:
        inputs, weights, products: (d,)
    """

    inputs: Floats
    weights: Floats
    bias: float
    products: Floats
    total: float
    activation: str
    output: float
    slope: float | None

    def lines(self) -> list[str]:
        """Returns the arithmetic for the screen."""
        terms = sum_of_products(self.inputs, self.weights)
        lines = [
            f"z = {terms} {signed(self.bias)} = {words(self.total)}",
            f"a = {self.activation}({words(self.total)}) = {words(self.output)}",
        ]
        if self.slope is not None:
            lines.append(f"slope of {self.activation} there: {words(self.slope)}")
        return lines


def neuron(
    inputs: npt.ArrayLike,
    weights: npt.ArrayLike,
    bias: float = 0.0,
    activation: str | None = "sigmoid",
) -> Neuron:
    """Returns the arithmetic of one neuron.

    Args:
        inputs: numbers that come in.
        weights: one for each input.
        bias: what is added to the sum.
        activation: name of a function of `explain.functions`; None for none.

    Shapes:
        inputs, weights: (d,)

    Raises:
        ShapeError: not as many weights as inputs.
        ConfigError: an activation that is not known.

    Differs from Keras: not in Keras; a `Dense` layer has many of these.

    Example:
        >>> neuron([1.0, 2.0], [0.5, -1.0], bias=1.5, activation="relu").output
        0.0
    """
    x = floats(inputs, "inputs", _WHERE)
    w = floats(weights, "weights", _WHERE)
    b = floats(bias, "bias", _WHERE)
    if x.ndim != 1 or x.shape != w.shape or b.ndim:
        raise ShapeError(
            message(
                _WHERE,
                f"there must be one weight for each input and one bias, got inputs "
                f"{x.shape}, weights {w.shape}, bias {b.shape}",
                f"give {x.size} weights",
            )
        )
    function = find(activation)
    products = x * w
    z = np.array([products.sum() + b])
    return Neuron(
        x,
        w,
        float(b),
        products,
        float(z[0]),
        function.name,
        float(function.value(z)[0]),
        float(function.slope(z)[0]),
    )


def apply(activation: Activation, totals: Floats) -> tuple[str, Floats]:
    """Returns the name of an activation and its values for all neurons of a place.

    Args:
        activation: a name or a function.
        totals: the sum of each neuron, (k,).

    Example:
        >>> apply("relu", np.array([-1.0, 2.0]))
        ('relu', array([0., 2.]))
    """
    if callable(activation):
        name = getattr(activation, "__name__", type(activation).__name__)
        return name, np.asarray(activation(totals), np.float64)
    function = find(activation)
    return function.name, function.value(totals)


def dense_neuron(
    inputs: Floats,
    kernel: Floats,
    bias: Floats,
    activation: Activation = None,
    unit: int = 0,
) -> Neuron:
    """Returns the arithmetic of one unit of a dense layer, from its weights.

    Args:
        inputs: what the layer sees of one example.
        kernel: its matrix.
        bias: one number for each unit.
        activation: a name, or a function of all units' sums.
        unit: which one, from 0.

    Shapes:
        inputs: (d,); kernel: (d, units); bias: (units,)

    Example:
        >>> dense_neuron(np.ones(2), np.ones((2, 3)), np.zeros(3), "relu", 1).output
        2.0
    """
    totals = inputs @ kernel + bias
    name, outputs = apply(activation, totals)
    slope = None
    if not callable(activation):
        slope = float(find(activation).slope(totals)[unit])
    return Neuron(
        inputs,
        kernel[:, unit],
        float(bias[unit]),
        inputs * kernel[:, unit],
        float(totals[unit]),
        name,
        float(outputs[unit]),
        slope,
    )


def product_line(left: float, right: float) -> str:
    """Writes one product with its result.

    Example:
        >>> product_line(3.0, -1.0)
        '3 × (-1) = -3'
    """
    return f"{factor(left)} × {factor(right)} = {words(left * right)}"
