"""A student learns from its teacher, with Keras' numbers."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade import distillation, layers
from saccade.core._errors import ConfigError, ShapeError

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 4)).astype("float32")
Y = rng.integers(0, 3, 40)


def network(library, width, activation=None):
    return library.Sequential(
        [
            library.layers.Input((4,)),
            library.layers.Dense(width, activation="relu", name="hidden"),
            library.layers.Dense(3, activation=activation, name="out"),
        ]
    )


def make(library, loss_weights=(1.0, 0.5)):
    kinds = library.distillation
    distiller = kinds.Distiller(
        network(library, 6),
        network(library, 6),
        [
            kinds.LogitsDistillation(2.0, library.losses.KLDivergence()),
            kinds.FeatureDistillation("mse", "hidden", "hidden"),
        ],
        distillation_loss_weights=list(loss_weights),
        student_loss_weight=0.3,
    )
    distiller.compile(
        library.optimizers.SGD(0.1),
        library.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return distiller


def test_the_student_becomes_the_teacher():
    teacher, student = network(saccade, 8), network(saccade, 8)
    before = teacher.get_weights()
    distiller = distillation.Distiller(
        teacher, student, distillation.LogitsDistillation(1.0), student_loss_weight=0.0
    )
    distiller.compile(saccade.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    history = distiller.fit(X, Y, epochs=60, verbose=0).history
    assert history["distillation_loss"][-1] < 0.1 * history["distillation_loss"][0]
    for one, other in zip(before, teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not teacher.trainable
    answers = distiller.predict(X, verbose=0)
    np.testing.assert_array_equal(answers, student.predict(X, verbose=0))


def test_saved_and_read_again(tmp_path):
    distiller = make(saccade)
    distiller.fit(X, Y, verbose=0)
    distiller.save(tmp_path / "d.keras")
    again = saccade.saving.load_model(tmp_path / "d.keras")
    np.testing.assert_array_equal(
        again.predict(X, verbose=0), distiller.predict(X, verbose=0)
    )
    assert again.distillation_losses[0].temperature == 2.0
    again.fit(X, Y, verbose=0)


def test_losses_of_ones_own_and_of_several_outputs():
    losses = distillation.FeatureDistillation(["mse", None])
    one = losses.compute_loss([np.ones((2, 1)), 5.0], [np.zeros((2, 1)), 0.0])
    assert float(one) == 1.0
    with pytest.raises(ShapeError, match="Loss structure mismatch"):
        losses.validate_outputs(np.ones(2), np.ones(2))
    with pytest.raises(ShapeError, match="other structures"):
        losses.validate_outputs(np.ones(2), [np.ones(2)] * 2)

    class Wide(distillation.DistillationLoss):
        def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
            return teacher_outputs - student_outputs

    distiller = distillation.Distiller(network(saccade, 2), network(saccade, 2), Wide())
    distiller.compile(loss="sparse_categorical_crossentropy")
    with pytest.raises(ShapeError, match="non-scalar"):
        distiller.fit(X, Y, verbose=0)
    with pytest.raises(NotImplementedError, match="must implement compute_loss"):
        distillation.DistillationLoss().compute_loss(1, 2)


def test_errors():
    teacher, student = network(saccade, 4), network(saccade, 2)
    loss = distillation.LogitsDistillation()
    for arguments, words in (
        ((teacher, "student", loss), "Student must be a keras.Model"),
        ((teacher, student, None), "cannot be `None`"),
        ((teacher, student, [loss], [1.0, 2.0]), "must match number"),
        ((teacher, student, loss, None, 1.5), "between 0.0 and 1.0"),
        ((teacher, student, loss, None, "half"), "must be a number"),
    ):
        with pytest.raises(ConfigError, match=words):
            distillation.Distiller(*arguments)
    small = saccade.Sequential([layers.Input((4,)), layers.Dense(2)])
    with pytest.raises(ShapeError, match="outputs are incompatible"):
        distillation.Distiller(teacher, small, loss)
    missing = distillation.FeatureDistillation("mse", "hiden", "hidden")
    with pytest.raises(ConfigError, match="In teacher model"):
        distillation.Distiller(teacher, student, missing)
    with pytest.raises(ConfigError, match="must be positive"):
        distillation.LogitsDistillation(0)
    with pytest.raises(ConfigError, match="at least one non-`None`"):
        distillation.FeatureDistillation(None)
    distiller = distillation.Distiller(teacher, student, loss)
    with pytest.raises(ConfigError, match="'loss' cannot be `None`"):
        distiller.compile()
    with pytest.raises(ConfigError, match="must be a list or tuple"):
        distiller.compile(loss="mse", metrics="accuracy")
