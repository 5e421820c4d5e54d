"""Variables and scopes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core import _names, _scope
from saccade.core._errors import ConfigError, ShapeError
from saccade.core._scope import Scope
from saccade.core._variable import Variable


def test_values_take_the_global_float_type_and_keep_integers():
    assert Variable(np.zeros(2)).dtype == "float32"
    assert Variable(np.zeros(2, np.int32)).dtype == "int32"
    assert Variable(3).dtype == "int32"
    assert Variable(3.0).dtype == "float32"
    assert Variable(True).dtype == "bool"


def test_a_function_makes_the_first_value():
    v = Variable(lambda shape, dtype: np.full(shape, 2, dtype), shape=(2, 3))
    np.testing.assert_array_equal(v.numpy(), np.full((2, 3), 2))
    with pytest.raises(ConfigError, match="`shape` is needed"):
        Variable(lambda shape, dtype: np.zeros(shape), name="w")


def test_assigning_another_shape_is_an_error_and_changes_nothing():
    v = Variable(np.ones(3), name="w")
    with pytest.raises(ShapeError, match=r"expected a value of shape \(3,\), got"):
        v.assign(np.ones(4))
    np.testing.assert_array_equal(v.numpy(), np.ones(3))


def test_arithmetic_and_jax_see_the_value():
    v = Variable(np.array([1.0, 2.0]))
    np.testing.assert_allclose(1 + v * 2 - v / 2, [2.5, 4.0])
    np.testing.assert_allclose(jnp.ones((1, 2)) @ v, [3.0])
    np.testing.assert_allclose(np.asarray(v), [1.0, 2.0])
    assert float(Variable(2.0)) == 2.0
    assert v[1] == 2.0
    assert len(v) == 2
    assert "shape=(2,)" in repr(v)


def test_paths_come_from_the_open_names():
    with _names.name_scope("net"), _names.name_scope("dense"):
        assert Variable(0.0, name="bias").path == "net/dense/bias"
    assert Variable(0.0, name="bias").path == "bias"


def test_a_scope_redirects_reads_and_collects_writes():
    v = Variable(np.zeros(2))
    with Scope([(v, jnp.ones(2))]) as scope:
        np.testing.assert_array_equal(v.value, [1, 1])
        v.assign_add(np.ones(2))
        (new,) = scope.values([v])
    np.testing.assert_array_equal(new, [2, 2])
    np.testing.assert_array_equal(v.numpy(), [0, 0])


def test_mutable_code_becomes_a_pure_function_under_jit():
    v = Variable(1.0)

    @jax.jit
    def pure(value):
        with Scope([(v, value)]) as scope:
            v.assign(v.value * 3)
            return scope.values([v])[0]

    assert float(pure(jnp.float32(5))) == 15.0
    assert float(v.value) == 1.0


def test_scopes_nest_and_the_mask_can_be_hidden():
    mask = jnp.array([True, False])
    assert _scope.current_row_mask() is None
    with Scope(row_mask=mask):
        assert _scope.current_row_mask() is mask
        with _scope.without_row_mask():
            assert _scope.current_row_mask() is None
        assert _scope.current_row_mask() is mask
    assert _scope.current() is None
