"""Convolutions channel by channel: depthwise, and depthwise then pointwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from saccade import constraints, initializers, ops, regularizers
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable
from saccade.ops._shapes import channel_axis

from ._conv import Windowed


class _DepthwiseConv(Windowed):
    """What `DepthwiseConv1D` and `DepthwiseConv2D` share; see the latter."""

    kernel: Variable

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: object = None,
        use_bias: bool = True,
        depthwise_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        depthwise_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        depthwise_constraint: object = None,
        bias_constraint: object = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.depth_multiplier = self._count(depth_multiplier, "depth_multiplier")
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def build(self, input_shape: Shape) -> None:
        """Makes the kernel and the bias."""
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self._add_bias(channels * self.depth_multiplier)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns activation(convolution + bias)."""
        self.compute_output_shape(inputs.shape)
        outputs = ops.depthwise_conv(
            inputs,
            self._value(self.kernel),
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
        )
        return self._finish(outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        channels = input_shape[channel_axis(self.rank + 2, self.data_format)]
        return self._windowed_shape(
            input_shape, (channels or 0) * self.depth_multiplier
        )


class DepthwiseConv1D(_DepthwiseConv):
    """The 1-D form of `DepthwiseConv2D`: (b, steps, c).

    Example:
        >>> DepthwiseConv1D(3)(jax.numpy.ones((1, 5, 2))).shape
        (1, 3, 2)
    """

    rank = 1


class DepthwiseConv2D(_DepthwiseConv):
    """Convolves each channel of pictures with filters of its own.

    Args:
        kernel_size: size of the window, one int or one per axis.
        strides: step between neighbouring windows, one int or one per axis.
        padding: 'valid' or 'same', as of `Conv2D`.
        depth_multiplier: filters for each channel, > 0.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: inputs between neighbouring taps of the window.
        activation: name or function; None for none.
        use_bias: whether a bias is added.
        depthwise_initializer: first values of the filters.
        bias_initializer: first values of the bias.
        depthwise_regularizer: penalty on the filters, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: applied to the filters after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h', w', c * m), m the depth multiplier; weights:
        kernel (kh, kw, c, m), bias (c * m,).

    Raises:
        ConfigError: a number below 1, strides and dilation both above 1, or an
            unknown name.
        ShapeError: wrong number of axes or channels, or a window larger than its
            input with padding='valid'.

    Differs from Keras: strides and dilation both above 1 are refused.

    Example:
        >>> DepthwiseConv2D(3, depth_multiplier=2)(jax.numpy.ones((1, 5, 5, 3))).shape
        (1, 3, 3, 6)
    """

    rank = 2


class _SeparableConv(Windowed):
    """What `SeparableConv1D` and `SeparableConv2D` share; see the latter."""

    depthwise_kernel: Variable
    pointwise_kernel: Variable

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: object = None,
        use_bias: bool = True,
        depthwise_initializer: object = "glorot_uniform",
        pointwise_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        depthwise_regularizer: object = None,
        pointwise_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        depthwise_constraint: object = None,
        pointwise_constraint: object = None,
        bias_constraint: object = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.filters = self._count(filters, "filters")
        self.depth_multiplier = self._count(depth_multiplier, "depth_multiplier")
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.pointwise_constraint = constraints.get(pointwise_constraint)

    def build(self, input_shape: Shape) -> None:
        """Makes the two kernels and the bias."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            name="depthwise_kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        ones = (1,) * self.rank
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(*ones, channels * self.depth_multiplier, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns activation(both convolutions + bias)."""
        self.compute_output_shape(inputs.shape)
        outputs = ops.separable_conv(
            inputs,
            self._value(self.depthwise_kernel),
            self._value(self.pointwise_kernel),
            self.strides,
            self.padding,
            self.data_format,
            self.dilation_rate,
        )
        return self._finish(outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        return self._windowed_shape(input_shape, self.filters)


class SeparableConv1D(_SeparableConv):
    """The 1-D form of `SeparableConv2D`: (b, steps, c).

    Example:
        >>> SeparableConv1D(4, 3)(jax.numpy.ones((1, 5, 2))).shape
        (1, 3, 4)
    """

    rank = 1


class SeparableConv2D(_SeparableConv):
    """Convolves each channel by itself, then mixes the channels of each pixel.

    Nearly a `Conv2D` with far fewer weights and multiplications.

    Args:
        filters: number of output channels, > 0.
        kernel_size: size of the window, one int or one per axis.
        strides: step between neighbouring windows, one int or one per axis.
        padding: 'valid' or 'same', as of `Conv2D`.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: inputs between neighbouring taps of the window.
        depth_multiplier: filters for each channel in the first step, > 0.
        activation: name or function; None for none.
        use_bias: whether a bias is added at the end.
        depthwise_initializer: first values of the first step's filters.
        pointwise_initializer: first values of the second step's filters.
        bias_initializer: first values of the bias.
        depthwise_regularizer: penalty on the first step's filters.
        pointwise_regularizer: penalty on the second step's filters.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: applied to the first step's filters after each update.
        pointwise_constraint: applied to the second step's filters.
        bias_constraint: applied to the bias.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h', w', filters); weights: depthwise_kernel
        (kh, kw, c, m), pointwise_kernel (1, 1, c * m, filters), bias (filters,).

    Raises:
        ConfigError: a number below 1, strides and dilation both above 1, or an
            unknown name.
        ShapeError: wrong number of axes or channels, or a window larger than its
            input with padding='valid'.

    Differs from Keras: strides and dilation both above 1 are refused.

    Example:
        >>> SeparableConv2D(4, 3)(jax.numpy.ones((1, 5, 5, 3))).shape
        (1, 3, 3, 4)

    Reference: Chollet, "Xception", 2016, https://arxiv.org/abs/1610.02357
    """

    rank = 2
