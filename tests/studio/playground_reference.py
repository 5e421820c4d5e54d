"""The playground computed a second time: from its description, in NumPy.

Nothing here is the studio's: random numbers, points, weights and training are written
down again, with matrices where the studio has loops, so that both are not wrong alike.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qsl

import numpy as np

Random = Callable[[], float]
Rows = list[tuple[float, float, float]]

DEFAULTS = {
    "activation": "tanh", "dataset": "circle", "problem": "classification",
    "regDataset": "reg-plane", "networkShape": "4,2", "learningRate": "0.03",
    "batchSize": "10", "noise": "0", "percTrainData": "50", "regularization": "none",
    "regularizationRate": "0", "x": "true", "y": "true",
}  # fmt: skip
FEATURES = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "xSquared": lambda x, y: x * x,
    "ySquared": lambda x, y: y * y,
    "xTimesY": lambda x, y: x * y,
    "sinX": lambda x, y: np.sin(x),
    "sinY": lambda x, y: np.sin(y),
}
HIDDEN: dict[str, tuple[Callable, Callable]] = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "sigmoid": (
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: 1 / (2 + np.exp(z) + np.exp(-z)),
    ),
    "linear": (lambda z: z, np.ones_like),
}


def bytes_of(key: Sequence[int]) -> Iterator[int]:
    """RC4's stream without its first 256 bytes."""
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + key[i % len(key)] + box[i]) & 255
        box[i], box[j] = box[j], box[i]
    i = j = made = 0
    while True:
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        made += 1
        if made > 256:
            yield box[(box[i] + box[j]) & 255]


def seedrandom(seed: str) -> Random:
    """Numbers of [0, 1) with 52 random bits; short seeds only (no key wraps)."""
    stream = bytes_of([ord(letter) for letter in seed])

    def draw() -> float:
        bits = int.from_bytes(bytes(next(stream) for _ in range(6)), "big")
        wide, last = 48, 0
        while bits < 2**52:
            bits, wide = (bits + last) * 256, wide + 8
            last = next(stream)
        while bits >= 2**53:
            bits, wide, last = bits / 2, wide - 1, last // 2
        return (bits + last) / 2**wide

    return draw


def normal(random: Random, mean: float, variance: float) -> float:
    """The first number of a pair of the polar method."""
    while True:
        a, b = 2 * random() - 1, 2 * random() - 1
        radius = a * a + b * b
        if radius <= 1:
            return mean + a * math.sqrt(-2 * variance * math.log(radius) / radius)


def points(random: Random, settings: dict[str, str]) -> Rows:
    """All points of a data set, before they are shuffled."""
    noise = float(settings["noise"]) / 100

    def between(low: float, high: float) -> float:
        return low + (high - low) * random()

    found: Rows = []
    if settings["problem"] == "regression":
        for _ in range(1200):
            x, y, a, b = (between(-6, 6) for _ in range(4))
            found.append((x, y, (x + noise * a + y + noise * b) / 10))
        return found
    for k in range(500):
        first = k < 250
        if settings["dataset"] == "circle":
            r = between(0, 2.5) if first else between(3.5, 5)
            t = between(0, 2 * math.pi)
            x, y = r * math.sin(t), r * math.cos(t)
            a, b = between(-5, 5), between(-5, 5)
            inside = math.hypot(x + noise * a, y + noise * b) < 2.5
            found.append((x, y, 1 if inside else -1))
        elif settings["dataset"] == "xor":
            x, y = (v + math.copysign(0.3, v) for v in (between(-5, 5), between(-5, 5)))
            a, b = between(-5, 5), between(-5, 5)
            found.append((x, y, 1 if (x + noise * a) * (y + noise * b) >= 0 else -1))
        elif settings["dataset"] == "gauss":
            at, spread = 2 if first else -2, 0.5 + 7 * noise
            x = normal(random, at, spread)
            found.append((x, normal(random, at, spread), 1 if first else -1))
        else:
            share = (k % 250) / 250
            t = 3.5 * math.pi * share + (0 if first else math.pi)
            x = 5 * share * math.sin(t) + noise * between(-1, 1)
            y = 5 * share * math.cos(t) + noise * between(-1, 1)
            found.append((x, y, 1 if first else -1))
    return found


class Playground:
    """An experiment of the TensorFlow Playground.

    Args:
        link: `name=value&...`, a seed among them.
    """

    def __init__(self, link: str) -> None:
        self.settings = {**DEFAULTS, **dict(parse_qsl(link, keep_blank_values=True))}
        random = seedrandom(self.settings["seed"])
        rows = points(random, self.settings)
        for left in range(len(rows), 0, -1):
            other = int(random() * left)
            rows[left - 1], rows[other] = rows[other], rows[left - 1]
        self.rows = np.array(rows)
        self.split = int(len(rows) * float(self.settings["percTrainData"]) / 100)
        x, y = self.rows[:, 0], self.rows[:, 1]
        used = [f for name, f in FEATURES.items() if self.settings.get(name) == "true"]
        self.inputs = np.stack([f(x, y) for f in used], 1)
        shape = [int(n) for n in self.settings["networkShape"].split(",") if n]
        sizes = [len(used), *shape, 1]
        self.weights = [
            np.array([[random() - 0.5 for _ in range(n)] for _ in range(m)])
            for n, m in itertools.pairwise(sizes)
        ]
        self.biases = [np.full(m, 0.1) for m in sizes[1:]]
        self.dead = [np.zeros(w.shape, bool) for w in self.weights]
        self.waiting: list[int] = []
        self.epoch = 0

    def functions(self, layer: int) -> tuple[Callable, Callable]:
        if layer < len(self.weights) - 1:
            return HIDDEN[self.settings["activation"]]
        regression = self.settings["problem"] == "regression"
        return HIDDEN["linear" if regression else "tanh"]

    def forward(self, x: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        sums, outputs = [], [x]
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            sums.append(outputs[-1] @ w.T + b)
            outputs.append(self.functions(layer)[0](sums[-1]))
        return sums, outputs

    def update(self) -> None:
        """One step with the mean gradient of the points that wait."""
        sums, outputs = self.forward(self.inputs[self.waiting])
        error = outputs[-1] - self.rows[self.waiting, 2:]
        rate = float(self.settings["learningRate"])
        shrink = rate * float(self.settings["regularizationRate"])
        kind = self.settings["regularization"]
        steps = []
        for layer in reversed(range(len(self.weights))):
            error = error * self.functions(layer)[1](sums[layer])
            steps.append((error.T @ outputs[layer], error.sum(0)))
            error = error @ self.weights[layer]
        for layer, (slope, bias_slope) in enumerate(reversed(steps)):
            old, dead = self.weights[layer], self.dead[layer]
            pull = {"none": 0 * old, "L1": np.sign(old), "L2": old}[kind]
            moved = old - rate * slope / len(self.waiting)
            new = moved - shrink * pull
            killed = (kind == "L1") & (moved * new < 0)
            self.dead[layer] = dead | killed
            self.weights[layer] = np.where(dead, old, np.where(killed, 0, new))
            self.biases[layer] = self.biases[layer] - rate * bias_slope / len(
                self.waiting
            )
        self.waiting = []

    def train(self, epochs: int) -> None:
        """Goes on until so many epochs are done."""
        batch = int(self.settings["batchSize"])
        while self.epoch < epochs:
            for row in range(self.split):
                self.waiting.append(row)
                if (row + 1) % batch == 0:
                    self.update()
            self.epoch += 1

    def losses(self) -> tuple[float, float]:
        """Mean losses over the training points and the test points."""
        outputs = self.forward(self.inputs)[1][-1][:, 0]
        each = 0.5 * (outputs - self.rows[:, 2]) ** 2
        return float(each[: self.split].mean()), float(each[self.split :].mean())
