"""The order of rows and batches."""

import numpy as np
import pytest

from saccade.data import epoch_batches, rows_order


@pytest.mark.parametrize("shuffle", [True, "batch", False])
@pytest.mark.parametrize(("length", "batch_size"), [(10, 3), (9, 3), (2, 5), (1, 1)])
def test_every_row_once(shuffle, length, batch_size):
    order = rows_order(1, 2, length, shuffle, batch_size)
    assert order.dtype == np.int32
    assert sorted(order.tolist()) == list(range(length))


def test_pure_function_of_seed_and_epoch():
    first = rows_order(1, 0, 50, True, 8)
    np.random.default_rng(0).random(10)
    np.testing.assert_array_equal(first, rows_order(1, 0, 50, True, 8))
    assert (first != rows_order(1, 1, 50, True, 8)).any()
    assert (first != rows_order(2, 0, 50, True, 8)).any()


def test_batch_shuffles_inside_batches():
    order = rows_order(3, 0, 103, "batch", 10)
    assert (order != np.arange(103)).any()
    for start in range(0, 103, 10):
        part = order[start : start + 10]
        assert sorted(part) == list(range(start, min(start + 10, 103)))


def test_all_orders_occur():
    seen = {tuple(rows_order(0, epoch, 3, True, 1)) for epoch in range(60)}
    assert len(seen) == 6


def test_epochs_walk_through_the_passes():
    assert epoch_batches(5, None, 3) == (3, 0, 5)
    assert epoch_batches(6, 3, 3) == (1, 3, 3)
    assert [epoch_batches(6, 4, e)[2] for e in range(5)] == [4, 2, 4, 2, 4]
