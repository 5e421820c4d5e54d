"""Activations as layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import activations, constraints, initializers, regularizers
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable

from ._input import InputSpec
from ._same_shape import SameShape


def _non_negative(where: str, name: str, value: float | None, what: str) -> None:
    if value is None or not value >= 0:
        raise ConfigError(message(where, f"{what}, got {name}={value!r}"))


class Activation(SameShape):
    """Applies an activation function.

    Args:
        activation: name or function.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: any -> the same.

    Raises:
        ConfigError: an unknown name, with the nearest known one.

    Differs from Keras: none.

    Example:
        >>> Activation("relu")(jnp.array([-1.0, 2.0]))
        Array([0., 2.], dtype=float32)
    """

    def __init__(self, activation: object, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns activation(inputs)."""
        return self.activation(inputs)


class ReLU(SameShape):
    """Keeps what is above a threshold: max(x, 0) by default.

    x for threshold <= x < max_value, max_value above, negative_slope * (x -
    threshold) below.

    Args:
        max_value: the largest output; None for no bound.
        negative_slope: slope below the threshold, >= 0.
        threshold: where the output begins to follow the input, >= 0.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: any -> the same.

    Raises:
        ConfigError: a negative argument.

    Differs from Keras: none.

    Example:
        >>> ReLU(max_value=6)(jnp.array([-1.0, 2.0, 9.0]))
        Array([0., 2., 6.], dtype=float32)
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        either = "of a ReLU layer cannot be None or a negative value"
        for name, number in (
            ("negative_slope", negative_slope), ("threshold", threshold),
        ):  # fmt: skip
            _non_negative(self._where, name, number, f"{name} {either}")
        if max_value is not None:
            what = "max_value of a ReLU layer cannot be a negative value"
            _non_negative(self._where, "max_value", max_value, what)
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the rectified input."""
        return activations.relu(
            inputs, self.negative_slope, self.max_value, self.threshold
        )


class LeakyReLU(SameShape):
    """Keeps what is above 0 and damps the rest: max(x, negative_slope * x).

    Args:
        negative_slope: slope below 0, >= 0.
        **kwargs: `name`, `dtype`, `input_shape`; `alpha` is Keras 2's name of
            `negative_slope`.

    Shapes:
        inputs: any -> the same.

    Raises:
        ConfigError: a negative slope.

    Differs from Keras: `alpha` is taken without a warning.

    Example:
        >>> LeakyReLU(0.5)(jnp.array([-1.0, 2.0]))
        Array([-0.5,  2. ], dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        what = (
            "The negative_slope value of a Leaky ReLU layer cannot be None or a "
            "negative value"
        )
        _non_negative(self._where, "negative_slope", negative_slope, what)
        self.negative_slope = negative_slope

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the rectified input."""
        return activations.leaky_relu(inputs, self.negative_slope)


class PReLU(SameShape):
    """A leaky rectifier with learned slopes: max(x, 0) + alpha * min(x, 0).

    Args:
        alpha_initializer: first values of the slopes.
        alpha_regularizer: penalty on the slopes.
        alpha_constraint: applied to the slopes after each update.
        shared_axes: axes along which one slope serves all, counted with the batch as
            0: [1, 2] for one slope per channel of pictures.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: any -> the same; weights: alpha, the shape of one sample with 1 on the
        shared axes.

    Raises:
        ShapeError: a size that a slope is needed for is not known.

    Differs from Keras: none.

    Example:
        >>> PReLU("ones")(jnp.array([[-1.0, 2.0]]))
        Array([[-1.,  2.]], dtype=float32)

    Reference: He et al., "Delving Deep into Rectifiers", 2015,
        https://arxiv.org/abs/1502.01852
    """

    alpha: Variable

    def __init__(
        self,
        alpha_initializer: object = "Zeros",
        alpha_regularizer: object = None,
        alpha_constraint: object = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes: list[int] | None = None
        if shared_axes is not None:
            given = [shared_axes] if isinstance(shared_axes, int) else shared_axes
            self.shared_axes = list(given)

    def build(self, input_shape: Shape) -> None:
        """Makes the slopes."""
        shared = self.shared_axes or []
        shape = [
            1 if axis in shared else size
            for axis, size in enumerate(input_shape[1:], start=1)
        ]
        if None in shape:
            raise ShapeError(
                message(
                    self._where,
                    f"sizes of the input must be known, got {tuple(input_shape)}",
                    "name the free axes in `shared_axes`, for example [1, 2]",
                )
            )
        self.alpha = self.add_weight(
            name="alpha",
            shape=[size for size in shape if size is not None],
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        axes = {a: s for a, s in enumerate(input_shape) if a and a not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the rectified input."""
        alpha = self.alpha.value.astype(self.compute_dtype)
        return activations.relu(inputs) - alpha * activations.relu(-inputs)


class ELU(SameShape):
    """Bends smoothly towards -alpha below 0: alpha * (exp(x) - 1) for x < 0.

    Args:
        alpha: minus the limit for very negative inputs.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: any -> the same.

    Differs from Keras: none.

    Example:
        >>> ELU()(jnp.array([0.0, 2.0]))
        Array([0., 2.], dtype=float32)

    Reference: Clevert et al., "Exponential Linear Units", 2015,
        https://arxiv.org/abs/1511.07289
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the bent input."""
        return activations.elu(inputs, self.alpha)


class Softmax(SameShape):
    """Turns scores into probabilities: exp(x) / sum(exp(x)).

    Args:
        axis: the axis, or axes, that sum to 1.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        inputs: scores; mask: bool, False where the probability must be 0.

    Shapes:
        inputs: any -> the same.

    Raises:
        ShapeError: a mask that does not broadcast to the inputs.

    Differs from Keras: none.

    Example:
        >>> Softmax()(jnp.zeros((1, 4)))
        Array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: jax.Array, mask: jax.Array | None = None) -> jax.Array:
        """Returns probabilities."""
        axis = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        if mask is None:
            return activations.softmax(inputs, axis)
        self._check_mask(mask.shape, inputs.shape)
        keep = mask if mask.dtype == bool else mask > 0.5
        least = -3e4 if inputs.dtype == jnp.float16 else -1e9
        outputs = jax.nn.softmax(jnp.where(keep, inputs, least), axis)
        return jnp.where(keep, outputs, 0)

    def _check_mask(self, mask: Shape, inputs: Shape) -> None:
        problem = None
        if len(mask) > len(inputs):
            problem = "must not have more dimensions than the inputs"
        elif any(
            m not in (1, n)
            for m, n in zip(reversed(mask), reversed(inputs), strict=False)
        ):
            problem = "must be broadcastable to the inputs"
        if problem is not None:
            raise ShapeError(
                message(
                    self._where,
                    f"the mask {problem}, got shape {mask} for inputs of {inputs}",
                )
            )
