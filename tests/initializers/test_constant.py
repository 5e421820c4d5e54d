"""Initializers without chance."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import initializers
from saccade.core._errors import ShapeError


def test_values() -> None:
    np.testing.assert_array_equal(initializers.Zeros()((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(initializers.Ones()((2, 3)), np.ones((2, 3)))
    np.testing.assert_array_equal(initializers.Constant(2.5)((2,)), [2.5, 2.5])
    np.testing.assert_array_equal(initializers.Identity(3.0)((2, 2)), 3 * np.eye(2))


def test_constant_array_is_repeated() -> None:
    draw = initializers.Constant(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(draw((3, 2)), [[1, 2]] * 3)
    with pytest.raises(ShapeError, match=r"a value of shape \(2,\) does not fit"):
        draw((3,))


@pytest.mark.parametrize("name", ["zeros", "ones", "constant"])
@pytest.mark.parametrize("dtype", ["int32", "bool", "float16", None])
def test_type(name: str, dtype: str | None) -> None:
    assert initializers.get(name)((2,), dtype).dtype == (dtype or "float32")


def test_identity_makes_matrices_only() -> None:
    with pytest.raises(ShapeError, match="makes matrices only, got shape"):
        initializers.Identity()((2, 2, 2))
