"""Distillation beside Keras'."""

from __future__ import annotations

import numpy as np
import pytest

import saccade

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity
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


def test_numbers_are_those_of_keras():
    theirs, ours = make(keras), make(saccade)
    for part in ("teacher", "student"):
        getattr(ours, part).set_weights(getattr(theirs, part).get_weights())
    histories = [
        d.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
        for d in (theirs, ours)
    ]
    assert sorted(histories[0]) == sorted(histories[1])
    for name in ("loss", "student_loss", "distillation_loss", "accuracy"):
        np.testing.assert_allclose(histories[1][name], histories[0][name], rtol=2e-3)
    for a, b in zip(
        theirs.student.get_weights(), ours.student.get_weights(), strict=True
    ):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)
