"""Batch normalisation: by the statistics of the batch, or by running ones.

Computes in float32 at least, since sums of squares overflow in shorter types.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from saccade import initializers, kernels
from saccade.core import _scope
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._recorder import stop_gradient
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable

from ._input import InputSpec
from ._norm import _Scaled, _size, _widened


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
        renorm: whether training corrects the batch's statistics towards running ones
            (batch renormalization), for small batches. Adds three weights.
        renorm_clipping: bounds of the correction by factor and shift: a dict with
            some of 'rmin', 'rmax', 'dmax'.
        renorm_momentum: part of the statistics for the correction that a step keeps.
        synchronized: kept for Keras; must be False.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Call args:
        inputs: pictures or rows; training: whether to use the batch's statistics;
        mask: bool, of the shape of the inputs without the last axis, false where the
        statistics leave a pixel or step out.

    Shapes:
        inputs: (b, ..., c) -> the same; weights: gamma, beta, moving_mean,
        moving_variance (c,).

    Raises:
        ConfigError: `synchronized`, a momentum outside [0, 1], or wrong bounds in
            `renorm_clipping`.
        ShapeError: the number of channels is not known or changed, or a mask of
            another rank.

    Differs from Keras: forward-mode derivatives (`jax.jvp`) of pictures are not
    defined where the compiled kernels run, on CPU; `SACCADE_KERNELS=off` brings them.

    Example:
        >>> layer = BatchNormalization()
        >>> layer(jnp.array([[1.0], [3.0]]), training=True).round(3).tolist()
        [[-1.0], [1.0]]
        >>> layer.moving_mean.numpy().round(3)
        array([0.02], dtype=float32)

    Reference: Ioffe & Szegedy, "Batch Normalization", 2015,
        https://arxiv.org/abs/1502.03167; Ioffe, "Batch Renormalization", 2017,
        https://arxiv.org/abs/1702.03275
    """

    moving_mean: Variable
    moving_variance: Variable
    # Of renormalization alone.
    moving_stddev: Variable
    renorm_mean: Variable
    renorm_stddev: Variable

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
        if renorm:
            self.renorm_clipping = _checked_clipping(renorm_clipping, self._where)
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

    def build(self, input_shape: Shape) -> None:
        """Makes gamma, beta and the running averages."""
        shape = (_size(input_shape, self.axis, self._where),)
        self._add_scale_and_shift(shape)

        def statistic(name: str, initializer: object) -> Variable:
            return self.add_weight(
                name=name,
                shape=shape,
                initializer=initializer,
                trainable=False,
                autocast=False,
            )

        self.moving_mean = statistic("moving_mean", self.moving_mean_initializer)
        self.moving_variance = statistic(
            "moving_variance", self.moving_variance_initializer
        )
        if self.renorm:
            root = _root_of(self.moving_variance_initializer)
            self.moving_stddev = statistic("moving_stddev", root)
            self.renorm_mean = statistic("renorm_mean", self.moving_mean_initializer)
            self.renorm_stddev = statistic("renorm_stddev", root)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})

    def call(
        self,
        inputs: jax.Array,
        training: bool | None = None,
        mask: jax.Array | None = None,
    ) -> jax.Array:
        """Returns the normalised inputs."""
        x = _widened(inputs)
        dtype = x.dtype
        axis = self.axis % x.ndim
        wide = tuple(-1 if a == axis else 1 for a in range(x.ndim))
        scale: Any = None if self.gamma is None else self.gamma.value.astype(dtype)
        offset: Any = None if self.beta is None else self.beta.value.astype(dtype)
        rows = None
        if training and self.trainable:
            counted = None if mask is None else self._counted(x, mask)
            if counted is not None:
                x = jnp.where(counted, x, 0)
                others = tuple(a for a in range(x.ndim) if a != axis)
                mean, variance = _batch_statistics(x, others, wide, counted)
            else:
                rows = _scope.current_row_mask()
                mean, variance = kernels.moments(jnp.moveaxis(x, axis, -1), rows)
            if self.renorm:
                scale, offset = self._renormalized(mean, variance, scale, offset)
            else:
                self._move(self.moving_mean, mean, self.momentum)
                self._move(self.moving_variance, variance, self.momentum)
        else:
            mean = self.moving_mean.value.astype(dtype)
            variance = self.moving_variance.value.astype(dtype)
        factor = jax.lax.rsqrt(variance + self.epsilon)
        if scale is not None:
            factor = factor * scale
        # The centre is taken off as a constant, and its gradient goes through the
        # shift, a vector: one pass over the pictures less.
        centre = stop_gradient(mean)
        shift = (centre - mean) * factor
        if offset is not None:
            shift = shift + offset
        last = jnp.moveaxis(x, axis, -1)
        outputs = kernels.normalize(last, centre, factor, shift, rows)
        return jnp.moveaxis(outputs, -1, axis).astype(self.compute_dtype)

    def _counted(self, x: jax.Array, mask: jax.Array) -> jax.Array:
        """Which numbers count in the statistics, of the shape of x."""
        if mask.ndim != x.ndim - 1:
            raise ShapeError(
                message(
                    self._where,
                    f"the mask must have one axis less than the inputs, got "
                    f"{mask.shape} for {x.shape}",
                )
            )
        steps = jnp.broadcast_to(jnp.asarray(mask, bool)[..., None], x.shape)
        rows = _scope.current_row_mask()
        if rows is None:
            return steps
        return steps & rows.reshape((-1,) + (1,) * (x.ndim - 1))

    def _move(self, average: Variable, new: jax.Array, keep: float) -> None:
        average.assign(average.value.astype(new.dtype) * keep + new * (1 - keep))

    def _renormalized(
        self, mean: jax.Array, variance: jax.Array, scale: Any, offset: Any
    ) -> tuple[jax.Array, jax.Array]:
        """Moves all averages; returns scale and offset with the correction in them."""
        bounds = self.renorm_clipping or {}
        deviation = jnp.sqrt(variance + self.epsilon)
        # Not 0, as it may be at the start.
        usual = jnp.maximum(
            self.renorm_stddev.value.astype(mean.dtype), math.sqrt(self.epsilon)
        )
        ratio = jnp.clip(deviation / usual, bounds.get("rmin"), bounds.get("rmax"))
        off = (mean - self.renorm_mean.value.astype(mean.dtype)) / usual
        if bounds.get("dmax") is not None:
            off = jnp.clip(off, -bounds["dmax"], bounds["dmax"])
        ratio, off = stop_gradient(ratio), stop_gradient(off)
        self._move(self.renorm_mean, mean, self.renorm_momentum)
        self._move(self.renorm_stddev, deviation, self.renorm_momentum)
        self._move(self.moving_mean, mean, self.momentum)
        self._move(self.moving_stddev, deviation, self.momentum)
        square = jnp.square(self.moving_stddev.value) - self.epsilon
        self.moving_variance.assign(jnp.maximum(square, 0))
        if scale is not None:
            ratio, off = ratio * scale, off * scale
        return ratio, off if offset is None else off + offset


def _root_of(initializer: Any) -> Any:
    def root(shape: Shape, dtype: Any = None) -> jax.Array:
        return jnp.sqrt(initializer(shape, dtype=dtype))

    return root


def _checked_clipping(
    given: Mapping[str, float] | None, where: str
) -> dict[str, float]:
    bounds = dict(given or {})
    unknown = sorted(set(bounds) - {"rmax", "rmin", "dmax"})
    rmin, rmax, dmax = (bounds.get(name) for name in ("rmin", "rmax", "dmax"))
    problem = None
    if unknown:
        problem = f"Received invalid keys {unknown}; there are 'rmin', 'rmax', 'dmax'"
    elif rmax is not None and rmin is not None and rmax < rmin:
        problem = f"rmax should be at least rmin, got rmax={rmax}, rmin={rmin}"
    elif dmax is not None and dmax < 0:
        problem = f"dmax should be non-negative, got {dmax}"
    if problem:
        raise ConfigError(message(where, f"`renorm_clipping`: {problem}"))
    return bounds


def _batch_statistics(
    x: jax.Array,
    axes: tuple[int, ...],
    wide: tuple[int, ...],
    real: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Returns mean and variance over some axes, of what is real only.

    The rest must be 0 in x.
    """
    count = jnp.maximum(real.sum(axes), 1)
    mean = x.sum(axes) / count
    # About a constant centre, the gradient needs no sum of x - mean, which is 0. What
    # the centre changes is a square of 0: of use to second derivatives alone.
    centre = stop_gradient(mean)
    off = jnp.where(real, x - centre.reshape(wide), 0)
    return mean, jnp.square(off).sum(axes) / count - jnp.square(mean - centre)
