"""Pipeline: layers one after another, as one layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from saccade.core._errors import ConfigError, message
from saccade.saving import deserialize_keras_object, serialize_keras_object

from ._layer import Layer


class Pipeline(Layer):
    """Calls layers one after another, for preparing and augmenting pictures.

    It is a plain layer, not a model.

    Args:
        layers: the layers, in order.
        name: its name.

    Call args:
        inputs: what the first layer takes; training: handed on to the layers.

    Shapes:
        inputs: those of the first layer -> those of the last.

    Raises:
        ConfigError: `layers` is no list of layers.

    Differs from Keras: masks are not handed on.

    Example:
        >>> import jax.numpy as jnp
        >>> from saccade.layers import Rescaling
        >>> halves = Pipeline([Rescaling(1 / 2), Rescaling(1 / 2)])
        >>> halves(jnp.asarray([4.0])).tolist()
        [1.0]
    """

    def __init__(self, layers: Sequence[Layer], name: str | None = None) -> None:
        super().__init__(name=name)
        if not isinstance(layers, (list, tuple)) or not all(
            isinstance(layer, Layer) for layer in layers
        ):
            raise ConfigError(
                message(
                    self._where, f"`layers` must be a list of layers, got {layers!r}"
                )
            )
        self._pipeline_layers = list(layers)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return self._pipeline_layers

    def build(self, input_shape: Any) -> None:
        """Builds the layers, each for what the one before returns."""
        for layer in self._pipeline_layers:
            if not layer.built:
                layer._build_once(input_shape)
            input_shape = layer.compute_output_shape(input_shape)

    def call(self, inputs: Any, training: bool = True) -> Any:
        """Returns what the last layer makes of what the others made."""
        for layer in self._pipeline_layers:
            inputs = layer(inputs, training=training)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape that the last layer returns."""
        for layer in self._pipeline_layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def get_build_config(self) -> None:
        """Returns None: the layers inside keep their own shapes, as in Keras."""
        return None

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "layers": serialize_keras_object(self._pipeline_layers),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a pipeline from `get_config()`."""
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ConfigError(
                message("Pipeline", f"the config must list `layers`, got {layers!r}")
            )
        made = [deserialize_keras_object(layer) for layer in layers]
        return cls(**{**config, "layers": made})
