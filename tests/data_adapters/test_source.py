"""Steps asked for against steps that the data give."""

import re
import warnings

import numpy as np
import pytest

from saccade.core._errors import ConfigError, DataWarning
from saccade.data import PyDataset, adapt, check_steps, whole_executions


class Ones(PyDataset):
    def __init__(self, count):
        super().__init__()
        self.count = count

    @property
    def num_batches(self):
        return self.count

    def __getitem__(self, index):
        return np.ones((2, 1)), np.ones(2)


def test_too_many_steps_for_arrays():
    source = adapt(np.zeros((750, 2)))
    with pytest.warns(DataWarning) as caught:
        assert check_steps(source, 100, 3, "fit") == 24
    assert str(caught[0].message) == (
        "fit: steps_per_epoch=100 but the data give 24 steps of 32 (750 samples), so "
        "an epoch ends after these.\n"
        "Fix: leave `steps_per_epoch` out, or pass at most steps_per_epoch=24."
    )


@pytest.mark.parametrize(
    ("where", "argument"),
    [
        ("evaluate", "steps"),
        ("predict", "steps"),
        ("fit(validation_data)", "validation_steps"),
    ],
)
def test_argument_is_the_callers(where, argument):
    source = adapt(Ones(4), where=where)
    words = re.escape(f"{argument}=5 but the data give 4 steps, so the pass ends")
    with pytest.warns(DataWarning, match=words):
        assert check_steps(source, 5, 1, where) == 4


def test_enough_steps():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for source in (adapt(np.zeros((750, 2))), adapt(Ones(24)), adapt(Ones(None))):
            assert check_steps(source, 24, 3, "fit") == 24
            assert check_steps(source, 12, 3, "fit") == 12
        check_steps(adapt(np.zeros((750, 2))), None, 3, "fit")
        check_steps(adapt(np.zeros((750, 2))), 23, 1, "fit")


def test_short_epochs_are_foretold():
    source = adapt(np.zeros((750, 2)))
    words = (
        r"steps_per_epoch=23 but the data give 24 steps of 32 \(750 samples\), so "
        r"every 2nd epoch has only 1, the rest of the data"
    )
    with pytest.warns(DataWarning, match=words):
        check_steps(source, 23, 2, "fit")


def test_epochs_are_made_of_whole_executions():
    assert whole_executions(6, 3) == 6
    words = "steps_per_epoch=5 is no multiple of steps_per_execution=3.*may have 6"
    with pytest.warns(DataWarning, match=words):
        assert whole_executions(5, 3) == 6


def test_endless_data_need_steps():
    with pytest.raises(
        ConfigError, match=r"never end and `steps_per_epoch` is missing"
    ):
        check_steps(adapt(Ones(None)), None, 1, "fit")
