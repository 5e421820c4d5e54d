"""PyDataset: its own behaviour and as data of fit."""

import itertools
import threading
import time

import numpy as np
import pytest

from saccade.core._errors import DataError
from saccade.data import PyDataset, Sequence, adapt


class Numbers(PyDataset):
    def __init__(self, length=6, **kwargs):
        super().__init__(**kwargs)
        self.length = length
        self.asked = []
        self.events = []

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        self.asked.append(index)
        return np.full((2, 1), index, "float32"), np.full(2, index)

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


def seen(stream, epoch, steps=None):
    return [int(x[0, 0]) for x, _, _ in stream.open(epoch, steps)]


def test_defaults_and_alias():
    dataset = PyDataset()
    assert (dataset.workers, dataset.use_multiprocessing) == (1, False)
    assert dataset.max_queue_size == 10
    assert Sequence is PyDataset


def test_what_a_subclass_must_define():
    with pytest.raises(NotImplementedError, match=r"define PyDataset.__getitem__"):
        PyDataset()[0]
    with pytest.raises(NotImplementedError, match=r"define PyDataset.__len__\(\)"):
        _ = PyDataset().num_batches


def test_without_a_length_it_can_be_looked_at():
    class Endless(PyDataset):
        def __getitem__(self, index):
            return np.full((2, 1), index)

    assert [int(x[0, 0]) for x in itertools.islice(Endless(), 3)] == [0, 1, 2]


def test_constructor_of_the_base_need_not_run():
    class Bare(PyDataset):
        def __init__(self):
            self.rows = np.ones((2, 1))

        def __len__(self):
            return 1

        def __getitem__(self, index):
            return self.rows, self.rows

    assert seen(adapt(Bare()), 0) == [1]


@pytest.mark.parametrize("workers", [1, 3])
def test_order_with_any_number_of_workers(workers):
    stream = adapt(Numbers(20, workers=workers), shuffle=False)
    assert stream.num_batches == 20
    assert seen(stream, 0) == list(range(20))
    shuffled = adapt(Numbers(20, workers=workers), shuffle=True, seed=5)
    first = seen(shuffled, 0)
    assert sorted(first) == list(range(20))
    assert first == seen(adapt(Numbers(20), shuffle=True, seed=5), 0)
    assert first != seen(shuffled, 1)
    assert first == seen(shuffled, 0)


def test_workers_run_side_by_side_and_in_order():
    barrier = threading.Barrier(3, timeout=10)

    class Slow(Numbers):
        def __getitem__(self, index):
            if index:
                barrier.wait()
            time.sleep(0.01 * (index % 3))
            return super().__getitem__(index)

    stream = adapt(Slow(7, workers=3), shuffle=False)
    assert seen(stream, 0) == list(range(7))


def test_hooks_of_an_epoch():
    dataset = Numbers(2)
    stream = adapt(dataset, shuffle=False)
    assert dataset.events == []
    for epoch in range(2):
        seen(stream, epoch)
    assert dataset.events == ["begin", "end"] * 2


def test_first_batch_is_not_made_twice():
    class Plain(Numbers):
        on_epoch_begin = PyDataset.on_epoch_begin

    dataset = Plain(3)
    stream = adapt(dataset, shuffle=False)
    assert int(stream.first[0][0, 0]) == 0
    seen(stream, 0)
    assert dataset.asked == [0, 1, 2]
    seen(stream, 1)
    assert dataset.asked == [0, 1, 2, 0, 1, 2]


def test_steps_walk_through_the_passes():
    stream = adapt(Numbers(6), shuffle=False)
    assert [seen(stream, e, 4) for e in range(3)] == [
        [0, 1, 2, 3],
        [4, 5],
        [0, 1, 2, 3],
    ]


def test_endless():
    class Endless(Numbers):
        num_batches = None

    stream = adapt(Endless())
    assert stream.num_batches is None
    assert stream.endless
    assert [seen(stream, e, 2) for e in range(2)] == [[0, 1], [2, 3]]


@pytest.mark.parametrize("workers", [1, 2])
def test_error_keeps_its_type_and_names_the_item(workers):
    class Broken(Numbers):
        def __getitem__(self, index):
            if index == 4:
                raise KeyError("lost")
            return super().__getitem__(index)

    stream = adapt(Broken(workers=workers), shuffle=False)
    with pytest.raises(KeyError) as caught:
        seen(stream, 0)
    assert caught.value.__notes__ == ["Raised by Broken[4]."]
    assert "__getitem__" in [entry.name for entry in caught.traceback]


def test_without_batches():
    with pytest.raises(DataError, match="is empty: the Numbers gave no batch"):
        adapt(Numbers(0))


def test_class_with_only_two_methods():
    class Two:
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.full((2, 1), index), np.zeros(2)

    assert seen(adapt(Two(), shuffle=False), 0) == [0, 1]


def test_data_set_of_single_samples():
    class Samples:
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.zeros((28, 28)), index

    with pytest.raises(DataError, match="must be a whole batch, got a single target 0"):
        adapt(Samples())
