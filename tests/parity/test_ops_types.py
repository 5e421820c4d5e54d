"""Types of results against pip's Keras on JAX: every operation, pairs of types.

Nothing is computed: `jax.eval_shape` says which types would come out.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable

import jax
import jax.numpy as jnp
import pytest

import saccade.ops as ops

keras = pytest.importorskip("keras")
pytestmark = [
    pytest.mark.parity,
    # Keras casts -infinity and the like to whole numbers on its way.
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]

TYPES = (
    "bool", "int8", "uint8", "int16", "int32", "uint32", "float16", "bfloat16",
    "float32",
)  # fmt: skip
NUMBERS = (2, 2.5, True)
# How many pairs of types each operation is tried on; drawn anew when this changes.
PAIRS = 14
# Differences on purpose: a Python float beside a short float leaves it short, as it
# does in every other operation; whole numbers become floats, not whole numbers again.
OTHER = {
    "arctan2", "layer_normalization", "logaddexp", "logaddexp2", "rms_normalization",
}  # fmt: skip
# What looks at values or lengths, or gives no array.
UNTYPED = {
    "bartlett", "blackman", "convert_to_numpy", "dtype", "hamming", "hanning",
    "is_tensor", "ndim", "nonzero", "shape", "size", "unique",
}  # fmt: skip


def of(*parameters: str) -> list[str]:
    return sorted(
        name
        for name in set(ops.__all__) - UNTYPED - OTHER
        if callable(getattr(ops, name))
        and tuple(inspect.signature(getattr(ops, name)).parameters) == parameters
    )


def place(dtype: str) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct((2, 2), jnp.dtype(dtype))


def types(function: Callable, arguments: list[jax.ShapeDtypeStruct]) -> list[str]:
    leaves = jax.tree.leaves(jax.eval_shape(function, *arguments))
    return [str(leaf.dtype) for leaf in leaves]


def check(name: str, call: Callable, dtypes: tuple[str, ...]) -> None:
    arguments = [place(dtype) for dtype in dtypes]
    try:
        theirs = types(lambda *a: call(getattr(keras.ops, name), *a), arguments)
    except (TypeError, ValueError, AttributeError, NotImplementedError):
        return  # Keras refuses these types; ours may take them
    ours = types(lambda *a: call(getattr(ops, name), *a), arguments)
    assert ours == theirs, (name, dtypes)


@pytest.mark.parametrize("name", of("x"))
def test_one(name: str) -> None:
    for dtype in TYPES:
        check(name, lambda f, x: f(x), (dtype,))


@pytest.mark.parametrize("name", of("x", "axis", "keepdims"))
def test_over_an_axis(name: str) -> None:
    for dtype in TYPES:
        check(name, lambda f, x: f(x, axis=0), (dtype,))


def pairs(name: str) -> list[tuple[str, str]]:
    every = [(one, other) for one in TYPES for other in TYPES]
    return random.Random(name).sample(every, PAIRS)


@pytest.mark.parametrize("name", of("x1", "x2"))
def test_two(name: str) -> None:
    for dtypes in pairs(name):
        check(name, lambda f, x, y: f(x, y), dtypes)
    draw = random.Random(name)
    for number in NUMBERS:
        for dtype in draw.sample(TYPES, 4):
            check(name, lambda f, x, n=number: f(x, n), (dtype,))
            check(name, lambda f, x, n=number: f(n, x), (dtype,))


CALLS = {
    "argmax": lambda f, x: f(x, axis=0),
    "average": lambda f, x: f(x),
    "clip": lambda f, x: f(x, 0, 1),
    "cumprod": lambda f, x: f(x, 0),
    "cumsum": lambda f, x: f(x, 0),
    "diff": lambda f, x: f(x),
    "elu": lambda f, x: f(x),
    "full_like": lambda f, x: f(x, 2),
    "gelu": lambda f, x: f(x),
    "max": lambda f, x: f(x),
    "mean": lambda f, x: f(x),
    "moments": lambda f, x: f(x, [0]),
    "norm": lambda f, x: f(x),
    "normalize": lambda f, x: f(x),
    "one_hot": lambda f, x: f(x, 3),
    "percentile": lambda f, x: f(x, 50),
    "prod": lambda f, x: f(x),
    "quantile": lambda f, x: f(x, 0.5),
    "round": lambda f, x: f(x, 1),
    "softmax": lambda f, x: f(x),
    "std": lambda f, x: f(x),
    "sum": lambda f, x: f(x),
    "top_k": lambda f, x: f(x, 1),
    "trace": lambda f, x: f(x),
    "trapezoid": lambda f, x: f(x),
    "var": lambda f, x: f(x),
}
CALLS_OF_TWO = {
    "average": lambda f, x, y: f(x, weights=y),
    "batch_normalization": lambda f, x, y: f(x, y[0], y[0], -1),
    "clip": lambda f, x, y: f(x, y, y),
    "concatenate": lambda f, x, y: f([x, y]),
    "correlate": lambda f, x, y: f(x[0], y[0]),
    "einsum": lambda f, x, y: f("ij,jk->ik", x, y),
    "isclose": lambda f, x, y: f(x, y),
    "linspace": lambda f, x, y: f(x, y, 3),
    "select": lambda f, x, y: f([x > 0], [y], 0),
    "slice_update": lambda f, x, y: f(x, [0, 0], y),
    "stack": lambda f, x, y: f([x, y]),
    "tensordot": lambda f, x, y: f(x, y, 1),
    "where": lambda f, x, y: f(True, x, y),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    for dtype in TYPES:
        check(name, CALLS[name], (dtype,))


@pytest.mark.parametrize("name", CALLS_OF_TWO)
def test_calls_of_two(name: str) -> None:
    for dtypes in [*pairs(name), ("int8", "int8"), ("int8", "bfloat16")]:
        check(name, CALLS_OF_TWO[name], dtypes)
