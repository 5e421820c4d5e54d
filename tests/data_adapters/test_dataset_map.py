"""Functions given to map: compiled where they can be, with fresh draws."""

from __future__ import annotations

import random

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import layers, ops
from saccade.core._variable import Variable
from saccade.data import AUTOTUNE, Dataset
from saccade.data._dataset_function import MapFunction

KEY = np.array([1, 2], np.uint32)


def test_functions_of_layers_and_ops_are_compiled():
    for function in (
        lambda x: x / 255,
        lambda x: {"a": ops.sum(x), "b": None},
        lambda x: layers.Rescaling(2.0)(x),
        saccade.Sequential([layers.RandomFlip(), layers.Dense(2)]),
    ):
        made = MapFunction(function, "map")
        made(np.ones((2, 4, 3), np.uint8), KEY)
        assert made.compiled


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.numpy() * 2,
        lambda x: np.asarray(x) * 2,
        lambda x: x * 2 if x > 1 else x,
        lambda x: "text",
    ],
)
def test_what_cannot_be_traced_is_called(function):
    made = MapFunction(function, "map")
    made(np.float32(3), KEY)
    assert not made.compiled


generator = np.random.default_rng(0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: np.random.rand(),
        lambda: random.random(),
        lambda: generator.random(),
        lambda: np.random.default_rng().random(),
    ],
)
def test_draws_of_numpy_and_python_are_not_frozen(draw):
    data = Dataset.range(8).map(lambda n: n * 0 + draw())
    assert len({float(v) for v in data}) == 8


def test_a_draw_that_decides_is_not_frozen():
    coin = np.random.default_rng(0)
    made = MapFunction(lambda n: n + (1 if coin.random() < 0.5 else 0), "map")
    made(np.float32(1), KEY)
    assert not made.compiled


def test_every_element_and_every_pass_has_fresh_draws():
    flip = layers.RandomTranslation(0.3, 0.3)
    x = np.random.default_rng(0).normal(size=(6, 8, 8, 1)).astype("float32")
    same = np.repeat(x[:1], 6, axis=0)
    singly = Dataset.from_tensor_slices(same).map(lambda a: flip(a))
    batches = Dataset.from_tensor_slices(same).batch(2).map(lambda a: flip(a))
    for data in (singly, batches):
        passes = [np.stack([np.asarray(e) for e in data]) for _ in range(2)]
        pictures = np.concatenate(passes).reshape(12, -1)
        assert len(np.unique(pictures.round(4), axis=0)) == 12


def test_blocks_give_what_single_elements_give():
    x = np.arange(150, dtype="float32")
    function = lambda a: a + saccade.random.uniform(())  # noqa: E731
    saccade.utils.set_random_seed(1)
    blocks = [float(v) for v in Dataset.from_tensor_slices(x).map(function)]
    saccade.utils.set_random_seed(1)
    batched = Dataset.from_tensor_slices(x).map(function).batch(40)
    np.testing.assert_array_equal(np.concatenate(list(batched)), blocks)
    saccade.utils.set_random_seed(1)
    source = Dataset.from_generator(lambda: iter(x))
    single = [float(v) for v in source.map(function, num_parallel_calls=AUTOTUNE)]
    np.testing.assert_allclose(single, blocks, rtol=1e-6)


def test_variables_are_read_when_elements_are_made():
    offset = Variable(np.zeros(()))
    data = Dataset.range(2).map(lambda n: n + offset)
    assert [float(v) for v in data] == [0, 1]
    offset.assign(10.0)
    assert [float(v) for v in data] == [10, 11]


def test_a_function_that_writes_variables_is_called_each_time():
    count = Variable(0)

    def function(n):
        count.assign_add(1)
        return n

    assert len(list(Dataset.range(5).map(function))) == 5
    assert int(count.value) == 5


def test_whole_numbers_beyond_32_bits_stay_whole():
    data = Dataset.from_tensor_slices(np.array([2**40, 1])).map(lambda n: n + 1)
    assert [int(n) for n in data] == [2**40 + 1, 2]


def test_elements_of_many_shapes_are_not_compiled_for_each():
    made = MapFunction(lambda x: x * 2, "map")
    for size in range(1, 9):
        assert made(np.ones(size, np.float32), KEY).tolist() == [2.0] * size
    assert len([p for p in made._programs.values() if p]) == 4


def test_parallel_calls_keep_the_order():
    data = Dataset.range(50).map(lambda n: np.asarray(n) * 3, num_parallel_calls=4)
    assert [int(n) for n in data] == list(range(0, 150, 3))


def test_the_error_of_the_plain_call_is_raised():
    data = Dataset.from_tensor_slices(np.zeros((2, 3))).map(lambda x: x @ np.ones(4))
    with pytest.raises(ValueError, match="mismatch"):
        list(data)


def test_dicts_arrive_whole_and_tuples_in_parts():
    table = {"a": np.arange(3), "b": np.ones(3)}
    data = Dataset.from_tensor_slices((table, np.arange(3)))
    data = data.map(lambda row, label: (row["a"] * row["b"], label))
    assert [(float(a), int(b)) for a, b in data] == [(0, 0), (1, 1), (2, 2)]
    only = Dataset.from_tensor_slices(table).map(lambda row: row["a"])
    assert [int(n) for n in only] == [0, 1, 2]


def test_compiled_results_are_numpys_on_the_host():
    element = next(Dataset.range(1).map(lambda n: jnp.ones(3)).as_numpy_iterator())
    assert type(element) is np.ndarray
    assert not isinstance(element, jax.Array)
