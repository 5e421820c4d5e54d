"""Where a network looks: gradients by the output of a layer inside it."""

import numpy as np
import tensorflow as tf
from common import fill, pictures, report
from tensorflow import keras
from tensorflow.keras import layers

images, labels = pictures(64, channels=3)
inputs = keras.Input((12, 12, 3))
x = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Conv2D(16, 3, padding="same", activation="relu", name="last_conv")(x)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(4, name="scores")(x))
fill(model)
model.compile(
    keras.optimizers.Adam(0.02),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)
run = model.fit(images, labels, batch_size=16, epochs=4, shuffle=False, verbose=0)


def heatmap_of(picture, model, layer_name, index=None):
    grad_model = keras.models.Model(
        model.inputs, [model.get_layer(layer_name).output, model.output]
    )
    with tf.GradientTape() as tape:
        maps, scores = grad_model(picture)
        if index is None:
            index = tf.argmax(scores[0])
        channel = scores[:, index]
    grads = tape.gradient(channel, maps)
    pooled = tf.reduce_mean(grads, axis=(0, 1, 2))
    heatmap = tf.squeeze(maps[0] @ pooled[..., tf.newaxis])
    heatmap = tf.maximum(heatmap, 0) / tf.math.reduce_max(heatmap)
    return heatmap.numpy()


found = heatmap_of(images[:1], model, "last_conv")
assert isinstance(found, np.ndarray)
assert found.shape == (6, 6)

# Which pixels matter: the gradient by the picture itself.
picture = tf.constant(images[:2])
with tf.GradientTape() as tape:
    tape.watch(picture)
    best = tf.reduce_max(model(picture, training=False), axis=1)
saliency = tf.reduce_max(tf.abs(tape.gradient(best, picture)), axis=-1)
# The smallest change that misleads it: the sign of the loss's gradient.
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
with tf.GradientTape() as tape:
    tape.watch(picture)
    loss = loss_fn(labels[:2], model(picture))
signed = tf.sign(tape.gradient(loss, picture))
worse = loss_fn(labels[:2], model(tf.clip_by_value(picture + 0.1 * signed, 0, 1)))
report(
    loss=run.history["loss"],
    heatmap=found,
    saliency=saliency.numpy().mean(axis=(1, 2)),
    fooled=[float(loss), float(worse)],
)
