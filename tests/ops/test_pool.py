"""Pooling as users call it: formats, paddings, ties, errors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core._errors import ConfigError, ShapeError
from saccade.ops._pool import average_pool, max_pool

X = jnp.arange(16.0).reshape(1, 4, 4, 1)


def test_values_by_hand() -> None:
    np.testing.assert_array_equal(max_pool(X, 2)[0, :, :, 0], [[5, 7], [13, 15]])
    np.testing.assert_array_equal(
        average_pool(X, 2)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]]
    )


def test_windows_that_do_not_divide_the_input() -> None:
    np.testing.assert_array_equal(np.ravel(max_pool(X, 3)), [10])
    np.testing.assert_array_equal(np.ravel(max_pool(X, 3, padding="same"))[-1], 15)
    np.testing.assert_array_equal(
        np.ravel(average_pool(X, 3, padding="same")), [2.5, 4.5, 10.5, 12.5]
    )


def test_same_average_leaves_padding_out() -> None:
    np.testing.assert_array_equal(
        np.ravel(average_pool(X, 3, 2, "same")), [5.0, 6.5, 11.0, 12.5]
    )


def test_ties_go_to_the_first_in_row_major_order() -> None:
    gradient = jax.grad(lambda x: max_pool(x, 2).sum())(jnp.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(np.ravel(gradient), [1, 0, 0, 0])
    later = jnp.asarray([0.0, 1.0, 1.0, 1.0]).reshape(1, 2, 2, 1)
    gradient = jax.grad(lambda x: max_pool(x, 2).sum())(later)
    np.testing.assert_array_equal(np.ravel(gradient), [0, 1, 0, 0])


@pytest.mark.parametrize("function", [max_pool, average_pool])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_channels_first_is_the_same(function, padding) -> None:
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 5, 6, 3)), jnp.float32)
    expected = function(x, 2, None, padding)
    first = function(jnp.moveaxis(x, -1, 1), 2, None, padding, "channels_first")
    np.testing.assert_array_equal(jnp.moveaxis(first, 1, -1), expected)


def test_one_and_three_axes() -> None:
    assert max_pool(jnp.ones((2, 6, 3)), 2).shape == (2, 3, 3)
    assert average_pool(jnp.ones((2, 4, 4, 4, 3)), (2, 2, 1)).shape == (2, 2, 2, 4, 3)


def test_average_of_integers_is_a_float() -> None:
    out = average_pool(jnp.asarray([1, 2]).reshape(1, 2, 1), 2)
    assert float(out[0, 0, 0]) == 1.5


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: max_pool(X, 5), "window of 5 does not fit into axis 1"),
        (lambda: average_pool(X, (2, 5)), "window of 5 does not fit into axis 2"),
        (lambda: max_pool(X, 0), "`pool_size` must be an int >= 1"),
        (lambda: max_pool(X, 2, 0), "`strides` must be an int >= 1"),
        (lambda: max_pool(X, 2**16, 1, "same"), "must be below 2\\^31 places"),
        (lambda: max_pool(X, 2, padding="causal"), "`padding` must be one of"),
        (lambda: max_pool(X[0, 0], 2), "a batch axis"),
    ],
)
def test_errors_name_the_argument(call, text) -> None:
    with pytest.raises((ConfigError, ShapeError), match=text):
        call()
