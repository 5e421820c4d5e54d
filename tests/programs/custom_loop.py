"""A loop of one's own over a tf.data.Dataset, with and without tf.function."""

import tensorflow as tf
from common import fill, pictures, report
from tensorflow import keras
from tensorflow.keras import layers

images, labels = pictures(72)
train = tf.data.Dataset.from_tensor_slices((images[:56], labels[:56])).batch(16)
test = tf.data.Dataset.from_tensor_slices((images[56:], labels[56:])).batch(16)


class Penalty(layers.Layer):
    def call(self, inputs):
        self.add_loss(1e-2 * tf.reduce_sum(tf.square(inputs)) / 16.0)
        return inputs


def run(decorate, epochs=2):
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(6, 3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            Penalty(),
            layers.Dense(4),
        ]
    )
    fill(model)
    optimizer = keras.optimizers.SGD(
        keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.9), momentum=0.9
    )
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    train_acc = keras.metrics.SparseCategoricalAccuracy()
    val_acc = keras.metrics.SparseCategoricalAccuracy()
    steps = tf.Variable(0, trainable=False, dtype=tf.int32)

    @decorate
    def train_step(x, y):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss_value = loss_fn(y, logits)
            loss_value += sum(model.losses)
        grads = tape.gradient(loss_value, model.trainable_weights)
        grads, norm = tf.clip_by_global_norm(grads, 5.0)
        optimizer.apply_gradients(zip(grads, model.trainable_weights))
        train_acc.update_state(y, logits)
        steps.assign_add(1)
        return loss_value, norm

    @decorate
    def test_step(x, y):
        val_acc.update_state(y, model(x, training=False))

    seen, norms, right = [], [], []
    for epoch in range(epochs):
        for step, (x, y) in enumerate(train):
            loss_value, norm = train_step(x, y)
            seen.append(float(loss_value))
            norms.append(norm.numpy())
        right.append(float(train_acc.result()))
        train_acc.reset_state()
        for x, y in test:
            test_step(x, y)
        right.append(float(val_acc.result()))
        val_acc.reset_state()
    assert int(steps.numpy()) == epochs * 4
    return seen, norms, right


compiled, plain = run(tf.function), run(lambda function: function)
report(
    compiled=compiled[0], plain=plain[0], norms=compiled[1],
    right=compiled[2] + plain[2],
)  # fmt: skip
