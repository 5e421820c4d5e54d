"""Two residual blocks with batch normalization, the second of half the size."""

import keras
import numpy as np
from keras import layers


def block(x, filters, stride=1):
    shortcut = x
    if stride > 1:
        shortcut = layers.Conv2D(filters, 1, strides=stride)(x)
        shortcut = layers.BatchNormalization()(shortcut)
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(layers.Add()([x, shortcut]))


rng = np.random.default_rng(2)
x = rng.normal(size=(64, 8, 8, 3)).astype("float32")
y = (x[:, :4].mean((1, 2, 3)) > x[:, 4:].mean((1, 2, 3))).astype("int32")

inputs = keras.Input((8, 8, 3))
features = layers.Conv2D(8, 3, padding="same")(inputs)
features = block(features, 8)
features = block(features, 12, stride=2)
features = layers.GlobalAveragePooling2D()(features)
model = keras.Model(inputs, layers.Dense(2)(features))
model.compile(
    keras.optimizers.SGD(0.05, momentum=0.9),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(x, y, batch_size=16, epochs=3)
model.predict(x[:7])
