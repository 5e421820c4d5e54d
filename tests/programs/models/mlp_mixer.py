"""MLP-Mixer: a custom layer of two small networks, one across patches."""

import keras
import numpy as np
from keras import layers, ops


class Mixer(layers.Layer):
    def __init__(self, patches, width, **kwargs):
        super().__init__(**kwargs)
        self.across = keras.Sequential(
            [layers.Dense(patches, activation="gelu"), layers.Dense(patches)]
        )
        self.within = keras.Sequential(
            [layers.Dense(width, activation="gelu"), layers.Dense(width)]
        )
        self.first = layers.LayerNormalization()
        self.second = layers.LayerNormalization()

    def build(self, input_shape):
        batch, patches, width = input_shape
        self.first.build(input_shape)
        self.second.build(input_shape)
        self.across.build((batch, width, patches))
        self.within.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        turned = ops.transpose(self.first(x), (0, 2, 1))
        x = x + ops.transpose(self.across(turned), (0, 2, 1))
        return x + self.within(self.second(x))


rng = np.random.default_rng(7)
x = rng.random((48, 8, 8, 1)).astype("float32")
y = x.mean((1, 2, 3), keepdims=False)[:, None] * 4

model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(8, 4, strides=4),
        layers.Reshape((4, 8)),
        Mixer(4, 8),
        Mixer(4, 8),
        layers.GlobalAveragePooling1D(),
        layers.Dense(1),
    ]
)
model.compile("adam", "mse", metrics=["mae"])
model.fit(x, y, batch_size=16, epochs=3)
model.predict(x[:4])
