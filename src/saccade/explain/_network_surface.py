"""The loss of a real network over two of its weights: what an optimizer walks on.

It is the surface "A network's loss" of the studio: the playground's circle, three
neurons, the same points and first weights, trained for the same epochs. A test compares
the two.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator

import numpy as np

from ._numbers import Floats
from ._surfaces import Pair, Surface

_SEED = "0.79032"
_POINTS, _SHARE = 500, 250  # drawn, and trained on
_NEURONS, _EPOCHS, _BATCH, _RATE = 3, 150, 10, 0.03
# So many of the points make the loss: enough to have its form.
_SHOWN = 50
_BOX = (-5.0, 5.0, -5.0, 5.0)
# Places a side at which hollows are looked for, and how closely they are found.
_PLACES, _CLOSE, _APART = 41, 1e-6, 0.01


@dataclasses.dataclass(eq=False)
class _Network:
    """A hidden layer and an output, both tanh.

    Shapes:
        w: (neurons, 2); b: (neurons,); v: (neurons,); c: ()
    """

    w: Floats
    b: Floats
    v: Floats
    c: float

    def step(self, points: Floats, labels: Floats) -> None:
        """Moves against the mean gradient of half the squared error."""
        hidden = np.tanh(points @ self.w.T + self.b)
        outputs = np.tanh(hidden @ self.v + self.c)
        error = (outputs - labels) * (1 - outputs**2) / len(points)
        back = error[:, None] * self.v * (1 - hidden**2)
        self.v = self.v - _RATE * error @ hidden
        self.c -= _RATE * float(error.sum())
        self.w = self.w - _RATE * back.T @ points
        self.b = self.b - _RATE * back.sum(0)


@functools.cache
def network_surface() -> Surface:
    """Returns the loss over the two weights of the first hidden neuron.

    The network is trained when this is called first: a quarter of a second.

    Example:
        >>> surface = network_surface()
        >>> len(surface.minima)
        2
    """
    random = _random_numbers(_SEED)
    points, labels = _circle(random)
    draws = np.array([random() - 0.5 for _ in range(3 * _NEURONS)])
    first = draws[: 2 * _NEURONS].reshape(_NEURONS, 2)
    start = np.full(_NEURONS, 0.1)
    network = _Network(first, start, draws[2 * _NEURONS :], 0.1)
    for _ in range(_EPOCHS):
        for at in range(0, _SHARE, _BATCH):
            network.step(points[at : at + _BATCH], labels[at : at + _BATCH])
    value, gradient = _slice(network, points[:_SHOWN], labels[:_SHOWN])
    return Surface(
        "network",
        "mean loss of a network on the playground's circle; x, y: two of its weights",
        value,
        gradient,
        _BOX,
        _hollows(value),
        (-3.5, 3.5),
        8.0,
        25.0,
        300,
        "two weights of a real network, the others trained: flat far out, where its "
        "neuron is saturated",
    )


def _slice(
    network: _Network, points: Floats, labels: Floats
) -> tuple[Callable[[Floats, Floats], Floats], Callable[[Floats, Floats], Pair]]:
    """The loss and its slope where the first neuron's weights are x and y."""
    hidden = np.tanh(points @ network.w[1:].T + network.b[1:])
    rest = hidden @ network.v[1:] + network.c
    bias, weight = network.b[0], network.v[0]

    def forward(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        x, y = np.asarray(x)[..., None], np.asarray(y)[..., None]
        first = np.tanh(x * points[:, 0] + y * points[:, 1] + bias)
        return first, np.tanh(weight * first + rest)

    def value(x: Floats, y: Floats) -> Floats:
        return 0.5 * ((forward(x, y)[1] - labels) ** 2).mean(-1)

    def gradient(x: Floats, y: Floats) -> Pair:
        first, outputs = forward(x, y)
        error = (outputs - labels) * (1 - outputs**2) * weight * (1 - first**2)
        return (error * points[:, 0]).mean(-1), (error * points[:, 1]).mean(-1)

    return value, gradient


def _hollows(
    value: Callable[[Floats, Floats], Floats],
) -> tuple[tuple[float, float], ...]:
    """Places lower than all around them, the deepest first."""
    along = np.linspace(*_BOX[:2], _PLACES)
    heights = value(*np.meshgrid(along, along))
    inner = heights[1:-1, 1:-1]
    lower = np.ones(inner.shape, bool)
    for row in range(3):
        for column in range(3):
            if (row, column) != (1, 1):
                end = _PLACES - 2
                near = heights[row : row + end, column : column + end]
                lower &= inner < near
    found: list[tuple[float, float]] = []
    for row, column in np.argwhere(lower) + 1:
        place = _lowest(value, float(along[column]), float(along[row]))
        if all(math.dist(place, other) >= _APART for other in found):
            found.append(place)
    return tuple(sorted(found, key=lambda place: float(value(*np.array(place)))))


def _lowest(
    value: Callable[[Floats, Floats], Floats], x: float, y: float
) -> tuple[float, float]:
    """Goes to where no neighbour is lower, closer and closer."""
    step = (_BOX[1] - _BOX[0]) / _PLACES
    here = np.array([x, y])
    around = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    while step > _CLOSE:
        places = here + step * around
        best = int(value(places[:, 0], places[:, 1]).argmin())
        here = places[best]
        step = step if best else step / 2
    return float(here[0]), float(here[1])


def _circle(random: Callable[[], float]) -> tuple[Floats, Floats]:
    """The playground's circle: a disc of class 1 in a ring of class -1, shuffled."""
    rows = []
    for k in range(_POINTS):
        inside = k < _POINTS // 2
        radius = 2.5 * random() if inside else 3.5 + 1.5 * random()
        angle = 2 * math.pi * random()
        for _ in range(2):
            random()  # the playground draws noise, here times 0
        place = (radius * math.sin(angle), radius * math.cos(angle))
        rows.append((*place, 1.0 if inside else -1.0))
    for left in range(_POINTS, 0, -1):
        other = int(random() * left)
        rows[left - 1], rows[other] = rows[other], rows[left - 1]
    table = np.array(rows[:_SHARE])
    return table[:, :2], table[:, 2]


def _random_numbers(seed: str) -> Callable[[], float]:
    """The generator seedrandom (2.4.4) for a short seed: 52 bits of ARC4's stream."""
    stream = _arc4(seed.encode())

    def draw() -> float:
        above, below, last = 0.0, 1.0, 0
        for _ in range(6):
            above, below = above * 256 + next(stream), below * 256
        while above < 2**52:
            above, below = (above + last) * 256, below * 256
            last = next(stream)
        while above >= 2**53:
            above, below, last = above / 2, below / 2, last >> 1
        return (above + last) / below

    return draw


def _arc4(key: bytes) -> Iterator[int]:
    """The cipher's bytes, without the first 256."""
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + key[i % len(key)] + box[i]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    for number in range(2**62):
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        if number >= 256:
            yield box[(box[i] + box[j]) % 256]
