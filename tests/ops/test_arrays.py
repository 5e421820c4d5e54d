"""Making, joining and cutting arrays; what differs from `jax.numpy`."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from saccade import config, ops
from saccade.core._errors import ConfigError, UnsupportedFeatureError
from saccade.core._symbolic import KerasTensor
from saccade.core._variable import Variable


def test_types_of_new_arrays() -> None:
    for make in (ops.zeros, ops.ones, ops.empty):
        assert make((2,)).dtype == "float32"
        assert make((2,), dtype="int").dtype == "int32"
    config.set_floatx("bfloat16")
    assert ops.zeros((2,)).dtype == jnp.bfloat16
    assert ops.eye(2).dtype == jnp.bfloat16
    assert ops.full((2,), 3).dtype == jnp.bfloat16


@pytest.mark.parametrize(
    ("arguments", "expected", "dtype"),
    [
        ((3,), [0, 1, 2], "int32"),
        ((1, 3), [1, 2], "int32"),
        ((0, 1, 0.5), [0.0, 0.5], "float32"),
        ((3, None, None, "uint8"), [0, 1, 2], "uint8"),
    ],
)
def test_arange(arguments, expected, dtype) -> None:
    ours = ops.arange(*arguments)
    np.testing.assert_array_equal(ours, expected)
    assert ours.dtype == dtype


def test_where_takes_one_or_three() -> None:
    assert [part.tolist() for part in ops.where([0, 1, 1])] == [[1, 2]]
    assert ops.where(condition=[True, False], x1=1, x2=[5, 6]).tolist() == [1, 6]


def test_take_along_axis_is_flat_without_an_axis() -> None:
    x = np.array([[1, 2], [3, 4]])
    assert ops.take_along_axis(x, [3, 0]).tolist() == [4, 1]


def test_pad() -> None:
    x = np.array([[1, 2]])
    assert ops.pad(x, ((0, 0), (1, 2)), constant_values=9).tolist() == [[9, 1, 2, 9, 9]]
    assert ops.pad(x, [[0, 0], [1, 1]], mode="reflect").tolist() == [[2, 1, 2, 1]]
    with pytest.raises(ConfigError, match="goes with mode='constant' only"):
        ops.pad(x, 1, mode="reflect", constant_values=1)


def test_lists_of_variables() -> None:
    v = Variable(np.ones((1, 2)))
    assert ops.concatenate([v, np.zeros((1, 2))]).shape == (2, 2)
    assert ops.stack([v, v], axis=-1).shape == (1, 2, 2)
    assert ops.vstack([v, v]).shape == (2, 2)
    assert ops.einsum("ij,ij->i", v, v).tolist() == [2]


def test_unique() -> None:
    values, counts = ops.unique([3, 1, 3], return_counts=True)
    assert (values.tolist(), counts.tolist()) == ([1, 3], [1, 2])


def test_division() -> None:
    assert ops.divide([1, 2], 2).tolist() == [0.5, 1.0]
    assert ops.divide_no_nan([1, 0], [0, 0]).tolist() == [0.0, 0.0]
    assert ops.mod([5, -5], 3).tolist() == [2, 1]


def test_clip_of_booleans() -> None:
    assert ops.clip([True, False], 0, 1).dtype == "int32"


def test_average() -> None:
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(
        ops.average(x, 1, [1, 1, 2]), np.average(x, 1, [1, 1, 2])
    )
    assert float(ops.average([1, 2])) == 1.5


def test_shape_of_a_placeholder() -> None:
    assert ops.shape(KerasTensor((None, 3))) == (None, 3)
    assert ops.shape([[1, 2]]) == (1, 2)


def test_convert() -> None:
    assert ops.convert_to_tensor([1, 2], dtype="float").dtype == "float32"
    assert isinstance(ops.convert_to_numpy(jnp.ones(2)), np.ndarray)
    assert ops.cast(True, "float32").dtype == "float32"
    with pytest.raises(UnsupportedFeatureError, match="sparse and ragged"):
        ops.convert_to_tensor([1], sparse=True)
