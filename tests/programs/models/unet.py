"""U-Net: which pixels belong to the disc? Skips join the way down and the way up."""

import keras
import numpy as np
from keras import layers


def convolve(x, filters):
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)


rng = np.random.default_rng(3)
places = np.stack(np.meshgrid(np.arange(16), np.arange(16), indexing="ij"), -1)
centres = rng.integers(4, 12, (32, 1, 1, 2))
masks = (np.square(places - centres).sum(-1, keepdims=True) < 12).astype("float32")
pictures = (masks + rng.normal(0, 0.4, masks.shape)).astype("float32")

inputs = keras.Input((16, 16, 1))
skips, x = [], inputs
for filters in (6, 8):
    x = convolve(x, filters)
    skips.append(x)
    x = layers.MaxPooling2D()(x)
x = convolve(x, 12)
for filters, skip in zip((8, 6), reversed(skips), strict=True):
    x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
    x = convolve(layers.Concatenate()([x, skip]), filters)
outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
model = keras.Model(inputs, outputs, name="unet")
model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
model.fit(pictures, masks, batch_size=8, epochs=3)
model.predict(pictures[:3])
