"""Layer: the base of everything that has weights.

A layer is built once, for the shape of its first input, and then called. It is an
ordinary mutable object; compiled code traces `call` inside a `core._scope.Scope`.
What belongs to one kind of layer must not go here.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from saccade import activations, constraints, initializers, regularizers
from saccade.core import _names, _registry, _scope
from saccade.core._checks import no_unknown_keywords
from saccade.core._dtypes import DTypePolicy, get_policy, is_float
from saccade.core._errors import (
    ArgumentTypeError,
    NotBuiltError,
    ShapeError,
    message,
)
from saccade.core._symbolic import KerasTensor, Shape
from saccade.core._variable import Variable

if TYPE_CHECKING:
    from jax.typing import ArrayLike
    from numpy.typing import DTypeLike

    from saccade.layers._input import InputSpec

# What a layer may be called with and may return: an array, a placeholder, or nests.
Tensors: TypeAlias = Any

_BASE_ARGUMENTS = ("activity_regularizer", "trainable", "dtype", "autocast", "name")
_LEGACY_ARGUMENTS = (
    "input_shape", "input_dim", "batch_input_shape", "batch_shape", "input_dtype",
    "batch_size", "weights",
)  # fmt: skip
# Sizes put in place of None to find out which sizes of the output depend on it.
_PROBES = (96, 160)

_local = threading.local()


@contextmanager
def training_phase(training: bool | None) -> Iterator[None]:
    """Hands `training` down to the layers called inside."""
    before = getattr(_local, "training", None)
    _local.training = training
    try:
        yield
    finally:
        _local.training = before


class Layer:
    """A step of a network: arrays in, arrays out, with weights of its own.

    Subclass it, make the weights in `build(input_shape)` with `add_weight`, and
    compute in `call(inputs, training=False)` with `jax.numpy` or `saccade.ops`.

    Args:
        activity_regularizer: penalty on the output, added to the loss.
        trainable: whether training changes its weights.
        dtype: type or policy of weights and computation; None for the global one.
        autocast: whether floating-point inputs are cast to the compute type.
        name: its name; None for the class's name and a number.

    Raises:
        ArgumentTypeError: an argument that does not exist, with the nearest.

    Differs from Keras: masks are not handed on; weights are tracked by looking at
    the attributes when asked, so lists and dicts of layers need no special type.

    Example:
        >>> class Scale(Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight(shape=(), initializer="ones")
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        >>> Scale()(np.ones((1, 2)))
        Array([[1., 1.]], dtype=float32)
    """

    input_spec: InputSpec | None = None
    supports_masking: bool = False
    _building: bool = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls) and cls._build_once is Layer._build_once:
            cls.build = _named_build(cls.build)

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        layer = super().__new__(cls)
        layer._given_arguments = _bound_arguments(cls, args, kwargs)
        return layer

    def __init__(
        self,
        *,
        activity_regularizer: object = None,
        trainable: bool = True,
        dtype: str | DTypePolicy | DTypeLike | None = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._given_arguments: dict[str, object]
        self.name = name or _names.auto_name(_names.to_snake_case(type(self).__name__))
        self._input_shape_argument = _legacy_input_shape(kwargs)
        self._input_dtype_argument = kwargs.pop("input_dtype", None)
        self._initial_weights = kwargs.pop("weights", None)
        no_unknown_keywords(
            list(kwargs), _accepted_arguments(type(self)), f"{type(self).__name__}"
        )
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = get_policy(dtype)  # type: ignore[arg-type]
        self.autocast = autocast
        self._trainable = bool(trainable)
        self._own_variables: list[Variable] = []
        self._eager_losses: list[jax.Array] = []
        self._build_shapes: Mapping[str, Shape] | Shape | None = None
        self._symbolic_input: KerasTensor | None = None
        self._symbolic_output: KerasTensor | None = None
        self.built = False

    # What subclasses write ----------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Makes the weights, given the shape of the input (with the batch axis)."""
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the output; subclasses write it."""
        raise NotImplementedError(
            message(
                f"Layer {type(self).__name__}",
                "has no `call` method",
                "write `def call(self, inputs): ...` in the class",
            )
        )

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Returns the shape of the output for a shape of the input.

        The default finds it by tracing `call` with two sizes in place of None.
        """
        shapes = args or tuple(kwargs.values())
        outputs = [self._trace_output(shapes, probe) for probe in _PROBES]
        return jax.tree.map(_merge_probes, *outputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, enough to make the layer anew."""
        from saccade.saving import serialize_keras_object

        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize_keras_object(self.dtype_policy),
        }
        for name in _constructor_arguments(type(self)):
            if name in config:
                continue
            if name in vars(self) or hasattr(type(self), name):
                config[name] = _plain(getattr(self, name))
            elif name in self._given_arguments:
                config[name] = _plain(self._given_arguments[name])
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = _plain(self.activity_regularizer)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes a layer from `get_config()`."""
        return cls(**config)

    # Weights ------------------------------------------------------------------------

    def add_weight(
        self,
        shape: Sequence[int] | int | None = None,
        initializer: object = None,
        dtype: DTypeLike | None = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: object = None,
        constraint: object = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Makes a weight of this layer.

        Args:
            shape: its shape; () for one number.
            initializer: name, object or function; None for glorot_uniform (zeros
                for other types than float).
            dtype: its type; None for the layer's.
            trainable: whether training changes it by gradients.
            autocast: kept for Keras.
            regularizer: penalty on it, added to the loss.
            constraint: applied after each update.
            aggregation: kept for Keras.
            overwrite_with_gradient: the update replaces the value by the gradient.
            name: its name.
        """
        dtype = dtype or self.dtype_policy.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if is_float(dtype) else "zeros"
        variable = Variable(
            initializers.get(initializer),  # type: ignore[arg-type]
            shape=(shape,) if isinstance(shape, int) else tuple(shape or ()),
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            aggregation=aggregation,
            name=name,
        )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        self._own_variables.append(variable)
        return variable

    def _own_weights(self) -> list[Variable]:
        """The layer's variables, trainable ones first, without sub-layers'."""
        found = {id(v): v for v in self._own_variables}
        for value in self._attributes():
            for item in _contents(value):
                if isinstance(item, Variable):
                    found.setdefault(id(item), item)
        own = list(found.values())
        return [v for v in own if v.trainable] + [v for v in own if not v.trainable]

    def _attributes(self) -> Iterator[object]:
        for name, value in vars(self).items():
            if name not in _UNTRACKED:
                yield value

    def _sublayers(self) -> list[Layer]:
        """The layers kept in attributes, in the order they were set."""
        found: dict[int, Layer] = {}
        for value in self._attributes():
            for item in _contents(value):
                if isinstance(item, Layer):
                    found.setdefault(id(item), item)
        return list(found.values())

    def _flatten_layers(self) -> list[Layer]:
        """The layer and all below it, depth first, each once."""
        found: dict[int, Layer] = {id(self): self}
        for layer in self._sublayers():
            for inner in layer._flatten_layers():
                found.setdefault(id(inner), inner)
        return list(found.values())

    @property
    def variables(self) -> list[Variable]:
        """All variables of this layer and of those below it."""
        found = {
            id(v): v for layer in self._flatten_layers() for v in layer._own_weights()
        }
        return list(found.values())

    @property
    def weights(self) -> list[Variable]:
        """All weights of this layer and of those below it."""
        return self.variables

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes by gradients."""
        found: dict[int, Variable] = {}
        for layer in self._trainable_layers():
            for v in layer._own_weights():
                if v.trainable:
                    found.setdefault(id(v), v)
        return list(found.values())

    def _trainable_layers(self) -> list[Layer]:
        if not self.trainable:
            return []
        found: list[Layer] = [self]
        for layer in self._sublayers():
            found.extend(layer._trainable_layers())
        return found

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training does not change by gradients."""
        trained = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trained]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The same as `trainable_variables`."""
        return self.trainable_variables

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The same as `non_trainable_variables`."""
        return self.non_trainable_variables

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it reaches sub-layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self._sublayers():
            layer.trainable = value

    def get_weights(self) -> list[np.ndarray]:
        """Returns the values of all weights as NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Sets all weights; nothing is changed if any does not fit.

        Args:
            weights: arrays in the order and of the shapes of `get_weights()`.

        Raises:
            ShapeError: wrong number or shapes.
        """
        own = self.weights
        if len(own) != len(weights):
            raise ShapeError(
                message(
                    self._where,
                    f"expected {len(own)} arrays of weights, got {len(weights)}",
                    "give what `get_weights()` of the same kind of layer returns"
                    + ("" if self.built else "; the layer is not built yet"),
                )
            )
        arrays = [np.asarray(w) for w in weights]
        for variable, array in zip(own, arrays, strict=True):
            if variable.shape != array.shape:
                raise ShapeError(
                    message(
                        self._where,
                        f"expected shape {variable.shape} for the weight "
                        f"{variable.path!r}, got {array.shape}",
                    )
                )
        for variable, array in zip(own, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """Returns the number of numbers in all weights.

        Raises:
            NotBuiltError: the layer has no weights yet.
        """
        if not self.built:
            raise NotBuiltError(
                message(
                    self._where,
                    "is not built, so its weights do not exist yet",
                    "call it on data once, or give the model an `Input(shape)` first",
                )
            )
        return sum(v.size for v in self.weights)

    # Losses -------------------------------------------------------------------------

    def add_loss(self, loss: ArrayLike | Sequence[ArrayLike]) -> None:
        """Adds numbers to the loss, for use inside `call`."""
        values = loss if isinstance(loss, (list, tuple)) else [loss]
        scope = _scope.current()
        target = scope.losses if scope is not None else self._eager_losses
        target.extend(jnp.sum(jnp.asarray(v)) for v in values)

    def _weight_penalties(self) -> list[jax.Array]:
        return [
            v.regularizer(v.value)
            for v in self.trainable_variables
            if v.regularizer is not None
        ]

    @property
    def losses(self) -> list[jax.Array]:
        """Penalties on weights and outputs, and what `add_loss` added."""
        added = [x for layer in self._flatten_layers() for x in layer._eager_losses]
        return added + self._weight_penalties()

    def _add_activity_penalty(self, outputs: Tensors) -> None:
        if self.activity_regularizer is None:
            return
        mask = _scope.current_row_mask()
        for output in jax.tree.leaves(outputs):
            rows = output.shape[0]
            if mask is not None:
                # Padded rows count nothing, and the mean is over the real ones.
                keep = mask.reshape((-1,) + (1,) * (output.ndim - 1))
                output = jnp.where(keep, output, 0)
                rows = jnp.sum(mask)
            self.add_loss(self.activity_regularizer(output) / rows)

    # Calling ------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Builds the layer if needed, then computes its output.

        Args:
            *args: arrays (b, ...), NumPy or JAX, or placeholders.
            **kwargs: `training` and what else `call` takes.
        """
        leaves = jax.tree.leaves(
            (args, kwargs), is_leaf=lambda x: isinstance(x, KerasTensor)
        )
        if any(isinstance(leaf, KerasTensor) for leaf in leaves):
            return self._symbolic_call(args, kwargs)
        args, kwargs = jax.tree.map(self._cast_input, (args, kwargs))
        self._build_for(args, kwargs)
        self._check_input(args)
        accepted = _call_arguments(type(self))
        training = kwargs.pop("training", None)
        if training is None:
            training = getattr(_local, "training", None)
        if "training" in accepted and training is not None:
            kwargs["training"] = training
        if _scope.current() is None and getattr(_local, "depth", 0) == 0:
            for layer in self._flatten_layers():
                layer._eager_losses.clear()
        _local.depth = getattr(_local, "depth", 0) + 1
        try:
            # Layers that are built inside get this one's name into their path.
            with training_phase(training), _names.name_scope(self.name):
                outputs = self.call(*args, **kwargs)
        finally:
            _local.depth -= 1
        self._add_activity_penalty(outputs)
        return outputs

    def _cast_input(self, x: object) -> object:
        if isinstance(x, Variable):
            x = x.value
        if isinstance(x, np.ndarray):
            if x.dtype == object or x.dtype.kind in "SU":
                raise ArgumentTypeError(
                    message(
                        self._where,
                        f"expected numbers, got an array of {x.dtype}",
                        "convert it, for example x.astype('float32')",
                    )
                )
            target = self.compute_dtype if x.dtype.kind == "f" else None
            return jnp.asarray(x, target if self.autocast else None)
        if (
            self.autocast
            and isinstance(x, jax.Array)
            and is_float(x.dtype)
            and x.dtype.name != self.compute_dtype
        ):
            return x.astype(self.compute_dtype)
        return x

    def _check_input(self, args: Sequence[object]) -> None:
        if self.input_spec is None or not args:
            return
        shape = getattr(args[0], "shape", None)
        if shape is not None:
            self.input_spec.check(shape, self._where)

    def _build_for(self, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
        """Builds the layer for the shapes of its arguments, once."""
        if self.built:
            return
        first = args[0] if args else next(iter(kwargs.values()), None)
        shape = jax.tree.map(
            lambda x: tuple(x.shape), first, is_leaf=lambda x: hasattr(x, "shape")
        )
        self._build_once(shape)

    def _build_once(self, input_shape: Any) -> None:
        if self.built:
            return
        # Before any weight exists, so that a wrong input leaves the layer as it was.
        if self.input_spec is not None and _is_shape(input_shape):
            self.input_spec.check(input_shape, self._where)
        self.build(input_shape)
        self._build_shapes = input_shape
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _symbolic_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Finds the shape of the output for placeholders."""
        self._build_for(args, kwargs)
        self._check_input(args)
        placeholder = args[0] if args else next(iter(kwargs.values()))
        shapes = tuple(
            jax.tree.map(
                lambda t: t.shape, a, is_leaf=lambda x: isinstance(x, KerasTensor)
            )
            for a in args
        )
        shape = self.compute_output_shape(*shapes)
        output = jax.tree.map(
            lambda s: KerasTensor(s, self.compute_dtype),
            shape,
            is_leaf=_is_shape,
        )
        self._set_symbolic(output, placeholder)
        return output

    def _set_symbolic(self, output: Any, given: Any = None) -> None:
        self._symbolic_output = output
        self._symbolic_input = output if given is None else given

    def _trace_output(self, shapes: Sequence[Any], probe: int) -> Any:
        dtype = jnp.dtype(self.compute_dtype)

        def spec(shape: Shape) -> jax.ShapeDtypeStruct:
            return jax.ShapeDtypeStruct(
                tuple(probe if s is None else s for s in shape), dtype
            )

        specs = [jax.tree.map(spec, s, is_leaf=_is_shape) for s in shapes]

        def run(*inputs: Any) -> Any:
            with _scope.Scope(), _names.name_scope(self.name):
                return self.call(*inputs)

        outputs = jax.eval_shape(run, *specs)
        return jax.tree.map(_ShapeLeaf, outputs)

    # Facts --------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        """The layer as error messages name it."""
        return f"{type(self).__name__} {self.name!r}"

    @property
    def input(self) -> KerasTensor:
        """The placeholder that the layer was called on."""
        return self._known(self._symbolic_input, "input")

    @property
    def output(self) -> KerasTensor:
        """The placeholder that the layer returned."""
        return self._known(self._symbolic_output, "output")

    def _known(self, placeholder: KerasTensor | None, what: str) -> KerasTensor:
        if placeholder is None:
            raise NotBuiltError(
                message(
                    self._where,
                    f"has no `{what}` yet, since it was not called on a placeholder",
                    "give the model an `Input(shape)` first",
                )
            )
        return placeholder

    @property
    def dtype(self) -> str:
        """The type that weights are stored in."""
        return self.dtype_policy.variable_dtype

    @property
    def variable_dtype(self) -> str:
        """The type that weights are stored in."""
        return self.dtype_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """The type that the layer computes in."""
        return self.dtype_policy.compute_dtype

    @property
    def path(self) -> str:
        """The layer's place, from its first weight's path, else its name."""
        own = self._own_weights()
        return own[0].path.rpartition("/")[0] if own else self.name

    @property
    def rows_independent(self) -> bool:
        """Whether each row of the output depends on that row of the input alone.

        Layers of saccade are so or honour the mask of real rows; of others nothing
        is known, and the engine compiles a program for a last, smaller batch.
        """
        return type(self).__module__.startswith("saccade.") and all(
            layer.rows_independent for layer in self._sublayers()
        )

    def get_build_config(self) -> dict[str, Any] | None:
        """Returns what `build` was called with."""
        if self._build_shapes is None:
            return None
        return {"input_shape": self._build_shapes}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Builds the layer as `get_build_config()` says."""
        shape = config.get("input_shape") or config.get("shapes_dict")
        if shape is not None:
            self._build_once(tuple(shape) if isinstance(shape, list) else shape)

    def save_own_variables(self, store: dict[str, np.ndarray]) -> None:
        """Puts this layer's own weights into `store` under "0", "1", ..."""
        for number, variable in enumerate(self._own_weights()):
            store[str(number)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, ArrayLike]) -> None:
        """Sets this layer's own weights from what `save_own_variables` stored.

        Raises:
            ShapeError: wrong number or shapes.
        """
        own = self._own_weights()
        if len(own) != len(store):
            raise ShapeError(
                message(
                    self._where,
                    f"expected {len(own)} weights in the file, got {len(store)}",
                    "load weights of the same architecture"
                    + ("" if self.built else "; build the model first"),
                )
            )
        for number, variable in enumerate(own):
            variable.assign(np.asarray(store[str(number)]))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


# Attributes that hold no weights of the layer, or hold them twice.
_UNTRACKED = frozenset(
    {"_own_variables", "_given_arguments", "_initial_weights", "_eager_losses",
     "_symbolic_input", "_symbolic_output"}
)  # fmt: skip


class _ShapeLeaf:
    """A shape that is a leaf of a tree, where a tuple would be a branch."""

    def __init__(self, array: Any) -> None:
        self.shape: Shape = tuple(array.shape)


def _merge_probes(first: _ShapeLeaf, second: _ShapeLeaf) -> Shape:
    return tuple(
        a if a == b else None for a, b in zip(first.shape, second.shape, strict=True)
    )


def _is_shape(x: object) -> bool:
    return isinstance(x, tuple) and all(s is None or isinstance(s, int) for s in x)


def _contents(value: object) -> Iterable[object]:
    """The value itself, or what a list, tuple or dict holds, however deep."""
    if isinstance(value, (Layer, Variable)):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _contents(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _contents(item)


def _legacy_input_shape(kwargs: dict[str, Any]) -> Shape | None:
    """Takes out of `kwargs` what says the shape of a model's input."""
    batch_shape = kwargs.pop("batch_input_shape", None) or kwargs.pop(
        "batch_shape", None
    )
    shape = kwargs.pop("input_shape", None)
    width = kwargs.pop("input_dim", None)
    size = kwargs.pop("batch_size", None)
    if batch_shape is not None:
        return tuple(batch_shape)
    if shape is not None:
        return (size, *((shape,) if isinstance(shape, int) else tuple(shape)))
    if width is not None:
        return (size, int(width))
    return None


def _named_build(build: Callable[..., None]) -> Callable[..., None]:
    """Lets `build` be called by hand, as Keras does: it names weights and runs once."""

    @functools.wraps(build)
    def run(self: Layer, *args: Any, **kwargs: Any) -> None:
        if self._building:  # By `super().build(...)`.
            build(self, *args, **kwargs)
            return
        if self.built:
            return
        self._building = True
        try:
            with _names.name_scope(self.name), jax.ensure_compile_time_eval():
                build(self, *args, **kwargs)
        finally:
            self._building = False
        self.built = True

    return run


@functools.cache
def _call_arguments(cls: type[Layer]) -> frozenset[str]:
    parameters = inspect.signature(cls.call).parameters.values()
    names = {p.name for p in parameters}
    if any(p.kind is p.VAR_KEYWORD for p in parameters) and cls.call is not Layer.call:
        names.add("training")
    return frozenset(names)


@functools.cache
def _constructor_arguments(cls: type[Layer]) -> tuple[str, ...]:
    """The arguments of the constructor and of those it hands keywords on to."""
    names: dict[str, None] = {}
    for base in cls.__mro__:
        if base is Layer or not issubclass(base, Layer):
            break
        if "__init__" not in vars(base):
            continue
        parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
        for p in parameters:
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL):
                names.setdefault(p.name)
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    names.pop("autocast", None)
    return tuple(names)


@functools.cache
def _accepted_arguments(cls: type[Layer]) -> tuple[str, ...]:
    return (*_constructor_arguments(cls), *_BASE_ARGUMENTS, *_LEGACY_ARGUMENTS)


def _bound_arguments(
    cls: type[Layer], args: tuple[object, ...], kwargs: dict[str, object]
) -> dict[str, object]:
    """The arguments that the constructor was given, by name."""
    names = _constructor_arguments(cls)
    return {**dict(zip(names, args, strict=False)), **kwargs}


def _plain(value: object) -> object:
    """A value in the form that configs keep."""
    from saccade.saving import serialize_keras_object

    if value is None or isinstance(value, (bool, int, float, str, tuple, list)):
        return value
    if callable(value) and hasattr(value, "__name__"):
        return activations.serialize(value)  # type: ignore[arg-type]
    if isinstance(value, np.ndarray) or _registry.public_place(value):
        return serialize_keras_object(value)
    if isinstance(value, Callable) or hasattr(value, "get_config"):
        return serialize_keras_object(value)
    return value
