"""Pictures, first weights and a report: the same numbers under any library."""

import json

import numpy as np


def pictures(count, size=12, channels=1, seed=0):
    """Bright squares at random places on a dim ground; the class is the quarter."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(0, 0.2, size=(count, size, size, channels))
    labels = rng.integers(0, 4, size=count)
    half, side = size // 2, size // 3
    for image, label in zip(images, labels):
        down, across = rng.integers(0, half - side + 1, size=2)
        down, across = down + half * (label // 2), across + half * (label % 2)
        image[down : down + side, across : across + side] += 0.7
    return images.astype("float32"), labels.astype("int32")


def fill(*models, seed=1):
    """Gives every matrix and kernel drawn numbers; vectors stay as they are."""
    rng = np.random.default_rng(seed)
    for model in models:
        model.set_weights(
            [
                rng.normal(size=w.shape) / np.sqrt(np.prod(w.shape[:-1]))
                if w.ndim > 1
                else w
                for w in model.get_weights()
            ]
        )


def report(**values):
    """Prints numbers for the test to compare."""
    flat = {k: np.asarray(v, "float64").ravel().tolist() for k, v in values.items()}
    print("RESULT " + json.dumps(flat), flush=True)
