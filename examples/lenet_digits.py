"""LeNet-5 on real handwritten digits, without a network: `make demo`.

Trains on 1,437 of scikit-learn's 1,797 digits, tests on the other 360, and leaves the
weights, the training curves and a grid of predictions in the output folder.

Reference: LeCun et al., "Gradient-based learning applied to document recognition",
1998, https://doi.org/10.1109/5.726791
"""

import argparse
import time
from pathlib import Path

import saccade as keras
from saccade import layers
from saccade.datasets import digits
from saccade.visualization import plot_history, plot_predictions


class Clock(keras.callbacks.Callback):
    """Measures when each epoch ended."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.start = start
        self.ends: list[float] = []

    def on_epoch_end(self, epoch, logs=None):
        """Notes the time."""
        self.ends.append(time.perf_counter() - self.start)


def lenet5() -> keras.Sequential:
    """Builds LeNet-5 as taught in courses: 61,706 parameters."""
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="lenet5",
    )


def main(out: Path, epochs: int) -> float:
    """Trains, tests, writes the results; returns the test accuracy."""
    start = time.perf_counter()
    keras.utils.set_random_seed(7)
    (x_train, y_train), (x_test, y_test) = digits.load_data(size=28)
    x_train, x_test = x_train[..., None], x_test[..., None]
    steps = -(-len(x_train) // 32) * epochs
    schedule = keras.optimizers.schedules.CosineDecay(0.003, steps)
    model = lenet5()
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    clock = Clock(start)
    history = model.fit(
        x_train,
        y_train,
        epochs=epochs,
        validation_data=(x_test, y_test),
        callbacks=[clock],
    )
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)

    out.mkdir(parents=True, exist_ok=True)
    model.save_weights(out / "lenet5.weights.h5")
    plot_history(history, path=out / "curves.png")
    probabilities = model.predict(x_test, verbose=0)
    plot_predictions(
        x_test[:40],
        y_test[:40],
        probabilities[:40].argmax(axis=1),
        class_names=[str(digit) for digit in range(10)],
        probabilities=probabilities[:40].max(axis=1),
        path=out / "predictions.png",
    )
    per_epoch = (clock.ends[-1] - clock.ends[0]) / max(1, len(clock.ends) - 1)
    print(f"Test accuracy: {accuracy:.4f}")
    print(
        f"First epoch finished after {clock.ends[0]:.2f} s, then {per_epoch:.3f} s each"
    )
    print(f"Wrote {', '.join(sorted(p.name for p in out.iterdir()))} to {out}/")
    return accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/demo"))
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()
    main(arguments.out, arguments.epochs)
