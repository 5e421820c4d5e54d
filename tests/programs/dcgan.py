"""A generator and a discriminator, each with an optimizer of its own."""

import numpy as np
import tensorflow as tf
from common import fill, pictures, report
from tensorflow import keras
from tensorflow.keras import layers

images, _ = pictures(48)
rng = np.random.default_rng(3)
codes = rng.normal(size=(48, 6)).astype("float32")

discriminator = keras.Sequential(
    [
        keras.Input((12, 12, 1)),
        layers.Conv2D(8, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(16, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
generator = keras.Sequential(
    [
        keras.Input((6,)),
        layers.Dense(3 * 3 * 16),
        layers.BatchNormalization(),
        layers.Reshape((3, 3, 16)),
        layers.Conv2DTranspose(16, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2DTranspose(8, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(1, 5, padding="same", activation="sigmoid"),
    ]
)


class GAN(keras.Model):
    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_loss_metric, self.g_loss_metric]

    def train_step(self, data):
        real, code = data
        rows = tf.shape(real)[0]
        both = tf.concat([self.generator(code, training=True), real], axis=0)
        labels = tf.concat([tf.ones((rows, 1)), tf.zeros((rows, 1))], axis=0)
        labels += 0.05 * tf.reshape(tf.linspace(0.0, 1.0, 2 * rows), (-1, 1))
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(both))
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(
            zip(grads, self.discriminator.trainable_weights)
        )
        with tf.GradientTape() as tape:
            judged = self.discriminator(self.generator(code[::-1], training=True))
            g_loss = self.loss_fn(tf.zeros((rows, 1)), judged)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {
            "d_loss": self.d_loss_metric.result(),
            "g_loss": self.g_loss_metric.result(),
        }


class Kept(keras.callbacks.Callback):
    """Keeps a picture made of the same code after each epoch."""

    def on_train_begin(self, logs=None):
        self.brightness = []

    def on_epoch_end(self, epoch, logs=None):
        made = self.model.generator(codes[:4])
        self.brightness.append(float(tf.reduce_mean(made)))


gan = GAN(discriminator, generator)
fill(discriminator, generator)
gan.compile(
    d_optimizer=keras.optimizers.Adam(learning_rate=5e-3),
    g_optimizer=keras.optimizers.Adam(learning_rate=1e-3),
    loss_fn=keras.losses.BinaryCrossentropy(),
)
data = tf.data.Dataset.from_tensor_slices((images, codes)).batch(16).prefetch(2)
kept = Kept()
run = gan.fit(data, epochs=3, verbose=0, callbacks=[kept])
report(**run.history, brightness=kept.brightness)
