"""What and where at once: inputs and outputs by name, a loss for each, weighted."""

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(11)
kinds = rng.integers(0, 2, 64)
places = rng.integers(1, 7, (64, 2))
x = rng.normal(0, 0.1, (64, 8, 8, 1))
for picture, kind, (row, column) in zip(x, kinds, places, strict=True):
    picture[row - kind : row + 2, column - kind : column + 2] += 1
x = x.astype("float32")
size = rng.random((64, 1)).astype("float32")
targets = {"kind": kinds, "place": (places / 8).astype("float32")}

picture = keras.Input((8, 8, 1), name="picture")
extra = keras.Input((1,), name="size")
features = layers.Conv2D(8, 3, activation="relu")(picture)
features = layers.Flatten()(features)
features = layers.Concatenate()([features, extra])
features = layers.Dense(16, activation="relu")(features)
model = keras.Model(
    {"picture": picture, "size": extra},
    {
        "kind": layers.Dense(2, name="kind")(features),
        "place": layers.Dense(2, name="place")(features),
    },
)
model.compile(
    "adam",
    loss={
        "kind": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "place": "mse",
    },
    loss_weights={"kind": 0.5, "place": 2.0},
    metrics={"kind": ["accuracy"], "place": ["mae"]},
)
model.fit({"picture": x, "size": size}, targets, batch_size=16, epochs=3)
model.predict({"picture": x[:3], "size": size[:3]})
