"""Batches of streams: taken apart, put together, checked."""

import warnings

import numpy as np
import pytest

from saccade.core._errors import ConfigError, DataError, DataWarning
from saccade.data import adapt, pack_x_y_sample_weight, unpack_x_y_sample_weight


def run(*batches, **kwargs):
    return list(adapt(iter(batches), **kwargs).open(0, None))


def good():
    return np.ones((2, 3)), np.zeros(2)


def test_unpack():
    assert unpack_x_y_sample_weight(5) == (5, None, None)
    assert unpack_x_y_sample_weight((5,)) == (5, None, None)
    assert unpack_x_y_sample_weight([5, 6]) == (5, 6, None)
    assert unpack_x_y_sample_weight((5, 6, 7)) == (5, 6, 7)
    with pytest.raises(DataError, match=r"must be \(x,\), \(x, y\).*got 4 parts"):
        unpack_x_y_sample_weight((1, 2, 3, 4))


def test_pack():
    assert pack_x_y_sample_weight(5) == 5
    assert pack_x_y_sample_weight([5]) == ([5],)
    assert pack_x_y_sample_weight(5, 6) == (5, 6)
    assert pack_x_y_sample_weight(5, 6, 7) == (5, 6, 7)


@pytest.mark.parametrize(
    ("item", "shapes"),
    [
        (np.ones((2, 3)), [(2, 3), None, None]),
        ((np.ones((2, 3)),), [(2, 3), None, None]),
        ((np.ones((2, 3)), [0, 1]), [(2, 3), (2,), None]),
        ([np.ones((2, 3)), [0, 1]], [(2, 3), (2,), None]),
        ((np.ones((2, 3)), [0, 1], [1.0, 2.0]), [(2, 3), (2,), (2,)]),
    ],
)
def test_forms(item, shapes):
    (batch,) = run(item)
    assert [None if part is None else part.shape for part in batch] == shapes


def test_class_weight():
    (batch,) = run((np.ones((2, 3)), [0, 1]), class_weight={1: 3.0})
    np.testing.assert_array_equal(batch[2], [1, 3])
    with pytest.raises(ConfigError, match="exclude each other"):
        run((np.ones((2, 3)), [0, 1], [1, 1]), class_weight={1: 3.0})


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (
            (np.ones((2, 3)), np.zeros(3)),
            "fit, batch 1 of tuple_iterator: `x` has 2 rows but `y` has 3",
        ),
        ((1, 2, 3, 4), "fit, batch 1 of tuple_iterator: must be (x,), (x, y)"),
        (None, "batch 1 of tuple_iterator: is None"),
        ((np.ones((0, 3)), np.zeros(0)), "is empty: 0 rows"),
        ((None, np.zeros(1)), "has no inputs"),
        (
            (np.ones((2, 3)), np.array(["a", "b"])),
            "`y` must hold numbers, got 'a' at row 0",
        ),
        (
            np.ones((2, 3)),
            "must have the arrays and axes of the first batch, `x` of 2 axes, `y` of "
            "1 axes, got `x` of 2 axes",
        ),
        ((np.ones((28, 28)), 7), "must be a whole batch, got a single target 7"),
    ],
)
def test_errors_name_the_batch(bad, words):
    with pytest.raises(DataError) as caught:
        run(good(), bad)
    assert words in str(caught.value)


def test_one_warning_for_a_stream():
    bad = (np.full((2, 3), np.nan), np.zeros(2))
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run(good(), bad, bad)
    assert [item.category for item in found] == [DataWarning]
    assert "batch 1 of tuple_iterator: the data hold NaN" in str(found[0].message)
