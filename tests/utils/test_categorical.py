"""One-hot labels and normalised rows."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.utils import normalize, to_categorical


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1,), (1, 5)),
        ((3,), (3, 5)),
        ((4, 3), (4, 3, 5)),
        ((3, 1), (3, 5)),
        ((3, 2, 1), (3, 2, 5)),
        ((0,), (0, 5)),
    ],
)
def test_to_categorical_shapes(
    shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    labels = np.random.default_rng(0).integers(0, 5, shape)
    rows = to_categorical(labels, 5)
    assert rows.shape == expected
    assert rows.dtype == np.float64
    np.testing.assert_array_equal(rows.sum(-1), 1)
    np.testing.assert_array_equal(rows.argmax(-1).reshape(shape), labels)


def test_to_categorical_counts_classes_and_takes_lists_and_whole_floats() -> None:
    assert to_categorical([0, 2, 5]).shape == (3, 6)
    np.testing.assert_array_equal(to_categorical([1.0, 0.0]), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(
        to_categorical(np.array([1, 0], object)), [[0, 1], [1, 0]]
    )
    np.testing.assert_array_equal(to_categorical(["1", "0"]), [[0, 1], [1, 0]])


def test_to_categorical_on_device() -> None:
    labels = jnp.array([[0], [2], [1]])
    rows = to_categorical(labels, 3)
    assert isinstance(rows, jax.Array)
    np.testing.assert_array_equal(rows, np.eye(3)[[0, 2, 1]])
    assert to_categorical(labels).shape == (3, 3)


@pytest.mark.parametrize(
    ("labels", "classes", "text"),
    [
        ([0, 3], 3, "in 0..2, got 3 at position 1"),
        ([1, -1], 2, "in 0..1, got -1 at position 1"),
        ([0.5], 2, "whole numbers, got \\[0.5\\]"),
        ([float("nan")], 2, "whole numbers"),
        (["cat"], 2, "whole numbers, got \\['cat'\\]"),
        ([], None, "`x` is empty"),
    ],
)
def test_to_categorical_says_what_is_wrong(
    labels: list[float], classes: int | None, text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        to_categorical(labels, classes)


def test_to_categorical_needs_the_count_in_a_compiled_function() -> None:
    with pytest.raises(ValueError, match="`num_classes` must be given inside"):
        jax.eval_shape(to_categorical, jnp.array([1]))


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("wrap", [np.asarray, jnp.asarray])
def test_normalize_gives_length_one(order: int, axis: int, wrap) -> None:
    x = wrap(np.random.default_rng(1).normal(size=(3, 4)).astype("float32"))
    y = normalize(x, axis, order)
    assert isinstance(y, type(x))
    assert y.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(y, order, axis), 1, rtol=1e-5)


def test_normalize_leaves_zeros() -> None:
    np.testing.assert_array_equal(normalize(np.zeros((2, 3))), 0)
    np.testing.assert_array_equal(normalize(jnp.zeros((2, 3))), 0)
