"""Norms and ranking."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import ops
from saccade.core._errors import ShapeError

X = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")


@pytest.mark.parametrize(
    ("order", "axis"), [(None, None), (1, 0), (2, 1), ("fro", (0, 1))]
)
def test_norm(order, axis) -> None:
    expected = np.linalg.norm(X, order, axis, keepdims=True)
    ours = ops.norm(X, order, axis, keepdims=True)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_in_top_k() -> None:
    scores = np.array([[1, 2, 2], [5, 4, 3], [np.nan, 1, 0]], "float32")
    assert ops.in_top_k([1, 2, 0], scores, 1).tolist() == [True, False, False]
    assert ops.in_top_k([0, 1, 0], scores, 2).tolist() == [False, True, False]
    with pytest.raises(ShapeError, match="one class number for each row"):
        ops.in_top_k([1], scores, 1)


def test_top_k() -> None:
    values, places = ops.top_k(X, 3)
    order = np.argsort(-X, axis=-1)[:, :3]
    np.testing.assert_array_equal(places, order)
    np.testing.assert_array_equal(values, np.take_along_axis(X, order, -1))


def test_logsumexp_and_rsqrt() -> None:
    assert float(ops.logsumexp([1000.0, 1000.0])) == pytest.approx(1000 + np.log(2))
    np.testing.assert_allclose(ops.rsqrt(np.array([4, 16])), [0.5, 0.25])
