"""Order, ends and numbers of batches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest

from saccade.preprocessing.image import Iterator


class Numbers(Iterator):
    def _get_batches_of_transformed_samples(self, index_array):
        return index_array.tolist()


def test_every_epoch_has_every_sample_once() -> None:
    numbers = Numbers(10, 4, shuffle=True, seed=3)
    assert len(numbers) == numbers.num_batches == 3
    epochs = [[next(numbers) for _ in range(3)] for _ in range(2)]
    for epoch in epochs:
        assert [len(batch) for batch in epoch] == [4, 4, 2]
        assert sorted(chain(*epoch)) == list(range(10))
    assert epochs[0] != epochs[1]
    assert numbers.total_batches_seen == 6


def test_reset_begins_again_and_indexing_keeps_the_order() -> None:
    numbers = Numbers(5, 2, shuffle=False, seed=None)
    assert next(numbers) == [0, 1]
    numbers.reset()
    assert next(numbers) == [0, 1]
    assert [numbers[index] for index in (2, 0, -1)] == [[4], [0, 1], [4]]
    assert iter(numbers) is numbers
    numbers.on_epoch_end()
    assert numbers.index_array is not None
    assert numbers.index_array.tolist() == [0, 1, 2, 3, 4]


def test_the_same_seed_gives_the_same_order() -> None:
    orders = []
    for seed in (1, 1, 2):
        numbers = Numbers(20, 20, shuffle=True, seed=seed)
        orders.append(numbers[0])
    assert orders[0] == orders[1] != orders[2]


def test_many_threads_get_every_batch_once() -> None:
    numbers = Numbers(400, 4, shuffle=True, seed=0)
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: next(numbers), range(100)))
    assert sorted(chain(*batches)) == list(range(400))


def test_errors() -> None:
    with pytest.raises(ValueError, match="there are 2 batches"):
        Numbers(4, 2, shuffle=False, seed=None)[2]
    with pytest.raises(NotImplementedError, match="define Iterator"):
        next(Iterator(4, 2, shuffle=False, seed=None))


def test_no_samples() -> None:
    assert len(Numbers(0, 2, shuffle=True, seed=None)) == 0
    assert next(Numbers(0, 2, shuffle=True, seed=None)) == []


def test_workers_are_kept() -> None:
    made = Iterator(4, 2, False, None, workers=3, max_queue_size=5)
    assert (made.workers, made.max_queue_size) == (3, 5)
