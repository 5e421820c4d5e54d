"""Two parts with the same share of every class."""

import numpy as np
import pytest

from saccade.core import _random
from saccade.core._errors import ConfigError, DataError
from saccade.data import stratified_split


def sorted_data(counts):
    y = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(y)), y


def test_every_class_gives_its_share_and_no_row_is_lost():
    x, y = sorted_data([50, 30, 20])
    (x1, y1), (x2, y2) = stratified_split(x, y, 0.2, seed=3)
    assert np.bincount(y1).tolist() == [40, 24, 16]
    assert np.bincount(y2).tolist() == [10, 6, 4]
    assert sorted([*x1, *x2]) == x.tolist()
    np.testing.assert_array_equal(y[x1], y1)
    np.testing.assert_array_equal(y[x2], y2)


def test_parts_are_mixed_and_a_function_of_the_seed():
    x, y = sorted_data([50, 50])
    (x1, y1), (x2, _) = stratified_split(x, y, 0.3, seed=3)
    assert (np.diff(y1) != 0).sum() > 5
    (same, _), _ = stratified_split(x, y, 0.3, seed=3)
    np.testing.assert_array_equal(x1, same)
    _, (other, _) = stratified_split(x, y, 0.3, seed=4)
    assert sorted(x2) != sorted(other)


def test_without_a_seed_the_global_one_counts():
    x, y = sorted_data([20, 20])
    splits = []
    for _ in range(2):
        _random.set_global_seed(8)
        splits += [stratified_split(x, y)[0][0], stratified_split(x, y)[0][0]]
    np.testing.assert_array_equal(splits[0], splits[2])
    np.testing.assert_array_equal(splits[1], splits[3])
    assert splits[0].tolist() != splits[1].tolist()


@pytest.mark.parametrize(
    ("counts", "fraction", "second"),
    [
        ([3, 3, 3], 0.5, 4),  # 4.5 rows: half to even
        ([7, 5], 0.25, 3),
        ([100, 2], 0.1, 11),  # one of the two, where a tenth would be none
        ([100, 1], 0.1, 10),  # a single row is for training
        ([2, 2], 0.9, 2),  # one of each stays for training
    ],
)
def test_rounding(counts, fraction, second):
    (_, y1), (_, y2) = stratified_split(*sorted_data(counts), fraction, seed=0)
    assert len(y2) == second
    assert set(y1) == set(range(len(counts)))
    assert set(y2) == {c for c, n in enumerate(counts) if n > 1}


def test_one_hot_structures_and_tables():
    pd = pytest.importorskip("pandas")
    x, y = sorted_data([6, 6])
    table = pd.DataFrame({"a": x, "b": -x})
    (inputs, one_hot), _ = stratified_split({"t": table, "u": x}, np.eye(2)[y], 0.5, 0)
    assert inputs["t"].shape == (6, 2)
    np.testing.assert_array_equal(inputs["t"][:, 0], inputs["u"])
    assert one_hot.sum(axis=0).tolist() == [3, 3]


def test_bad_arguments():
    x, y = sorted_data([5, 5])
    for fraction in (0, 1, -0.1, "half", True):
        with pytest.raises(ConfigError, match=r"`fraction` must be a number in \(0, 1"):
            stratified_split(x, y, fraction)
    with pytest.raises(ConfigError, match="`seed` must be an int >= 0, got -1"):
        stratified_split(x, y, seed=-1)
    with pytest.raises(DataError, match="`y` must hold the class of each row"):
        stratified_split(x, x / 3)
    with pytest.raises(DataError, match="`y` must hold the class of each row"):
        stratified_split(x, None)
    with pytest.raises(DataError, match="9"):
        stratified_split(x, y[:9])
    with pytest.raises(DataError, match="of 1 rows leaves a part without rows"):
        stratified_split([1], [0])
