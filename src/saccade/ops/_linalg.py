"""Matrices: inverses, factors, equations, eigenvalues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.typing import ArrayLike

from saccade.core._errors import ConfigError, ShapeError, message
from saccade.ops._activations import floating
from saccade.ops._table import unary

_EYE = "[[2.0, 0.0], [0.0, 4.0]]"

det = unary(
    "det", jnp.linalg.det, "The determinant.", f"det({_EYE}) -> 8.0", floats=True
)
eig = unary(
    "eig", jnp.linalg.eig, "Eigenvalues and eigenvectors; on CPU only.",
    f"eig({_EYE})[0].shape -> (2,)", floats=True,
)  # fmt: skip
logdet = unary(
    "logdet", lambda x: jnp.linalg.slogdet(x)[1],
    "log of the determinant of a matrix that is positive definite.",
    "logdet([[1.0]]) -> 0.0", floats=True,
)  # fmt: skip
slogdet = unary(
    "slogdet", lambda x: tuple(jnp.linalg.slogdet(x)),
    "The sign of the determinant and log of its absolute value.",
    "slogdet([[1.0]])[1] -> 0.0", floats=True,
)  # fmt: skip


def _square(x: ArrayLike, where: str) -> jax.Array:
    array = floating(x)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise ShapeError(
            message(where, f"expected square matrices (..., n, n), got {array.shape}")
        )
    return array


def cholesky(x: ArrayLike, upper: bool = False) -> jax.Array:
    """The triangular factor L of x = L L^T.

    Args:
        x: matrices (..., n, n), symmetric and positive definite.
        upper: whether the upper triangle is wanted.

    Raises:
        ShapeError: not square.
        ConfigError: not positive definite; outside compiled code only.

    Example:
        >>> cholesky([[4.0]])
        Array([[2.]], dtype=float32)
    """
    result = jnp.linalg.cholesky(_square(x, "ops.cholesky"), upper=upper)
    if not isinstance(result, Tracer) and bool(jnp.isnan(result).any()):
        raise ConfigError(
            message("ops.cholesky", "the matrix is not positive definite")
        )
    return result


def cholesky_inverse(x: ArrayLike, upper: bool = False) -> jax.Array:
    """The inverse of a matrix from its factor by `cholesky`.

    Args:
        x: triangular factors (..., n, n).
        upper: whether they are upper triangles.

    Example:
        >>> cholesky_inverse([[2.0]])
        Array([[0.25]], dtype=float32)
    """
    factor = _square(x, "ops.cholesky_inverse")
    one = jnp.broadcast_to(jnp.eye(factor.shape[-1], dtype=factor.dtype), factor.shape)
    inverse = jax.scipy.linalg.solve_triangular(factor, one, lower=not upper)
    turned = jnp.swapaxes(inverse, -1, -2)
    return inverse @ turned if upper else turned @ inverse


def eigh(x: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Eigenvalues in rising order and eigenvectors of symmetric matrices.

    Args:
        x: matrices (..., n, n).

    Example:
        >>> eigh([[2.0, 0.0], [0.0, 4.0]])[0]
        Array([2., 4.], dtype=float32)
    """
    values, vectors = jnp.linalg.eigh(_square(x, "ops.eigh"))
    return values, vectors


def inv(x: ArrayLike) -> jax.Array:
    """The inverse.

    Args:
        x: matrices (..., n, n).

    Raises:
        ShapeError: not square.

    Example:
        >>> inv([[2.0]])
        Array([[0.5]], dtype=float32)
    """
    return jnp.linalg.inv(_square(x, "ops.inv"))


def pinv(x: ArrayLike, rcond: float | None = None) -> jax.Array:
    """The pseudo-inverse of Moore and Penrose.

    Args:
        x: matrices (..., m, n).
        rcond: smaller singular values, as a fraction of the largest, count as 0.

    Example:
        >>> pinv([[2.0]])
        Array([[0.5]], dtype=float32)
    """
    return jnp.linalg.pinv(floating(x), rtol=rcond)


def qr(x: ArrayLike, mode: str = "reduced") -> tuple[jax.Array, jax.Array]:
    """Factors x = q r, q with columns at right angles, r an upper triangle.

    Args:
        x: matrices (..., m, n).
        mode: 'reduced' or 'complete'.

    Raises:
        ConfigError: another mode.
        ShapeError: fewer than two axes.

    Example:
        >>> q, r = qr([[2.0]])
        >>> float((q @ r)[0, 0])
        2.0
    """
    if mode not in ("reduced", "complete"):
        raise ConfigError(
            message(
                "ops.qr",
                f"`mode` is {mode!r}. Expected one of {{'reduced', 'complete'}}",
            )
        )
    array = floating(x)
    if array.ndim < 2:
        raise ShapeError(message("ops.qr", f"expected matrices, got {array.shape}"))
    q, r = jnp.linalg.qr(array, mode)
    return q, r


def solve(a: ArrayLike, b: ArrayLike) -> jax.Array:
    """Solves a x = b.

    Args:
        a: matrices (..., n, n).
        b: (n,) or (..., n, k).

    Example:
        >>> solve([[2.0]], [6.0])
        Array([3.], dtype=float32)
    """
    return jnp.linalg.solve(_square(a, "ops.solve"), floating(b))


def solve_triangular(a: ArrayLike, b: ArrayLike, lower: bool = False) -> jax.Array:
    """Solves a x = b for triangles a.

    Args:
        a: matrices (..., n, n).
        b: (n,) or (..., n, k).
        lower: whether the lower triangle counts.

    Example:
        >>> solve_triangular([[2.0]], [6.0])
        Array([3.], dtype=float32)
    """
    left, right = _square(a, "ops.solve_triangular"), floating(b)
    if right.ndim == left.ndim - 1:
        return jax.scipy.linalg.solve_triangular(left, right[..., None], lower=lower)[
            ..., 0
        ]
    return jax.scipy.linalg.solve_triangular(left, right, lower=lower)


def svd(
    x: ArrayLike, full_matrices: bool = True, compute_uv: bool = True
) -> tuple[jax.Array, jax.Array, jax.Array] | jax.Array:
    """Factors x = u diag(s) v with singular values s in falling order.

    Args:
        x: matrices (..., m, n).
        full_matrices: whether u and v are square.
        compute_uv: false for the singular values alone.

    Example:
        >>> svd([[3.0]], compute_uv=False)
        Array([3.], dtype=float32)
    """
    result: Any = jnp.linalg.svd(floating(x), full_matrices, compute_uv)
    return tuple(result) if compute_uv else result


def lstsq(a: ArrayLike, b: ArrayLike, rcond: float | None = None) -> jax.Array:
    """The x with the least |a x - b|.

    Args:
        a: a matrix (m, n).
        b: (m,) or (m, k).
        rcond: smaller singular values, as a fraction of the largest, count as 0.

    Example:
        >>> lstsq([[1.0], [1.0]], [1.0, 3.0]).round(3)
        Array([2.], dtype=float32)
    """
    return jnp.linalg.lstsq(floating(a), floating(b), rcond)[0]


def lu_factor(x: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Factors into a lower and an upper triangle, in one matrix, and row swaps.

    Args:
        x: matrices (..., m, n).

    Example:
        >>> lu_factor([[2.0]])[0]
        Array([[2.]], dtype=float32)
    """
    factors, swaps = jax.scipy.linalg.lu_factor(floating(x))
    return factors, swaps


def matrix_rank(x: ArrayLike, tol: float | None = None) -> jax.Array:
    """How many rows do not depend on the others.

    Args:
        x: matrices (..., m, n).
        tol: singular values up to it count as 0; None for a usual bound.

    Example:
        >>> int(matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
        1
    """
    array = floating(x)
    values = jnp.linalg.svd(array, compute_uv=False)
    if tol is None:
        largest = jnp.max(values, axis=-1, keepdims=True)
        bound = largest * max(array.shape[-2:]) * jnp.finfo(array.dtype).eps
    else:
        bound = jnp.asarray(tol)
    return jnp.sum(values > bound, axis=-1)


def jvp(
    fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False
) -> Any:
    """A function's result and its change along a direction.

    Args:
        fun: written with operations.
        primals: its arguments.
        tangents: the direction, one for each argument.
        has_aux: whether `fun` returns (result, something else).

    Example:
        >>> value, change = jvp(lambda x: x * x, (3.0,), (1.0,))
        >>> float(value), float(change)
        (9.0, 6.0)
    """
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)


def cdist(x: ArrayLike, y: ArrayLike) -> jax.Array:
    """Euclidean distances of all rows of x from all rows of y.

    Args:
        x: (..., n, d).
        y: (..., m, d).

    Shapes:
        -> (..., n, m)

    Raises:
        ShapeError: rows of different lengths.

    Example:
        >>> cdist([[0.0, 0.0]], [[3.0, 4.0]])
        Array([[5.]], dtype=float32)
    """
    one, other = floating(x), floating(y)
    if min(one.ndim, other.ndim) < 2 or one.shape[-1] != other.shape[-1]:
        raise ShapeError(
            message(
                "ops.cdist",
                "expected rows of one length, got shapes "
                f"{one.shape} and {other.shape}",
            )
        )
    square = jnp.sum(jnp.square(one[..., :, None, :] - other[..., None, :, :]), -1)
    # Without the inner `where` the gradient at distance 0 would be NaN.
    zero = square == 0
    return jnp.where(zero, 0.0, jnp.sqrt(jnp.where(zero, 1.0, square)))
