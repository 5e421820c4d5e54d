"""Sequential: a chain of layers."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Self

import jax
import jax.numpy as jnp

from saccade.core import _names
from saccade.core._errors import ArgumentTypeError, ConfigError, message
from saccade.core._symbolic import KerasTensor, Shape
from saccade.layers import InputLayer, Layer
from saccade.layers._layer import is_shape, shapes_from_lists
from saccade.models._entrance import fits, fitted_shape
from saccade.models._model import Model, check_input_shape, specs_of


class Sequential(Model):
    """A chain of layers, each taking the output of the one before.

    Args:
        layers: the layers, in order; more can be added.
        trainable: whether training changes the weights.
        name: its name; None for 'sequential' and a number.

    Raises:
        ArgumentTypeError: something that is no layer.
        ConfigError: two layers of one name.

    Example:
        >>> from saccade import layers
        >>> model = Sequential([layers.Input((28, 28, 1)), layers.Flatten()])
        >>> model.add(layers.Dense(10))
        >>> model.output_shape, model.count_params()
        ((None, 10), 7850)
    """

    def __init__(
        self,
        layers: Iterable[Layer | KerasTensor] | None = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._layers: list[Layer] = []
        # What each layer returned for a placeholder of the input, which is the first.
        self._chain: list[Any] = []
        if isinstance(layers, (Layer, KerasTensor)):
            layers = [layers]
        for layer in layers or ():
            self._append(layer)
        self._maybe_build()

    @property
    def layers(self) -> list[Layer]:
        """The layers without the input."""
        return [x for x in self._layers if not isinstance(x, InputLayer)]

    @layers.setter
    def layers(self, layers: object) -> None:
        raise AttributeError(
            message(
                f"Sequential {self.name!r}",
                "`layers` attribute is reserved and should not be set",
                "Use `add()` and `pop()` to change the layers in this model",
            )
        )

    @property
    def _first(self) -> Layer | None:
        return self._layers[0] if self._layers else None

    def _sublayers(self) -> list[Layer]:
        return list(self._layers)

    def add(self, layer: Layer | KerasTensor, rebuild: bool = True) -> None:
        """Adds a layer at the end.

        Args:
            layer: a layer, or what `Input(...)` returns as the first.
            rebuild: whether to work out the shapes at once.

        Raises:
            ArgumentTypeError: something that is no layer.
            ConfigError: a name that is there already, or a second input.
        """
        self._append(layer)
        if rebuild:
            self._maybe_build()

    def _append(self, layer: object) -> None:
        if isinstance(layer, KerasTensor) and layer._keras_history is not None:
            layer = layer._keras_history.operation
        if not isinstance(layer, Layer):
            hint = None
            if isinstance(layer, type) and issubclass(layer, Layer):
                hint = f"make an object of the class: {layer.__name__}(...)"
            raise ConfigError(
                message(
                    f"Sequential {self.name!r}",
                    "Only instances of `saccade.layers.Layer` can be added, got "
                    f"{layer!r}",
                    hint,
                )
            )
        if isinstance(layer, InputLayer):
            if self._layers:
                raise ConfigError(
                    message(
                        f"Sequential {self.name!r}",
                        "has already been configured to start with an `Input`; it can "
                        "only be the first layer",
                    )
                )
        elif any(known.name == layer.name for known in self._layers):
            raise ConfigError(
                message(
                    f"Sequential {self.name!r}",
                    "All layers added to a Sequential model should have unique names; "
                    f"{layer.name!r} is there already",
                    "give each layer a `name` of its own",
                )
            )
        if not self._layers and layer._input_shape_argument is not None:
            self._layers.append(
                InputLayer(
                    batch_shape=layer._input_shape_argument,
                    dtype=layer._input_dtype_argument,
                )
            )
        elif not self._layers and isinstance(layer, Sequential) and layer.built:
            self._layers.append(InputLayer(batch_shape=layer.input_shape))
        self._layers.append(layer)
        self._programs.clear()

    def pop(self, rebuild: bool = True) -> Layer:
        """Removes the last layer and returns it.

        Raises:
            ConfigError: there is no layer.
        """
        if not self.layers:
            raise ConfigError(message(f"Sequential {self.name!r}", "has no layers"))
        layer = self._layers.pop()
        self._programs.clear()
        self.built = False
        del self._chain[len(self.layers) + 1 :]
        if rebuild:
            self._maybe_build()
        return layer

    def _maybe_build(self) -> None:
        first = self._first
        if isinstance(first, InputLayer) and len(self._layers) > 1:
            self._build_chain(first.output)

    def build(self, input_shape: Shape | None = None) -> None:
        """Makes the weights for data of a shape (with the batch axis).

        Args:
            input_shape: one shape; a list or dict of shapes for a first layer that
                takes a list or dict, whose layers are built when they are called.

        Raises:
            ConfigError: no layers, no shape is known, or another than that of the
                `Input` at the start.
        """
        first = self._first
        if not self.layers:
            raise ConfigError(
                message(f"Sequential {self.name!r}", "has no layers", "model.add(...)")
            )
        if not isinstance(first, InputLayer):
            if input_shape is None:
                raise ConfigError(
                    message(
                        f"Sequential {self.name!r}",
                        "`input_shape` is needed, since no layer says it",
                    )
                )
            if not is_shape(input_shape):
                super().build(input_shape)
                self.built = True
                return
            first = InputLayer(batch_shape=tuple(input_shape))
            self._layers.insert(0, first)
        elif input_shape is not None and not fits(input_shape, first.batch_shape):
            raise ConfigError(
                message(
                    f"Sequential {self.name!r}",
                    f"it has already been configured to start with the shape "
                    f"{first.batch_shape}, got {tuple(input_shape)}",
                    "make a new model for another shape",
                )
            )
        self._build_chain(first.output)

    def _build_chain(self, given: KerasTensor) -> None:
        """Calls the layers on a placeholder, one after another."""
        if not self._chain or self._chain[0] is not given:
            self._chain = [given]
        with _names.name_scope(self.name):
            for layer in self.layers[len(self._chain) - 1 :]:
                self._chain.append(_called(layer, self._chain[-1]))
        self._build_shapes = given.shape
        self.built = True

    @property
    def input(self) -> KerasTensor:
        """The placeholder of the input."""
        return self._chain[0] if self._chain else super().input

    @property
    def output(self) -> Any:
        """The placeholder of the output."""
        return self._chain[-1] if self._chain else super().output

    def _build_once(self, input_shape: Any) -> None:
        if not self.built:
            self.build(input_shape)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Runs the layers, one after another."""
        x = self._as_input(inputs)
        for layer in self.layers:
            x = layer(x, training=training) if training is not None else layer(x)
        return x

    def _as_input(self, inputs: Any) -> Any:
        """Takes one array out of a list or dict, and gives it the input's rank."""
        leaves = jax.tree.leaves(inputs)
        if len(leaves) != 1 or not self._chain:
            return inputs
        return jnp.reshape(leaves[0], fitted_shape(leaves[0].shape, self.input_shape))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns placeholders for what the layers return for placeholders."""
        if type(self).call is not Sequential.call:
            return super().compute_output_spec(*args, **kwargs)
        x = args[0] if args else next(iter(kwargs.values()))
        leaves = jax.tree.leaves(x)
        x = leaves[0] if len(leaves) == 1 else x
        for layer in self.layers:
            x = layer.compute_output_spec(x)
        return x

    def compute_output_shape(self, input_shape: Shape) -> Any:  # type: ignore[override]
        """Returns the shape of the output for a shape of the input."""
        shape: Any = input_shape
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def prepare_inputs(self, x: Any) -> Any:
        """Casts a batch to the type of the input."""
        if not self._chain:
            return x
        dtype = self.input.dtype
        return jax.tree.map(lambda a: jnp.asarray(a, dtype), x)

    def _build_for_data(self, x: Any, where: str) -> None:
        leaves = jax.tree.leaves(x)
        if len(leaves) > 1 and not isinstance(self._first, InputLayer):
            super()._build_for_data(x, where)
            return
        if len(leaves) != 1:
            raise ArgumentTypeError(
                message(
                    f"{where}: Sequential {self.name!r}",
                    f"expected one array as input, got {len(leaves)}",
                )
            )
        shape = tuple(leaves[0].shape)
        if not self.built:
            self.build((None, *shape[1:]))
        check_input_shape(self, self.input_shape, shape, where)

    def _output_names(self) -> list[str] | None:
        return [self.layers[-1].name] if self.layers else None

    def _output_specs(self, x: Any) -> Any:
        if not self._chain:
            return super()._output_specs(x)
        return specs_of(self.output, jax.tree.leaves(x)[0].shape[0])

    def get_config(self) -> dict[str, Any]:
        """Returns the layers' configs, enough to make the model anew."""
        from saccade.saving import serialize_keras_object

        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize_keras_object(self.dtype_policy),
            "layers": [serialize_keras_object(layer) for layer in self._layers],
        }
        if self._build_shapes is not None:
            config["build_input_shape"] = self._build_shapes
        return config

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Makes a model from `get_config()`, with fresh weights."""
        from saccade.saving import deserialize_keras_object
        from saccade.saving._older_configs import modern_layers

        model = cls(name=config.get("name"))
        if config.get("dtype") is not None:
            model.dtype_policy = config["dtype"]
        for layer in modern_layers(config["layers"]):
            model.add(
                deserialize_keras_object(layer, custom_objects=custom_objects),
                rebuild=False,
            )
        shape = config.get("build_input_shape")
        if shape is not None and not model.built:
            model.build(shapes_from_lists(shape))
        else:
            model._maybe_build()
        return model


def _called(layer: Layer, given: Any) -> Any:
    """Calls a layer on what the one before returned."""
    try:
        return layer(given)
    except TypeError as error:
        parameters = inspect.signature(layer.call).parameters.values()
        by_position = [p for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]
        needed = [p.name for p in by_position if p.default is p.empty]
        if len(needed) < 2:
            raise
        raise ConfigError(
            message(
                f"Sequential, layer {layer.name!r}",
                "a layer of a chain can only have a single required positional "
                f"argument, what the layer before returns; `call` needs "
                f"{', '.join(map(repr, needed))}",
                f"give {needed[1]!r} a default, or use the functional API",
            )
        ) from error
