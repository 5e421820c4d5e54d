"""split_dataset: Keras' parts for the same sizes and seeds."""

from __future__ import annotations

import random

import numpy as np
import pytest

from saccade.data import Dataset
from saccade.utils import split_dataset


def numbers(data: Dataset) -> list:
    return [np.asarray(e).tolist() for e in data]


def test_arrays_and_lists():
    left, right = split_dataset(np.arange(10), left_size=0.8)
    assert (numbers(left), numbers(right)) == (list(range(8)), [8, 9])
    left, right = split_dataset([np.arange(10), np.arange(10) * 2], right_size=3)
    assert [(int(a), int(b)) for a, b in right] == [(7, 14), (8, 16), (9, 18)]
    assert len(left) == 7
    left, right = split_dataset(np.arange(10), left_size=0.2, right_size=0.3)
    assert (numbers(left), numbers(right)) == ([0, 1], [7, 8, 9])


def test_shuffled_by_pythons_generator():
    order = list(range(10))
    random.seed(4)
    random.shuffle(order)
    left, right = split_dataset(np.arange(10), left_size=6, shuffle=True, seed=4)
    assert numbers(left) + numbers(right) == order


def test_batches_are_taken_apart_and_batched_again():
    data = Dataset.from_tensor_slices((np.arange(10), np.arange(10))).batch(4)
    left, right = split_dataset(data.prefetch(1), left_size=0.6)
    assert [a.tolist() for a, _ in left] == [[0, 1, 2, 3], [4, 5]]
    assert [a.tolist() for a, _ in right] == [[6, 7, 8, 9]]
    left, right = split_dataset(data.unbatch(), left_size=1)
    assert [int(a) for a, _ in left] == [0]


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ({}, ValueError, "must be given"),
        ({"left_size": "half"}, TypeError, "must be an int or a float"),
        ({"left_size": 1.5}, ValueError, r"a float in \(0, 1\)"),
        ({"left_size": 10}, ValueError, r"an int in \(0, 10\)"),
        ({"left_size": 0.6, "right_size": 0.6}, ValueError, "are 12 elements"),
        ({"left_size": 0.01}, ValueError, "the left part of 10 elements is empty"),
    ],
)
def test_wrong_sizes_are_explained(arguments, kind, text):
    with pytest.raises(kind, match=text):
        split_dataset(np.arange(10), **arguments)


def test_wrong_data_are_explained():
    with pytest.raises(TypeError, match="got int"):
        split_dataset(3, left_size=0.5)
    with pytest.raises(ValueError, match="empty"):
        split_dataset([], left_size=0.5)
    with pytest.raises(ValueError, match="empty"):
        split_dataset(np.zeros((0, 2)), left_size=0.5)
    with pytest.raises(ValueError, match="never end"):
        split_dataset(Dataset.range(3).repeat(), left_size=0.5)
