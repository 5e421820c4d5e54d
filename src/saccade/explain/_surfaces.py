"""Surfaces to descend: functions of two numbers with their gradients by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from ._numbers import Floats

Pair = tuple[Floats, Floats]


@dataclasses.dataclass(frozen=True, eq=False)
class Surface:
    """A function of x and y that is to be made small.

    Args:
        name: its name.
        formula: for people.
        value: f(x, y).
        gradient: (df/dx, df/dy).
        box: low x, high x, low y, high y of the part that is shown.
        minima: where it is lowest, the lowest first; empty where it has no bottom.
        start: a place from which optimizers differ.
        scale: rates of the optimizers that divide by the size of the gradient, beside
            those for the first surface.
        plain_scale: rates of the others, likewise.
        steps: how many show what is to be seen.
        lesson: what that is.
    """

    name: str
    formula: str
    value: Callable[[Floats, Floats], Floats]
    gradient: Callable[[Floats, Floats], Pair]
    box: tuple[float, float, float, float]
    minima: tuple[tuple[float, float], ...]
    start: tuple[float, float]
    scale: float
    plain_scale: float
    steps: int
    lesson: str

    def heights(self, size: int = 81) -> tuple[Floats, Floats, Floats]:
        """Returns the surface as numbers: for a picture of one's own.

        Args:
            size: places along each side of the box.

        Shapes:
            x, y: (size,); heights: (size, size), rows are y

        Example:
            >>> x, y, heights = SURFACES["ravine"].heights(5)
            >>> x.tolist(), float(heights[2, 2])
            ([-10.0, -5.0, 0.0, 5.0, 10.0], 0.0)
        """
        x = np.linspace(*self.box[:2], size)
        y = np.linspace(*self.box[2:], size)
        return x, y, self.value(*np.meshgrid(x, y))


def _two_gaussians(x: Floats, y: Floats) -> Floats:
    near = np.exp(-((x - 1) ** 2 + y * y) / 0.2)
    far = np.exp(-((x + 1) ** 2 + y * y) / 0.2)
    return x * x + y * y - 2 * near - 3 * far


def _two_gaussians_slope(x: Floats, y: Floats) -> Pair:
    near = 20 * np.exp(-((x - 1) ** 2 + y * y) / 0.2)
    far = 30 * np.exp(-((x + 1) ** 2 + y * y) / 0.2)
    return 2 * x + near * (x - 1) + far * (x + 1), 2 * y + (near + far) * y


def _ravine(x: Floats, y: Floats) -> Floats:
    return 0.01 * x * x + y * y


def _ravine_slope(x: Floats, y: Floats) -> Pair:
    return 0.02 * x, 2 * y


def _rosenbrock(x: Floats, y: Floats) -> Floats:
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def _rosenbrock_slope(x: Floats, y: Floats) -> Pair:
    off = y - x * x
    return -2 * (1 - x) - 400 * x * off, 200 * off


def _rastrigin(x: Floats, y: Floats) -> Floats:
    wave = np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)
    return 20 + x * x + y * y - 10 * wave


def _rastrigin_slope(x: Floats, y: Floats) -> Pair:
    def one(v: Floats) -> Floats:
        return 2 * v + 20 * np.pi * np.sin(2 * np.pi * v)

    return one(x), one(y)


def _himmelblau(x: Floats, y: Floats) -> Floats:
    return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2


def _himmelblau_slope(x: Floats, y: Floats) -> Pair:
    a, b = x * x + y - 11, x + y * y - 7
    return 4 * x * a + 2 * b, 2 * a + 4 * y * b


def _beale(x: Floats, y: Floats) -> Floats:
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    return a * a + b * b + c * c


def _beale_slope(x: Floats, y: Floats) -> Pair:
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    by_x = 2 * (a * (y - 1) + b * (y**2 - 1) + c * (y**3 - 1))
    return by_x, 2 * x * (a + 2 * b * y + 3 * c * y**2)


def _saddle(x: Floats, y: Floats) -> Floats:
    return x * x - y * y


def _saddle_slope(x: Floats, y: Floats) -> Pair:
    return 2 * x, -2 * y


_TABLE = (
    Surface(
        "two_gaussians",
        "x² + y² - 2 e^(-((x-1)² + y²)/0.2) - 3 e^(-((x+1)² + y²)/0.2)",
        _two_gaussians,
        _two_gaussians_slope,
        (-2.0, 2.0, -2.0, 2.0),
        ((-0.9363010868, 0.0), (0.9053177494, 0.0)),
        (0.3, 1.5),
        1.0,
        1.0,
        300,
        "two hollows, the left one deeper: where each ends depends on the start",
    ),
    Surface(
        "ravine",
        "x²/100 + y²",
        _ravine,
        _ravine_slope,
        (-10.0, 10.0, -5.0, 5.0),
        ((0.0, 0.0),),
        (-9.0, 3.0),
        8.0,
        45.0,
        100,
        "a long valley with steep sides: plain descent goes to and fro, not along",
    ),
    Surface(
        "rosenbrock",
        "(1 - x)² + 100 (y - x²)²",
        _rosenbrock,
        _rosenbrock_slope,
        (-2.0, 2.0, -1.0, 3.0),
        ((1.0, 1.0),),
        (-1.5, 2.0),
        2.0,
        0.05,
        2000,
        "a bent valley with a nearly flat floor: found soon, hard to follow",
    ),
    Surface(
        "rastrigin",
        "20 + x² + y² - 10 (cos 2πx + cos 2πy)",
        _rastrigin,
        _rastrigin_slope,
        (-4.0, 4.0, -4.0, 4.0),
        ((0.0, 0.0),),
        (2.4, 1.7),
        20.0,
        0.2,
        300,
        "a bowl full of dents: most stop in the first one",
    ),
    Surface(
        "himmelblau",
        "(x² + y - 11)² + (x + y² - 7)²",
        _himmelblau,
        _himmelblau_slope,
        (-5.0, 5.0, -5.0, 5.0),
        (
            (3.0, 2.0),
            (-2.805118087, 3.131312518),
            (-3.779310253, -3.283185991),
            (3.584428340, -1.848126527),
        ),
        (-0.27, -0.92),
        4.0,
        0.2,
        300,
        "four hollows equally deep: from one start, two are reached",
    ),
    Surface(
        "beale",
        "(1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²",
        _beale,
        _beale_slope,
        (-4.5, 4.5, -4.5, 4.5),
        ((3.0, 0.5),),
        (1.0, 1.5),
        6.0,
        0.1,
        600,
        "flat in the middle and steep at the corners: no one rate suits everywhere",
    ),
    Surface(
        "saddle",
        "x² - y²",
        _saddle,
        _saddle_slope,
        (-2.0, 2.0, -2.0, 2.0),
        (),
        (1.5, 1e-06),
        1.0,
        1.0,
        100,
        "flat in the middle but no minimum: who divides by the gradient leaves first",
    ),
)
SURFACES: dict[str, Surface] = {surface.name: surface for surface in _TABLE}
