"""MixUp and CutMix made with NumPy in a PyDataset, so that both libraries see one."""

import keras
import numpy as np
from keras import layers


class Mixed(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, cut, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.batch_size, self.cut = x, y, batch_size, cut

    def __len__(self):
        return len(self.x) // self.batch_size

    def __getitem__(self, index):
        rng = np.random.default_rng(index)
        rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        x, y = self.x[rows].copy(), self.y[rows]
        share = rng.beta(0.4, 0.4)
        if self.cut:
            edge = round(8 * np.sqrt(1 - share))
            x[:, :edge, :edge] = x[::-1, :edge, :edge]
            share = 1 - edge * edge / 64
        else:
            x = share * x + (1 - share) * x[::-1]
        return x.astype("float32"), (share * y + (1 - share) * y[::-1]).astype(
            "float32"
        )


rng = np.random.default_rng(10)
labels = rng.integers(0, 3, 64)
x = (rng.normal(0, 0.3, (64, 8, 8, 3)) + np.eye(3)[labels][:, None, None]).astype(
    "float32"
)
y = keras.utils.to_categorical(labels, 3)

model = keras.Sequential(
    [
        keras.Input((8, 8, 3)),
        layers.Conv2D(6, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3),
    ]
)
loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
model.compile(keras.optimizers.Adam(1e-2), loss, metrics=["accuracy"])
model.fit(Mixed(x, y, 16, cut=False), epochs=2, validation_data=(x, y))
model.fit(Mixed(x, y, 16, cut=True), epochs=2)
model.predict(x[:3])
