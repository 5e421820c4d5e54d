"""Operations element by element and over axes: a table over `jax.numpy`."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.ops._activations import floating
from saccade.ops._table import binary, operation, reduction, unary

# One array, element by element ------------------------------------------------------

absolute = unary(
    "absolute", jnp.abs, "Takes the sign away.", "absolute([-1, 2]) -> [1, 2]"
)
abs = absolute
ceil = unary(
    "ceil", jnp.ceil, "Rounds up.", "ceil([1.2, -1.2]) -> [2.0, -1.0]", floats=True
)
cos = unary(
    "cos", jnp.cos, "Cosine of angles in radians.", "cos(0.0) -> 1.0", floats=True
)
exp = unary("exp", jnp.exp, "Exponential function.", "exp(0.0) -> 1.0", floats=True)
floor = unary(
    "floor", jnp.floor, "Rounds down.", "floor([1.2, -1.2]) -> [1.0, -2.0]", floats=True
)
isfinite = unary(
    "isfinite",
    jnp.isfinite,
    "Says where values are finite.",
    "isfinite([1.0]) -> [True]",
)
isinf = unary(
    "isinf", jnp.isinf, "Says where values are infinite.", "isinf([1.0]) -> [False]"
)
isnan = unary(
    "isnan", jnp.isnan, "Says where values are NaN.", "isnan([1.0]) -> [False]"
)
log = unary("log", jnp.log, "Natural logarithm.", "log(1.0) -> 0.0", floats=True)
log10 = unary(
    "log10", jnp.log10, "Logarithm to the base 10.", "log10(100.0) -> 2.0", floats=True
)
log1p = unary(
    "log1p", jnp.log1p, "log(1 + x), exact near 0.", "log1p(0.0) -> 0.0", floats=True
)
log2 = unary(
    "log2", jnp.log2, "Logarithm to the base 2.", "log2(8.0) -> 3.0", floats=True
)
logical_not = unary(
    "logical_not",
    jnp.logical_not,
    "Says where values are 0.",
    "logical_not([0, 3]) -> [True, False]",
)
negative = unary(
    "negative", jnp.negative, "Turns the sign.", "negative([1, -2]) -> [-1, 2]"
)
reciprocal = unary(
    "reciprocal",
    jnp.reciprocal,
    "One divided by x.",
    "reciprocal([2.0, 4.0]) -> [0.5, 0.25]",
)
sign = unary(
    "sign", jnp.sign, "-1, 0 or 1 by the sign.", "sign([-3, 0, 2]) -> [-1, 0, 1]"
)
sin = unary(
    "sin", jnp.sin, "Sine of angles in radians.", "sin(0.0) -> 0.0", floats=True
)
sqrt = unary(
    "sqrt", jnp.sqrt, "Square root.", "sqrt([4.0, 9.0]) -> [2.0, 3.0]", floats=True
)
square = unary("square", jnp.square, "The square.", "square([-2, 3]) -> [4, 9]")
tan = unary(
    "tan", jnp.tan, "Tangent of angles in radians.", "tan(0.0) -> 0.0", floats=True
)

# Two arrays, element by element -----------------------------------------------------

add = binary("add", jnp.add, "The sum.", "add([1, 2], 3) -> [4, 5]")
divide = binary(
    "divide", jnp.divide, "The quotient.", "divide([1, 2], 2) -> [0.5, 1.0]"
)
true_divide = divide
equal = binary(
    "equal", jnp.equal, "Says where x1 == x2.", "equal([1, 2], 2) -> [False, True]"
)
floor_divide = binary(
    "floor_divide", jnp.floor_divide, "The quotient, rounded down.",
    "floor_divide([5, -5], 2) -> [2, -3]",
)  # fmt: skip
greater = binary(
    "greater", jnp.greater, "Says where x1 > x2.", "greater([1, 2], 1) -> [False, True]"
)
greater_equal = binary(
    "greater_equal", jnp.greater_equal, "Says where x1 >= x2.",
    "greater_equal([1, 2], 2) -> [False, True]",
)  # fmt: skip
less = binary(
    "less", jnp.less, "Says where x1 < x2.", "less([1, 2], 2) -> [True, False]"
)
less_equal = binary(
    "less_equal",
    jnp.less_equal,
    "Says where x1 <= x2.",
    "less_equal([1, 2], 1) -> [True, False]",
)
logical_and = binary(
    "logical_and", jnp.logical_and, "Says where both are not 0.",
    "logical_and([1, 0], [1, 1]) -> [True, False]",
)  # fmt: skip
logical_or = binary(
    "logical_or", jnp.logical_or, "Says where one or both are not 0.",
    "logical_or([1, 0], [0, 0]) -> [True, False]",
)  # fmt: skip
logical_xor = binary(
    "logical_xor", jnp.logical_xor, "Says where just one is not 0.",
    "logical_xor([1, 1], [0, 1]) -> [True, False]",
)  # fmt: skip
maximum = binary(
    "maximum", jnp.maximum, "The larger one.", "maximum([1, 5], 3) -> [3, 5]"
)
minimum = binary(
    "minimum", jnp.minimum, "The smaller one.", "minimum([1, 5], 3) -> [1, 3]"
)
mod = binary(
    "mod",
    jnp.mod,
    "The rest of a division, with the sign of x2.",
    "mod([5, -5], 3) -> [2, 1]",
)
multiply = binary(
    "multiply", jnp.multiply, "The product.", "multiply([1, 2], 3) -> [3, 6]"
)
not_equal = binary(
    "not_equal",
    jnp.not_equal,
    "Says where x1 != x2.",
    "not_equal([1, 2], 2) -> [True, False]",
)
power = binary(
    "power", jnp.power, "x1 to the power of x2.", "power([2, 3], 2) -> [4, 9]"
)
subtract = binary(
    "subtract", jnp.subtract, "The difference.", "subtract([1, 2], 3) -> [-2, -1]"
)

# Products of matrices ---------------------------------------------------------------

dot = binary(
    "dot", jnp.dot, "Multiplies over the last axis of x1 and the last but one of x2.",
    "dot([1, 2], [3, 4]) -> 11",
)  # fmt: skip
matmul = binary(
    "matmul",
    lambda x1, x2: jnp.matmul(x1, x2, preferred_element_type=_wide_enough(x1, x2)),
    "The product of matrices; axes before the last two go along.",
    "matmul([[1, 2]], [[3], [4]]) -> [[11]]",
)  # fmt: skip
tensordot = operation(
    "tensordot", jnp.tensordot, "x1, x2, axes=2",
    "Multiplies and adds up over several axes.",
    "tensordot([1, 2], [3, 4], axes=1) -> 11",
)  # fmt: skip

# Over axes --------------------------------------------------------------------------

all = reduction("all", jnp.all, "Says whether all are not 0.", "all([1, 0]) -> False")
any = reduction("any", jnp.any, "Says whether any is not 0.", "any([1, 0]) -> True")
amax = reduction("amax", jnp.max, "The largest value.", "amax([1, 5, 3]) -> 5")
amin = reduction("amin", jnp.min, "The smallest value.", "amin([1, 5, 3]) -> 1")
argmax = reduction(
    "argmax", jnp.argmax, "Where the largest value is.", "argmax([1, 5, 3]) -> 1"
)
argmin = reduction(
    "argmin", jnp.argmin, "Where the smallest value is.", "argmin([4, 5, 3]) -> 2"
)
mean = reduction("mean", jnp.mean, "The mean.", "mean([1, 2, 3]) -> 2.0")
median = reduction(
    "median", jnp.median, "The middle value.", "median([1, 9, 3]) -> 3.0"
)
std = reduction("std", jnp.std, "The standard deviation.", "std([1, 3]) -> 1.0")
sum = reduction("sum", jnp.sum, "The sum.", "sum([1, 2, 3]) -> 6")
var = reduction("var", jnp.var, "The variance.", "var([1, 3]) -> 1.0")
logsumexp = reduction(
    "logsumexp", jax.nn.logsumexp, "log(sum(exp(x))), without overflow.",
    "logsumexp([1000.0]) -> 1000.0",
)  # fmt: skip
max = operation(
    "max", jnp.max, "x, axis=None, keepdims=False, initial=None",
    "The largest value.", "max([[1, 5], [3, 2]], axis=1) -> [5, 3]",
)  # fmt: skip
min = operation(
    "min", jnp.min, "x, axis=None, keepdims=False, initial=None",
    "The smallest value.", "min([[1, 5], [3, 2]], axis=1) -> [1, 2]",
)  # fmt: skip
prod = operation(
    "prod", jnp.prod, "x, axis=None, keepdims=False, dtype=None",
    "The product.", "prod([2, 3]) -> 6",
)  # fmt: skip
cumsum = operation(
    "cumsum", jnp.cumsum, "x, axis=None, dtype=None",
    "Adds up step by step along an axis.", "cumsum([1, 2, 3]) -> [1, 3, 6]",
)  # fmt: skip
count_nonzero = operation(
    "count_nonzero", jnp.count_nonzero, "x, axis=None",
    "How many values are not 0.", "count_nonzero([0, 3, 4]) -> 2",
)  # fmt: skip

# Comparisons with tolerance, limits -------------------------------------------------

allclose = operation(
    "allclose", jnp.allclose, "x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False",
    "Says whether |x1 - x2| <= atol + rtol * |x2| everywhere.",
    "allclose([1.0], [1.000001]) -> True",
)  # fmt: skip
isclose = operation(
    "isclose", jnp.isclose, "x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False",
    "Says where |x1 - x2| <= atol + rtol * |x2|.",
    "isclose([1.0, 2.0], 1.0) -> [True, False]",
)  # fmt: skip


def average(
    x: ArrayLike,
    axis: int | Sequence[int] | None = None,
    weights: ArrayLike | None = None,
) -> jax.Array:
    """The weighted mean.

    Args:
        x: any array.
        axis: the axis or axes; None for all.
        weights: of the shape of `x` or of the axis; None for the plain mean.

    Example:
        >>> average([1.0, 5.0], weights=[3, 1])
        Array(2., dtype=float32)
    """
    axes = axis if axis is None or isinstance(axis, int) else tuple(axis)
    if weights is None:
        values, factors = floating(x), None
    else:
        values, factors = jnp.asarray(x), jnp.asarray(weights)
        if not jnp.issubdtype(jnp.result_type(values, factors), jnp.inexact):
            values = floating(values)
        kind = jnp.result_type(values, factors)
        values, factors = values.astype(kind), factors.astype(kind)
    result = jnp.average(values, axes, factors)
    assert isinstance(result, jax.Array)
    return result


def clip(x: ArrayLike, x_min: ArrayLike, x_max: ArrayLike) -> jax.Array:
    """Cuts values to a range.

    Args:
        x: any array.
        x_min: lower bound.
        x_max: upper bound.

    Example:
        >>> clip([-1, 2, 9], 0, 5)
        Array([0, 2, 5], dtype=int32)
    """
    array = jnp.asarray(x)
    if array.dtype == bool:
        array = array.astype("int32")
    return jnp.clip(array, x_min, x_max)


def divide_no_nan(x1: ArrayLike, x2: ArrayLike) -> jax.Array:
    """The quotient, and 0 where x2 is 0.

    Args:
        x1: an array.
        x2: another array; both are repeated to a common shape.

    Example:
        >>> divide_no_nan([1.0, 1.0], [2.0, 0.0])
        Array([0.5, 0. ], dtype=float32)
    """
    bottom = jnp.asarray(x2)
    zero = bottom == 0
    # The inner `where` keeps gradients finite as well.
    return jnp.where(zero, 0, jnp.divide(jnp.asarray(x1), jnp.where(zero, 1, bottom)))


def round(x: ArrayLike, decimals: int = 0) -> jax.Array:
    """Rounds to the nearest, and halves to the even number.

    Args:
        x: any array.
        decimals: digits behind the point; -1 rounds to tens.

    Example:
        >>> round([0.5, 1.5, 2.6])
        Array([0., 2., 3.], dtype=float32)
        >>> round([12, 18], decimals=-1)
        Array([10, 20], dtype=int32)
    """
    array = jnp.asarray(x)
    if decimals < 0 and jnp.issubdtype(array.dtype, jnp.integer):
        step = 10**-decimals
        return (jnp.round(floating(array) / step) * step).astype(array.dtype)
    return jnp.round(array, decimals)


def einsum(subscripts: str, *operands: ArrayLike) -> jax.Array:
    """Sums of products in Einstein's notation.

    Args:
        subscripts: letters of the axes, such as 'bhw,wk->bhk'.
        operands: the arrays.

    Example:
        >>> einsum("i,i->", [1, 2], [3, 4])
        Array(11, dtype=int32)
    """
    arrays = [jnp.asarray(part) for part in operands]
    return jnp.einsum(subscripts, *arrays, preferred_element_type=_wide_enough(*arrays))


def _wide_enough(*arrays: jax.Array) -> str | None:
    """The type of a sum of products: int8 alone would overflow."""
    return "int32" if {array.dtype.name for array in arrays} == {"int8"} else None
