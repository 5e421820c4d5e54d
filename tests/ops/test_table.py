"""Every operation of the table: its example, its signature, variables as input."""

from __future__ import annotations

import doctest
import inspect
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import saccade.ops as ops
from saccade.core._variable import Variable

FUNCTIONS = sorted(name for name in ops.__all__ if callable(getattr(ops, name)))
UNARY = sorted(
    name
    for name in FUNCTIONS
    if list(inspect.signature(getattr(ops, name)).parameters) == ["x"]
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_documented_and_its_example_runs(name: str) -> None:
    function = getattr(ops, name)
    names = {"jnp": jnp, **vars(sys.modules[function.__module__])}
    test = doctest.DocTestParser().get_doctest(
        inspect.getdoc(function) or "", names, name, None, None
    )
    assert test.examples, f"ops.{name} has no example"
    results = doctest.DocTestRunner(verbose=False).run(test)
    assert results.failed == 0
    assert "Args:" in (function.__doc__ or "")


def test_names_of_submodules_are_the_same_objects() -> None:
    assert ops.numpy.sum is ops.sum
    assert ops.nn.softmax is ops.softmax
    assert ops.linalg.norm is ops.norm
    assert len(set(ops.__all__)) == len(ops.__all__)


@pytest.mark.parametrize("name", ["add", "maximum", "greater", "power"])
def test_binary_takes_lists_variables_and_keywords(name: str) -> None:
    function = getattr(ops, name)
    variable = Variable(np.array([1.0, 4.0], "float32"))
    expected = getattr(np, name)([1.0, 4.0], [2.0, 2.0])
    np.testing.assert_allclose(function(x1=variable, x2=[2.0, 2.0]), expected)


@pytest.mark.parametrize("name", UNARY)
def test_unary_takes_variables_and_runs_compiled(name: str) -> None:
    function = getattr(ops, name)
    values = np.array([0.25, 0.5], "float32")
    eager = function(Variable(values))
    if name in ("is_tensor", "nonzero", "shape", "ndim", "size", "convert_to_numpy"):
        return
    np.testing.assert_allclose(jax.jit(function)(values), eager, rtol=1e-6)


def test_wrong_argument_is_named() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'axes'"):
        ops.cumsum([1, 2], axes=0)


@pytest.mark.parametrize("name", ["exp", "sqrt", "floor", "mean", "std", "sigmoid"])
def test_integers_become_the_global_float_type(name: str) -> None:
    assert getattr(ops, name)(np.array([1, 4], "uint8")).dtype == "float32"


@pytest.mark.parametrize("name", ["exp", "tanh", "mean", "var", "sum", "gelu"])
def test_short_floats_stay_short(name: str) -> None:
    x = jnp.ones((2, 2), jnp.bfloat16)
    assert getattr(ops, name)(x).dtype == jnp.bfloat16
