"""A vision transformer: patches, a custom layer for their places, attention."""

import keras
import numpy as np
from keras import layers, ops


class Patches(layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, images):
        patches = ops.image.extract_patches(images, self.size)
        return ops.reshape(patches, (ops.shape(images)[0], -1, patches.shape[-1]))


class Places(layers.Layer):
    def __init__(self, count, width, **kwargs):
        super().__init__(**kwargs)
        self.project = layers.Dense(width)
        self.embed = layers.Embedding(count, width)
        self.count = count

    def call(self, patches):
        return self.project(patches) + self.embed(ops.arange(self.count))


rng = np.random.default_rng(6)
y = rng.integers(0, 2, 48)
x = rng.normal(0, 0.3, (48, 8, 8, 3))
x[y == 1, :4, :4] += 1
x = x.astype("float32")

inputs = keras.Input((8, 8, 3))
tokens = Places(4, 16)(Patches(4)(inputs))
for _ in range(2):
    normed = layers.LayerNormalization(epsilon=1e-6)(tokens)
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=8)(normed, normed)
    tokens = layers.Add()([attended, tokens])
    normed = layers.LayerNormalization(epsilon=1e-6)(tokens)
    mixed = layers.Dense(16)(layers.Dense(32, activation="gelu")(normed))
    tokens = layers.Add()([mixed, tokens])
features = layers.Flatten()(layers.LayerNormalization(epsilon=1e-6)(tokens))
model = keras.Model(inputs, layers.Dense(2)(features))
model.compile(
    keras.optimizers.AdamW(learning_rate=3e-3, weight_decay=1e-4),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
)
model.fit(x, y, batch_size=16, epochs=2, validation_split=0.25)
model.predict(x[:3])
