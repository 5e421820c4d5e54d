"""An autoencoder of two models, the parts of which are used by themselves later."""

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(4)
factors = rng.random((64, 2))
shapes = rng.random((2, 10, 10, 1))
clean = np.tensordot(factors, shapes, 1).astype("float32") / 2
noisy = (clean + rng.normal(0, 0.1, clean.shape)).astype("float32")

encoder = keras.Sequential(
    [
        keras.Input((10, 10, 1)),
        layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(4),
    ],
    name="encoder",
)
decoder = keras.Sequential(
    [
        keras.Input((4,)),
        layers.Dense(5 * 5 * 6, activation="relu"),
        layers.Reshape((5, 5, 6)),
        layers.Conv2DTranspose(1, 3, strides=2, padding="same"),
    ],
    name="decoder",
)
pictures = keras.Input((10, 10, 1))
autoencoder = keras.Model(pictures, decoder(encoder(pictures)))
autoencoder.compile("adam", "mse")
autoencoder.fit(noisy, clean, batch_size=16, epochs=3)
codes = encoder.predict(clean[:6])
decoder.predict(codes)
