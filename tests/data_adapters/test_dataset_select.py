"""The order of shuffled data is TensorFlow's for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.data import Dataset

RECORD = np.load(Path(__file__).parents[1] / "data" / "image_dataset.npz")


@pytest.mark.parametrize("name", [n for n in RECORD.files if n.startswith("shuffle/")])
def test_a_seed_gives_the_order_of_tensorflow(name):
    length, size, seed, again = map(int, name.split("/")[1:])
    numbers = Dataset.range(length).shuffle(
        size, seed=seed, reshuffle_each_iteration=bool(again)
    )
    found = np.array([list(numbers.as_numpy_iterator()) for _ in range(3)])
    np.testing.assert_array_equal(found, RECORD[name])


def test_a_shuffle_of_rows_moves_numbers_only():
    x = np.arange(40).reshape(20, 2)
    rows = Dataset.from_tensor_slices(x).shuffle(6, seed=1).batch(20)
    single = Dataset.from_generator(lambda: iter(x)).shuffle(6, seed=1).batch(20)
    np.testing.assert_array_equal(next(iter(rows)), next(iter(single)))


def test_repeat_after_shuffle_mixes_each_pass():
    data = Dataset.range(12).shuffle(12, seed=3).repeat(2)
    numbers = [int(n) for n in data]
    assert sorted(numbers[:12]) == sorted(numbers[12:]) == list(range(12))
    assert numbers[:12] != numbers[12:]


def test_an_empty_data_set_repeats_without_end_as_nothing():
    assert list(Dataset.range(0).repeat()) == []
    assert list(Dataset.range(3).filter(lambda n: n > 5).repeat()) == []
    assert list(Dataset.range(3).repeat(0)) == []
