"""Validation from the last rows."""

import warnings

import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core._errors import ConfigError, DataWarning
from saccade.data import adapt, split_validation


def split(y, fraction=0.2):
    return split_validation(adapt(np.arange(len(y)), y), fraction)


def test_last_rows_without_a_copy():
    x, y = np.arange(20, dtype="float32").reshape(10, 2), np.arange(10, dtype="int32")
    train, validation = split_validation(adapt(x, y, batch_size=4), 0.3)
    assert np.shares_memory(train.x, x)
    assert np.shares_memory(validation.x, x)
    np.testing.assert_array_equal(train.y, y[:7])
    np.testing.assert_array_equal(validation.y, y[7:])
    assert (train.length, validation.length, validation.batch_size) == (7, 3, 4)


def test_jax_arrays_and_structures():
    source = adapt({"a": jnp.arange(10.0)}, [np.arange(10), None])
    train, validation = split_validation(source, 0.1)
    assert train.x["a"].shape == (9,)
    assert validation.y[1] is None


def test_batch_size_from_steps_is_derived_again():
    train, validation = split_validation(adapt(np.zeros(100), steps=10), 0.2)
    assert (train.batch_size, train.num_batches()) == (8, 10)
    assert validation.batch_size == 32


@pytest.mark.parametrize("fraction", [-0.1, 1.0, 2, "half", True])
def test_bad_fractions(fraction):
    with pytest.raises(ConfigError) as caught:
        split(np.zeros(10), fraction)
    assert "`validation_split` must be a number in (0, 1)" in str(caught.value)


def test_too_few_rows():
    with pytest.raises(ConfigError, match=r"=0\.5 of 1 rows leaves none for training"):
        split(np.zeros(1), 0.5)


def test_streams_cannot_be_split():
    with pytest.raises(ConfigError, match="Fix: pass `validation_data`"):
        split_validation(adapt(iter([(np.zeros(1), np.zeros(1))])), 0.5)


@pytest.mark.parametrize(
    "form",
    [
        lambda y: y,
        lambda y: y[:, None],
        lambda y: np.eye(5)[y],
        lambda y: y.astype("float32"),
        lambda y: jnp.asarray(y),
    ],
)
def test_sorted_labels(form):
    y = np.repeat(np.arange(5), 20)
    with pytest.warns(DataWarning) as caught:
        split(form(y), 0.3)
    assert "hold classes that training never sees: 4" in str(caught[0].message)
    assert "the last 30% of the rows" in str(caught[0].message)


def test_sorted_labels_that_training_has_all_seen():
    with pytest.warns(DataWarning, match="hold 1 of 5 classes only: 4") as caught:
        split(np.repeat(np.arange(5), 20), 0.15)
    fix = "keras.utils.stratified_split(x, y, 0.15, seed=0)"
    assert fix in str(caught[0].message)


@pytest.mark.parametrize(
    "y",
    [
        np.tile(np.arange(5), 20),
        np.arange(100),
        np.linspace(0, 1, 100),
        np.zeros(100),
        np.append(np.tile([0, 1], 50), 2),
        np.zeros((100, 3, 2)),
    ],
)
def test_no_warning_for_other_targets(y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        split(y)
