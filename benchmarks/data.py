"""Pictures, labels and first weights: made from a seed, the same for each framework."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .cases._kinds import Conv, Dense, Training, walk

Floats = NDArray[np.float32]


def pictures(
    training: Training, count: int, dtype: str = "float32"
) -> tuple[NDArray[np.generic], NDArray[np.int32]]:
    """Returns noisy pictures of ten blurred shapes, with labels that can be learnt.

    Shapes:
        (count, *training.input_shape), in [0, 255] for uint8, else in [0, 1]; (count,)
    """
    rng = np.random.default_rng(20)
    width = int(np.prod(training.input_shape))
    labels = rng.integers(0, training.classes, count, dtype=np.int32)
    shapes = rng.random((training.classes, -(-width // 4)), dtype=np.float32)
    shapes = np.repeat(shapes, 4, axis=1)[:, :width]
    x = rng.random((count, width), dtype=np.float32)
    for start in range(0, count, 4096):  # in pieces: the pictures may be large
        part = slice(start, start + 4096)
        x[part] = 0.88 * x[part] + 0.12 * shapes[labels[part]]
    if dtype == "uint8":
        x = (x * 255).astype(np.uint8)
    return x.reshape(count, *training.input_shape), labels


def first_weights(training: Training) -> list[list[Floats]]:
    """Returns kernels (Glorot, uniform) and zero biases, in Keras' layout.

    One list for each convolution and fully connected layer, in the order of `walk`;
    batch normalization begins alike in all frameworks.
    """
    rng = np.random.default_rng(30)
    weights = []
    for layer, before, _ in walk(training):
        match layer:
            case Conv(filters=filters, kernel=kernel):
                shape = (kernel, kernel, before[-1], filters)
                ends = kernel * kernel * (before[-1] + filters)
            case Dense(units=filters):
                shape = (before[-1], filters)
                ends = before[-1] + filters
            case _:
                continue
        limit = (6 / ends) ** 0.5
        weights.append([rng.uniform(-limit, limit, shape).astype(np.float32)])
        if isinstance(layer, Dense) or layer.bias:
            weights[-1].append(np.zeros(filters, np.float32))
    return weights
