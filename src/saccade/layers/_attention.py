"""Attention of one head over given vectors: Attention, AdditiveAttention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade.core import _checks
from saccade.core._errors import ConfigError, UnsupportedFeatureError, message
from saccade.core._random import SeedGenerator, draw_key
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable
from saccade.ops._attention import masked_softmax
from saccade.random._bits import keep_mask

from ._layer import Layer

Arrays = Any


class Attention(Layer):
    """Means of values, weighted by how well their keys fit a query.

    Args:
        use_scale: whether the scores are multiplied by a weight that is learnt.
        score_mode: 'dot' for products, 'concat' for sum(tanh(query + key)).
        dropout: fraction of the weights that training sets to 0.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args:
        inputs: [query, value] or [query, value, key]; without a key the value is it.
        mask: [query mask, value mask], bool (b, t) and (b, s), or None.
        return_attention_scores: whether to return the weights too.
        use_causal_mask: whether a query sees only itself and what is before it.

    Shapes:
        query (b, t, d), value (b, s, v), key (b, s, d) -> (b, t, v)

    Raises:
        ConfigError: another `score_mode`, a `dropout` outside [0, 1), or `inputs`
            that are no list of two or three.

    Differs from Keras: none.

    Example:
        >>> Attention()([jnp.ones((1, 2, 4)), jnp.ones((1, 3, 5)), jnp.ones((1, 3, 4))]
        ...            ).shape
        (1, 2, 5)

    Reference: Luong et al., "Effective Approaches to Attention-based Neural Machine
        Translation", 2015, https://arxiv.org/abs/1508.04025
    """

    scale: Variable | None = None
    concat_score_weight: Variable | None = None

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = _checks.one_of(
            score_mode, ("dot", "concat"), "score_mode", self._where
        )
        self.dropout = _checks.fraction(dropout, "dropout", self._where)
        self.seed = seed
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    _makes_masks = False

    def compute_mask(self, inputs: Arrays, previous_mask: Arrays = None) -> Arrays:
        """Returns the mask of the query, which the output has the steps of."""
        return previous_mask[0] if previous_mask else None

    def build(self, input_shape: Sequence[Shape]) -> None:
        """Makes the factors of the scores."""
        self._check(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def _check(self, inputs: object) -> None:
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise ConfigError(
                message(
                    self._where,
                    "expected a list [query, value] or [query, value, key]",
                )
            )

    def _scores(self, query: jax.Array, key: jax.Array) -> jax.Array:
        scale = 1.0 if self.scale is None else self.scale.value.astype(query.dtype)
        if self.score_mode == "dot":
            return jnp.einsum("btd,bsd->bts", query, key) * scale
        total = jnp.tanh(scale * (query[:, :, None] + key[:, None]))
        weight = self.concat_score_weight
        assert weight is not None
        return weight.value.astype(query.dtype) * jnp.sum(total, axis=-1)

    def call(
        self,
        inputs: Arrays,
        mask: Arrays = None,
        training: bool | None = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Arrays:
        """Returns the weighted means, and the weights if they are asked for."""
        self._check(inputs)
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        masks = [*mask, None, None] if mask else [None, None]
        query_mask, value_mask = masks[:2]
        seen = None if value_mask is None else jnp.asarray(value_mask)[:, None, :]
        weights = masked_softmax(self._scores(query, key), seen, use_causal_mask)
        used = weights
        if training and self.dropout > 0:
            kept = keep_mask(
                draw_key(self.seed_generator), 1 - self.dropout, weights.shape
            )
            used = jnp.where(kept, weights / (1 - self.dropout), 0)
        result = jnp.einsum("bts,bsv->btv", used.astype(value.dtype), value)
        if query_mask is not None:
            result = result * jnp.asarray(query_mask)[..., None].astype(result.dtype)
        return (result, used) if return_attention_scores else result

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Returns the query's shape with the last size of the value."""
        return (*input_shape[0][:-1], input_shape[1][-1])


class AdditiveAttention(Attention):
    """Means of values, weighted by sum(scale * tanh(query + key)).

    Args:
        use_scale: whether each feature has a factor that is learnt.
        dropout: fraction of the weights that training sets to 0.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args, shapes and errors as of `Attention`.

    Differs from Keras: none.

    Example:
        >>> AdditiveAttention()([jnp.ones((1, 2, 4)), jnp.ones((1, 3, 4))]).shape
        (1, 2, 4)

    Reference: Bahdanau et al., "Neural Machine Translation by Jointly Learning to
        Align and Translate", 2014, https://arxiv.org/abs/1409.0473
    """

    def __init__(
        self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Sequence[Shape]) -> None:
        """Makes the factors of the features."""
        self._check(input_shape)
        if self.use_scale:
            size = input_shape[0][-1]
            if size is None:
                raise UnsupportedFeatureError(
                    message(self._where, "the last size of the query must be known")
                )
            self.scale = self.add_weight(
                name="scale", shape=(size,), initializer="glorot_uniform"
            )

    def _scores(self, query: jax.Array, key: jax.Array) -> jax.Array:
        total = jnp.tanh(query[:, :, None] + key[:, None])
        if self.scale is not None:
            total = total * self.scale.value.astype(query.dtype)
        return jnp.sum(total, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config.pop("score_mode", None)
        return {**config, "seed": self.seed}
