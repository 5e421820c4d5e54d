"""CategoryEncoding: whole numbers as rows of zeros and ones, or as counts."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from saccade.core import _checks
from saccade.core._errors import ConfigError, UnsupportedFeatureError, message
from saccade.core._symbolic import Shape

from ._layer import Layer


class CategoryEncoding(Layer):
    """Writes classes that are whole numbers as rows of numbers.

    Args:
        num_tokens: how many classes there are: 0 ... num_tokens - 1.
        output_mode: 'one_hot' (a row for each number), 'multi_hot' (a row for each
            sample, 1 where a class occurs) or 'count' (how often it occurs).
        sparse: kept for Keras; must be False.
        **kwargs: `name`, `dtype`.

    Call args:
        inputs: whole numbers; count_weights: what each counts, with 'count'.

    Shapes:
        inputs: (b, n) -> (b, num_tokens); with 'one_hot' (b, n) -> (b, n, num_tokens)
        and (b, 1) -> (b, num_tokens).

    Raises:
        ConfigError: no `num_tokens`, another mode, or `count_weights` with it.
        UnsupportedFeatureError: `sparse`.

    Differs from Keras: no sparse output.

    Example:
        >>> CategoryEncoding(3, "multi_hot")(jnp.array([[0, 2, 2]]))
        Array([[1., 0., 1.]], dtype=float32)
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_tokens = _checks.positive_int(num_tokens, "num_tokens", self._where)
        # The first Keras called it so.
        mode = "multi_hot" if output_mode == "binary" else output_mode
        self.output_mode = _checks.one_of(
            mode, ("one_hot", "multi_hot", "count"), "output_mode", self._where
        )
        if sparse:
            raise UnsupportedFeatureError(
                message(self._where, "`sparse=True` is not supported", "leave it out")
            )
        self.sparse = sparse
        self.autocast = False

    def call(
        self, inputs: jax.Array, count_weights: jax.Array | None = None
    ) -> jax.Array:
        """Returns the rows."""
        if count_weights is not None and self.output_mode != "count":
            raise ConfigError(
                message(
                    self._where,
                    f"`count_weights` is not used with output_mode="
                    f"{self.output_mode!r}",
                    "leave it out, or choose output_mode='count'",
                )
            )
        numbers = jnp.asarray(inputs, "int32")
        if numbers.ndim == 0:
            numbers = numbers[None]
        if self.output_mode == "one_hot":
            if numbers.ndim > 1 and numbers.shape[-1] == 1:
                numbers = numbers[..., 0]
            return jax.nn.one_hot(numbers, self.num_tokens, dtype=self.compute_dtype)
        rows = jax.nn.one_hot(numbers, self.num_tokens, dtype=self.compute_dtype)
        if self.output_mode == "multi_hot":
            return jnp.max(rows, axis=-2)
        if count_weights is not None:
            rows = rows * jnp.asarray(count_weights, self.compute_dtype)[..., None]
        return jnp.sum(rows, axis=-2)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the rows."""
        shape = tuple(input_shape)
        single = len(shape) > 1 and shape[-1] == 1
        if not shape or (self.output_mode == "one_hot" and not single):
            return (*shape, self.num_tokens)
        return (*shape[:-1], self.num_tokens)
