"""Reads a folder of pictures twice with one reader and prints times as JSON.

    python -m benchmarks.peers.reading READER FOLDER {plain,augmented} [MS]

The clock starts before the folder is indexed and after the imports. MS milliseconds of
sleep after each batch stand for a device that trains meanwhile; batches are then
prefetched as `fit` does, and the share of an epoch beyond the sleep is the input's.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from benchmarks.memory import peak_bytes, reset_peak, resident_bytes

SIZE = (150, 150)
BATCH = 16
AUGMENTED = {
    "horizontal_flip": True,
    "vertical_flip": True,
    "rotation_range": 90,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
}
Epochs = Callable[[], Iterable[object]]


def _flow(generator: Any, folder: str, augmented: bool) -> Callable[[], Epochs]:
    settings = AUGMENTED if augmented else {}

    def make() -> Epochs:
        flow = generator(rescale=1 / 255, **settings).flow_from_directory(
            folder, target_size=SIZE, batch_size=BATCH, seed=1
        )
        return lambda: (next(flow) for _ in range(len(flow)))

    return make


def reader(name: str, folder: str, augmented: bool) -> Callable[[], Epochs]:
    """Imports a reader; returns what makes its epochs."""
    if name == "saccade":
        import jax.numpy as jnp

        from saccade.preprocessing.image import ImageDataGenerator as Own

        jnp.zeros(1).block_until_ready()  # what training starts anyway
        return _flow(Own, folder, augmented)
    if name == "keras":
        from keras.src.legacy.preprocessing.image import ImageDataGenerator

        return _flow(ImageDataGenerator, folder, augmented)
    import tensorflow as tf

    def make() -> Epochs:
        data = tf.keras.utils.image_dataset_from_directory(
            folder, image_size=SIZE, batch_size=BATCH, seed=1
        )
        data = data.prefetch(tf.data.AUTOTUNE)
        return lambda: data

    return make


def _ahead(batches: Iterable[object]) -> Iterator[object]:
    from saccade.data import prefetch

    return prefetch(batches, 10)


def main() -> None:
    """Reads and prints."""
    name, folder, form, *rest = sys.argv[1:]
    pause = float(rest[0]) / 1000 if rest else 0.0
    make = reader(name, folder, form == "augmented")
    reset_peak()
    before = resident_bytes()
    facts: dict[str, object] = {}
    epochs: Epochs | None = None
    for epoch in ("first", "second"):
        start = time.perf_counter()
        epochs = epochs or make()
        begun = time.perf_counter()
        slept = 0.0
        for _ in _ahead(epochs()) if pause else epochs():
            asleep = time.perf_counter()
            time.sleep(pause)  # lasts a little longer than asked for
            slept += time.perf_counter() - asleep
        end = time.perf_counter()
        facts[epoch] = end - start
        facts[f"{epoch}_share"] = max(0.0, 1 - slept / (end - begun))
    facts["growth_bytes"] = peak_bytes() - before
    print("\n" + json.dumps(facts))


if __name__ == "__main__":
    main()
