"""Model: layers put together, with training, weights files and a summary."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import jax
import jax.numpy as jnp

from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    ShapeError,
    message,
    nearest,
)
from saccade.core._symbolic import KerasTensor, Operation, infer
from saccade.layers import Layer
from saccade.layers._layer import shapes_from_lists
from saccade.models._calls import Calls
from saccade.models._entrance import fitted_shape
from saccade.models._graph import Graph, mapped
from saccade.models._older_names import OlderNames

if TYPE_CHECKING:
    from saccade.models._kernel_plan import KernelPlan


class Model(OlderNames):
    """A network that can be trained.

    Three ways to make one: `Model(inputs, outputs)` of placeholders that layers were
    called on (the functional API); a subclass that makes layers in `__init__` and
    uses them in `call(inputs, training=False)`; or `Sequential` for a chain of layers.

    Args:
        *args: placeholders of the inputs, and of the outputs; or nothing.
        name: its name; None for the class's name and a number.
        **kwargs: `inputs` and `outputs`, and what `Layer` takes.

    Raises:
        ConfigError: something that is no placeholder, an output that depends on an
            input that is not given, or two layers of one name.

    Example:
        >>> import numpy as np; from saccade import Input, layers
        >>> class Net(Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.dense = layers.Dense(2)
        ...     def call(self, inputs):
        ...         return self.dense(inputs)
        >>> Net()(np.ones((3, 4))).shape
        (3, 2)
        >>> x = Input((4,))
        >>> Model(x, layers.Dense(2)(x)).output_shape
        (None, 2)
    """

    # What `Model(inputs, outputs)` makes, and its config; set by the module above.
    _graph_class: ClassVar[type[Model] | None] = None
    _write_graph: ClassVar[Callable[[Model], dict[str, Any]]]
    _read_graph: ClassVar[Callable[..., Model]]
    _graph: Graph | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        if cls is Model and cls._graph_class and _has_graph(args, kwargs):
            return cls._graph_class.__new__(cls._graph_class, *args, **kwargs)  # type: ignore[return-value]
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, name: str | None = None, **kwargs: Any) -> None:
        given: list[Any] = []
        if _has_graph(args, kwargs):
            given = _graph_arguments(args, kwargs)
            name = name or (given[2] if len(given) > 2 else None)
        elif args:
            raise ArgumentTypeError(
                message(
                    type(self).__name__,
                    f"expected `inputs` and `outputs`, got {args!r}",
                    "Model(inputs, outputs), or name what you give",
                )
            )
        super().__init__(name=name, **kwargs)
        self._start_trainer()
        self._compiled_calls = Calls(self)
        if given:
            self._graph = Graph(given[0], given[1], self._where)
            self.built = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output; compiled where arrays of a shape come again and again.

        Args:
            *args: arrays (b, ...), NumPy or JAX, or placeholders.
            **kwargs: `training` and what else `call` takes.
        """
        answer = self._compiled_calls.find(args, kwargs)
        return super().__call__(*args, **kwargs) if answer is None else answer

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output: runs the graph, or what a subclass writes."""
        if self._graph is None:
            return super().call(*args, **kwargs)
        given = args[0] if args else kwargs["inputs"]
        return self._graph.run(self._graph.fitted(given))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns placeholders for what the model returns for placeholders."""
        graph = self._graph
        if graph is None or type(self).call is not Model.call:
            return super().compute_output_spec(*args, **kwargs)
        given = graph.arranged(args[0] if args else next(iter(kwargs.values())))
        graph.check_shapes([getattr(tensor, "shape", None) for tensor in given])
        return graph.spec(given)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Returns the shape of the output for a shape of the input."""
        if self._graph is None:
            return super().compute_output_shape(*args, **kwargs)
        shapes = args[0] if args else next(iter(kwargs.values()))
        spec = self.compute_output_spec(self._placeholders(shapes))
        return jax.tree.map(lambda tensor: tensor.shape, spec)

    @property
    def layers(self) -> list[Layer]:
        """The layers directly below."""
        if self._graph is None:
            return self._sublayers()
        return [op for op in self._graph.operations if isinstance(op, Layer)]

    @layers.setter
    def layers(self, layers: object) -> None:
        raise AttributeError(
            message(
                self._where,
                "`Model.layers` attribute is reserved and should not be set",
                "keep layers under another name, such as `self.blocks`",
            )
        )

    @property
    def operations(self) -> list[Operation]:
        """The layers and the operations of `saccade.ops` in the graph."""
        return list(self.layers) if self._graph is None else self._graph.operations

    def _sublayers(self) -> list[Layer]:
        own = super()._sublayers()
        if self._graph is None:
            return own
        found = {id(op): op for op in self._graph.operations if isinstance(op, Layer)}
        found.update((id(layer), layer) for layer in own)
        return list(found.values())

    @property
    def rows_independent(self) -> bool:
        """Whether each row of the output depends on that row of the input alone."""
        if not super().rows_independent:
            return False
        graph = self._graph
        return graph is None or all(
            isinstance(op, Layer) or getattr(op, "rows_independent", False)
            for op in graph.operations
        )

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights of a subclassed model for data of a shape.

        Args:
            input_shape: with the batch axis; a list or dict for several inputs.
        """
        if self._graph is None and input_shape is not None:
            shapes = shapes_from_lists(input_shape)
            infer(self.call, (self._placeholders(shapes),), {})
            self._build_shapes = shapes

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Makes the weights as `get_build_config()` says, those of the parts too."""
        named = config.get("shapes_dict")
        if self.built or type(self).build is not Model.build:
            super().build_from_config(config)
        elif named is None:
            self.build(config.get("input_shape"))
        else:
            # Keras names the shape of an argument `x` of `call` `x_shape`.
            shapes = shapes_from_lists(named)
            given = {
                name.removesuffix("_shape"): self._placeholders(shape)
                for name, shape in shapes.items()
            }
            infer(self.call, (), given)
            self._build_shapes = shapes

    def _build_now(self, shapes: Any) -> None:
        # Within a call the layers inside are built as they are reached.
        if type(self).build is not Model.build:
            super()._build_now(shapes)

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

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, Any]:
        """Returns all variables as nested dicts by their paths.

        Args:
            value_format: 'backend_tensor' for JAX's arrays, or 'numpy_array'.

        Returns:
            A dict of trainable_variables, non_trainable_variables,
            optimizer_variables and metrics_variables.

        Raises:
            ConfigError: two variables of one path.

        Example:
            >>> from saccade import Input, layers
            >>> x = Input((2,))
            >>> model = Model(x, layers.Dense(1, name="out")(x))
            >>> model.get_state_tree()["trainable_variables"]["out"]["kernel"].shape
            (2, 1)
        """
        from saccade.models import _state_tree

        return _state_tree.read(self, value_format)

    def set_state_tree(self, state_tree: Mapping[str, Any]) -> None:
        """Sets the variables that a tree names; others stay.

        Args:
            state_tree: what `get_state_tree()` returned, or a part of it.

        Raises:
            ConfigError: a group or a path that the model does not have.
        """
        from saccade.models import _state_tree

        _state_tree.write(self, state_tree)

    def summary(
        self,
        line_length: int | None = None,
        positions: list[float] | None = None,
        print_fn: Callable[[str], object] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: tuple[str, str] | None = None,
        show_flops: bool = False,
    ) -> None:
        """Prints the layers with the shapes of their outputs and their parameters.

        Args:
            line_length: width of the table in characters.
            positions: where columns end, as shares of the width.
            print_fn: called with the text instead of printing it.
            expand_nested: whether to show layers inside layers.
            show_trainable: whether to show which layers are trained.
            layer_range: names of the first and the last layer to show.
            show_flops: whether to show the floating-point operations for one row of
                the inputs; see `count_flops`.

        Differs from Keras: `show_flops` is new.

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
            layer_range, show_flops,
        )  # fmt: skip

    def count_flops(self, input_signature: Any = None) -> int:
        """Returns the floating-point operations that one row of the inputs takes.

        Counted from the traced model when it is not trained: two for each
        multiplication with addition in matrix products and convolutions
        (2 * outputs * taps * channels of the input / groups; padding counts), one for
        each number that other arithmetic gives or that a reduction or a window takes;
        moving, casting and choosing numbers costs nothing.

        Args:
            input_signature: shapes that replace those of the inputs, as for `export`.

        Raises:
            NotBuiltError: the shapes of the inputs are not known.
            ConfigError: a size besides the batch is not fixed.

        Differs from Keras: not in Keras.

        Example:
            >>> from saccade import Sequential, layers
            >>> model = Sequential([layers.Input((3,)), layers.Dense(2)])
            >>> model.count_flops()  # 2 * 3 * 2 for the product, 2 for the bias
            14
        """
        from saccade.models._flops import flops_by_path

        return flops_by_path(self, input_signature).total()

    def kernel_plan(self, batch_size: int = 32) -> KernelPlan:
        """Says which code runs each convolution and pooling in training on this device.

        Args:
            batch_size: rows in a batch, 1 or more.

        Raises:
            NotBuiltError: the shapes of the inputs are not known.
            ConfigError: a size besides the batch is not fixed, or there is no row.

        Differs from Keras: not in Keras. `SACCADE_EXPLAIN=1` prints it in `fit`.

        Example:
            >>> from saccade import Sequential, layers
            >>> net = [layers.Input((8, 8, 1)), layers.Conv2D(4, 3, name="first")]
            >>> plan = Sequential(net).kernel_plan(batch_size=16)
            >>> [(c.layer, c.operation) for c in plan.choices][0]
            ('first', 'conv')
        """
        from saccade.models._kernel_plan import kernel_plan

        return kernel_plan(self, batch_size)

    def save_weights(
        self,
        filepath: str | Path,
        overwrite: bool = True,
        max_shard_size: float | None = None,
    ) -> None:
        """Writes all weights into a `.weights.h5` file in Keras' layout.

        Args:
            filepath: the file; its name must end in '.weights.h5', or in
                '.safetensors' for the weights by name without the optimizer.
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

    def export(
        self,
        filepath: str | Path,
        format: str | None = None,
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Writes the model for use without its code; see `export.export_model`.

        Args:
            filepath: the file.
            format: 'onnx' or 'stablehlo'; None for what the file's name ends in.
            verbose: whether to print where the file is; None for True.
            input_signature: shapes and types that replace those of the inputs.
            **kwargs: options of the format.
        """
        from saccade.export import export_model

        export_model(self, filepath, format, verbose, input_signature, **kwargs)

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

    def to_json(self, **kwargs: Any) -> str:
        """Returns the architecture as JSON; `model_from_json` makes the model anew.

        Args:
            **kwargs: what `json.dumps` takes.

        Example:
            >>> from saccade import layers; from saccade.models import model_from_json
            >>> x = layers.Input((2,))
            >>> model = Model(x, layers.Dense(3)(x))
            >>> model_from_json(model.to_json()).output_shape
            (None, 3)
        """
        from saccade.saving import serialize_keras_object

        return json.dumps(serialize_keras_object(self), **kwargs)

    # The engine's side --------------------------------------------------------------

    def prepare_inputs(self, x: Any) -> Any:
        """Gives a batch the form, types and ranks of the inputs."""
        graph = self._graph
        return x if graph is None else graph.nested(graph.fitted(x))

    def _build_for_data(self, x: Any, where: str) -> None:
        if self._graph is not None:
            place = f"{where}: {self._where}"
            arrays = self._graph.arranged(x, place)
            self._graph.check_shapes([getattr(a, "shape", None) for a in arrays], place)
            return
        if not self._has_call() and self._measures_itself():
            self.built = True  # the user's own steps call the parts
        elif not self.built or any(not part.built for part in self._flatten_layers()):
            self._trace_build(x)

    def _has_call(self) -> bool:
        return self._graph is not None or type(self).call is not Model.call

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

        if self._graph is not None and all(
            None not in tensor.shape[1:] for tensor in self._graph.outputs
        ):
            return specs_of(self._graph.output_struct, jax.tree.leaves(x)[0].shape[0])

        def run(inputs: Any) -> Any:
            with Scope():
                return self(self.prepare_inputs(inputs), training=False)

        specs = jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), x)
        return jax.eval_shape(run, specs)

    def _output_names(self) -> list[str] | None:
        return None if self._graph is None else self._graph.output_titles

    @property
    def input(self) -> Any:
        """The placeholders of the inputs, in the form they were given."""
        return super().input if self._graph is None else self._graph.input_struct

    @property
    def output(self) -> Any:
        """The placeholders of the outputs, in the form they were given."""
        return super().output if self._graph is None else self._graph.output_struct

    @property
    def inputs(self) -> list[KerasTensor]:
        """The placeholders of the inputs."""
        return jax.tree.leaves(self.input)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The placeholders of the outputs."""
        return jax.tree.leaves(self.output)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        if self._graph is None:
            return [tensor.name for tensor in self.inputs]
        return self._graph.input_names

    @property
    def output_names(self) -> list[str]:
        """The names of what makes the outputs."""
        if self._graph is None:
            return self._output_names() or []
        return self._graph.output_names

    @property
    def input_shape(self) -> Any:
        """The shape of the input, None for the batch; nested as the inputs are."""
        return mapped(self.input, lambda tensor: tensor.shape)

    @property
    def output_shape(self) -> Any:
        """The shape of the output, None for the batch; nested as the outputs are."""
        return mapped(self.output, lambda tensor: tensor.shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, or the graph of layers."""
        if self._graph is not None and _takes_graph(type(self)):
            return type(self)._write_graph(self)
        return super().get_config()

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Makes a model from `get_config()`, with fresh weights.

        Args:
            config: the constructor's arguments, or a graph of layers.
            custom_objects: classes and functions of one's own, by name.
        """
        from saccade.saving import custom_object_scope

        if "input_layers" in config and _takes_graph(cls):
            return cls._read_graph(cls, config, custom_objects)  # type: ignore[return-value]
        with custom_object_scope(custom_objects or {}):
            return super().from_config(config)

    def get_build_config(self) -> dict[str, Any] | None:
        """Returns what `build` was called with."""
        return super().get_build_config() if self._graph is None else {
            "input_shape": None
        }  # fmt: skip


def specs_of(placeholders: Any, rows: int) -> Any:
    """Returns shapes and types of arrays that placeholders stand for.

    Args:
        placeholders: one, or a nest of them.
        rows: the size of the batch; other free sizes become 1.
    """

    def spec(tensor: KerasTensor) -> jax.ShapeDtypeStruct:
        shape = tuple(
            rows if size is None and axis == 0 else size or 1
            for axis, size in enumerate(tensor.shape)
        )
        return jax.ShapeDtypeStruct(shape, jnp.dtype(tensor.dtype))

    return mapped(placeholders, spec)


def _takes_graph(cls: type[Model]) -> bool:
    """Whether the constructor takes `inputs` and `outputs`, as that of Model does."""
    parameters = inspect.signature(cls.__init__).parameters.values()
    kinds = {p.kind for p in parameters}
    names = {p.name for p in parameters}
    return {
        inspect.Parameter.VAR_POSITIONAL,
        inspect.Parameter.VAR_KEYWORD,
    } <= kinds or ({"inputs", "outputs"} <= names)


def _has_graph(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    return len(args) >= 2 or "outputs" in kwargs


def _graph_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """Takes inputs, outputs, and a name given by position, out of the arguments."""
    given = list(args)
    for name in ("inputs", "outputs"):
        if name in kwargs:
            given.insert(("inputs", "outputs").index(name), kwargs.pop(name))
    if len(given) < 2:
        raise ConfigError(
            message(
                "Model", "both `inputs` and `outputs` are needed",
                "Model(inputs, outputs)",
            )
        )  # fmt: skip
    return given


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
