from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Variable
from saccade.core._errors import ConfigError
from saccade.optimizers import schedules
from saccade.optimizers.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateSchedule,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

ALL = [
    ExponentialDecay(0.1, 10, 0.5),
    InverseTimeDecay(0.1, 10, 0.5),
    PiecewiseConstantDecay([3, 6], [1.0, 0.5, 0.1]),
    PolynomialDecay(0.1, 10, power=2.0, cycle=True),
    CosineDecay(0.0, 10, warmup_target=0.1, warmup_steps=4),
    CosineDecayRestarts(0.1, 5),
]


@pytest.mark.parametrize("schedule", ALL, ids=lambda s: type(s).__name__)
def test_every_kind_of_step_gives_the_same_rate(schedule):
    expected = float(schedule(7))
    assert np.isfinite(expected)
    for step in (np.int64(7), np.array(7), 7.0, Variable(7, name="step")):
        assert float(schedule(step)) == expected
    assert_allclose(jax.jit(schedule)(7), expected, rtol=1e-6)


@pytest.mark.parametrize("schedule", ALL, ids=lambda s: type(s).__name__)
def test_config_is_what_the_constructor_takes(schedule):
    config = schedule.get_config()
    again = type(schedule).from_config(config)
    assert again.get_config() == config
    assert float(again(7)) == float(schedule(7))


@pytest.mark.parametrize("schedule", ALL, ids=lambda s: type(s).__name__)
def test_stored_form(schedule):
    stored = schedules.serialize(schedule)
    assert stored["module"] == "keras.optimizers.schedules"
    again = schedules.deserialize(stored)
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()


@pytest.mark.parametrize("cls", [ExponentialDecay, InverseTimeDecay])
def test_staircases_stand_still(cls):
    rate = cls(1.0, 10, 0.5, staircase=True)
    assert float(rate(0)) == float(rate(9)) != float(rate(10))


def test_warmup_rises_in_a_line_to_its_target():
    rate = CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=4)
    assert_allclose([rate(s) for s in (0, 1, 2, 4)], [0, 0.25, 0.5, 1], atol=1e-6)
    assert_allclose(rate(14), 0, atol=1e-6)
    sudden = CosineDecay(0.0, 10, warmup_target=1.0)
    assert float(sudden(0)) == 1.0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: ExponentialDecay(0.1, 0, 0.5), "ExponentialDecay: `decay_steps` must"),
        (lambda: InverseTimeDecay(0.1, -1, 0.5), "InverseTimeDecay: `decay_steps` mu"),
        (lambda: PolynomialDecay(0.1, 0), "PolynomialDecay: `decay_steps` must be > 0"),
        (lambda: CosineDecay(0.1, 0), "CosineDecay: `decay_steps` must be > 0, got 0"),
        (lambda: CosineDecayRestarts(0.1, 0), "`first_decay_steps` must be > 0, got 0"),
        (
            lambda: PiecewiseConstantDecay([1, 2], [0.1, 0.2]),
            r"one more than `boundaries`, got 2 values \[0.1, 0.2\] and 2 boundaries",
        ),
    ],
)
def test_wrong_arguments_are_named(make, text):
    with pytest.raises(ConfigError, match=text):
        make()


def test_what_is_missing_in_a_subclass_is_told():
    class Mine(LearningRateSchedule):
        pass

    with pytest.raises(NotImplementedError, match="schedule Mine: `__call__"):
        Mine()(0)
    with pytest.raises(NotImplementedError, match="schedule Mine: `get_config"):
        Mine().get_config()
