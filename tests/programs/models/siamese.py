"""A Siamese network: one tower for two pictures, and a contrastive loss."""

import keras
import numpy as np
from keras import layers, ops


def contrastive(y_true, distance, margin=1.0):
    near = ops.square(distance)
    far = ops.square(ops.maximum(margin - distance, 0.0))
    return ops.mean(y_true * near + (1 - y_true) * far)


rng = np.random.default_rng(5)
kinds = rng.integers(0, 2, (64, 2))
prototypes = rng.normal(size=(2, 8, 8, 1))
pairs = prototypes[kinds] + rng.normal(0, 0.2, (64, 2, 8, 8, 1))
left, right = (pairs[:, i].astype("float32") for i in range(2))
same = (kinds[:, 0] == kinds[:, 1]).astype("float32")[:, None]

tower = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(4, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(4),
    ],
    name="tower",
)
a, b = keras.Input((8, 8, 1), name="a"), keras.Input((8, 8, 1), name="b")
gap = ops.sum(ops.square(tower(a) - tower(b)), axis=1, keepdims=True)
distance = ops.sqrt(ops.maximum(gap, 1e-6))
model = keras.Model([a, b], distance)
model.compile("rmsprop", contrastive)
model.fit([left, right], same, batch_size=16, epochs=3)
model.predict([left[:4], right[:4]])
