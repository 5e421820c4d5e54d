"""Masking: says which steps of a sequence only fill it up."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from saccade.core._masks import set_mask

from ._same_shape import SameShape


class Masking(SameShape):
    """Leaves out the steps in which every number is a given one.

    Such steps become 0, and the output has a mask that later layers and the loss
    heed: their value does not count.

    Args:
        mask_value: the number that marks a step as filling.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, steps, d) -> the same; mask: bool (b, steps).

    Differs from Keras: none.

    Example:
        >>> Masking(9.0)(jnp.array([[[1.0, 2.0], [9.0, 9.0]]]))
        Array([[[1., 2.],
                [0., 0.]]], dtype=float32)
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns where any number differs from `mask_value`."""
        return jnp.any(jnp.not_equal(jnp.asarray(inputs), self.mask_value), axis=-1)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the inputs with the other steps made 0."""
        kept = self.compute_mask(inputs)
        outputs = inputs * kept[..., None].astype(inputs.dtype)
        set_mask(outputs, kept)
        return outputs
