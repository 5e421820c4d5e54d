"""Model: layers put together, with training, weights files and a summary."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax

from saccade.core._errors import (
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
    nearest,
)
from saccade.core._symbolic import KerasTensor
from saccade.layers import Layer
from saccade.models._older_names import OlderNames


class Model(OlderNames):
    """A network that can be trained.

    Subclass it: make layers in `__init__` and use them in `call(inputs,
    training=False)`; or use `Sequential` for a chain of layers.

    Args:
        name: its name; None for the class's name and a number.
        **kwargs: what `Layer` takes.

    Raises:
        UnsupportedFeatureError: `Model(inputs, outputs)`, which is not there yet.

    Differs from Keras: models from placeholders (the functional API) are planned.

    Example:
        >>> import numpy as np; from saccade import layers
        >>> class Net(Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.dense = layers.Dense(2)
        ...     def call(self, inputs):
        ...         return self.dense(inputs)
        >>> Net()(np.ones((3, 4))).shape
        (3, 2)
    """

    def __init__(self, *args: Any, name: str | None = None, **kwargs: Any) -> None:
        if args or "inputs" in kwargs or "outputs" in kwargs:
            raise UnsupportedFeatureError(
                message(
                    "Model(inputs, outputs)",
                    "models from placeholders are planned and not there yet",
                    "use Sequential, or a subclass of Model with `call`",
                )
            )
        super().__init__(name=name, **kwargs)
        self._start_trainer()

    @property
    def layers(self) -> list[Layer]:
        """The layers directly below."""
        return self._sublayers()

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Returns a layer by its name or number.

        Args:
            name: the layer's name.
            index: its number, from 0; negative from the end.

        Raises:
            ConfigError: no such layer, with the nearest name; neither or both given.

        Example:
            >>> from saccade import Sequential, layers
            >>> Sequential([layers.Flatten(name="flat")]).get_layer("flat").name
            'flat'
        """
        if (name is None) == (index is None):
            raise ConfigError(
                message("get_layer", "exactly one of `name` and `index` is needed")
            )
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ConfigError(
                    message(
                        "get_layer",
                        f"`index` must be below {len(layers)}, the number of layers, "
                        f"got {index}",
                    )
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in layers]
        close = nearest(str(name), names)
        raise ConfigError(
            message(
                "get_layer",
                f"no layer is named {name!r}; there are {', '.join(names)}",
                f"did you mean {close[0]!r}?" if close else None,
            )
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], object] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: tuple[str, str] | None = None,
    ) -> None:
        """Prints the layers with the shapes of their outputs and their parameters.

        Args:
            line_length: width of the table in characters.
            positions: where columns end, as shares of the width.
            print_fn: called with the text instead of printing it.
            expand_nested: whether to show layers inside layers.
            show_trainable: whether to show which layers are trained.
            layer_range: names of the first and the last layer to show.

        Example:
            >>> from saccade import Sequential, layers
            >>> lines = []
            >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
            >>> model.summary(print_fn=lines.append)
            >>> "Total params: 3" in lines[0]
            True
        """
        from saccade.models._summary import print_summary

        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable,
            layer_range,
        )  # fmt: skip

    def save_weights(
        self,
        filepath: str | Path,
        overwrite: bool = True,
        max_shard_size: float | None = None,
    ) -> None:
        """Writes all weights into a `.weights.h5` file in Keras' layout.

        Args:
            filepath: the file; its name must end in '.weights.h5'.
            overwrite: whether a file that is there may be replaced.
            max_shard_size: kept for Keras; must be None.

        Raises:
            SavingError: a wrong name, or the file is there and must stay.

        Example:
            >>> import tempfile; from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     model.save_weights(f"{folder}/m.weights.h5")
            ...     model.load_weights(f"{folder}/m.weights.h5")
        """
        from saccade.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    def save(
        self,
        filepath: str | Path,
        overwrite: bool = True,
        zipped: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Writes the whole model into a `.keras` file; see `saving.save_model`."""
        from saccade.saving import save_model

        save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def load_weights(
        self, filepath: str | Path, skip_mismatch: bool = False, **kwargs: Any
    ) -> None:
        """Reads weights that save_weights(), here or in Keras, wrote.

        Args:
            filepath: the file.
            skip_mismatch: whether to leave out layers whose weights do not fit.
            **kwargs: kept for Keras.

        Raises:
            SavingError: no such file, or weights of another model; nothing is
                changed then.
        """
        from saccade.saving import load_weights

        load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    # The engine's side --------------------------------------------------------------

    def _build_for_data(self, x: Any, where: str) -> None:
        if not self.built or any(not layer.built for layer in self._flatten_layers()):
            self._trace_build(x)

    def _trace_build(self, x: Any) -> None:
        """Makes the weights of a subclassed model by tracing `call` once."""
        specs = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), x)
        from saccade.core._scope import Scope

        def run(inputs: Any) -> Any:
            with Scope():
                return self(self.prepare_inputs(inputs))

        jax.eval_shape(run, specs)
        self.built = True

    def _output_specs(self, x: Any) -> Any:
        from saccade.core._scope import Scope

        def run(inputs: Any) -> Any:
            with Scope():
                return self(self.prepare_inputs(inputs), training=False)

        specs = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), x)
        return jax.eval_shape(run, specs)

    def _output_placeholder(self) -> Any:
        return self._symbolic_output

    @property
    def inputs(self) -> list[KerasTensor]:
        """The placeholders of the inputs."""
        return jax.tree.leaves(self.input, is_leaf=lambda x: isinstance(x, KerasTensor))

    @property
    def outputs(self) -> list[KerasTensor]:
        """The placeholders of the outputs."""
        return jax.tree.leaves(
            self.output, is_leaf=lambda x: isinstance(x, KerasTensor)
        )

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of the input, None for the batch."""
        return self.input.shape

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of the output, None for the batch."""
        return self.output.shape


def fitted_shape(
    shape: tuple[int, ...], expected: tuple[int | None, ...]
) -> tuple[int, ...]:
    """Returns a shape with a last axis of size 1 added or taken off, if that fits.

    Keras takes (n, 28, 28) for (None, 28, 28, 1), and the reverse.

    Example:
        >>> fitted_shape((5, 28, 28), (None, 28, 28, 1))
        (5, 28, 28, 1)
    """
    if len(shape) == len(expected) - 1 and expected[-1] == 1:
        return (*shape, 1)
    if len(shape) == len(expected) + 1 and shape[-1] == 1:
        return shape[:-1]
    return shape


def check_input_shape(
    model: Model, expected: tuple[int | None, ...], got: tuple[int, ...], where: str
) -> None:
    """Raises if rows of data do not fit a model's input.

    Raises:
        ShapeError: with the shapes and, where it can be told, what to do.
    """
    fitted = fitted_shape(got, expected)
    wrong = len(expected) != len(fitted) or any(
        want is not None and want != size
        for want, size in zip(expected[1:], fitted[1:], strict=True)
    )
    if not wrong:
        return
    sample = expected[1:]
    fix = f"give data of shape (n, {', '.join(map(str, sample))})"
    if tuple(got) == tuple(sample):
        fix = "a single sample needs a batch axis: x[None]"
    known = [size for size in sample if size is not None]
    if len(known) == len(sample) and math.prod(got[1:]) == math.prod(known):
        shape = ", ".join(map(str, sample))
        fix = f"x.reshape(-1, {shape})"
    raise ShapeError(
        message(
            f"{where}: {type(model).__name__} {model.name!r}",
            f"expected inputs of shape {expected}, got {tuple(got)}",
            fix,
        )
    )
