"""Attention of several heads with projections: MultiHeadAttention and its like."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import constraints, initializers, regularizers
from saccade.core import _checks
from saccade.core._errors import (
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._symbolic import Shape
from saccade.ops._attention import masked_softmax

from ._einsum_dense import EinsumDense
from ._layer import Layer
from ._regularization import Dropout

_LETTERS = "acdefghijlmopqrstuvw"


class _Projected(Layer):
    """What both kinds share: projections to heads, attention, projection back."""

    dropout: float
    use_bias: bool
    kernel_regularizer: Any
    bias_regularizer: Any
    kernel_constraint: Any
    bias_constraint: Any

    def _set(self, options: Mapping[str, Any]) -> None:
        """Keeps the arguments that both kinds have."""
        for name in ("sliding_window", "use_gate"):
            if options[name]:
                raise UnsupportedFeatureError(
                    message(self._where, f"`{name}` is not supported", "leave it out")
                )
            setattr(self, name, options[name])
        self.dropout = _checks.fraction(options["dropout"], "dropout", self._where)
        self.use_bias = options["use_bias"]
        self.flash_attention = options["flash_attention"]
        self.seed = options["seed"]
        for part in ("kernel", "bias"):
            for kind, table in (
                ("initializer", initializers),
                ("regularizer", regularizers),
                ("constraint", constraints),
            ):
                name = f"{part}_{kind}"
                setattr(self, name, table.get(options[name]))  # type: ignore[attr-defined]
        self._dropout_layer = Dropout(self.dropout, seed=self.seed)

    def _projection(self, name: str, rank: int, out: Sequence[int]) -> EinsumDense:
        """A layer from (..., d) to (..., *out)."""
        free = _LETTERS[: rank - 1]
        ends = "xyz"[: len(out)]
        return self._einsum(f"{free}k,k{ends}->{free}{ends}", name, rank - 2, out, ends)

    def _output_projection(
        self, rank: int, out: Sequence[int], name: str
    ) -> EinsumDense:
        free = _LETTERS[: rank - 1]
        ends = "xyz"[: len(out)]
        return self._einsum(
            f"{free}bk,bk{ends}->{free}{ends}", name, rank - 2, out, ends
        )

    def _einsum(
        self, equation: str, name: str, free: int, out: Sequence[int], ends: str
    ) -> EinsumDense:
        # Each projection draws its own first values.
        fresh = {
            kind: type(rule).from_config(rule.get_config())
            for kind in ("kernel_initializer", "bias_initializer")
            if hasattr(rule := getattr(self, kind), "get_config")
        }
        return EinsumDense(
            equation,
            (*(None for _ in range(free)), *out),
            bias_axes=ends if self.use_bias else None,
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
            **fresh,
        )

    def _mask(
        self,
        query_mask: Any,
        value_mask: Any,
        key_mask: Any,
        attention_mask: Any,
    ) -> jax.Array | None:
        """All masks as one, bool, to be broadcast to (b, t, s)."""
        parts = [
            None if query_mask is None else jnp.asarray(query_mask, bool)[:, :, None],
            None if value_mask is None else jnp.asarray(value_mask, bool)[:, None, :],
            None if key_mask is None else jnp.asarray(key_mask, bool)[:, None, :],
            None if attention_mask is None else jnp.asarray(attention_mask, bool),
        ]
        result = None
        for part in parts:
            if part is not None:
                result = part if result is None else result & part
        return result

    def _attend(
        self,
        query: jax.Array,
        key: jax.Array,
        value: jax.Array,
        mask: jax.Array | None,
        causal: bool,
        training: bool | None,
    ) -> tuple[jax.Array, jax.Array]:
        """(b, t, n, d), (b, s, n, d), (b, s, n, v) -> (b, t, n, v), (b, n, t, s)."""
        scaled = query * (1.0 / math.sqrt(query.shape[-1]))
        scores = jnp.einsum("btnd,bsnd->bnts", scaled, key)
        if mask is not None and mask.ndim == 3:
            mask = mask[:, None]
        weights = masked_softmax(scores, mask, causal)
        used = self._dropout_layer(weights, training=training)
        return jnp.einsum("bnts,bsnv->btnv", used.astype(value.dtype), value), weights


class MultiHeadAttention(_Projected):
    """Attention of several heads, each with projections of its own.

    Args:
        num_heads: how many heads.
        key_dim: size of each head for queries and keys.
        value_dim: size of each head for values; None for `key_dim`.
        dropout: fraction of the weights that training sets to 0.
        use_bias: whether the projections have a bias.
        output_shape: size of the output; None for that of the query.
        attention_axes: the axes that attend to each other; None for all between the
            batch and the features.
        sliding_window: kept for Keras; must be None.
        flash_attention: kept for Keras; XLA chooses the kernel.
        kernel_initializer: first values of the matrices.
        bias_initializer: first values of the biases.
        kernel_regularizer: penalty on the matrices.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the matrices after each update.
        bias_constraint: applied to the biases after each update.
        use_gate: kept for Keras; must be False.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args:
        query, value, key: without a key the value is it.
        query_mask, value_mask, key_mask: bool (b, t) or (b, s).
        attention_mask: bool (b, t, s), or (b, n, t, s), false where not to look.
        return_attention_scores: whether to return the weights too.
        use_causal_mask: whether a query sees only itself and what is before it.

    Shapes:
        query (b, t, d), value and key (b, s, e) -> (b, t, d); more axes between the
        batch and the features are allowed.

    Raises:
        ConfigError: sizes below 1 or a `dropout` outside [0, 1).
        ShapeError: the last size of an input is not known.
        UnsupportedFeatureError: `sliding_window` or `use_gate`.

    Differs from Keras: no sliding window, no gate.

    Example:
        >>> layer = MultiHeadAttention(num_heads=2, key_dim=4)
        >>> layer(jnp.ones((1, 3, 8)), jnp.ones((1, 5, 8))).shape
        (1, 3, 8)

    Reference: Vaswani et al., "Attention Is All You Need", 2017,
        https://arxiv.org/abs/1706.03762
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        kernel_constraint: object = None,
        bias_constraint: object = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        options = dict(locals())
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        where = self._where
        self.num_heads = _checks.positive_int(num_heads, "num_heads", where)
        self.key_dim = _checks.positive_int(key_dim, "key_dim", where)
        self.value_dim = self.key_dim
        if value_dim is not None:
            self.value_dim = _checks.positive_int(value_dim, "value_dim", where)
        self.output_shape_argument = output_shape
        axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes
        self.attention_axes = None if axes is None else tuple(axes)
        self._set(options)

    def build(  # type: ignore[override]
        self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None
    ) -> None:
        """Makes the projections."""
        key_shape = key_shape or value_shape
        rank = len(query_shape)
        if query_shape[-1] is None:
            raise ShapeError(
                message(self._where, "the last size of the query must be known")
            )
        sizes = [self.num_heads, self.key_dim]
        self.query_dense = self._projection("query", rank, sizes)
        self.query_dense.build(query_shape)
        self.key_dense = self._projection("key", len(key_shape), sizes)
        self.key_dense.build(key_shape)
        self.value_dense = self._projection(
            "value", len(value_shape), [self.num_heads, self.value_dim]
        )
        self.value_dense.build(value_shape)
        out = self.output_shape_argument
        shape = (out,) if isinstance(out, int) else tuple(out or (query_shape[-1],))
        self.output_dense = self._output_projection(rank, shape, "attention_output")
        self.output_dense.build((*query_shape[:-1], self.num_heads, self.value_dim))

    def call(
        self,
        query: jax.Array,
        value: jax.Array,
        key: jax.Array | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Returns the output, and the weights if they are asked for."""
        q = self.query_dense(query)
        k = self.key_dense(value if key is None else key)
        v = self.value_dense(value)
        axes = self.attention_axes or tuple(range(1, query.ndim - 1))
        moved, places, sizes = _to_tokens(q, axes)
        k, _, _ = _to_tokens(k, axes)
        v, _, _ = _to_tokens(v, axes)
        mask = self._mask(query_mask, value_mask, key_mask, attention_mask)
        result, weights = self._attend(moved, k, v, mask, use_causal_mask, training)
        result = result.reshape(*sizes, *result.shape[-2:])
        output = self.output_dense(jnp.transpose(result, places))
        return (output, weights) if return_attention_scores else output

    def compute_output_shape(
        self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None
    ) -> Shape:
        """Returns the query's shape, with the sizes of `output_shape` at its end."""
        out = self.output_shape_argument
        if out is None:
            return tuple(query_shape)
        return (*query_shape[:-1], *((out,) if isinstance(out, int) else out))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "output_shape": self.output_shape_argument}


def _to_tokens(
    x: jax.Array, axes: Sequence[int]
) -> tuple[jax.Array, list[int], tuple[int, ...]]:
    """(b, ..., n, d) -> (b', tokens, n, d), and how to go back."""
    wanted = [axis % (x.ndim - 1) if axis < 0 else axis for axis in axes]
    others = [axis for axis in range(1, x.ndim - 2) if axis not in wanted]
    order = [0, *others, *wanted, x.ndim - 2, x.ndim - 1]
    moved = jnp.transpose(x, order)
    sizes = moved.shape[:-2]
    tokens = math.prod(moved.shape[1 + len(others) : -2])
    back = [order.index(axis) for axis in range(x.ndim)]
    return moved.reshape(-1, tokens, *x.shape[-2:]), back, sizes


class GroupQueryAttention(_Projected):
    """Attention of several heads, of which some share keys and values.

    Args:
        head_dim: size of each head.
        num_query_heads: how many heads the query has.
        num_key_value_heads: how many keys and values have; divides the former.
        dropout: fraction of the weights that training sets to 0.
        use_bias: whether the projections have a bias.
        sliding_window: kept for Keras; must be None.
        flash_attention: kept for Keras; XLA chooses the kernel.
        kernel_initializer: first values of the matrices.
        bias_initializer: first values of the biases.
        kernel_regularizer: penalty on the matrices.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the matrices after each update.
        bias_constraint: applied to the biases after each update.
        use_gate: kept for Keras; must be False.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args as of `MultiHeadAttention`.

    Shapes:
        query (b, t, d), value and key (b, s, e) -> (b, t, d)

    Raises:
        ConfigError: the numbers of heads do not divide.
        ShapeError: the last size of the query is not known.

    Differs from Keras: no sliding window, no gate.

    Example:
        >>> layer = GroupQueryAttention(4, 4, 2)
        >>> layer(jnp.ones((1, 3, 8)), jnp.ones((1, 5, 8))).shape
        (1, 3, 8)

    Reference: Ainslie et al., "GQA", 2023, https://arxiv.org/abs/2305.13245
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        kernel_constraint: object = None,
        bias_constraint: object = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        options = dict(locals())
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        where = self._where
        self.head_dim = _checks.positive_int(head_dim, "head_dim", where)
        self.num_query_heads = _checks.positive_int(
            num_query_heads, "num_query_heads", where
        )
        self.num_key_value_heads = _checks.positive_int(
            num_key_value_heads, "num_key_value_heads", where
        )
        if num_query_heads % num_key_value_heads:
            raise ConfigError(
                message(
                    where,
                    f"`num_key_value_heads` ({num_key_value_heads}) must divide "
                    f"`num_query_heads` ({num_query_heads})",
                )
            )
        self._set(options)

    def build(  # type: ignore[override]
        self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None
    ) -> None:
        """Makes the projections."""
        if query_shape[-1] is None:
            raise ShapeError(
                message(self._where, "the last size of the query must be known")
            )
        shared = [self.num_key_value_heads, self.head_dim]
        own = [self.num_query_heads, self.head_dim]
        self._query_dense = self._projection("query", 3, own)
        self._query_dense.build(query_shape)
        self._key_dense = self._projection("key", 3, shared)
        self._key_dense.build(key_shape or value_shape)
        self._value_dense = self._projection("value", 3, shared)
        self._value_dense.build(value_shape)
        self._output_dense = self._output_projection(
            3, (query_shape[-1],), "attention_output"
        )
        self._output_dense.build((*query_shape[:-1], *own))

    def call(
        self,
        query: jax.Array,
        value: jax.Array,
        key: jax.Array | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Returns the output, and the weights if they are asked for."""
        times = self.num_query_heads // self.num_key_value_heads
        k = self._key_dense(value if key is None else key)
        k = jnp.repeat(k, times, axis=2)
        v = jnp.repeat(self._value_dense(value), times, axis=2)
        mask = self._mask(query_mask, value_mask, key_mask, attention_mask)
        result, weights = self._attend(
            self._query_dense(query), k, v, mask, use_causal_mask, training
        )
        output = self._output_dense(result)
        return (output, weights) if return_attention_scores else output

    def compute_output_shape(
        self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None
    ) -> Shape:
        """Returns the query's shape."""
        return tuple(query_shape)
