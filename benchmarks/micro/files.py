"""Times loading and saving a model file of 118 MB beside Keras, in turns.

    python benchmarks/micro/files.py [--repeats 5]

Each library has processes of its own, which take turns; a process imports, loads once
untimed, then loads and saves. Printed: seconds, the median with the range, and the
ratio of the medians within a turn. Needs pip's keras, on JAX.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from statistics import median

LIBRARIES = ("keras", "saccade")
BLOCKS = ((64, 3), (128, 4), (256, 6), (512, 4))


def network(library):
    """A network with skips, 29 million weights in 125 layers."""
    layers = library.layers
    given = layers.Input((64, 64, 3))
    x = given
    for filters, count in BLOCKS:
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        for _ in range(count):
            y = x
            for _ in range(2):
                y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
                y = layers.BatchNormalization()(y)
                y = layers.ReLU()(y)
            x = layers.Add()([x, y])
    x = layers.GlobalAveragePooling2D()(x)
    return library.Model(given, layers.Dense(1000)(x))


def work(name: str, path: Path) -> dict[str, float]:
    """Loads and saves once, after a first time that is not counted."""
    library = import_module(name)
    library.models.load_model(path)
    start = time.perf_counter()
    model = library.models.load_model(path)
    middle = time.perf_counter()
    model.save(path.with_name(f"{name}.keras"))
    return {"load": middle - start, "save": time.perf_counter() - middle}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"] = "jax"
    if options.work:
        print(json.dumps(work(options.work[0], Path(options.work[1]))))
        return
    found: dict[str, list[dict[str, float]]] = {name: [] for name in LIBRARIES}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        network(import_module("saccade")).save(path)
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        for turn in range(options.repeats):
            names = LIBRARIES if turn % 2 else LIBRARIES[::-1]
            for name in names:
                command = [sys.executable, __file__, "--work", name, str(path)]
                run = subprocess.run(command, check=True, capture_output=True)
                found[name].append(json.loads(run.stdout.splitlines()[-1]))
    for what in ("load", "save"):
        times = {name: [run[what] for run in found[name]] for name in LIBRARIES}
        for name, seconds in times.items():
            print(
                f"{what} {name:8} {median(seconds):6.2f} s "
                f"({min(seconds):.2f} to {max(seconds):.2f})"
            )
        pairs = zip(times["saccade"], times["keras"], strict=True)
        print(f"{what} ratio {median(ours / theirs for ours, theirs in pairs):.2f}")


if __name__ == "__main__":
    main()
