"""A small network learns from a larger one: compile() and train_step of one's own."""

import tensorflow as tf
from common import fill, pictures, report
from tensorflow import keras
from tensorflow.keras import layers

images, labels = pictures(96)


def network(width):
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(width, 3, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.MaxPooling2D(2, strides=1, padding="same"),
            layers.Conv2D(2 * width, 3, strides=2, padding="same"),
            layers.Flatten(),
            layers.Dense(4),
        ]
    )


class Distiller(keras.Model):
    def __init__(self, student, teacher):
        super().__init__()
        self.teacher = teacher
        self.student = student

    def compile(
        self, optimizer, metrics, student_loss_fn, distillation_loss_fn, alpha, heat
    ):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss_fn = student_loss_fn
        self.distillation_loss_fn = distillation_loss_fn
        self.alpha = alpha
        self.heat = heat

    def train_step(self, data):
        x, y = data
        taught = self.teacher(x, training=False)
        with tf.GradientTape() as tape:
            said = self.student(x, training=True)
            student_loss = self.student_loss_fn(y, said)
            distillation_loss = (
                self.distillation_loss_fn(
                    tf.nn.softmax(taught / self.heat, axis=1),
                    tf.nn.softmax(said / self.heat, axis=1),
                )
                * self.heat**2
            )
            loss = self.alpha * student_loss + (1 - self.alpha) * distillation_loss
        variables = self.student.trainable_variables
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))
        results = self.compute_metrics(x, y, said, None)
        results.update(
            {"student_loss": student_loss, "distillation_loss": distillation_loss}
        )
        return results

    def test_step(self, data):
        x, y = data
        said = self.student(x, training=False)
        results = self.compute_metrics(x, y, said, None)
        results["student_loss"] = self.student_loss_fn(y, said)
        return results

    def call(self, inputs):
        return self.student(inputs)


teacher, student = network(16), network(4)
fill(teacher, student)
teacher.compile(
    optimizer=keras.optimizers.Adam(3e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
taught = teacher.fit(
    images, labels, epochs=3, batch_size=24, shuffle=False, verbose=0
).history
distiller = Distiller(student=student, teacher=teacher)
distiller.compile(
    optimizer=keras.optimizers.Adam(3e-3),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
    student_loss_fn=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    distillation_loss_fn=keras.losses.KLDivergence(),
    alpha=0.1,
    heat=4,
)
before = teacher.get_weights()
run = distiller.fit(images, labels, epochs=3, batch_size=24, shuffle=False, verbose=0)
tested = distiller.evaluate(images, labels, batch_size=96, return_dict=True, verbose=0)
assert all((a == b).all() for a, b in zip(before, teacher.get_weights()))
report(
    teacher_loss=taught["loss"],
    student_loss=run.history["student_loss"],
    distillation_loss=run.history["distillation_loss"],
    acc=run.history["acc"],
    tested=[tested["acc"], tested["student_loss"]],
)
