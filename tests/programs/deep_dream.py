"""Gradient ascent on a picture, and the style of one picture on another."""

import tensorflow as tf
from common import fill, pictures, report
from tensorflow import keras
from tensorflow.keras import layers

images, _ = pictures(2, size=16, channels=3)
base = keras.Sequential(
    [
        keras.Input((None, None, 3)),
        layers.Conv2D(8, 3, padding="same", activation="relu", name="block1"),
        layers.AveragePooling2D(2),
        layers.Conv2D(12, 3, padding="same", activation="relu", name="block2"),
    ]
)
fill(base)
base.trainable = False
outputs = {layer.name: layer.output for layer in base.layers if "block" in layer.name}
extractor = keras.Model(inputs=base.inputs, outputs=outputs)


def dream_loss(image):
    features = extractor(image)
    loss = tf.zeros(shape=())
    for name, weight in (("block1", 1.0), ("block2", 2.0)):
        activation = features[name]
        loss += weight * tf.reduce_mean(tf.square(activation[:, 2:-2, 2:-2, :]))
    return loss


@tf.function
def ascend(image, rate):
    with tf.GradientTape() as tape:
        tape.watch(image)
        loss = dream_loss(image)
    grads = tf.math.l2_normalize(tape.gradient(loss, image))
    return loss, image + rate * grads


losses = []
shapes = [(12, 12), (16, 16)]
original = tf.convert_to_tensor(images[:1])
image = tf.image.resize(original, shapes[0])
for shape in shapes:
    image = tf.image.resize(image, shape)
    for _ in range(3):
        loss, image = ascend(image, 0.5)
        losses.append(float(loss))


def gram(x):
    x = tf.transpose(x, (2, 0, 1))
    features = tf.reshape(x, (tf.shape(x)[0], -1))
    return tf.matmul(features, tf.transpose(features))


content = extractor(images[:1])["block2"]
styles = {name: gram(value[0]) for name, value in extractor(images[1:]).items()}
mixed = tf.Variable(images[:1])
optimizer = keras.optimizers.SGD(
    keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=2, decay_rate=0.96)
)


def transfer_loss():
    features = extractor(mixed)
    loss = tf.reduce_sum(tf.square(features["block2"] - content))
    for name, style in styles.items():
        off = tf.square(style - gram(features[name][0]))
        loss += tf.reduce_sum(off) / (4.0 * 3**2 * 16**4)
    a = tf.square(mixed[:, :-1, :-1, :] - mixed[:, 1:, :-1, :])
    b = tf.square(mixed[:, :-1, :-1, :] - mixed[:, :-1, 1:, :])
    return loss + 1e-3 * tf.reduce_sum(tf.pow(a + b, 1.25))


transferred = []
for _ in range(5):
    with tf.GradientTape() as tape:
        loss = transfer_loss()
    grads = tape.gradient(loss, mixed)
    optimizer.apply_gradients([(grads, mixed)])
    transferred.append(float(loss))
report(
    dream=losses, dreamt=tf.reduce_mean(image, axis=(0, 1, 2)), style=transferred,
    mixed=mixed.numpy().mean(axis=(0, 1, 2)),
)  # fmt: skip
