"""Times epochs of one network written as Sequential, functional and subclassed model.

    python -m benchmarks.micro.kinds_of_models [--repeats 7] [--epochs 6]

They start from the same weights and take turns; printed are medians of an epoch's time
after the first, the ratios to Sequential within a turn, and the losses, which must be
equal.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

import saccade as keras
from saccade import layers

PICTURES, BATCH = 6400, 32


def parts() -> list[keras.Layer]:
    """The layers of LeNet-5 with ReLU and maxima."""
    return [
        layers.Conv2D(6, 5, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(120, activation="relu"),
        layers.Dense(84, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]


class Subclassed(keras.Model):
    """The network as a class."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = parts()

    def call(self, x):
        """Sends pictures through all layers."""
        for layer in self.parts:
            x = layer(x)
        return x


def build(kind: str) -> keras.Model:
    """Makes the network of a kind, compiled."""
    if kind == "sequential":
        model = keras.Sequential([keras.Input((28, 28, 1)), *parts()])
    elif kind == "functional":
        inputs = x = keras.Input((28, 28, 1))
        for layer in parts():
            x = layer(x)
        model = keras.Model(inputs, x)
    else:
        model = Subclassed()
        model(np.zeros((1, 28, 28, 1), np.float32))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    draw = np.random.default_rng(0)
    x = draw.random((PICTURES, 28, 28, 1), np.float32)
    y = draw.integers(0, 10, PICTURES)
    kinds = ("sequential", "functional", "subclassed")
    models = {kind: build(kind) for kind in kinds}
    weights = models["sequential"].get_weights()
    losses: dict[str, float] = {}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for kind in kinds:
        models[kind].set_weights(weights)
        history = models[kind].fit(x, y, BATCH, epochs=1, shuffle=False, verbose=0)
        losses[kind] = history.history["loss"][0]
    for turn in range(options.repeats):
        for kind in kinds[turn % 3 :] + kinds[: turn % 3]:
            start = time.perf_counter()
            models[kind].fit(
                x, y, BATCH, epochs=options.epochs, shuffle=False, verbose=0
            )
            times[kind].append((time.perf_counter() - start) / options.epochs)
    for kind in kinds:
        ratios = [a / b for a, b in zip(times[kind], times["sequential"], strict=True)]
        print(
            f"{kind:<11} {statistics.median(times[kind]) * 1000:7.1f} ms an epoch, "
            f"ratio {statistics.median(ratios):.3f} "
            f"({min(ratios):.3f} to {max(ratios):.3f}), "
            f"loss after the first {losses[kind]:.6f}"
        )


if __name__ == "__main__":
    main()
