"""Norms, special functions and ranking."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._errors import ShapeError, message
from saccade.ops._activations import floating
from saccade.ops._table import unary

erf = unary("erf", jax.lax.erf, "The error function.", "erf(0.0) -> 0.0", floats=True)
rsqrt = unary(
    "rsqrt", jax.lax.rsqrt, "One divided by the square root.", "rsqrt([4.0]) -> [0.5]",
    floats=True,
)  # fmt: skip


def norm(
    x: ArrayLike,
    ord: int | float | str | None = None,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
) -> jax.Array:
    """The length of vectors or the norm of matrices.

    Args:
        x: any array.
        ord: kind of norm as in `numpy.linalg.norm`; None for the Euclidean one.
        axis: one axis for vectors, two for matrices; None for the whole array.
        keepdims: whether the axes stay, with length 1.

    Example:
        >>> norm([3.0, 4.0])
        Array(5., dtype=float32)
    """
    axes = axis if axis is None or isinstance(axis, int) else tuple(axis)
    return jnp.linalg.norm(floating(x), ord, axes, keepdims)


def in_top_k(targets: ArrayLike, predictions: ArrayLike, k: int) -> jax.Array:
    """Says for each row whether its class is among the k highest scores.

    Classes with the same score as the k-th count as among them; a NaN score of the
    class itself counts as the lowest.

    Args:
        targets: class numbers.
        predictions: scores.
        k: how many count.

    Shapes:
        targets: (b,) int; predictions: (b, k) -> (b,) bool

    Raises:
        ShapeError: the shapes do not fit.

    Example:
        >>> in_top_k([0, 1], [[0.1, 0.9], [0.2, 0.8]], k=1)
        Array([False,  True], dtype=bool)
    """
    labels = jnp.asarray(targets)
    scores = jnp.asarray(predictions)
    if scores.shape[:-1] != labels.shape or not scores.ndim:
        raise ShapeError(
            message(
                "ops.in_top_k",
                f"`targets` of shape {labels.shape} do not fit `predictions` of shape "
                f"{scores.shape}",
                "give one class number for each row of scores",
            )
        )
    own = jnp.take_along_axis(scores, labels[..., None], axis=-1)
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return jnp.sum(scores > own, axis=-1) < k


def top_k(x: ArrayLike, k: int, sorted: bool = True) -> tuple[jax.Array, jax.Array]:
    """The k highest values along the last axis, and where they are.

    Args:
        x: any array.
        k: how many.
        sorted: kept for Keras; they always come in falling order.

    Example:
        >>> values, places = top_k([5, 9, 7], 2)
        >>> values, places
        (Array([9, 7], dtype=int32), Array([1, 2], dtype=int32))
    """
    values, places = jax.lax.top_k(jnp.asarray(x), k)
    return values, places
