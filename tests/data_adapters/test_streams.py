"""Generators, iterators and iterables."""

import itertools

import numpy as np
import pytest

from saccade.core._errors import ConfigError, DataError, DataWarning
from saccade.data import StreamSource, adapt


def batch(number):
    return np.full((2, 1), number, "float32"), np.zeros(2)


def generate(count=None):
    for number in itertools.count() if count is None else range(count):
        yield batch(number)


class Loader:
    """Like torch's DataLoader: a length, and lists of tensors anew in each pass."""

    def __init__(self, count, known=True):
        self.count, self.known, self.passes = count, known, 0

    def __len__(self):
        if not self.known:
            raise TypeError("no length")
        return self.count

    def __iter__(self):
        self.passes += 1
        return (list(batch(number)) for number in range(self.count))


def seen(stream, epoch, steps=None):
    return [int(x[0, 0]) for x, _, _ in stream.open(epoch, steps)]


def error(stream, epoch, steps=None):
    with pytest.raises(DataError) as caught:
        seen(stream, epoch, steps)
    return str(caught.value)


def test_generator_goes_on_between_epochs():
    stream = adapt(generate())
    assert isinstance(stream, StreamSource)
    assert stream.num_batches is None
    assert int(stream.first[0][0, 0]) == 0
    assert [seen(stream, e, 3) for e in range(2)] == [[0, 1, 2], [3, 4, 5]]


def test_generator_is_not_read_further_than_asked():
    source = generate()
    seen(adapt(source), 0, 2)
    assert int(next(source)[0][0, 0]) == 2


def test_generator_read_to_its_end():
    assert seen(adapt(generate(4)), 0) == [0, 1, 2, 3]


def test_generator_that_ends_early():
    stream = adapt(generate(5))
    seen(stream, 0, 3)
    assert not stream.spent
    assert seen(stream, 1, 3) == [3, 4]
    assert stream.spent
    assert stream.ended == (
        "fit: the generator ended in epoch 2 after 2 of 3 steps (5 steps in all), so "
        "training ends there.\n"
        "Fix: let it go on without end (while True: ...) and pass `steps_per_epoch`, "
        "or pass arrays or a PyDataset, which start again in every epoch."
    )


def test_generator_that_is_used_up():
    stream = adapt(generate(4))
    seen(stream, 0)
    assert stream.spent
    assert seen(stream, 1) == []
    # A result can be made of fewer batches, but not of none.
    stream = adapt(generate(4), where="evaluate")
    assert seen(stream, 0, 5) == [0, 1, 2, 3]
    assert "ended in epoch 1 after 0 of 5 steps (4 steps in all)" in error(stream, 0, 5)


def test_an_end_is_told_once():
    stream = adapt(generate(2))
    seen(stream, 0, 3)
    with pytest.warns(DataWarning, match="ended in epoch 1 after 2 of 3 steps"):
        stream.tell_of_end()
    stream.tell_of_end()


def test_iterators():
    assert seen(adapt(map(batch, range(3))), 0) == [0, 1, 2]
    assert seen(adapt(zip(np.zeros((2, 4, 1)), np.zeros((2, 4)), strict=True)), 0) == [
        0,
        0,
    ]


def test_nothing_at_all():
    with pytest.raises(DataError, match="is empty: the generator gave no batch"):
        adapt(generate(0))
    with pytest.raises(DataError, match="is empty: the Loader gave no batch"):
        adapt(Loader(0))


def test_generator_in_use_keeps_its_error():
    def broken():
        yield batch(0)
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        seen(adapt(broken()), 0)


@pytest.mark.parametrize("argument", ["y", "sample_weight"])
def test_targets_beside_a_generator(argument):
    with pytest.raises(ConfigError) as caught:
        adapt(generate(), **{argument: np.zeros(3)})
    words = f"`{argument}` must not be given when `x` is a generator"
    assert words in str(caught.value)


@pytest.mark.parametrize("known", [True, False])
def test_iterable_starts_again(known):
    loader = Loader(3, known)
    stream = adapt(loader)
    assert stream.num_batches == (3 if known else None)
    assert [seen(stream, e) for e in range(2)] == [[0, 1, 2]] * 2
    # The pass that gave the first batch is the first epoch's.
    assert loader.passes == 2


@pytest.mark.parametrize("known", [True, False])
def test_steps_walk_through_the_passes(known):
    stream = adapt(Loader(6, known))
    epochs = [seen(stream, e, 4) for e in range(3)]
    assert epochs == [[0, 1, 2, 3], [4, 5], [0, 1, 2, 3]]
    stream = adapt(Loader(4, known))
    assert [seen(stream, e, 2) for e in range(3)] == [[0, 1], [2, 3], [0, 1]]
    stream = adapt(Loader(3, known))
    assert [seen(stream, e, 3) for e in range(3)] == [[0, 1, 2]] * 3


def test_validation_sees_the_same_batches_each_time():
    stream = adapt(Loader(6), where="fit(validation_data)")
    assert [seen(stream, 0, 2) for _ in range(2)] == [[0, 1], [0, 1]]


def test_iterable_shorter_than_steps():
    stream = adapt(Loader(3, known=False))
    assert [seen(stream, epoch, 5) for epoch in range(2)] == [[0, 1, 2]] * 2
    assert not stream.spent
    assert stream.ended == (
        "fit: the Loader ended in epoch 1 after 3 of 5 steps.\n"
        "Fix: leave `steps_per_epoch` out, or pass at most steps_per_epoch=3."
    )


def test_data_set_with_numpy_iterator():
    class Dataset:
        def __iter__(self):
            raise AssertionError("gives tensors")

        def as_numpy_iterator(self):
            return generate(2)

        def __len__(self):
            return 2

    stream = adapt(Dataset())
    assert stream.num_batches == 2
    assert [seen(stream, e) for e in range(2)] == [[0, 1]] * 2


def test_endless_length_of_grain():
    class Repeated(Loader):
        def __len__(self):
            import sys

            return sys.maxsize

    assert adapt(Repeated(3)).num_batches is None
