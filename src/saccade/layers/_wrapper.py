"""Layers around a layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import jax
import jax.numpy as jnp

from saccade.core import _scope
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._symbolic import Shape
from saccade.layers._layer import Layer


class Wrapper(Layer):
    """Base of layers that hold one other layer, in `layer`.

    Args:
        layer: the layer.
        **kwargs: `name`, `dtype`, `trainable`.

    Raises:
        ConfigError: something that is no layer.

    Example:
        >>> from saccade.layers import Dense
        >>> Wrapper(Dense(2)).layer.units
        2
    """

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ConfigError(
                message(
                    type(self).__name__,
                    f"Layer {layer!r} supplied to Wrapper isn't a supported layer "
                    "type. Please ensure wrapped layer is a valid Keras layer",
                )
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer inside."""
        if not self.layer.built:
            self.layer._build_once(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        from saccade.saving import serialize_keras_object

        return {**super().get_config(), "layer": serialize_keras_object(self.layer)}

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Makes the layer from `get_config()`."""
        from saccade.saving import deserialize_keras_object

        given = dict(config)
        layer = deserialize_keras_object(given.pop("layer"), custom_objects)
        return cls(layer, **given)


class TimeDistributed(Wrapper):
    """Applies a layer to each step of the second axis, with the same weights.

    Args:
        layer: the layer.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args:
        inputs: an array; training: handed to the layer.

    Shapes:
        inputs: (b, t, ...) -> (b, t, ...) as the layer makes of (b, ...)

    Raises:
        ShapeError: fewer than three axes.

    Differs from Keras: all steps go through the layer at once, as one larger batch,
        so batch normalization inside sees them together; `mask` must be None.

    Example:
        >>> from saccade.layers import Dense
        >>> TimeDistributed(Dense(2))(jnp.ones((3, 5, 4))).shape
        (3, 5, 2)
    """

    def build(self, input_shape: Shape | None = None) -> None:
        """Builds the layer inside for one step."""
        super().build(self._step_shape(input_shape or ()))

    def _step_shape(self, shape: Shape) -> Shape:
        if len(shape) < 3:
            raise ShapeError(
                message(
                    self._where,
                    f"expected an input with at least 3 axes (batch, time, ...), got "
                    f"shape {tuple(shape)}",
                )
            )
        return (shape[0], *shape[2:])

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Applies the layer to all steps."""
        batch, steps = inputs.shape[:2]
        flat = jnp.reshape(inputs, (batch * steps, *inputs.shape[2:]))
        with _repeated_row_mask(steps):
            result = self.layer(flat, training=training)
        return jax.tree.map(
            lambda a: jnp.reshape(a, (batch, steps, *a.shape[1:])), result
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:  # type: ignore[override]
        """Returns the layer's shape with the time axis in second place."""
        shape = self.layer.compute_output_shape(self._step_shape(tuple(input_shape)))
        return (shape[0], input_shape[1], *shape[1:])


@contextmanager
def _repeated_row_mask(times: int) -> Iterator[None]:
    """Lets the mask of real rows stand for `times` rows each."""
    scope = _scope.current()
    if scope is None or scope.row_mask is None:
        yield
        return
    mask, scope.row_mask = scope.row_mask, jnp.repeat(scope.row_mask, times)
    try:
        yield
    finally:
        scope.row_mask = mask
