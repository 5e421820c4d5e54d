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

from saccade import (
    activations,
    constraints,
    dtype_policies,
    initializers,
    regularizers,
)
from saccade.core import _names, _registry, _scope
from saccade.core._checks import boolean, no_unknown_keywords
from saccade.core._dtypes import DTypePolicy, is_float
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    ConfigTypeError,
    NotBuiltError,
    NotCalledError,
    ShapeError,
    message,
)
from saccade.core._masks import keep_mask
from saccade.core._random import SeedGenerator
from saccade.core._remat import current_remat
from saccade.core._symbolic import (
    KerasTensor,
    Node,
    Operation,
    Shape,
    any_symbolic,
    infer,
)
from saccade.core._variable import Variable
from saccade.dtype_policies import DTypePolicyMap
from saccade.layers._masks import fill_masks, hand_on_mask, mask_before
from saccade.layers._recompute import recomputed, wanted
from saccade.metrics import Metric

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


def calling() -> bool:
    """Says whether this thread is inside a call of a layer."""
    return getattr(_local, "depth", 0) > 0


class Layer(Operation):
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

    Differs from Keras: weights are tracked by looking at the attributes when asked,
    so lists and dicts of layers need no special type.

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
    # Whether masks of the inputs are handed on; classes with `compute_mask` do.
    supports_masking: bool = False
    _building: bool = False
    _calling: bool = False
    # Whether `compute_mask` finds a mask where the input has none.
    _makes_masks: bool = False
    # Whether there is nothing to build, so that a new layer is as good as built.
    _weightless: bool = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if "build" in own:
            cls._weightless = False
            if cls._build_once is Layer._build_once:
                cls.build = _named_build(cls.build)
        elif cls.__module__.startswith("saccade.layers."):
            # Of a user's class it is not known which layers it will make.
            cls._weightless = cls.build is Layer.build
        if "compute_mask" in own:
            cls.supports_masking = own.get("supports_masking", True)
            cls._makes_masks = own.get("_makes_masks", True)

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
        super().__init__(name)
        self._input_shape_argument = _legacy_input_shape(kwargs)
        self._input_dtype_argument = kwargs.pop("input_dtype", None)
        self._initial_weights = kwargs.pop("weights", None)
        no_unknown_keywords(
            list(kwargs), _accepted_arguments(type(self)), f"{type(self).__name__}"
        )
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._policy = dtype_policies.get(dtype)
        self._policy_path: str | None = None
        self.autocast = autocast
        self._trainable = boolean(trainable, "trainable", self._where)
        self._remat = current_remat()
        self._own_variables: list[Variable] = []
        self._eager_losses: list[jax.Array] = []
        self._build_shapes: Any = None
        self.built = self._weightless

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

        The default finds it by tracing `call`.
        """
        names = _tensor_arguments(type(self))
        given = {k.removesuffix("_shape"): v for k, v in kwargs.items()}
        if not args and len(given) == 1 and not set(given) <= set(names):
            args, given = tuple(given.values()), {}
        # JSON, and users, may give lists for tuples.
        inputs = tuple(map(self._placeholders, args))
        named = {name: self._placeholders(shape) for name, shape in given.items()}
        self._build_for(inputs, named)
        outputs = infer(self.__call__, inputs, named)
        return jax.tree.map(lambda tensor: tensor.shape, outputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns placeholders for what the layer returns for placeholders."""
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return infer(self.__call__, args, kwargs)
        shapes = self._argument_shapes(args, kwargs)
        wanted = _shape_arguments(type(self).compute_output_shape)
        if len(shapes) > 1 and {f"{name}_shape" for name in shapes} <= set(wanted):
            shape = self.compute_output_shape(
                **{f"{name}_shape": value for name, value in shapes.items()}
            )
        elif len(wanted) == 1:
            shape = self.compute_output_shape(next(iter(shapes.values())))
        else:
            shape = self.compute_output_shape(*shapes.values())
        return self._placeholders(shape)

    def _placeholders(self, shapes: Any) -> Any:
        return jax.tree.map(
            lambda shape: KerasTensor(shape, self.compute_dtype),
            shapes,
            is_leaf=is_shape,
        )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of the output; by default that of the input.

        Args:
            inputs: what the layer is called on.
            previous_mask: its mask or masks, None where there is none.
        """
        return previous_mask

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
        """Makes a layer from `get_config()`.

        Raises:
            ConfigTypeError: the constructor refuses the config.
        """
        try:
            return cls(**config)
        except (TypeError, ValueError) as error:
            where = f"{cls.__name__}.from_config"
            problem = f"the constructor refuses the config: {error}"
            raise ConfigTypeError(message(where, problem)) from error

    # Weights ------------------------------------------------------------------------

    def add_weight(
        self,
        *args: Any,
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
            *args: `shape`, `initializer` and `dtype` may be given by position.
            shape: its shape; () for one number.
            initializer: name, object or function; None for glorot_uniform (zeros
                for other types than float).
            dtype: its type; None for the layer's.
            trainable: whether training changes it by gradients.
            autocast: whether `call` sees it in the type the layer computes in.
            regularizer: penalty on it, added to the loss.
            constraint: applied after each update.
            aggregation: kept for Keras.
            overwrite_with_gradient: the update replaces the value by the gradient.
            name: its name.

        Raises:
            ArgumentTypeError: more than three arguments by position.
            ConfigError: a name by position, as in Keras 2, an argument that is given
                twice, or the layer is built already.
        """
        by_position = self._by_position(args, shape, initializer, dtype)
        shape, initializer, dtype = by_position
        self._check_open()
        dtype = dtype or self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if is_float(dtype) else "zeros"
        with _names.name_scope(self.name, owner=self):
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

    def _by_position(
        self, args: tuple[Any, ...], shape: Any, initializer: Any, dtype: Any
    ) -> tuple[Any, Any, Any]:
        """The first arguments of `add_weight`, given by position or by name."""
        where = f"{self._where}.add_weight"
        if args and isinstance(args[0], str):
            raise ConfigError(
                message(
                    where,
                    f"the first argument is the shape, got {args[0]!r}",
                    f"give the name as a keyword argument: name={args[0]!r}",
                )
            )
        if len(args) > 3:
            raise ArgumentTypeError(
                message(where, f"takes at most 3 positional arguments, got {len(args)}")
            )
        found = {"shape": shape, "initializer": initializer, "dtype": dtype}
        for name, value in zip(found, args, strict=False):
            if found[name] is not None:
                raise ConfigError(
                    message(
                        where,
                        f"`{name}` was passed both positionally and as a keyword "
                        "argument",
                    )
                )
            found[name] = value
        return found["shape"], found["initializer"], found["dtype"]

    def _check_open(self) -> None:
        """Raises if weights can no longer be added."""
        if self._calling and self.built and not self._building:
            raise ConfigError(
                message(
                    self._where,
                    "is built, so you cannot add new elements of state such as weights "
                    "to it",
                    "make them in `__init__` or in `build(input_shape)`",
                )
            )

    def _own_weights(self) -> list[Variable]:
        """The layer's variables, trainable ones first, without sub-layers'."""
        found = {id(v): v for v in self._own_variables}
        for item in self._contained():
            if isinstance(item, Variable):
                found.setdefault(id(item), item)
        own = list(found.values())
        # Freezing a weight does not move it, so that files stay readable.
        made = [v.made_trainable for v in own]
        return [v for v, first in zip(own, made, strict=True) if first] + [
            v for v, first in zip(own, made, strict=True) if not first
        ]

    def _seed_states(self) -> list[Variable]:
        """The states of the random streams of this layer, without sub-layers'."""
        items = self._contained()
        return [item.state for item in items if isinstance(item, SeedGenerator)]

    def _own_metrics(self) -> list[Metric]:
        """The metrics kept in attributes of this layer, without sub-layers'."""
        return [item for item in self._contained() if isinstance(item, Metric)]

    def _attributes(self) -> list[object]:
        return [v for name, v in vars(self).items() if name not in _UNTRACKED]

    def _contained(self) -> list[object]:
        """What the attributes hold that belongs to the layer, lists opened."""
        return _contents(self._attributes(), [])

    def _sublayers(self) -> list[Layer]:
        """The layers kept in attributes, in the order they were set."""
        found: dict[int, Layer] = {}
        for item in self._contained():
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
        """All weights, and the states of random streams, here and below."""
        found: dict[int, Variable] = {}
        for layer in self._flatten_layers():
            for variable in (*layer._own_weights(), *layer._seed_states()):
                found.setdefault(id(variable), variable)
        return list(found.values())

    @property
    def weights(self) -> list[Variable]:
        """All weights of this layer and of those below it."""
        found = {
            id(v): v for layer in self._flatten_layers() for v in layer._own_weights()
        }
        return list(found.values())

    @property
    def metrics(self) -> list[Metric]:
        """The metrics kept in attributes of this layer and of those below it."""
        found: dict[int, Metric] = {}
        for layer in self._flatten_layers():
            found.update((id(metric), metric) for metric in layer._own_metrics())
        return list(found.values())

    @property
    def metrics_variables(self) -> list[Variable]:
        """The state of the metrics."""
        return [v for metric in self.metrics for v in metric.variables]

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
        """The weights that training does not change by gradients."""
        trained = {id(v) for v in self.trainable_variables}
        return [v for v in self.weights if id(v) not in trained]

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it reaches sub-layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for variable in self._own_weights():
            variable.trainable = self._trainable and variable.made_trainable
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
        sums = [jnp.sum(jnp.asarray(v)) for v in values]
        scope = _scope.current()
        if scope is None:
            self._eager_losses.extend(sums)
        else:
            scope.added.extend((self, value) for value in sums)

    def _weight_penalties(self) -> list[jax.Array]:
        return [
            v.regularizer(v.value)
            for v in self.trainable_variables
            if v.regularizer is not None
        ]

    @property
    def losses(self) -> list[jax.Array]:
        """Penalties on weights and outputs, and what `add_loss` added."""
        scope = _scope.current()
        layers = self._flatten_layers()
        if scope is None:
            added = [x for layer in layers for x in layer._eager_losses]
        else:
            own = set(map(id, layers))
            added = [x for layer, x in scope.added if id(layer) in own]
        return added + self._weight_penalties()

    def _forget_losses(self) -> None:
        """Drops what the call before added."""
        scope = _scope.current()
        if scope is None:
            for layer in self._flatten_layers():
                layer._eager_losses.clear()
        elif scope.added:
            own = set(map(id, self._flatten_layers()))
            scope.added = [pair for pair in scope.added if id(pair[0]) not in own]

    def _add_activity_penalty(self, outputs: Tensors) -> None:
        if self.activity_regularizer is None:
            return
        mask = _scope.current_row_mask()
        for output in jax.tree.leaves(outputs):
            # An empty batch has no penalty, rather than 0 / 0.
            rows = max(output.shape[0], 1) if output.ndim else 1
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
        if any_symbolic(args, kwargs):
            return self._symbolic_call(args, kwargs)
        args, kwargs = jax.tree.map(self._cast_input, (args, kwargs))
        self._build_for(args, kwargs)
        self._check_input(args)
        first = args[0] if args else next(iter(kwargs.values()), None)
        accepted = _call_arguments(type(self))
        training = kwargs.pop("training", None)
        if training is None:
            training = getattr(_local, "training", None)
        if "training" in accepted and training is not None:
            kwargs["training"] = training
        if "mask" not in accepted and kwargs.get("mask", 0) is None:
            del kwargs["mask"]  # Keras' configs say that there was none.
        if _takes_masks(type(self)):
            names, required = _positional_arguments(type(self)), _required(type(self))
            fill_masks(names, required, args, kwargs)
        before = mask_before(first, kwargs)
        if getattr(_local, "depth", 0) == 0:
            self._forget_losses()
        _local.depth = getattr(_local, "depth", 0) + 1
        calling, self._calling = self._calling, True
        try:
            # Layers that are built inside get this one's name into their path.
            with (
                training_phase(training),
                _names.name_scope(self.name, owner=self),
                _scope.autocasting(self._autocast_dtype()),
            ):
                call = self.rematerialized_call(self.call, *args, **kwargs)
                outputs = call(*args, **kwargs)
        finally:
            _local.depth -= 1
            self._calling = calling
        self._add_activity_penalty(outputs)
        hand_on_mask(self, first, outputs, before)
        return outputs

    def rematerialized_call(
        self, layer_call: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Callable[..., Any]:
        """Returns `layer_call`, computed twice if the layer was made in a RematScope.

        Args:
            layer_call: the method `call`.
            *args: what it will be called with.
            **kwargs: the same by name.
        """
        if not wanted(self._remat, self, args, kwargs):
            return layer_call
        return recomputed(self, layer_call)

    def stateless_call(
        self,
        trainable_variables: Sequence[ArrayLike],
        non_trainable_variables: Sequence[ArrayLike],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Computes the output as a pure function of the weights; changes nothing.

        Args:
            trainable_variables: values of `trainable_variables`, in their order.
            non_trainable_variables: the same of `non_trainable_variables`.
            *args: what the layer is called with.
            return_losses: whether to return penalties and `add_loss` as well.
            **kwargs: what the layer is called with.

        Returns:
            The output, the new values of the non-trainable variables, and with
            `return_losses` a list of losses.

        Raises:
            NotBuiltError: the layer has no weights yet.
            ShapeError: wrong numbers of values.

        Differs from Keras: inside `fit` random numbers come from the step.

        Example:
            >>> from saccade.layers import Dense
            >>> layer = Dense(2, use_bias=False); layer.build((None, 3))
            >>> layer.stateless_call([np.ones((3, 2))], [], np.ones((1, 3)))[0]
            Array([[3., 3.]], dtype=float32)
        """
        if not self.built:
            raise NotBuiltError(
                message(
                    self._where,
                    "is not built, so stateless_call() has no weights to replace",
                    "call build(input_shape), or call it on data once",
                )
            )
        pairs: list[tuple[Variable, Any]] = []
        own = (self.trainable_variables, self.non_trainable_variables)
        given = (trainable_variables, non_trainable_variables)
        names = ("trainable_variables", "non_trainable_variables")
        for variables, values, name in zip(own, given, names, strict=True):
            if len(variables) != len(values):
                raise ShapeError(
                    message(
                        self._where,
                        f"`{name}` must have {len(variables)} values, got "
                        f"{len(values)}",
                    )
                )
            pairs += [
                (v, jnp.asarray(a)) for v, a in zip(variables, values, strict=True)
            ]
        with _scope.Scope.nested(pairs) as scope:
            outputs = self(*args, **kwargs)
            changed = scope.values(own[1])
            losses = self.losses if return_losses else []
        return (outputs, changed, losses) if return_losses else (outputs, changed)

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
            return keep_mask(x, jnp.asarray(x, target if self.autocast else None))
        if (
            self.autocast
            and isinstance(x, jax.Array)
            and is_float(x.dtype)
            and x.dtype.name != self.compute_dtype
        ):
            return keep_mask(x, x.astype(self.compute_dtype))
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
        self._build_with(self._argument_shapes(args, kwargs))

    def _argument_shapes(
        self, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> dict[str, Any]:
        """The shapes of the arguments of `call` that are arrays or nests of them."""
        names = _positional_arguments(type(self))
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        # `call(*inputs)` has no names for them.
        for number in range(len(names), len(args)):
            given[str(number)] = args[number]
        return {
            name: _shapes(value) for name, value in given.items() if _has_arrays(value)
        }

    def _build_with(self, shapes: Mapping[str, Any]) -> None:
        """Builds the layer for shapes by the names of the arguments of `call`."""
        wanted = _shape_arguments(type(self).build)
        named = {f"{name}_shape": shape for name, shape in shapes.items()}
        if len(wanted) > 1:
            self._check_build_arguments(wanted)
            self._build_once({name: named[name] for name in wanted if name in named})
        else:
            self._build_once(next(iter(shapes.values()), None))

    def _check_build_arguments(self, wanted: Sequence[str]) -> None:
        """Raises if `build` takes several arguments that cannot be told apart."""
        known = {f"{name}_shape" for name in _positional_arguments(type(self))}
        needed = _required(type(self), "build")
        fix = "name each argument of build() after one of call(): `x_shape` for `x`"
        for name in wanted:
            if not name.endswith("_shape"):
                problem = f"argument `{name}`, which does not end in `_shape`"
            elif name not in known and name in needed:
                own = name.removesuffix("_shape")
                problem = f"`{name}`, but `call()` does not have argument `{own}`"
            else:
                continue
            raise ConfigError(message(self._where, f"`build()` has {problem}", fix))

    def _build_once(self, input_shape: Any) -> None:
        if self.built:
            return
        # Before any weight exists, so that a wrong input leaves the layer as it was.
        if self.input_spec is not None and is_shape(input_shape):
            self.input_spec.check(input_shape, self._where)
        self._build_now(input_shape)
        self._build_shapes = input_shape
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _build_now(self, shapes: Any) -> None:
        """Calls `build`; a dict holds the shapes of several arguments by name."""
        named = _is_shapes_by_name(shapes, _shape_arguments(type(self).build))
        self.build(**shapes) if named else self.build(shapes)

    def _symbolic_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Finds the shape of the output for placeholders, and notes the call."""
        self._build_for(args, kwargs)
        self._check_input(args)
        for name in ("training", "mask"):
            if kwargs.get(name, 0) is None:
                del kwargs[name]
        outputs = self.compute_output_spec(*args, **kwargs)
        if any(not layer.built for layer in self._flatten_layers()):
            # The shape was known without `call`, which builds the layers inside.
            infer(self.__call__, args, kwargs)
        first = args[0] if args else next(iter(kwargs.values()), None)
        hand_on_mask(self, first, outputs, mask_before(first, kwargs))
        Node(self, args, kwargs, outputs)
        return outputs

    def __getattr__(self, name: str) -> Any:
        """Says of a weight that is declared and not there why it is not."""
        kind = type(self)
        if any(name in vars(base) for base in kind.__mro__):
            # A property failed, and Python hides its error by asking here.
            return object.__getattribute__(self, name)
        if not self.__dict__.get("built", True) and name in _declared(kind):
            raise NotCalledError(
                message(
                    self._where,
                    f"is not built, so its weight `{name}` does not exist yet",
                    "call it on data once, or build(input_shape)",
                )
            )
        raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")

    # Facts --------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        """The layer as error messages name it."""
        return f"{type(self).__name__} {self.name!r}"

    @property
    def dtype_policy(self) -> DTypePolicy:
        """The types of weights and of computation, or a map of them by path."""
        return self._policy

    @dtype_policy.setter
    def dtype_policy(self, policy: Any) -> None:
        policy, path = dtype_policies.get(policy), self._policy_path
        if isinstance(self._policy, DTypePolicyMap) and path is not None:
            if path in self._policy:
                del self._policy[path]
            self._policy[path] = policy
        else:
            self._policy = policy

    def _own_policy(self) -> DTypePolicy:
        if isinstance(self._policy, DTypePolicyMap) and self._policy_path is not None:
            return self._policy[self._policy_path]
        return self._policy

    @property
    def dtype(self) -> str:
        """The type that weights are stored in."""
        return self.variable_dtype

    @property
    def variable_dtype(self) -> str:
        """The type that weights are stored in."""
        return self._own_policy().variable_dtype

    @property
    def compute_dtype(self) -> str:
        """The type that the layer computes in."""
        return self._own_policy().compute_dtype

    def _autocast_dtype(self) -> str | None:
        """The type in which `call` sees float weights, None for their own.

        Layers of saccade cast by themselves, and keep float32 where sums need it.
        """
        if type(self).__module__.startswith("saccade.") or not self.autocast:
            return None
        short = self.compute_dtype
        return short if "float" in short and short != self.variable_dtype else None

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
        shapes = self._build_shapes
        if shapes is None:
            return None
        if _is_shapes_by_name(shapes, _shape_arguments(type(self).build)):
            return {"shapes_dict": shapes}
        return {"input_shape": shapes}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Builds the layer as `get_build_config()` says."""
        shape = config.get("input_shape") or config.get("shapes_dict")
        if shape is not None:
            self._build_once(shapes_from_lists(shape))

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
     "_inbound_nodes"}
)  # fmt: skip


def is_shape(x: object) -> bool:
    """Says whether something is one shape, rather than a nest of shapes.

    Example:
        >>> is_shape((None, 3)), is_shape([(None, 3), (None, 3)])
        (True, False)
    """
    return isinstance(x, (tuple, list)) and all(
        s is None or isinstance(s, int) for s in x
    )


def shapes_from_lists(nest: Any) -> Any:
    """Returns shapes that JSON made lists as tuples again.

    Example:
        >>> shapes_from_lists([[None, 3], [None, 4]])
        [(None, 3), (None, 4)]
    """
    if isinstance(nest, Mapping):
        return {name: shapes_from_lists(part) for name, part in nest.items()}
    if isinstance(nest, list):
        parts = map(shapes_from_lists, nest)
        return tuple(nest) if is_shape(nest) else list(parts)
    return nest


def _has_arrays(value: object) -> bool:
    leaves = jax.tree.leaves(value)
    return bool(leaves) and all(hasattr(x, "shape") for x in leaves)


def _shapes(value: object) -> Any:
    return jax.tree.map(
        lambda x: tuple(x.shape), value, is_leaf=lambda x: hasattr(x, "shape")
    )


def _is_shapes_by_name(shapes: object, wanted: Sequence[str]) -> bool:
    return (
        isinstance(shapes, Mapping) and len(shapes) > 0 and set(shapes) <= set(wanted)
    )


# Types of most attributes, which hold nothing of a layer. Weights are found anew in
# every call of `predict`, since a list of layers may have grown: this must be quick.
_PLAIN = frozenset({bool, int, float, str, type(None), DTypePolicy})


def _contents(values: Iterable[object], found: list[object]) -> list[object]:
    """Adds what belongs to a layer, and what lists, tuples and dicts of it hold."""
    for value in values:
        if type(value) in _PLAIN:
            continue
        if isinstance(value, (list, tuple)):
            _contents(value, found)
        elif isinstance(value, dict):
            _contents(value.values(), found)
        elif isinstance(value, (Layer, Variable, SeedGenerator, Metric)):
            found.append(value)
    return found


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
            with (
                _names.name_scope(self.name, owner=self),
                _scope.autocasting(None),
                jax.ensure_compile_time_eval(),
            ):
                self._policy_path = _names.current_path()
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
def _positional_arguments(cls: type[Layer]) -> tuple[str, ...]:
    """The arguments of `call` that may be given by position."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    return tuple(p.name for p in parameters if p.kind in kinds)


@functools.cache
def _declared(cls: type[Layer]) -> frozenset[str]:
    """The weights that classes of saccade announce: `kernel: Variable`."""
    return frozenset(
        name
        for base in cls.__mro__
        for name, kind in inspect.get_annotations(base).items()
        if kind == "Variable"
    )


@functools.cache
def _required(cls: type[Layer], method: str = "call") -> tuple[str, ...]:
    """The arguments of a method that have no default."""
    parameters = list(inspect.signature(getattr(cls, method)).parameters.values())[1:]
    return tuple(p.name for p in parameters if p.default is p.empty)


@functools.cache
def _takes_masks(cls: type[Layer]) -> bool:
    return any(n == "mask" or n.endswith("_mask") for n in _positional_arguments(cls))


def _tensor_arguments(cls: type[Layer]) -> tuple[str, ...]:
    return tuple(n for n in _positional_arguments(cls) if n not in ("training", "mask"))


@functools.cache
def _shape_arguments(method: Callable[..., Any]) -> tuple[str, ...]:
    """The arguments of `build` or `compute_output_shape`."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return tuple(p.name for p in parameters if p.kind not in kinds)


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
