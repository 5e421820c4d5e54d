"""Normalisation layers of single samples: layer, group, root mean square, unit.

All compute in float32 at least, since sums of squares overflow in shorter types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import constraints, initializers, regularizers
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    ShapeError,
    message,
)
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable

from ._input import InputSpec
from ._same_shape import SameShape


def _size(shape: Shape, axis: int, where: str) -> int:
    """Returns the size of one axis, which must exist and be known."""
    size = shape[axis] if -len(shape) <= axis < len(shape) else None
    if size is None:
        raise ShapeError(
            message(
                where,
                f"Axis {axis} of input tensor should have a defined dimension but the "
                f"layer received an input with shape {tuple(shape)}",
            )
        )
    return size


def _widened(x: jax.Array) -> jax.Array:
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


class _Scaled(SameShape):
    """A normalisation followed by a learned factor (gamma) and shift (beta)."""

    gamma: Variable | None = None
    beta: Variable | None = None

    def __init__(
        self,
        center: bool,
        scale: bool,
        beta_initializer: object,
        gamma_initializer: object,
        beta_regularizer: object,
        gamma_regularizer: object,
        beta_constraint: object,
        gamma_constraint: object,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def _add_scale_and_shift(
        self,
        shape: Sequence[int],
        scale: bool | None = None,
        center: bool | None = None,
    ) -> None:
        if self.scale if scale is None else scale:
            self.gamma = self.add_weight(
                name="gamma",
                autocast=False,
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center if center is None else center:
            self.beta = self.add_weight(
                name="beta",
                autocast=False,
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )

    def _scale_and_shift(
        self, normalized: jax.Array, shape: Sequence[int]
    ) -> jax.Array:
        """Multiplies by gamma and adds beta, both of a shape that broadcasts."""
        if self.gamma is not None:
            gamma = self.gamma.value.astype(normalized.dtype)
            normalized = normalized * gamma.reshape(shape)
        if self.beta is not None:
            beta = self.beta.value.astype(normalized.dtype)
            normalized = normalized + beta.reshape(shape)
        return normalized.astype(self.compute_dtype)


class LayerNormalization(_Scaled):
    """Gives each sample mean 0 and variance 1 over some axes.

    gamma * (x - mean) / sqrt(variance + epsilon) + beta; the same in training and
    prediction.

    Args:
        axis: the axis, or axes, over which mean and variance are taken.
        epsilon: added to the variance.
        center: whether beta is added.
        scale: whether to multiply by gamma.
        beta_initializer: first values of beta.
        gamma_initializer: first values of gamma.
        beta_regularizer: penalty on beta, added to the loss.
        gamma_regularizer: penalty on gamma.
        beta_constraint: applied to beta after each update.
        gamma_constraint: applied to gamma after each update.
        rms_scaling: whether to divide by the standard deviation and multiply by gamma
            alone, without mean and beta; `RMSNormalization` is the better one.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, ..., d) -> the same; weights: gamma, beta, of the sizes of `axis`.

    Raises:
        ArgumentTypeError: `axis` is neither an int nor ints.
        ShapeError: a size on `axis` is not known.

    Differs from Keras: none.

    Example:
        >>> LayerNormalization()(jnp.array([[1.0, 3.0]])).round(2)
        Array([[-1.,  1.]], dtype=float32)

    Reference: Ba et al., "Layer Normalization", 2016,
        https://arxiv.org/abs/1607.06450
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: object = "zeros",
        gamma_initializer: object = "ones",
        beta_regularizer: object = None,
        gamma_regularizer: object = None,
        beta_constraint: object = None,
        gamma_constraint: object = None,
        *,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        expected = "Expected an int or a list/tuple of ints for the argument 'axis'"
        self.axis = _axes(axis, self._where, expected)
        self.epsilon = epsilon
        self.rms_scaling = rms_scaling

    def build(self, input_shape: Shape) -> None:
        """Makes gamma and beta."""
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        sizes = [_size(input_shape, axis, self._where) for axis in self.axis]
        self._add_scale_and_shift(
            sizes,
            scale=self.scale or self.rms_scaling,
            center=self.center and not self.rms_scaling,
        )

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the normalised inputs."""
        x = _widened(inputs)
        axes, wide = _over(x, self.axis)
        if self.rms_scaling:
            deviation = jax.lax.rsqrt(x.var(axes, keepdims=True) + self.epsilon)
            return self._scale_and_shift(x * deviation, wide)
        mean = x.mean(axes, keepdims=True)
        off = x - mean
        variance = jnp.square(off).mean(axes, keepdims=True)
        return self._scale_and_shift(off * jax.lax.rsqrt(variance + self.epsilon), wide)


def _axes(
    axis: object,
    where: str,
    expected: str = (
        "Invalid value for `axis` argument: expected an int or a list/tuple of ints"
    ),
) -> int | list[int]:
    if isinstance(axis, (list, tuple)):
        return list(axis)
    if isinstance(axis, int):
        return axis
    raise ArgumentTypeError(message(where, f"{expected}. Got {axis!r}"))


def _over(
    x: jax.Array, axis: int | Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the axes counted from 0, and x's shape with 1 on all others."""
    given = [axis] if isinstance(axis, int) else axis
    axes = tuple(a % x.ndim for a in given)
    return axes, tuple(n if a in axes else 1 for a, n in enumerate(x.shape))


class GroupNormalization(_Scaled):
    """Gives groups of channels of each picture mean 0 and variance 1.

    Args:
        groups: number of groups, which divides the channels; -1 for one group per
            channel (instance normalisation).
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether beta is added.
        scale: whether to multiply by gamma.
        beta_initializer: first values of beta.
        gamma_initializer: first values of gamma.
        beta_regularizer: penalty on beta, added to the loss.
        gamma_regularizer: penalty on gamma.
        beta_constraint: applied to beta after each update.
        gamma_constraint: applied to gamma after each update.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, ..., c) -> the same; weights: gamma, beta (c,).

    Raises:
        ConfigError: `groups` is neither > 0 nor -1, or does not divide the channels.
        ShapeError: the number of channels is not known or changed.

    Differs from Keras: none.

    Example:
        >>> GroupNormalization(2)(jnp.ones((1, 3, 3, 4))).shape
        (1, 3, 3, 4)

    Reference: Wu & He, "Group Normalization", 2018, https://arxiv.org/abs/1803.08494
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: object = "zeros",
        gamma_initializer: object = "ones",
        beta_regularizer: object = None,
        gamma_regularizer: object = None,
        beta_constraint: object = None,
        gamma_constraint: object = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ConfigError(
                message(
                    self._where,
                    f"argument `groups` must be an int > 0 or -1, got {groups!r}",
                )
            )
        # Large numbers must not overflow in a short type before they are made small.
        self.autocast = False
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        """Makes gamma and beta."""
        channels = _size(input_shape, self.axis, self._where)
        if self.groups == -1:
            self.groups = channels
        problem = None
        if self.groups > channels:
            problem = f"groups={self.groups} cannot be more than the number of channels"
        elif channels % self.groups:
            problem = (
                f"groups={self.groups} must be a multiple of the number of channels"
            )
        if problem is not None:
            fix = "choose `groups` that divide the channels"
            problem = f"{problem}, which is {channels}"
            raise ConfigError(message(self._where, problem, fix))
        self._add_scale_and_shift((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the normalised inputs."""
        axis = self.axis % inputs.ndim
        channels = inputs.shape[axis]
        split = (self.groups, channels // self.groups)
        x = _widened(inputs)
        x = x.reshape(*x.shape[:axis], *split, *x.shape[axis + 1 :])
        over = tuple(a for a in range(1, x.ndim) if a != axis)
        mean = x.mean(over, keepdims=True)
        off = x - mean
        variance = jnp.square(off).mean(over, keepdims=True)
        normalized = off * jax.lax.rsqrt(variance + self.epsilon)
        wide = tuple(channels if a == axis else 1 for a in range(inputs.ndim))
        return self._scale_and_shift(normalized.reshape(inputs.shape), wide)


class RMSNormalization(SameShape):
    """Divides by the root mean square over some axes and multiplies by a weight.

    x / sqrt(mean(x ** 2) + epsilon) * scale.

    Args:
        axis: the axis, or axes, over which the mean is taken.
        epsilon: added to the mean of squares.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, ..., d) -> the same; weights: scale, of the sizes of `axis`.

    Raises:
        ArgumentTypeError: `axis` is neither an int nor ints.
        ShapeError: a size on `axis` is not known.

    Differs from Keras: none.

    Example:
        >>> RMSNormalization()(jnp.array([[3.0, -3.0]])).round(2)
        Array([[ 1., -1.]], dtype=float32)

    Reference: Zhang & Sennrich, "Root Mean Square Layer Normalization", 2019,
        https://arxiv.org/abs/1910.07467
    """

    scale: Variable

    def __init__(
        self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axis = _axes(axis, self._where)
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        """Makes the scale."""
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        sizes = [_size(input_shape, axis, self._where) for axis in self.axis]
        self.scale = self.add_weight(name="scale", shape=sizes, initializer="ones")

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the normalised inputs."""
        x = _widened(inputs)
        axes, wide = _over(x, self.axis)
        mean = jnp.square(x).mean(axes, keepdims=True)
        scale = self.scale.value.astype(x.dtype).reshape(wide)
        return (x * jax.lax.rsqrt(mean + self.epsilon) * scale).astype(
            self.compute_dtype
        )


class UnitNormalization(SameShape):
    """Divides each sample by its length: sum(x ** 2) becomes 1 over some axes.

    Args:
        axis: the axis, or axes, over which the length is taken.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: any -> the same.

    Raises:
        ArgumentTypeError: `axis` is neither an int nor ints.

    Differs from Keras: the gradient of a row of zeros is finite.

    Example:
        >>> UnitNormalization()(jnp.array([[0.0, 4.0]])).round(2)
        Array([[0., 1.]], dtype=float32)
    """

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _axes(axis, self._where)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the inputs, made 1 long."""
        x = _widened(inputs)
        axes, _ = _over(x, self.axis)
        squares = jnp.square(x).sum(axes, keepdims=True)
        length = jax.lax.rsqrt(jnp.maximum(squares, 1e-24))
        return (x * length).astype(self.compute_dtype)
