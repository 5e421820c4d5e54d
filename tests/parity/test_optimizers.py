"""Optimizers and schedules beside those of pip's Keras, on new numbers."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Variable, optimizers
from saccade.optimizers import schedules

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

CLASSES = [
    name
    for name in optimizers.__all__
    if inspect.isclass(getattr(optimizers, name))
    and name not in ("Optimizer", "LossScaleOptimizer")
]
SCHEDULES = [name for name in schedules.__all__ if name.endswith(("Decay", "Restarts"))]
OPTIONS = {
    "plain": {},
    "bounded": {"global_clipnorm": 0.5, "weight_decay": 0.05},
    "accumulated": {
        "gradient_accumulation_steps": 2,
        "use_ema": True,
        "ema_overwrite_frequency": 3,
        "clipnorm": 0.3,
    },
}


def parameters(function: object) -> list[tuple[str, object]]:
    listed = inspect.signature(function).parameters.values()
    return [(p.name, p.default) for p in listed if p.name not in ("self", "kwargs")]


@pytest.mark.parametrize("name", [*CLASSES, "Optimizer", "LossScaleOptimizer"])
def test_arguments_are_those_of_keras(name):
    ours = parameters(getattr(optimizers, name).__init__)
    assert ours == parameters(getattr(keras.optimizers, name).__init__)


@pytest.mark.parametrize("name", SCHEDULES)
def test_arguments_of_schedules_are_those_of_keras(name):
    ours = parameters(getattr(schedules, name).__init__)
    assert ours == parameters(getattr(keras.optimizers.schedules, name).__init__)


@pytest.mark.parametrize(
    ("name", "option"),
    [(n, o) for n in CLASSES for o in OPTIONS if o != "accumulated" or n == "Nadam"],
)
def test_steps_follow_keras(name, option):
    draws = np.random.default_rng(11)
    first = [draws.normal(size=s).astype(np.float32) for s in ((3, 12), (4,))]
    ours = [Variable(value, name=f"w{i}") for i, value in enumerate(first)]
    theirs = [keras.Variable(value, name=f"w{i}") for i, value in enumerate(first)]
    optimizer = getattr(optimizers, name)(0.01, **OPTIONS[option])
    reference = getattr(keras.optimizers, name)(0.01, **OPTIONS[option])
    optimizer.build(ours)
    reference.build(theirs)
    for _ in range(7):
        given = [draws.normal(size=v.shape).astype(np.float32) for v in first]
        optimizer.apply(given)
        reference.apply(given)
    for one, other in zip(
        [*ours, *optimizer.variables], [*theirs, *reference.variables], strict=True
    ):
        assert_allclose(one.numpy(), np.asarray(other), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CLASSES)
def test_configs_are_read_by_keras_and_read_from_it(name):
    optimizer = getattr(optimizers, name)(schedules.CosineDecay(0.1, 10))
    read = keras.saving.deserialize_keras_object(optimizers.serialize(optimizer))
    assert read.get_config() == optimizer.get_config()
    back = optimizers.deserialize(keras.optimizers.serialize(read))
    assert back.get_config() == optimizer.get_config()
