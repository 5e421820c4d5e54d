"""Weights of samples and classes."""

import numpy as np
import pytest

from saccade.core._errors import ArgumentTypeError, ConfigError, DataError
from saccade.data import adapt, split_validation

X = np.zeros((4, 2), "float32")


def error(kind, *args, **kwargs):
    with pytest.raises(kind) as caught:
        adapt(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    "y",
    [
        np.array([0, 1, 2, 1]),
        np.array([[0], [1], [2], [1]]),
        np.eye(3)[[0, 1, 2, 1]],
        np.array([0.0, 1.0, 2.0, 1.0]),
        [0, 1, 2, 1],
    ],
)
def test_class_weight(y):
    source = adapt(X, y, class_weight={1: 5, 0: 0.5})
    assert source.sample_weight.dtype == "float32"
    np.testing.assert_array_equal(source.sample_weight, [0.5, 5, 1, 5])


def test_class_weight_of_a_column():
    pd = pytest.importorskip("pandas")
    source = adapt(X, pd.Series([0, 1, 2, 1]), class_weight={1: 5})
    np.testing.assert_array_equal(source.sample_weight, [1, 5, 1, 5])


def test_class_weight_does_not_hold_for_validation():
    source = adapt(X, np.array([0, 1, 0, 1]), class_weight={1: 5})
    train, validation = split_validation(source, 0.5)
    np.testing.assert_array_equal(train.sample_weight, [1, 5])
    assert validation.sample_weight is None


def test_sample_weight_is_split():
    source = adapt(X, np.array([0, 1, 0, 1]), sample_weight=np.arange(4.0))
    train, validation = split_validation(source, 0.25)
    np.testing.assert_array_equal(train.sample_weight, [0, 1, 2])
    np.testing.assert_array_equal(validation.sample_weight, [3])


def test_errors_of_class_weight():
    y = np.array([0, 1, 0, 1])
    text = error(ArgumentTypeError, X, y, class_weight=[1.0, 2.0])
    assert "must be a dict from class number to weight, got list" in text
    assert "dict(enumerate(weights))" in text
    text = error(ConfigError, X, y, class_weight={"cat": 1.0})
    assert "`class_weight` has the key 'cat', which is no class number" in text
    assert "the key 0.5" in error(ConfigError, X, y, class_weight={0.5: 1.0})
    text = error(ConfigError, X, y, class_weight={0: 1}, sample_weight=np.ones(4))
    assert "`class_weight` and `sample_weight` exclude each other" in text
    text = error(ConfigError, X, [y, y[:, None]], class_weight={0: 1})
    assert "needs one array `y` of classes, got 2" in text
    text = error(ConfigError, X, class_weight={0: 1})
    assert "needs one array `y` of classes, got none" in text
    text = error(DataError, X, np.zeros((4, 2, 2)), class_weight={0: 1})
    assert "got the shape (4, 2, 2)" in text


def test_one_weight_for_all_outputs():
    w = np.ones(4, "float32")
    source = adapt(X, {"a": np.zeros(4), "b": np.zeros((4, 1))}, sample_weight=w)
    assert source.sample_weight["a"] is w
    assert source.sample_weight["b"] is w


def test_weights_per_output():
    w = {"a": np.ones(4), "b": np.zeros(4)}
    source = adapt(X, {"a": np.zeros(4), "b": np.zeros(4)}, sample_weight=w)
    np.testing.assert_array_equal(source.sample_weight["b"], np.zeros(4))


def test_errors_of_sample_weight():
    y = np.zeros(4)
    text = error(ConfigError, X, sample_weight=y)
    assert "`sample_weight` was given without `y`" in text
    text = error(ConfigError, X, y, sample_weight=np.zeros((4, 2)))
    assert (
        "`sample_weight` of shape (4, 2) has more axes than `y` of shape (4,)" in text
    )
    text = error(ConfigError, X, [y, y], sample_weight=np.zeros((4, 2)))
    assert "one `sample_weight` for several outputs must have the shape (b,)" in text
    text = error(ConfigError, X, {"a": y}, sample_weight={"b": y})
    assert "`sample_weight` is a dict of 'b' but `y` is a dict of 'a'" in text
    text = error(DataError, X, y, sample_weight=np.zeros(3))
    assert "`x` has 4 rows but `sample_weight` has 3" in text
