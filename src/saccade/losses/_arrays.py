"""What all losses and metrics do with their arrays before any formula.

Conversion, equal ranks, rows that only fill up a batch. No formula goes here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import jax
import jax.numpy as jnp

from saccade.core import _scope, _settings
from saccade.core._errors import ConfigError, ShapeError, message

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

Values: TypeAlias = "jax.Array | npt.ArrayLike"


def match_ranks(
    first: jax.Array, second: jax.Array, *, expand_rank_1: bool = True
) -> tuple[jax.Array, jax.Array]:
    """Adds or removes a last axis of length 1 where the ranks differ by one.

    Args:
        first: an array.
        second: another.
        expand_rank_1: whether (b,) beside (b, 1) becomes (b, 1), not the reverse.

    Example:
        >>> a, b = match_ranks(jnp.zeros(3), jnp.zeros((3, 1)))
        >>> a.shape, b.shape
        ((3, 1), (3, 1))
    """
    if first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        if second.ndim == 1 and expand_rank_1:
            return first, second[..., None]
        return first[..., 0], second
    if second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        if first.ndim == 1 and expand_rank_1:
            return first[..., None], second
        return first, second[..., 0]
    return first, second


def pair(y_true: Values, y_pred: Values) -> tuple[jax.Array, jax.Array]:
    """Returns both as arrays of the predictions' type and of one rank."""
    predictions = jnp.asarray(y_pred)
    return match_ranks(jnp.asarray(y_true, predictions.dtype), predictions)


def same_shape(y_true: jax.Array, y_pred: jax.Array, where: str) -> None:
    """Raises unless both shapes are equal.

    Raises:
        ShapeError: they are not.
    """
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            message(
                where,
                "`y_true` and `y_pred` must have the same shape, got "
                f"{y_true.shape} and {y_pred.shape}",
            )
        )


def int_axis(axis: object, where: str) -> int:
    """Returns `axis` if it is an int.

    Raises:
        ConfigError: it is not (True and False are not either).
    """
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise ConfigError(message(where, f"`axis` must be an int, got {axis!r}"))
    return axis


def clip_probability(p: jax.Array) -> jax.Array:
    """Keeps probabilities away from 0 and 1, so that logarithms stay finite."""
    epsilon = _settings.epsilon()
    return jnp.clip(p, epsilon, 1.0 - epsilon)


def divide_no_nan(a: jax.Array, b: jax.Array) -> jax.Array:
    """Returns a / b, and 0 where b is 0; its gradient is finite everywhere."""
    zero = b == 0
    return jnp.where(zero, 0, a / jnp.where(zero, 1, b))


def rows_mask(like: jax.Array) -> jax.Array | None:
    """Returns the mask of real rows, shaped to broadcast against `like`, or None."""
    mask = _scope.current_row_mask()
    if mask is None or like.ndim == 0:
        return None
    return mask.reshape(mask.shape + (1,) * (like.ndim - 1))


def real_rows(x: jax.Array, fill: float | bool = 0) -> jax.Array:
    """Replaces rows that only fill up the batch; for losses that mix rows."""
    mask = rows_mask(x)
    return x if mask is None else jnp.where(mask, x, jnp.asarray(fill, x.dtype))


def call_on_rows(
    fn: Callable[..., jax.Array],
    y_true: jax.Array,
    y_pred: jax.Array,
    kwargs: dict[str, object],
) -> jax.Array:
    """Calls a per-sample function, exactly also where its result mixes the rows.

    Predictions of shape (b,) give one number, the mean over the batch: rows that only
    fill up the batch must stay out of it.
    """
    mask = _scope.current_row_mask()
    if mask is None or y_pred.ndim != 1 or y_true.ndim != 1:
        return fn(y_true, y_pred, **kwargs)
    if jax.eval_shape(lambda t, p: fn(t, p, **kwargs), y_true, y_pred).shape:
        return fn(y_true, y_pred, **kwargs)
    values = fn(y_true[:, None], y_pred[:, None], **kwargs)
    if values.ndim != 1:
        # It sums over everything and has left the filling out itself.
        return values
    return jnp.sum(real_rows(values)) / jnp.sum(mask)
