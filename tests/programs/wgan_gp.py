"""A critic whose gradient by its input is held near length one: a tape in a tape."""

import numpy as np
import tensorflow as tf
from common import fill, pictures, report
from tensorflow import keras
from tensorflow.keras import layers

images, _ = pictures(32)
rng = np.random.default_rng(4)
codes = rng.normal(size=(32, 4)).astype("float32")
shares = tf.constant(rng.uniform(size=(16, 1, 1, 1)).astype("float32"))

critic = keras.Sequential(
    [
        keras.Input((12, 12, 1)),
        layers.Conv2D(8, 5, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Flatten(),
        layers.Dense(1),
    ]
)
generator = keras.Sequential(
    [
        keras.Input((4,)),
        layers.Dense(6 * 6 * 8, activation="relu"),
        layers.Reshape((6, 6, 8)),
        layers.UpSampling2D(),
        layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
    ]
)


class WGAN(keras.Model):
    def __init__(self, critic, generator, turns=2, gp_weight=10.0):
        super().__init__()
        self.critic = critic
        self.generator = generator
        self.turns = turns
        self.gp_weight = gp_weight

    def compile(self, c_optimizer, g_optimizer):
        super().compile()
        self.c_optimizer = c_optimizer
        self.g_optimizer = g_optimizer

    def gradient_penalty(self, real, fake):
        between = real + shares * (fake - real)
        with tf.GradientTape() as gp_tape:
            gp_tape.watch(between)
            pred = self.critic(between, training=True)
        grads = gp_tape.gradient(pred, [between])[0]
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]))
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, data):
        real, code = data
        for _ in range(self.turns):
            with tf.GradientTape() as tape:
                fake = self.generator(code, training=True)
                cost = tf.reduce_mean(self.critic(fake)) - tf.reduce_mean(
                    self.critic(real)
                )
                penalty = self.gradient_penalty(real, fake)
                c_loss = cost + penalty * self.gp_weight
            grads = tape.gradient(c_loss, self.critic.trainable_variables)
            self.c_optimizer.apply_gradients(
                zip(grads, self.critic.trainable_variables)
            )
        with tf.GradientTape() as tape:
            g_loss = -tf.reduce_mean(self.critic(self.generator(code, training=True)))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return {"c_loss": c_loss, "penalty": penalty, "g_loss": g_loss}


wgan = WGAN(critic, generator)
fill(critic, generator)
wgan.compile(
    keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9),
    keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9),
)
run = wgan.fit(images, codes, batch_size=16, epochs=3, shuffle=False, verbose=0)
report(**run.history)
