"""Triangles, diagonals, products and splits of arrays; windows of signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._dtypes import standardize_dtype
from saccade.ops._table import operation, unary

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

# Making arrays ----------------------------------------------------------------------

empty_like = operation(
    "empty_like", jnp.empty_like, "x, dtype=None",
    "An array of any values and the shape of another.",
    "empty_like([1, 2]).shape -> (2,)",
)  # fmt: skip
geomspace = operation(
    "geomspace", jnp.geomspace,
    "start, stop, num=50, endpoint=True, dtype=None, axis=0",
    "Numbers with equal quotients.", "geomspace(1.0, 4.0, 3).shape -> (3,)",
)  # fmt: skip
logspace = operation(
    "logspace", jnp.logspace,
    "start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0",
    "Powers of `base` with equally spaced exponents.",
    "logspace(0.0, 2.0, 3, base=2.0) -> [1.0, 2.0, 4.0]",
)  # fmt: skip
tri = operation(
    "tri", jnp.tri, "N, M=None, k=0, dtype=None",
    "A matrix with 1 on and below the diagonal `k`.",
    "tri(2) -> [[1.0, 0.0], [1.0, 1.0]]", floatx=True,
)  # fmt: skip
vander = operation(
    "vander", jnp.vander, "x, N=None, increasing=False",
    "A matrix of the powers of x.", "vander([1, 2], 2) -> [[1, 1], [2, 1]]",
)  # fmt: skip
bartlett = unary(
    "bartlett", lambda x: jnp.bartlett(int(x)), "A triangular window.",
    "bartlett(3) -> [0.0, 1.0, 0.0]",
)  # fmt: skip
blackman = unary(
    "blackman", lambda x: jnp.blackman(int(x)), "Blackman's window.",
    "blackman(3).shape -> (3,)",
)  # fmt: skip
hamming = unary(
    "hamming", lambda x: jnp.hamming(int(x)), "Hamming's window.",
    "hamming(3).shape -> (3,)",
)  # fmt: skip
hanning = unary(
    "hanning", lambda x: jnp.hanning(int(x)), "Hann's window.",
    "hanning(3) -> [0.0, 1.0, 0.0]",
)  # fmt: skip
kaiser = operation(
    "kaiser", lambda x, beta: jnp.kaiser(int(x), beta), "x, beta", "Kaiser's window.",
    "kaiser(3, 2.0).shape -> (3,)",
)  # fmt: skip

# Parts ------------------------------------------------------------------------------

diagflat = operation(
    "diagflat", jnp.diagflat, "x, k=0",
    "A matrix with the values on the diagonal `k`.",
    "diagflat([1, 2]) -> [[1, 0], [0, 2]]",
)  # fmt: skip
diagonal = operation(
    "diagonal", jnp.diagonal, "x, offset=0, axis1=0, axis2=1",
    "The diagonal of two axes.", "diagonal([[1, 2], [3, 4]]) -> [1, 4]",
)  # fmt: skip
trace = operation(
    "trace", jnp.trace, "x, offset=0, axis1=0, axis2=1",
    "The sum of a diagonal.", "trace([[1, 2], [3, 4]]) -> 5",
)  # fmt: skip
tril = operation(
    "tril", jnp.tril, "x, k=0", "The lower triangle; 0 above.",
    "tril([[1, 2], [3, 4]]) -> [[1, 0], [3, 4]]",
)  # fmt: skip
triu = operation(
    "triu", jnp.triu, "x, k=0", "The upper triangle; 0 below.",
    "triu([[1, 2], [3, 4]]) -> [[1, 2], [0, 4]]",
)  # fmt: skip
fliplr = unary(
    "fliplr",
    jnp.fliplr,
    "Turns the order along axis 1.",
    "fliplr([[1, 2]]) -> [[2, 1]]",
)
flipud = unary(
    "flipud", jnp.flipud, "Turns the order along axis 0.", "flipud([1, 2]) -> [2, 1]"
)
rot90 = operation(
    "rot90", jnp.rot90, "array, k=1, axes=(0, 1)",
    "Turns by 90 degrees, k times, against the clock.",
    "rot90([[1, 2], [3, 4]]) -> [[2, 4], [1, 3]]",
)  # fmt: skip
dstack = operation(
    "dstack", jnp.dstack, "xs", "Puts arrays behind each other along axis 2.",
    "dstack([[1], [2]]) -> [[[1, 2]]]",
)  # fmt: skip
unravel_index = operation(
    "unravel_index", jnp.unravel_index, "indices, shape",
    "Places in an array of a shape from places in the flat one.",
    "unravel_index(3, (2, 2))[0] -> 1",
)  # fmt: skip


def _split(name: str, function: Callable[..., Any], axis: int, example: str) -> Any:
    return operation(
        name, function, "x, indices_or_sections", f"Cuts along axis {axis}.", example
    )


dsplit = _split("dsplit", jnp.dsplit, 2, "dsplit([[[1, 2]]], 2)[1] -> [[[2]]]")
hsplit = _split("hsplit", jnp.hsplit, 1, "hsplit([[1, 2]], 2)[1] -> [[2]]")
vsplit = _split("vsplit", jnp.vsplit, 0, "vsplit([[1], [2]], 2)[1] -> [[2]]")
array_split = operation(
    "array_split", jnp.array_split, "x, indices_or_sections, axis=0",
    "Cuts into parts of nearly equal size.", "array_split([1, 2, 3], 2)[0] -> [1, 2]",
)  # fmt: skip

# Products ---------------------------------------------------------------------------

cross = operation(
    "cross", jnp.cross, "x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None",
    "The vector at right angles to two.", "cross([1, 0, 0], [0, 1, 0]) -> [0, 0, 1]",
)  # fmt: skip
inner = operation(
    "inner", jnp.inner, "x1, x2", "Multiplies and adds up over the last axes.",
    "inner([1, 2], [3, 4]) -> 11",
)  # fmt: skip
kron = operation(
    "kron", jnp.kron, "x1, x2", "The Kronecker product.",
    "kron([1, 2], [1, 10]) -> [1, 10, 2, 20]",
)  # fmt: skip
outer = operation(
    "outer", jnp.outer, "x1, x2", "All products of two flat arrays.",
    "outer([1, 2], [3, 4]) -> [[3, 4], [6, 8]]",
)  # fmt: skip
vdot = operation(
    "vdot", jnp.vdot, "x1, x2", "Multiplies flat arrays and adds up.",
    "vdot([1, 2], [3, 4]) -> 11",
)  # fmt: skip


def view(x: ArrayLike, dtype: DTypeLike | None = None) -> jax.Array:
    """The same bits read as another type.

    Args:
        x: any array.
        dtype: the type; None to keep it.

    Example:
        >>> view(jnp.ones(1, "float32"), "int32").tolist()
        [1065353216]
    """
    array = jnp.asarray(x)
    return array if dtype is None else array.view(standardize_dtype(dtype))


def vectorize(
    pyfunc: Callable[..., Any],
    *,
    excluded: Iterable[int | str] | None = None,
    signature: str | None = None,
) -> Callable[..., jax.Array]:
    """Makes a function of single values take arrays.

    Args:
        pyfunc: the function, written with operations.
        excluded: arguments that are handed on as they are.
        signature: core axes, such as '(n),(n)->()'; None for single values.

    Example:
        >>> vectorize(lambda a, b: a + b)(jnp.arange(2), 1)
        Array([1, 2], dtype=int32)
    """
    return jnp.vectorize(
        pyfunc, excluded=frozenset(excluded or ()), signature=signature
    )
