"""A variational autoencoder with its own train_step and test_step."""

import tensorflow as tf
from common import fill, pictures, report
from tensorflow import keras
from tensorflow.keras import layers

images, _ = pictures(80)


class Sampling(layers.Layer):
    def call(self, inputs):
        mean, log_var = inputs
        rows = tf.shape(mean)[0]
        # In place of random numbers, which differ from library to library.
        places = tf.cast(tf.range(2 * rows), tf.float32)
        epsilon = tf.reshape(1.4 * tf.sin(7.0 * places), (rows, 2))
        return mean + tf.exp(0.5 * log_var) * epsilon


picture = keras.Input((12, 12, 1))
x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(picture)
x = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(x)
x = layers.Dense(16, activation="relu")(layers.Flatten()(x))
z_mean, z_log_var = layers.Dense(2, name="z_mean")(x), layers.Dense(2)(x)
encoder = keras.Model(
    picture, [z_mean, z_log_var, Sampling()([z_mean, z_log_var])], name="encoder"
)
code = keras.Input((2,))
x = layers.Dense(3 * 3 * 16, activation="relu")(code)
x = layers.Reshape((3, 3, 16))(x)
x = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(x)
x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(x)
x = layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid")(x)
decoder = keras.Model(code, x, name="decoder")


class VAE(keras.Model):
    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.trackers = [
            keras.metrics.Mean(name=name)
            for name in ("loss", "reconstruction_loss", "kl_loss")
        ]

    @property
    def metrics(self):
        return self.trackers

    def losses_of(self, data):
        mean, log_var, z = self.encoder(data)
        reconstruction = self.decoder(z)
        per_pixel = keras.losses.binary_crossentropy(data, reconstruction)
        found = tf.reduce_mean(tf.reduce_sum(per_pixel, axis=(1, 2)))
        kl = -0.5 * (1 + log_var - tf.square(mean) - tf.exp(log_var))
        kl = tf.reduce_mean(tf.reduce_sum(kl, axis=1))
        return found + kl, found, kl

    def count(self, values):
        for tracker, value in zip(self.trackers, values):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}

    def train_step(self, data):
        with tf.GradientTape() as tape:
            values = self.losses_of(data)
        grads = tape.gradient(values[0], self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        return self.count(values)

    def test_step(self, data):
        return self.count(self.losses_of(data))


vae = VAE(encoder, decoder)
fill(encoder, decoder)
vae.compile(optimizer=keras.optimizers.Adam(3e-3))
run = vae.fit(
    images[:64], epochs=4, batch_size=16, shuffle=False, verbose=0,
    validation_data=(images[64:],), validation_batch_size=16,
)  # fmt: skip
report(**run.history, code=encoder.predict(images[64:68], verbose=0)[0])
