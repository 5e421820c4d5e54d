"""Attention: weighted means of values, the weights from queries and keys."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._errors import ShapeError, message
from saccade.ops._activations import floating


def dot_product_attention(
    query: ArrayLike,
    key: ArrayLike,
    value: ArrayLike,
    bias: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> jax.Array:
    """softmax(query key^T * scale + bias) value, head by head.

    Args:
        query: queries.
        key: keys; fewer heads than queries are shared by neighbouring ones.
        value: values.
        bias: added to the scores.
        mask: bool, false where a query must not look.
        scale: factor on the scores; None for 1 / sqrt(d).
        is_causal: whether a query sees only itself and what is before it.
        flash_attention: kept for Keras; XLA chooses the kernel.
        attn_logits_soft_cap: scores are squeezed into (-cap, cap) by tanh.

    Shapes:
        query: (b, t, n, d); key, value: (b, s, m, d) with n a multiple of m;
        bias, mask: broadcast to (b, n, t, s) -> (b, t, n, d)

    Raises:
        ShapeError: other ranks.

    Differs from Keras: `flash_attention=True` is a wish, never an error.

    Example:
        >>> x = jnp.ones((1, 2, 1, 4))
        >>> dot_product_attention(x, x, x).shape
        (1, 2, 1, 4)

    Reference: Vaswani et al., "Attention Is All You Need", 2017,
        https://arxiv.org/abs/1706.03762
    """
    q, k, v = floating(query), floating(key), floating(value)
    if q.ndim != 4 or k.ndim != 4 or v.ndim != 4:
        raise ShapeError(
            message(
                "ops.dot_product_attention",
                "query, key and value need axes (batch, tokens, heads, features), got "
                f"{q.shape}, {k.shape} and {v.shape}",
            )
        )
    groups = q.shape[2] // k.shape[2]
    if groups > 1:
        k, v = jnp.repeat(k, groups, axis=2), jnp.repeat(v, groups, axis=2)
    factor = 1.0 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = jnp.einsum("btnd,bsnd->bnts", q, k).astype(
        jnp.promote_types(q.dtype, jnp.float32)
    )
    scores = scores * factor
    if attn_logits_soft_cap is not None:
        scores = jnp.tanh(scores / attn_logits_soft_cap) * attn_logits_soft_cap
    if bias is not None:
        scores = scores + jnp.asarray(bias, scores.dtype)
    weights = masked_softmax(scores, mask, is_causal).astype(v.dtype)
    return jnp.einsum("bnts,bsnd->btnd", weights, v)


def masked_softmax(
    scores: jax.Array, mask: ArrayLike | None, is_causal: bool
) -> jax.Array:
    """Softmax over the last axis, 0 where a query must not look.

    Args:
        scores: (..., t, s).
        mask: bool, broadcast to the scores; None for all true.
        is_causal: whether a query sees only itself and what is before it.
    """
    # A finite number: a row without anything to see gives a mean, not NaN.
    lowest = 0.7 * float(jnp.finfo(scores.dtype).min)
    if mask is not None:
        scores = jnp.where(jnp.asarray(mask, bool), scores, lowest)
    if is_causal:
        tokens, seen = scores.shape[-2:]
        scores = jnp.where(jnp.tri(tokens, seen, dtype=bool), scores, lowest)
    return jax.nn.softmax(scores, axis=-1)
