"""Transfer: train a base, freeze it under a new head, then fine-tune its end."""

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(8)
x = rng.normal(size=(64, 8, 8, 3)).astype("float32")
red = (x[..., 0].mean((1, 2)) > 0).astype("int32")
blue = (x[..., 2].mean((1, 2)) > 0).astype("float32")[:, None]

inputs = keras.Input((8, 8, 3))
features = layers.Conv2D(6, 3, padding="same", name="first")(inputs)
features = layers.BatchNormalization()(features)
features = layers.ReLU()(features)
features = layers.Conv2D(6, 3, padding="same", activation="relu", name="last")(features)
base = keras.Model(inputs, features, name="base")
head = layers.Dense(2)(layers.GlobalAveragePooling2D()(base.output))
source = keras.Model(base.input, head)
source.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
source.fit(x, red, batch_size=16, epochs=2)

base.trainable = False
pictures = keras.Input((8, 8, 3))
pooled = layers.GlobalAveragePooling2D()(base(pictures, training=False))
model = keras.Model(pictures, layers.Dense(1, activation="sigmoid")(pooled))
model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"])
before = [w.copy() for w in base.get_weights()]
model.fit(x, blue, batch_size=16, epochs=2)
assert all((a == b).all() for a, b in zip(before, base.get_weights(), strict=True))

base.trainable = True
for layer in base.layers[:-1]:
    layer.trainable = False
model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy", metrics=["accuracy"])
assert len(model.trainable_weights) == 4
model.fit(x, blue, batch_size=16, epochs=2)
model.predict(x[:3])
