"""Dataset: its methods give what TensorFlow's give."""

from __future__ import annotations

import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

import saccade
from saccade import layers
from saccade.core._errors import UnsupportedFeatureError
from saccade.data import AUTOTUNE, Dataset, Options, Tensor, TensorSpec


def values(data: Dataset) -> list:
    """The elements as plain Python numbers and lists."""
    return [jax.tree.map(lambda a: np.asarray(a).tolist(), e) for e in data]


def test_slices_of_arrays_tuples_dicts_and_tables():
    assert values(Dataset.from_tensor_slices([1, 2])) == [1, 2]
    pairs = Dataset.from_tensor_slices((np.eye(2), ["a", "b"]))
    assert values(pairs) == [([1.0, 0.0], b"a"), ([0.0, 1.0], b"b")]
    table = pd.DataFrame({"u": [1, 2], "v": ["x", "y"]})
    rows = Dataset.from_tensor_slices((dict(table), jnp.arange(2)))
    assert values(rows)[1] == ({"u": 2, "v": b"y"}, 1)
    assert values(Dataset.from_tensors(([1, 2], 3))) == [([1, 2], 3)]
    with pytest.raises(ValueError, match="different numbers of rows: 2, 3"):
        Dataset.from_tensor_slices((np.zeros(2), np.zeros(3)))
    with pytest.raises(ValueError, match="has no rows"):
        Dataset.from_tensor_slices(3)
    with pytest.raises(ValueError, match="different shapes"):
        Dataset.from_tensor_slices([[1], [1, 2]])


@pytest.mark.parametrize(
    ("make", "expected", "count"),
    [
        (lambda d: d.take(3), [0, 1, 2], 3),
        (lambda d: d.take(-1), list(range(7)), 7),
        (lambda d: d.skip(5), [5, 6], 2),
        (lambda d: d.skip(9), [], 0),
        (lambda d: d.shard(3, 1), [1, 4], 2),
        (lambda d: d.repeat(2).skip(6), [6, *range(7)], 8),
        (lambda d: d.concatenate(d.take(1)), [*range(7), 0], 8),
        (lambda d: d.batch(3), [[0, 1, 2], [3, 4, 5], [6]], 3),
        (lambda d: d.batch(3, drop_remainder=True), [[0, 1, 2], [3, 4, 5]], 2),
        (lambda d: d.batch(3).unbatch().take(4), [0, 1, 2, 3], 4),
        (lambda d: d.batch(3).prefetch(2).rebatch(4), [[0, 1, 2, 3], [4, 5, 6]], 2),
        (lambda d: d.enumerate(5).take(2), [(5, 0), (6, 1)], 2),
        (lambda d: Dataset.zip((d, d.skip(5))), [(0, 5), (1, 6)], 2),
        (lambda d: Dataset.zip(d, d.skip(5)), [(0, 5), (1, 6)], 2),
        (lambda d: Dataset.zip({"a": d.take(1)}), [{"a": 0}], 1),
        (lambda d: d.map(lambda x: x * 2).skip(4), [8, 10, 12], 3),
        (lambda d: d.map(lambda x: (x, x + 1)).take(1), [(0, 1)], 1),
        (lambda d: d.apply(lambda whole: whole.take(1)), [0], 1),
        (lambda d: d.filter(lambda x: x % 2 == 0), [0, 2, 4, 6], None),
        (lambda d: d.take_while(lambda x: x < 2), [0, 1], None),
        (
            lambda d: d.take(2).flat_map(lambda x: Dataset.range(int(x) + 1)),
            [0, 0, 1],
            None,
        ),
        (
            lambda d: d.take(3).interleave(
                lambda x: Dataset.from_tensors(x).repeat(3),
                cycle_length=2,
                block_length=2,
            ),
            [0, 0, 1, 1, 0, 1, 2, 2, 2],
            None,
        ),
        (lambda d: d.cache().prefetch(AUTOTUNE).skip(6), [6], 1),
        (lambda d: d.with_options(Options()).batch(5).skip(1), [[5, 6]], 1),
    ],
)
def test_methods(make, expected, count):
    data = make(Dataset.range(7))
    for _ in range(2):
        assert values(data) == expected
    if count is None:
        with pytest.raises(TypeError, match="unknown"):
            len(data)
        assert data.cardinality().numpy() == -2
    else:
        assert len(data) == int(data.cardinality()) == count


def test_endless_data_have_no_length():
    data = Dataset.range(3).repeat()
    with pytest.raises(TypeError, match="infinite"):
        len(data)
    assert data.cardinality().numpy() == -1
    assert int(data.take(5).cardinality()) == 5
    assert "endless" in repr(data)
    assert values(data.batch(4).take(2)) == [[0, 1, 2, 0], [1, 2, 0, 1]]
    assert bool(data)


def test_generators_start_anew_and_fit_their_signature():
    def pairs(stop):
        for number in range(int(stop)):
            yield [number, number + 1], number

    signature = (TensorSpec((2,), "float32"), TensorSpec((), "int64"))
    data = Dataset.from_generator(pairs, output_signature=signature, args=(2,))
    assert values(data) == values(data) == [([0.0, 1.0], 0), ([1.0, 2.0], 1)]
    assert data.element_spec == signature
    older = Dataset.from_generator(lambda: pairs(1), ("float32", "int32"), ((2,), ()))
    assert next(iter(older))[0].dtype == np.float32
    wrong = Dataset.from_generator(
        lambda: iter([[1, 2, 3]]), output_signature=(TensorSpec((2,), "int32"))
    )
    with pytest.raises(ValueError, match=r"element 0: expected the shape \(2,\)"):
        list(wrong)
    with pytest.raises(TypeError, match="pass the function itself"):
        Dataset.from_generator(pairs(2))


def test_specs_are_known_without_reading():
    x = np.zeros((6, 4, 4, 3), np.uint8)
    data = Dataset.from_tensor_slices((x, np.zeros(6, np.int64))).batch(4)
    assert repr(data.element_spec[0]) == (
        "TensorSpec(shape=(None, 4, 4, 3), dtype=uint8)"
    )
    mapped = data.map(lambda a, b: (a[:, :2] / 255, b))
    assert mapped.element_spec[0] == TensorSpec((None, 2, 4, 3), "float32")
    full = data.unbatch().batch(3, drop_remainder=True)
    assert full.element_spec[1].shape == (3,)
    texts = Dataset.from_tensor_slices(["a"])
    assert repr(texts.element_spec) == "TensorSpec(shape=(), dtype=string)"
    # What cannot be traced is read.
    opened = texts.map(lambda t: np.zeros(len(t.numpy()), np.uint8))
    assert opened.element_spec == TensorSpec((1,), np.uint8)


def test_elements_behave_as_tensors_and_as_arrays():
    data = Dataset.from_tensor_slices((np.full((2, 2, 3), 200, np.uint8), [1, 0]))
    for images, labels in data.batch(2).take(1):
        assert images[0].numpy().astype("uint8").shape == (2, 3)
        assert isinstance(labels[0].numpy(), np.int32)
        assert ["ants", "bees"][labels[0]] == "bees"
        assert {labels[0]: 1}[labels[0]] == 1
        assert f"{labels[0]:02d}" == "01"
        scaled = images / 255
        assert scaled.dtype == np.float32
        before = images
        images += 1
        assert int(images.max()) == 201
        assert int(before.max()) == 200
        assert type(jnp.asarray(before) * labels[0]) is type(jnp.zeros(1))
        with pytest.raises(ValueError, match="read-only"):
            before[0] = 0
        with pytest.raises(TypeError, match="unhashable"):
            hash(before)
        assert repr(labels) == "Tensor([1, 0], dtype=int32)"
        assert str(labels) == "[1 0]"
        assert [int(n) for n in labels] == [1, 0]
    for images, labels in data.as_numpy_iterator():
        assert type(images) is np.ndarray
        assert isinstance(labels, np.int32)


def test_texts_are_bytes_and_compare_with_names():
    data = Dataset.from_tensor_slices(["ants", "bees"])
    names = np.array(["ants", "bees"])
    assert [t.numpy() for t in data] == [b"ants", b"bees"]
    found = data.map(lambda t: names == t)
    assert values(found) == [[True, False], [False, True]]
    batch = next(data.batch(2).as_numpy_iterator())
    assert batch.tolist() == [b"ants", b"bees"]


def test_iterators_have_get_next():
    iterator = iter(Dataset.range(3))
    assert [int(iterator.get_next()), int(iterator.next()), int(next(iterator))] == [
        0, 1, 2,
    ]  # fmt: skip
    with pytest.raises(StopIteration):
        next(iterator)
    assert int(Dataset.range(5).reduce(0, lambda a, b: a + b)) == 10
    assert int(Dataset.range(1).get_single_element()) == 0
    with pytest.raises(ValueError, match="more elements"):
        Dataset.range(2).get_single_element()


def test_cache_reads_once():
    read = []

    def source():
        for number in range(4):
            read.append(number)
            yield number

    data = Dataset.from_generator(source).cache()
    assert values(data.take(2)) == [0, 1]
    for _ in range(3):
        assert values(data) == [0, 1, 2, 3]
    # The pass that was broken off counts for nothing.
    assert read == [0, 1, 0, 1, 2, 3]
    assert sorted(values(data.shuffle(4))) == [0, 1, 2, 3]
    assert values(data.batch(3)) == [[0, 1, 2], [3]]
    assert len(read) == 6


def test_cache_of_rows_keeps_the_order_of_the_first_pass():
    data = Dataset.range(20).shuffle(20).map(lambda x: x * 2).cache().batch(6)
    first = values(data)
    assert values(data) == first
    assert sorted(n for batch in first for n in batch) == list(range(0, 40, 2))


def test_prefetch_works_ahead_and_ends_its_thread():
    made = []

    def source():
        for number in range(100):
            made.append(number)
            yield number

    before = threading.active_count()
    iterator = iter(Dataset.from_generator(source).prefetch(3))
    assert int(next(iterator)) == 0
    for _ in range(100):
        if len(made) >= 4:
            break
        time.sleep(0.01)
    assert 4 <= len(made) <= 5
    del iterator
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_errors_name_the_element_and_ignore_errors_leaves_it_out():
    def odd(x):
        if int(np.asarray(x)) == 2:
            raise ValueError("no 2, please")
        return x

    data = Dataset.range(4).map(odd, num_parallel_calls=2)
    with pytest.raises(ValueError, match="no 2, please"):
        list(data)
    assert values(data.ignore_errors()) == [0, 1, 3]
    assert values(data.batch(2).ignore_errors()) == [[0, 1], [3]]


def test_wrong_arguments_are_explained():
    data = Dataset.range(4)
    for call, text in [
        (lambda: data.batch(0), "`batch_size` must be an int >= 1"),
        (lambda: data.shuffle(0), "`buffer_size` must be"),
        (lambda: data.shard(2, 2), "`index` must be below"),
        (lambda: data.map(lambda x: x, num_parallel_calls=0), "`num_parallel_calls`"),
        (lambda: list(data.filter(lambda x: [True, False])), "one truth value"),
        (lambda: list(Dataset.from_tensors([]).unbatch().batch(2)), None),
        (lambda: Dataset.list_files("/no/such/*"), "no file fits"),
    ]:
        if text is None:
            assert call() == []
            continue
        with pytest.raises(ValueError, match=text):
            call()
    for call, text in [
        (lambda: data.map(3), "needs a function, got int"),
        (lambda: data.concatenate([1]), "expected a Dataset, got list"),
        (lambda: list(data.map(lambda x: data)), "use flat_map"),
        (lambda: list(data.map(lambda x: {"a": object()})), "object"),
    ]:
        with pytest.raises((TypeError, ValueError), match=text):
            call()
    with pytest.raises(UnsupportedFeatureError, match="one shape first"):
        data.padded_batch(2)
    with pytest.raises(AttributeError, match="no attribute 'bacth'"):
        data.bacth(2)
    rows = [np.zeros(2), np.zeros(3)]
    ragged = Dataset.from_generator(lambda: iter(rows)).batch(2)
    with pytest.raises(ValueError, match=r"shape \(2,\) and element 1 \(3,\)"):
        list(ragged)


def test_list_files(tmp_path):
    for name in ("b.png", "a.png", "c.txt"):
        (tmp_path / name).touch()
    data = Dataset.list_files(str(tmp_path / "*.png"), shuffle=False)
    assert [p.numpy().decode()[-5:] for p in data] == ["a.png", "b.png"]
    assert (
        len(list(Dataset.list_files([tmp_path / "*.png", str(tmp_path / "c*")]))) == 3
    )


def test_fit_evaluate_and_predict_take_data_sets(rng):
    x = rng.normal(size=(50, 4)).astype("float32")
    y = (x.sum(1) > 0).astype("int64")
    data = Dataset.from_tensor_slices((x, y))
    model = saccade.Sequential([layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(
        data.shuffle(50).batch(8), epochs=2, validation_data=data.batch(8), verbose=0
    )
    assert len(history.history["val_accuracy"]) == 2
    arrays = model.evaluate(x, y, batch_size=8, verbose=0)
    np.testing.assert_allclose(
        model.evaluate(data.batch(8), verbose=0), arrays, rtol=1e-5
    )
    np.testing.assert_allclose(
        model.predict(data.batch(8), verbose=0), model.predict(x, verbose=0), rtol=1e-5
    )
    with pytest.raises(ValueError, match=r"dataset\.batch\(32\)"):
        model.fit(data, verbose=0)
    with pytest.raises(ValueError, match="never end and `steps_per_epoch` is missing"):
        model.fit(data.batch(8).repeat(), verbose=0)
    model.fit(data.batch(8).repeat(), steps_per_epoch=3, epochs=2, verbose=0)


def test_every_epoch_is_a_pass_of_its_own():
    passes = []

    def source():
        passes.append(0)
        for number in range(4):
            passes[-1] += 1
            yield np.full(1, number, "float32"), np.float32(number)

    data = Dataset.from_generator(source).shuffle(4).batch(2)
    model = saccade.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(data, epochs=3, verbose=0)
    # The first batch, which the model is built for, is not read twice.
    assert passes == [4, 4, 4]


def test_the_global_seed_repeats_shuffling_and_draws():
    def run():
        saccade.utils.set_random_seed(7)
        data = Dataset.range(30).shuffle(30)
        return values(data.map(lambda n: n + saccade.random.uniform(())))

    assert run() == run()


def test_a_tensor_survives_numpy():
    tensor = next(iter(Dataset.from_tensors(np.arange(4.0))))
    assert isinstance(tensor, Tensor)
    np.testing.assert_allclose(tensor, [0, 1, 2, 3])
    assert tensor.dtype == np.float64
    assert (tensor * 2).dtype == np.float64
    assert np.stack([tensor, tensor]).shape == (2, 4)
    assert tensor[..., None].shape == (4, 1)
    assert tensor[tensor > 1].tolist() == [2.0, 3.0]
    assert np.divmod(tensor, 2)[1].tolist() == [0, 1, 0, 1]
