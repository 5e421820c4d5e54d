"""Convolution layers: over pictures, and transposed.

How a convolution is computed belongs to `saccade.kernels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from saccade import activations, constraints, initializers, ops, regularizers
from saccade.core import _checks
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._symbolic import Shape
from saccade.core._variable import Variable
from saccade.ops._conv import add_bias, conv_relu
from saccade.ops._shapes import (
    channel_axis,
    transposed_shape,
    windowed_shape,
)

from ._input import InputSpec
from ._layer import Layer


class Windowed(Layer):
    """What all convolutions share: windows, a bias and an activation."""

    rank: ClassVar[int]
    _paddings: ClassVar[tuple[str, ...]] = ("valid", "same")
    bias: Variable | None = None

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int],
        padding: str,
        data_format: str | None,
        dilation_rate: int | Sequence[int],
        activation: object,
        use_bias: bool,
        bias_initializer: object,
        bias_regularizer: object,
        bias_constraint: object,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.kernel_size = self._ints(kernel_size, "kernel_size")
        self.strides = self._ints(strides, "strides")
        self.dilation_rate = self._ints(dilation_rate, "dilation_rate")
        self.padding = _checks.one_of(padding, self._paddings, "padding", self._where)
        self.data_format = _checks.data_format(data_format, self._where)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ConfigError(
                message(
                    self._where,
                    "`strides` and `dilation_rate` cannot both be above 1, got "
                    f"strides={self.strides}, dilation_rate={self.dilation_rate}",
                    "leave one of them at 1",
                )
            )

    def _ints(self, value: int | Sequence[int], name: str) -> tuple[int, ...]:
        return _checks.int_tuple(value, self.rank, name, self._where)

    def _count(self, value: int, name: str) -> int:
        return _checks.positive_int(value, name, self._where)

    def _channels(self, input_shape: Shape) -> int:
        """The input's channels, which from now on are expected."""
        axis = channel_axis(self.rank + 2, self.data_format)
        channels = input_shape[axis]
        if channels is None:
            raise ShapeError(
                message(
                    self._where,
                    "the number of channels of the input must be known, got shape "
                    f"{tuple(input_shape)} with data_format={self.data_format!r}",
                    "give `Input` the number of channels",
                )
            )
        self.compute_output_shape(input_shape)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _add_bias(self, filters: int) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(filters,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _value(self, weight: Variable) -> jax.Array:
        return weight.value.astype(self.compute_dtype)

    def _finish(self, outputs: jax.Array) -> jax.Array:
        """Adds the bias and applies the activation."""
        if self.bias is not None:
            bias = self._value(self.bias)
            outputs = add_bias(outputs, bias, self.data_format)
        return self.activation(outputs)

    def _windowed_shape(self, input_shape: Shape, channels: int) -> Shape:
        return windowed_shape(
            input_shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.data_format,
            self._where,
            channels=channels,
            dilation=self.dilation_rate,
        )


class _Conv(Windowed):
    """What `Conv1D`, `Conv2D` and `Conv3D` share; see `Conv2D`."""

    kernel: Variable

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        groups: int = 1,
        activation: object = None,
        use_bias: bool = True,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        kernel_constraint: object = None,
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
        self.groups = self._count(groups, "groups")
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        if self.filters % self.groups:
            raise ConfigError(
                message(
                    self._where,
                    f"`filters` must be a multiple of `groups`, got filters={filters}, "
                    f"groups={groups}",
                )
            )

    def build(self, input_shape: Shape) -> None:
        """Makes the kernel and the bias."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ConfigError(
                message(
                    self._where,
                    f"the {channels} channels of the input cannot be split into "
                    f"groups={self.groups}",
                )
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns activation(convolution + bias)."""
        self.compute_output_shape(inputs.shape)
        padding = self.padding
        if padding == "causal":
            before = (self.kernel_size[0] - 1) * self.dilation_rate[0]
            steps = (0, 0), (before, 0), (0, 0)
            if self.data_format == "channels_first":
                steps = (0, 0), (0, 0), (before, 0)
            inputs, padding = jnp.pad(inputs, steps), "valid"
        kernel = self._value(self.kernel)
        windows = (self.strides, padding, self.data_format, self.dilation_rate)
        if self.bias is not None and self.activation is activations.relu:
            return conv_relu(inputs, kernel, self._value(self.bias), *windows)
        return self._finish(ops.conv(inputs, kernel, *windows))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        return self._windowed_shape(input_shape, self.filters)


class Conv1D(_Conv):
    """The 1-D form of `Conv2D`: (b, steps, c).

    `padding` may also be 'causal': zeros before the first step only, so that no
    output sees later inputs.

    Example:
        >>> Conv1D(8, 3, padding="causal")(jnp.ones((1, 5, 2))).shape
        (1, 5, 8)
    """

    rank = 1
    _paddings = ("valid", "same", "causal")


class Conv2D(_Conv):
    """Convolves pictures with learned filters.

    out[b, i, j, f] = activation(bias[f] + sum over u, v, c of
    x[b, i * strides + u, j * strides + v, c] * kernel[u, v, c, f]).

    Args:
        filters: number of output channels, > 0.
        kernel_size: size of the window, one int or one per axis.
        strides: step between neighbouring windows, one int or one per axis.
        padding: 'valid' drops windows that stick out, 'same' adds zeros around, so
            that the output has ceil(input / strides) windows.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: inputs between neighbouring taps of the window.
        groups: channels and filters are split into so many parts that do not see
            each other; it divides both.
        activation: name or function; None for none.
        use_bias: whether a bias is added.
        kernel_initializer: first values of the filters.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the filters, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the filters after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h', w', filters) compute dtype; weights: kernel
        (kh, kw, c / groups, filters), bias (filters,).

    Raises:
        ConfigError: a number below 1, `groups` that does not divide filters and
            channels, strides and dilation both above 1, or an unknown name.
        ShapeError: wrong number of axes or channels, or a window larger than its
            input with padding='valid'.

    Differs from Keras: no low-rank adaptation.

    Example:
        >>> Conv2D(8, 3, activation="relu")(jnp.ones((1, 5, 5, 3))).shape
        (1, 3, 3, 8)
    """

    rank = 2


class Conv3D(_Conv):
    """The 3-D form of `Conv2D`: (b, depth, h, w, c).

    Example:
        >>> Conv3D(8, 2)(jnp.ones((1, 3, 3, 3, 1))).shape
        (1, 2, 2, 2, 8)
    """

    rank = 3


class _ConvTranspose(Windowed):
    """What the transposed convolutions share; see `Conv2DTranspose`."""

    kernel: Variable

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: object = None,
        use_bias: bool = True,
        kernel_initializer: object = "glorot_uniform",
        bias_initializer: object = "zeros",
        kernel_regularizer: object = None,
        bias_regularizer: object = None,
        activity_regularizer: object = None,
        kernel_constraint: object = None,
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
        self.output_padding: tuple[int, ...] | None = None
        if output_padding is not None:
            extra = _checks.int_tuple(
                output_padding, self.rank, "output_padding", self._where, minimum=0
            )
            if any(e >= s for e, s in zip(extra, self.strides, strict=True)):
                raise ConfigError(
                    message(
                        self._where,
                        "`output_padding` must be below `strides` on each axis, got "
                        f"output_padding={extra}, strides={self.strides}",
                    )
                )
            self.output_padding = extra
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def build(self, input_shape: Shape) -> None:
        """Makes the kernel and the bias."""
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns activation(transposed convolution + bias)."""
        self.compute_output_shape(inputs.shape)
        outputs = ops.conv_transpose(
            inputs,
            self._value(self.kernel),
            self.strides,
            self.padding,
            self.output_padding,
            self.data_format,
            self.dilation_rate,
        )
        return self._finish(outputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        return transposed_shape(
            input_shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.data_format,
            self._where,
            channels=self.filters,
            output_padding=self.output_padding,
            dilation=self.dilation_rate,
        )


class Conv1DTranspose(_ConvTranspose):
    """The 1-D form of `Conv2DTranspose`: (b, steps, c).

    Example:
        >>> Conv1DTranspose(4, 3, strides=2)(jnp.ones((1, 5, 2))).shape
        (1, 11, 4)
    """

    rank = 1


class Conv2DTranspose(_ConvTranspose):
    """Enlarges pictures with learned filters: the transpose of a convolution.

    Each input pixel is spread over a window of the output. It goes the way of a
    `Conv2D` with the same arguments backwards, in shapes and in its matrix.

    Args:
        filters: number of output channels, > 0.
        kernel_size: size of the window, one int or one per axis.
        strides: outputs between neighbouring inputs, one int or one per axis.
        padding: 'valid' keeps all that is reached, 'same' gives input * strides.
        output_padding: rows and columns added at the end, below `strides`; None for
            the lengths above.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        dilation_rate: outputs between neighbouring taps of the window.
        activation: name or function; None for none.
        use_bias: whether a bias is added.
        kernel_initializer: first values of the filters.
        bias_initializer: first values of the bias.
        kernel_regularizer: penalty on the filters, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the filters after each update.
        bias_constraint: applied to the bias after each update.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h', w', filters); weights: kernel
        (kh, kw, filters, c), bias (filters,).

    Raises:
        ConfigError: a number below 1, `output_padding` not below `strides`, strides
            and dilation both above 1, or an unknown name.
        ShapeError: wrong number of axes or channels, or an empty output.

    Differs from Keras: none.

    Example:
        >>> Conv2DTranspose(4, 3, strides=2, padding="same")(
        ...     jnp.ones((1, 7, 7, 8))).shape
        (1, 14, 14, 4)

    Reference: Dumoulin & Visin, "A guide to convolution arithmetic", 2016,
        https://arxiv.org/abs/1603.07285
    """

    rank = 2


class Conv3DTranspose(_ConvTranspose):
    """The 3-D form of `Conv2DTranspose`: (b, depth, h, w, c).

    Differs from Keras: `output_padding` comes before `data_format`, as in 1-D and 2-D.

    Example:
        >>> Conv3DTranspose(4, 2, strides=2)(jnp.ones((1, 2, 2, 2, 1))).shape
        (1, 4, 4, 4, 4)
    """

    rank = 3
