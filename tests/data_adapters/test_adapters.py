"""Arrays given to fit, evaluate and predict."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest

from saccade.core._errors import ArgumentTypeError, ConfigError, DataError
from saccade.data import ArraySource, adapt, labels_on_host


def error(kind, *args, **kwargs):
    with pytest.raises(kind) as caught:
        adapt(*args, **kwargs)
    return str(caught.value)


def test_arrays_are_shared():
    x, y = np.zeros((70, 4), "uint8"), np.zeros(70, "int32")
    source = adapt(x, y)
    assert isinstance(source, ArraySource)
    assert source.x is x
    assert source.y is y
    assert source.sample_weight is None
    assert (source.length, source.batch_size, source.num_batches()) == (70, 32, 3)


def test_batch_size():
    x = np.zeros(100)
    assert adapt(x, batch_size=7).num_batches() == 15
    assert adapt(x, steps=8).batch_size == 13
    assert adapt(x, steps=8, batch_size=5).batch_size == 5
    assert adapt(x).with_batch_size(None, 10).batch_size == 10


def test_targets_keep_their_shape():
    assert adapt(np.zeros((3, 2)), np.zeros(3)).y.shape == (3,)
    assert adapt(np.zeros((3, 2)), np.zeros((3, 1))).y.shape == (3, 1)


def test_several_inputs_and_targets():
    source = adapt(
        {"a": np.zeros((3, 2)), "b": np.zeros((3, 1))}, [np.zeros(3), np.ones(3)]
    )
    assert sorted(source.x) == ["a", "b"]
    assert len(source.y) == 2


def test_labels_on_host():
    assert labels_on_host(adapt([[1.0], [2.0]], [1, 0])).tolist() == [1, 0]
    assert labels_on_host(adapt([[1.0]])) is None
    stream = adapt(iter([([[1.0]], [4])]))
    assert labels_on_host(stream).tolist() == [4]


def test_lengths_that_differ():
    text = error(DataError, np.zeros((100, 2)), np.zeros(90))
    assert text == (
        "fit: `x` has 100 rows but `y` has 90.\n"
        "Fix: every array must have one row per sample."
    )
    text = error(
        DataError, {"a": np.zeros((5, 1)), "b": np.zeros((4, 1))}, where="predict"
    )
    assert text.startswith("predict: `x['a']` has 5 rows but `x['b']` has 4.")
    text = error(DataError, np.zeros((9, 1)), np.zeros(8), where="fit(validation_data)")
    assert text.startswith("fit(validation_data): `x` has 9 rows but `y` has 8.")


def test_list_of_samples_is_explained():
    text = error(DataError, [np.zeros((28, 28))] * 3, np.zeros(3))
    assert "`x[0]` has 28 rows but `y` has 3" in text
    assert "pass np.stack(x)" in text


@pytest.mark.parametrize("x", [np.zeros((0, 4)), [], {}, {"a": np.zeros((0, 1))}])
def test_no_rows(x):
    text = error(DataError, x)
    assert text.startswith("fit: the data set is empty: 0 rows.")


@pytest.mark.parametrize("size", [0, -3, 2.5, "32"])
def test_bad_batch_size(size):
    text = error(ConfigError, np.zeros((3, 1)), batch_size=size)
    assert f"fit: `batch_size` must be an int >= 1, got {size!r}" in text


@pytest.mark.parametrize("value", [object(), {1, 2}, pathlib.Path("x.csv"), len])
def test_unknown_types(value):
    text = error(ArgumentTypeError, value)
    assert f"`x` has an unknown type: {type(value).__name__}" in text
    assert "NumPy or JAX arrays" in text
    assert "PyDataset" in text
    text = error(ArgumentTypeError, np.zeros(3), value)
    assert f"`y` has a type that holds no numbers: {type(value).__name__}" in text


def test_x_is_missing():
    assert error(ConfigError, None).startswith("fit: `x` is missing.")


def test_importing_touches_no_device_and_no_optional_package():
    code = (
        "import sys, saccade.data\n"
        "from jax._src import xla_bridge\n"
        "assert not xla_bridge._backends\n"
        "bad = {'pandas', 'polars', 'scipy', 'torch'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
