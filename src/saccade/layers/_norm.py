"""Normalisation layers: batch, layer, group, root mean square, unit.

All compute in float32 at least, since sums of squares overflow in shorter types.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import constraints, initializers, regularizers
from saccade.core import _scope
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._recorder import stop_gradient
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
                f"needs a known size on axis {axis} of its input, got shape "
                f"{tuple(shape)}",
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

    def _add_scale_and_shift(self, shape: Sequence[int]) -> None:
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                autocast=False,
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center:
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


class BatchNormalization(_Scaled):
    """Gives each channel mean 0 and variance 1 over the batch.

    During training with the mean and variance of the batch, which also move the
    running averages; otherwise with these averages:
    gamma * (x - mean) / sqrt(variance + epsilon) + beta. With `trainable = False` it
    always uses the averages and leaves them as they are.

    Args:
        axis: the axis of the channels.
        momentum: part of the averages that a step keeps, in [0, 1].
        epsilon: added to the variance.
        center: whether beta is added.
        scale: whether to multiply by gamma.
        beta_initializer: first values of beta.
        gamma_initializer: first values of gamma.
        moving_mean_initializer: first values of the running mean.
        moving_variance_initializer: first values of the running variance.
        beta_regularizer: penalty on beta, added to the loss.
        gamma_regularizer: penalty on gamma.
        beta_constraint: applied to beta after each update.
        gamma_constraint: applied to gamma after each update.
        renorm: kept for Keras; must be False.
        renorm_clipping: kept for Keras.
        renorm_momentum: kept for Keras.
        synchronized: kept for Keras; must be False.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Call args:
        inputs: pictures or rows; training: whether to use the batch's statistics.

    Shapes:
        inputs: (b, ..., c) -> the same; weights: gamma, beta, moving_mean,
        moving_variance (c,).

    Raises:
        ConfigError: `synchronized`, or a momentum outside [0, 1].
        ShapeError: the number of channels is not known or changed.
        UnsupportedFeatureError: `renorm`.

    Differs from Keras: no renormalisation, no masks.

    Example:
        >>> layer = BatchNormalization()
        >>> layer(jnp.array([[1.0], [3.0]]), training=True).round(3).tolist()
        [[-1.0], [1.0]]
        >>> layer.moving_mean.numpy().round(3)
        array([0.02], dtype=float32)

    Reference: Ioffe & Szegedy, "Batch Normalization", 2015,
        https://arxiv.org/abs/1502.03167
    """

    moving_mean: Variable
    moving_variance: Variable

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: object = "zeros",
        gamma_initializer: object = "ones",
        moving_mean_initializer: object = "zeros",
        moving_variance_initializer: object = "ones",
        beta_regularizer: object = None,
        gamma_regularizer: object = None,
        beta_constraint: object = None,
        gamma_constraint: object = None,
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
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
        # Keras 2 wrote the axis into files as a list of one.
        self.axis = int(axis[0] if isinstance(axis, (list, tuple)) else axis)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized
        if not 0 <= self.momentum <= 1:
            raise ConfigError(
                message(self._where, f"`momentum` must be in [0, 1], got {momentum!r}")
            )
        if synchronized:
            raise ConfigError(
                message(self._where, "`synchronized=True` works with TensorFlow only")
            )
        if renorm:
            raise UnsupportedFeatureError(
                message(self._where, "`renorm=True` is not supported", "leave it out")
            )

    def build(self, input_shape: Shape) -> None:
        """Makes gamma, beta and the running averages."""
        shape = (_size(input_shape, self.axis, self._where),)
        self._add_scale_and_shift(shape)
        self.moving_mean = self.add_weight(
            name="moving_mean",
            autocast=False,
            shape=shape,
            initializer=self.moving_mean_initializer,
            trainable=False,
        )
        self.moving_variance = self.add_weight(
            name="moving_variance",
            autocast=False,
            shape=shape,
            initializer=self.moving_variance_initializer,
            trainable=False,
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})

    def call(self, inputs: jax.Array, training: bool | None = None) -> jax.Array:
        """Returns the normalised inputs."""
        x = _widened(inputs)
        dtype = x.dtype
        axis = self.axis % x.ndim
        wide = tuple(-1 if a == axis else 1 for a in range(x.ndim))
        mean = self.moving_mean.value.astype(dtype)
        variance = self.moving_variance.value.astype(dtype)
        if training and self.trainable:
            old = mean, variance
            real = _scope.current_row_mask()
            if real is not None:
                real = real.reshape((-1,) + (1,) * (x.ndim - 1))
                x = jnp.where(real, x, 0)
            others = tuple(a for a in range(x.ndim) if a != axis)
            mean, variance = _batch_statistics(x, others, wide, real)
            keep = self.momentum
            self.moving_mean.assign(old[0] * keep + mean * (1 - keep))
            self.moving_variance.assign(old[1] * keep + variance * (1 - keep))
        factor = jax.lax.rsqrt(variance + self.epsilon)
        if self.gamma is not None:
            factor = factor * self.gamma.value.astype(dtype)
        # The centre is taken off as a constant, and its gradient goes through the
        # shift, a vector: one pass over the pictures less.
        centre = stop_gradient(mean)
        shift = (centre - mean) * factor
        if self.beta is not None:
            shift = shift + self.beta.value.astype(dtype)
        outputs = (x - centre.reshape(wide)) * factor.reshape(wide)
        return (outputs + shift.reshape(wide)).astype(self.compute_dtype)


def _batch_statistics(
    x: jax.Array,
    axes: tuple[int, ...],
    wide: tuple[int, ...],
    real: jax.Array | None,
) -> tuple[jax.Array, jax.Array]:
    """Returns mean and variance over some axes, of the real rows only.

    The others must be 0 in x.
    """
    count: jax.Array | float = math.prod(x.shape[axis] for axis in axes)
    if real is not None:
        count = jnp.maximum(real.sum(), 1) * (count / x.shape[0])
    mean = x.sum(axes) / count
    # As the mean of x - mean is 0, the variance does not change with the mean.
    off = x - stop_gradient(mean).reshape(wide)
    if real is not None:
        off = jnp.where(real, off, 0)
    return mean, jnp.square(off).sum(axes) / count


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
        rms_scaling: kept for Keras; must be False.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, ..., d) -> the same; weights: gamma, beta, of the sizes of `axis`.

    Raises:
        ArgumentTypeError: `axis` is neither an int nor ints.
        ShapeError: a size on `axis` is not known.
        UnsupportedFeatureError: `rms_scaling`.

    Differs from Keras: no `rms_scaling`; use `RMSNormalization`.

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
        self.axis = _axes(axis, self._where)
        self.epsilon = epsilon
        self.rms_scaling = rms_scaling
        if rms_scaling:
            raise UnsupportedFeatureError(
                message(
                    self._where,
                    "`rms_scaling=True` is not supported",
                    "use RMSNormalization",
                )
            )

    def build(self, input_shape: Shape) -> None:
        """Makes gamma and beta."""
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        sizes = [_size(input_shape, axis, self._where) for axis in self.axis]
        self._add_scale_and_shift(sizes)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the normalised inputs."""
        x = _widened(inputs)
        axes, wide = _over(x, self.axis)
        mean = x.mean(axes, keepdims=True)
        off = x - mean
        variance = jnp.square(off).mean(axes, keepdims=True)
        return self._scale_and_shift(off * jax.lax.rsqrt(variance + self.epsilon), wide)


def _axes(axis: object, where: str) -> int | list[int]:
    if isinstance(axis, (list, tuple)):
        return list(axis)
    if isinstance(axis, int):
        return axis
    raise ArgumentTypeError(
        message(where, f"`axis` must be an int or a list of ints, got {axis!r}")
    )


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
                    self._where, f"`groups` must be an int > 0 or -1, got {groups!r}"
                )
            )
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape: Shape) -> None:
        """Makes gamma and beta."""
        channels = _size(input_shape, self.axis, self._where)
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ConfigError(
                message(
                    self._where,
                    f"the {channels} channels of the input cannot be split into "
                    f"groups={self.groups}",
                    "choose `groups` that divide the channels",
                )
            )
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
