"""A small convolutional network of the functional API, on striped pictures."""

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(1)
y = rng.integers(0, 3, 96)
x = rng.normal(0, 0.3, (96, 12, 12, 1))
for picture, label in zip(x, y, strict=True):
    picture[:: label + 2] += 1  # stripes 2, 3 or 4 rows apart
x = x.astype("float32")

inputs = keras.Input((12, 12, 1))
features = layers.Conv2D(6, 3, activation="relu")(inputs)
features = layers.MaxPooling2D()(features)
features = layers.Conv2D(8, 3, activation="relu")(features)
features = layers.Flatten()(features)
outputs = layers.Dense(3, activation="softmax")(features)
model = keras.Model(inputs, outputs)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x[:64], y[:64], batch_size=16, epochs=3, validation_data=(x[64:], y[64:]))
model.predict(x[:5])
