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


# What takes matrices, ints or pairs, or gives no array.
OTHER = {
    "bartlett", "bitwise_invert", "bitwise_not", "blackman", "convert_to_numpy", "det",
    "dtype", "eig", "eigh", "fft", "fft2", "fliplr", "hamming", "hanning", "ifft2",
    "inv", "is_tensor", "logdet", "lu_factor", "ndim", "nonzero", "shape", "size",
    "slogdet",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(UNARY) - OTHER))
def test_unary_takes_variables_and_runs_compiled(name: str) -> None:
    function = getattr(ops, name)
    values = np.array([0.25, 0.5], "float32")
    eager = function(Variable(values))
    np.testing.assert_allclose(jax.jit(function)(values), eager, rtol=1e-6)
