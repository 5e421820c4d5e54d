"""What Keras makes of the same data."""

import numpy as np
import pytest

from saccade.data import (
    adapt,
    epoch_batches,
    pack_x_y_sample_weight,
    split_validation,
    unpack_x_y_sample_weight,
)

keras = pytest.importorskip("keras")
adapters = pytest.importorskip("keras.src.trainers.data_adapters")

pytestmark = pytest.mark.parity


def keras_batches(x, y=None, **kwargs):
    adapter = adapters.get_data_adapter(x, y, **kwargs)
    batches = adapter.get_jax_iterator()
    return [
        tuple(None if part is None else np.asarray(part) for part in batch)
        for batch in (b if isinstance(b, tuple) else (b,) for b in batches)
    ]


def our_batches(x, y=None, **kwargs):
    source = adapt(x, y, **kwargs)
    starts = range(0, source.length, source.batch_size)
    return [
        tuple(
            None if part is None else np.asarray(part)[i : i + source.batch_size]
            for part in (source.x, source.y, source.sample_weight)
        )
        for i in starts
    ]


def assert_same_batches(x, y=None, **kwargs):
    ours, theirs = our_batches(x, y, **kwargs), keras_batches(x, y, **kwargs)
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        their = (*their, None, None)[:3]
        for mine, other in zip(our, their, strict=True):
            assert (mine is None) == (other is None)
            if mine is None or other is None:
                continue
            assert mine.shape == other.shape
            # Keras narrows whole numbers to 32 bits later, on the device.
            assert mine.dtype == other.dtype or (other.dtype, mine.dtype) == (
                np.int64,
                np.int32,
            )
            np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("shape", [(70,), (70, 3), (70, 2, 2, 1)])
def test_arrays(shape, dtype):
    x = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    assert_same_batches(x, x[:, ..., :1] if len(shape) > 1 else x)


@pytest.mark.parametrize("steps", [1, 3, 8, 70])
def test_batch_size_from_steps(steps):
    x = np.zeros((70, 1))
    adapter = adapters.get_data_adapter(x, steps_per_epoch=steps)
    source = adapt(x, steps=steps)
    assert source.batch_size == adapter.batch_size
    assert source.num_batches() == adapter.num_batches


def test_tables():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": np.arange(40), "b": np.linspace(0, 1, 40)})
    assert_same_batches(frame, frame["a"])
    assert_same_batches(frame[["a"]], frame["b"])


def test_polars():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": np.arange(40.0), "b": np.linspace(0, 1, 40)})
    assert_same_batches(frame, frame["a"])


@pytest.mark.parametrize(
    "y",
    [
        np.arange(40) % 3,
        (np.arange(40) % 3)[:, None],
        np.eye(3)[np.arange(40) % 3],
        np.arange(40.0) % 3,
    ],
)
def test_class_weight(y):
    assert_same_batches(np.zeros((40, 1)), y, class_weight={0: 2.0, 2: 0.25})


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.25, 1 / 3, 0.7])
@pytest.mark.parametrize("length", [7, 10, 100, 1797])
def test_split(length, fraction):
    from keras.src.trainers.data_adapters.array_slicing import train_validation_split

    x = np.arange(length)
    if int(length * (1 - fraction)) in (0, length):
        pytest.skip("too few rows for Keras as well")
    theirs = train_validation_split((x,), fraction)
    ours = split_validation(adapt(x), fraction)
    for mine, (other,) in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine.x, other)


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize(("batches", "steps"), [(6, 4), (6, 3), (6, 6), (5, 1), (7, 3)])
def test_epochs_of_fewer_steps(batches, steps):
    class Steps(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            counts.append(0)

        def on_train_batch_end(self, batch, logs=None):
            counts[-1] += 1

    counts = []
    model = keras.Sequential(
        [
            keras.layers.Input((1,)),
            keras.layers.Dense(1, use_bias=False, kernel_initializer="ones"),
        ]
    )
    # The loss of an epoch is the mean of its inputs: it shows which rows it took.
    model.compile(keras.optimizers.SGD(0.0), lambda y, output: output)
    x = np.arange(2.0 * batches, dtype="float32")[:, None]
    history = model.fit(
        x, x, batch_size=2, steps_per_epoch=steps, epochs=5, shuffle=False, verbose=0,
        callbacks=[Steps()],
    )  # fmt: skip
    ours = [epoch_batches(batches, steps, epoch) for epoch in range(5)]
    assert counts == [count for _, _, count in ours]
    means = [x[2 * first : 2 * (first + count)].mean() for _, first, count in ours]
    np.testing.assert_allclose(history.history["loss"], means)


def test_batch_shuffle_stays_inside_batches():
    theirs = keras_batches(np.arange(70), shuffle="batch", batch_size=20)
    for number, (rows, *_) in enumerate(theirs):
        np.testing.assert_array_equal(
            np.sort(rows), np.arange(70)[20 * number : 20 * (number + 1)]
        )


@pytest.mark.parametrize("data", [1, (1,), [1, 2], (1, 2, 3)])
def test_unpack(data):
    theirs = keras.utils.unpack_x_y_sample_weight(data)
    assert unpack_x_y_sample_weight(data) == theirs


@pytest.mark.parametrize("parts", [(1,), ([1],), (1, 2), (1, 2, 3), (1, None, 3)])
def test_pack(parts):
    theirs = keras.utils.pack_x_y_sample_weight(*parts)
    assert pack_x_y_sample_weight(*parts) == theirs
