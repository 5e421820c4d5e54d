"""Layers of one matrix or one function: Dense, Embedding, Identity, Lambda."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from saccade import activations, constraints, initializers, kernels, regularizers
from saccade.core._checks import positive_int
from saccade.core._errors import (
    ArgumentTypeError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable
from saccade.saving import deserialize_keras_object, serialize_keras_object

from ._input import InputSpec
from ._layer import Layer, is_shape

if TYPE_CHECKING:
    from jax.typing import ArrayLike


_POSITIVE = "a positive integer"


def _refuse(where: str, **options: object) -> None:
    """Raises for what Keras has and saccade leaves out, if it is asked for."""
    for name, value in options.items():
        if value is not None:
            raise UnsupportedFeatureError(
                message(where, f"`{name}` is not supported", "leave it out")
            )


def activated(activation: Callable[[Any], Any] | None, outputs: Any) -> Any:
    """Applies an activation; programs may have set a layer's to None.

    Example:
        >>> activated(None, 3)
        3
    """
    return outputs if activation is None else activation(outputs)


class Dense(Layer):
    """Multiplies by a matrix, adds a bias, applies an activation.

    The fully connected layer: y = activation(x @ kernel + bias).

    Args:
        units: number of outputs (neurons), > 0.
        activation: name or function; None for none.
        use_bias: whether a bias is added.
        kernel_initializer: first values of the matrix.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the matrix, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the matrix after each update.
        bias_constraint: applied to the bias after each update.
        lora_rank: kept for Keras; must be None.
        lora_alpha: kept for Keras; must be None.
        quantization_config: kept for Keras; must be None.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, ..., d) -> (b, ..., units) compute dtype; weights: kernel
        (d, units), bias (units,).

    Raises:
        ConfigError: `units` is no int > 0, or an unknown name.
        ShapeError: the input has one axis only, its last size is not known, or it
            is not the one the layer was built for.
        UnsupportedFeatureError: low-rank adaptation or quantisation is asked for.

    Differs from Keras: no low-rank adaptation, no quantisation.

    Example:
        >>> Dense(3, activation="relu")(jnp.ones((2, 5))).shape
        (2, 3)
    """

    supports_masking = True
    kernel: Variable
    bias: Variable | None = None

    def __init__(
        self,
        units: int,
        activation: object = None,
        use_bias: bool = True,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        kernel_constraint: object = None,
        bias_constraint: object = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: object = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        _refuse(
            self._where,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
        )
        self.lora_rank = self.lora_alpha = self.quantization_config = None
        self.units = positive_int(units, "units", self._where, expected=_POSITIVE)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Shape) -> None:
        """Makes the kernel and the bias."""
        width = input_shape[-1]
        if width is None:
            raise ShapeError(
                message(
                    self._where,
                    "the last size of the input must be known to make the kernel, got "
                    f"shape {tuple(input_shape)}",
                    "give `Input` the whole shape",
                )
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(width, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: width})

    def call(self, inputs: jax.Array, training: bool | None = None) -> jax.Array:
        """Returns activation(inputs @ kernel + bias)."""
        dtype = self.compute_dtype
        outputs = kernels.product(inputs.astype(dtype), self.kernel.value.astype(dtype))
        if self.bias is not None:
            outputs = outputs + self.bias.value.astype(dtype)
        return activated(self.activation, outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the input's shape with `units` as last size."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        for name in ("activity_regularizer", "lora_rank", "lora_alpha"):
            if config[name] is None:
                del config[name]
        return config


class Embedding(Layer):
    """Looks up a vector for each whole number.

    Args:
        input_dim: how many different numbers there are; they are 0 ... input_dim - 1.
        output_dim: length of the vectors, > 0.
        embeddings_initializer: first values of the table.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: applied to the table after each update.
        mask_zero: whether 0 stands for a step that is not there; the output then has
            a mask, which later layers heed.
        weights: the table to start from.
        lora_rank: kept for Keras; must be None.
        lora_alpha: kept for Keras; must be None.
        quantization_config: kept for Keras; must be None.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, ...) whole numbers -> (b, ..., output_dim); weights: embeddings
        (input_dim, output_dim).

    Raises:
        ConfigError: `input_dim` or `output_dim` is no int > 0.
        UnsupportedFeatureError: adaptation or quantisation are asked for.

    Differs from Keras: no low-rank adaptation.

    Example:
        >>> Embedding(10, 4)(jnp.array([[1, 2, 3]])).shape
        (1, 3, 4)
    """

    embeddings: Variable

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: object = "uniform",
        embeddings_regularizer: object = None,
        embeddings_constraint: object = None,
        mask_zero: bool = False,
        weights: object = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: object = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("input_length", None)
        super().__init__(**kwargs)
        _refuse(
            self._where,
            lora_rank=lora_rank,
            lora_alpha=lora_alpha,
            quantization_config=quantization_config,
        )
        self.input_dim, self.output_dim = (
            positive_int(value, name, self._where, expected=_POSITIVE, whole=True)
            for name, value in (("input_dim", input_dim), ("output_dim", output_dim))
        )
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = bool(mask_zero)
        self.lora_rank = self.lora_alpha = self.quantization_config = None
        # Indices given as floats must not lose digits in a short type.
        self.autocast = False
        if weights is not None:
            single = isinstance(weights, list) and len(weights) == 1
            self._initial_weights = weights if single else [weights]
            self._build_once(None)

    def build(self, input_shape: Shape | None = None) -> None:
        """Makes the table."""
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the rows of the table that `inputs` name."""
        indices = inputs.astype("int32")
        return jnp.take(self.embeddings.value.astype(self.compute_dtype), indices, 0)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns where the numbers are not 0, with `mask_zero`."""
        return jnp.not_equal(jnp.asarray(inputs), 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the input's shape and the length of a vector."""
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config.setdefault("activity_regularizer", None)
        for name in ("weights", "lora_rank", "lora_alpha"):
            config.pop(name, None)
        return config


class Identity(Layer):
    """Returns its input.

    Args:
        **kwargs: `name`, `dtype`.

    Shapes:
        inputs: any -> the same.

    Differs from Keras: none.

    Example:
        >>> Identity()(jnp.ones(2))
        Array([1., 1.], dtype=float32)
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Returns the input."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input's shape."""
        return input_shape


class Lambda(Layer):
    """Makes a layer of a function.

    The function must be written with `jax.numpy` or `saccade.ops` and use no
    variables; for weights, write a `Layer`.

    Args:
        function: takes the input, and `training` and `mask` if it has such arguments.
        output_shape: shape of one sample of the output, or a function of the input's
            shape; None to find it by tracing.
        mask: the mask of the output, or a function of (inputs, mask); None for none.
        arguments: further keyword arguments for the function.
        **kwargs: `name`, `dtype`.

    Shapes:
        inputs: any -> whatever the function returns.

    Raises:
        ArgumentTypeError: `function` cannot be called.

    Differs from Keras: none.

    Example:
        >>> Lambda(lambda x: x / 255)(jnp.array([255.0]))
        Array([1.], dtype=float32)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Shape | Callable[[Any], Any] | None = None,
        mask: ArrayLike | Callable[[Any, Any], Any] | None = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise ArgumentTypeError(
                message(self._where, f"`function` must be a function, got {function!r}")
            )
        self.function = function
        self.arguments = dict(arguments or {})
        self._output_shape = output_shape
        self._mask = mask
        self.supports_masking = mask is not None
        self._takes = {"training", "mask"} & set(_parameters(function))

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Returns function(inputs, **arguments)."""
        known = {"training": training, "mask": mask}
        extra = {name: value for name, value in known.items() if name in self._takes}
        return self.function(inputs, **{**self.arguments, **extra})

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask that was given, or what the given function returns."""
        if callable(self._mask):
            return self._mask(inputs, previous_mask)
        return self._mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of what the function returns."""
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return self._output_shape(input_shape)
        first = jax.tree.leaves(input_shape, is_leaf=is_shape)[0]  # of several inputs
        return jax.tree.map(
            lambda shape: (first[0], *shape), self._output_shape, is_leaf=is_shape
        )

    @property
    def rows_independent(self) -> bool:
        """Always False: the function may mix the rows of a batch."""
        return False

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        for name in ("mask", "output_shape"):
            config.pop(name, None)
        config["function"] = _to_keras(self.function)
        if callable(self._output_shape):
            config["output_shape"] = _to_keras(self._output_shape)
        elif self._output_shape is not None:
            config["output_shape"] = self._output_shape
        if callable(self._mask):
            config["mask"] = _to_keras(self._mask)
        elif self._mask is not None:
            config["mask"] = serialize_keras_object(np.asarray(self._mask))
        config["arguments"] = self.arguments
        return config

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
        safe_mode: bool | None = None,
    ) -> Self:
        """Makes a layer from `get_config()`.

        Args:
            config: what `get_config()` gave.
            custom_objects: functions of one's own, by name.
            safe_mode: False to run the code of unnamed functions in the config.

        Raises:
            UnsupportedFeatureError: an unnamed function, unless it is trusted.
        """
        config = dict(config)
        for name in ("function", "output_shape"):
            value = config.get(name)
            if isinstance(value, Mapping):
                config[name] = deserialize_keras_object(
                    _from_keras(value), custom_objects, safe_mode is not False
                )
            elif isinstance(value, list):
                config[name] = tuple(value)
        return cls(**config)


def _to_keras(function: Callable[..., Any]) -> Any:
    """Writes a function in the form that Keras' Lambda has in configs."""
    form = serialize_keras_object(function)
    if form["class_name"] != "__lambda__":
        return form
    names = ("code", "defaults", "closure")
    code = dict(zip(names, form["config"]["value"], strict=True))
    return {"class_name": "__lambda__", "config": code}


def _from_keras(form: Mapping[str, Any]) -> Mapping[str, Any]:
    if form.get("class_name") != "__lambda__":
        return form
    return {
        "class_name": "__lambda__",
        "config": {"value": list(form["config"].values())},
    }


def _parameters(function: Callable[..., Any]) -> Sequence[str]:
    try:
        return list(inspect.signature(function).parameters)
    except ValueError:  # Built-in functions may have no signature.
        return []
