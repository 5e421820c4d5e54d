"""Pooling: the maximum or the mean of each window, or of the whole picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from saccade import ops
from saccade.core import _checks
from saccade.core._symbolic import Shape
from saccade.ops._shapes import channel_axis, spatial_axes, windowed_shape

from ._input import InputSpec
from ._layer import Layer


class _Pooling(Layer):
    """What all pooling of windows shares; `MaxPooling2D` has the description."""

    rank: ClassVar[int]
    _reduce: ClassVar[Callable[..., jax.Array]]

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        where = self._where
        self.pool_size = _checks.int_tuple(pool_size, self.rank, "pool_size", where)
        self.strides = self.pool_size
        if strides is not None:
            self.strides = _checks.int_tuple(strides, self.rank, "strides", where)
        self.padding = _checks.one_of(padding, ("valid", "same"), "padding", where)
        self.data_format = _checks.data_format(data_format, where)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns one number for each window and channel."""
        self.compute_output_shape(inputs.shape)
        return type(self)._reduce(
            inputs, self.pool_size, self.strides, self.padding, self.data_format
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        return windowed_shape(
            input_shape,
            self.pool_size,
            self.strides,
            self.padding,
            self.data_format,
            self._where,
        )


class _MaxPooling(_Pooling):
    _reduce = staticmethod(ops.max_pool)


class _AveragePooling(_Pooling):
    _reduce = staticmethod(ops.average_pool)


class MaxPooling1D(_MaxPooling):
    """The 1-D form of `MaxPooling2D`: (b, steps, c).

    Example:
        >>> MaxPooling1D(2)(jnp.arange(4.0).reshape(1, 4, 1)).ravel()
        Array([1., 3.], dtype=float32)
    """

    rank = 1


class MaxPooling2D(_MaxPooling):
    """Takes the maximum of each window of a picture.

    Args:
        pool_size: size of the window, one int or one per axis.
        strides: step between neighbouring windows; None for `pool_size`.
        padding: 'valid' drops windows that stick out, 'same' adds borders that count
            nothing, so that the output has ceil(input / strides) windows.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        name: its name.
        **kwargs: `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h', w', c); as many spatial axes as the name says.

    Raises:
        ConfigError: a size or stride below 1, another padding or data format.
        ShapeError: wrong number of axes, or a window larger than its input with
            padding='valid'.

    Differs from Keras: none.

    Example:
        >>> MaxPooling2D()(jnp.arange(4.0).reshape(1, 2, 2, 1)).ravel()
        Array([3.], dtype=float32)
    """

    rank = 2


class MaxPooling3D(_MaxPooling):
    """The 3-D form of `MaxPooling2D`: (b, depth, h, w, c).

    Example:
        >>> MaxPooling3D()(jnp.ones((1, 2, 2, 2, 1))).shape
        (1, 1, 1, 1, 1)
    """

    rank = 3


class AveragePooling1D(_AveragePooling):
    """The 1-D form of `AveragePooling2D`: (b, steps, c).

    Example:
        >>> AveragePooling1D(2)(jnp.arange(4.0).reshape(1, 4, 1)).ravel()
        Array([0.5, 2.5], dtype=float32)
    """

    rank = 1


class AveragePooling2D(_AveragePooling):
    """Takes the mean of each window of a picture; of real pixels only at borders.

    Arguments, shapes and errors are those of `MaxPooling2D`.

    Differs from Keras: `pool_size` may be left out, as in Keras 2.

    Example:
        >>> AveragePooling2D()(jnp.arange(4.0).reshape(1, 2, 2, 1)).ravel()
        Array([1.5], dtype=float32)
    """

    rank = 2


class AveragePooling3D(_AveragePooling):
    """The 3-D form of `AveragePooling2D`: (b, depth, h, w, c).

    Example:
        >>> AveragePooling3D()(jnp.ones((1, 2, 2, 2, 1))).shape
        (1, 1, 1, 1, 1)
    """

    rank = 3


class _GlobalPooling(Layer):
    """What all pooling of whole pictures shares; see `GlobalAveragePooling2D`."""

    rank: ClassVar[int]
    _reduce: ClassVar[Callable[..., jax.Array]]

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = _checks.data_format(data_format, self._where)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns one number for each picture and channel."""
        axes = spatial_axes(inputs.ndim, self.data_format)
        return type(self)._reduce(inputs, axis=axes, keepdims=self.keepdims)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        axis = channel_axis(len(input_shape), self.data_format)
        if not self.keepdims:
            return (input_shape[0], input_shape[axis])
        shape: list[int | None] = [1] * len(input_shape)
        shape[0], shape[axis] = input_shape[0], input_shape[axis]
        return tuple(shape)


class _GlobalMaxPooling(_GlobalPooling):
    _reduce = staticmethod(jnp.max)


class _GlobalAveragePooling(_GlobalPooling):
    _reduce = staticmethod(jnp.mean)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The 1-D form of `GlobalMaxPooling2D`: (b, steps, c) -> (b, c).

    Example:
        >>> GlobalMaxPooling1D()(jnp.arange(4.0).reshape(1, 4, 1))
        Array([[3.]], dtype=float32)
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """Takes the maximum of each channel over the whole picture.

    Arguments, shapes and errors are those of `GlobalAveragePooling2D`.

    Differs from Keras: none.

    Example:
        >>> GlobalMaxPooling2D()(jnp.arange(4.0).reshape(1, 2, 2, 1))
        Array([[3.]], dtype=float32)
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The 3-D form of `GlobalMaxPooling2D`: (b, depth, h, w, c) -> (b, c).

    Example:
        >>> GlobalMaxPooling3D()(jnp.ones((1, 2, 2, 2, 3))).shape
        (1, 3)
    """

    rank = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The 1-D form of `GlobalAveragePooling2D`: (b, steps, c) -> (b, c).

    Steps that a mask, bool (b, steps), leaves out count nothing.

    Example:
        >>> GlobalAveragePooling1D()(jnp.arange(4.0).reshape(1, 4, 1))
        Array([[1.5]], dtype=float32)
    """

    rank = 1
    supports_masking = True

    def call(self, inputs: jax.Array, mask: jax.Array | None = None) -> jax.Array:
        """Returns the mean of the steps that the mask keeps."""
        if mask is None:
            return super().call(inputs)
        (axis,) = spatial_axes(inputs.ndim, self.data_format)
        channels = channel_axis(inputs.ndim, self.data_format)
        kept = jnp.expand_dims(jnp.asarray(mask).astype(inputs.dtype), channels)
        total = jnp.sum(inputs * kept, axis, keepdims=self.keepdims)
        return total / jnp.sum(kept, axis, keepdims=self.keepdims)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """Returns None: no steps are left."""


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """Takes the mean of each channel over the whole picture.

    Args:
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        keepdims: whether the spatial axes stay, with length 1.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, c), or (b, 1, 1, c) with `keepdims`.

    Raises:
        ConfigError: another data format.
        ShapeError: wrong number of axes.

    Differs from Keras: none.

    Example:
        >>> GlobalAveragePooling2D()(jnp.arange(4.0).reshape(1, 2, 2, 1))
        Array([[1.5]], dtype=float32)
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The 3-D form of `GlobalAveragePooling2D`: (b, depth, h, w, c) -> (b, c).

    Example:
        >>> GlobalAveragePooling3D()(jnp.ones((1, 2, 2, 2, 3))).shape
        (1, 3)
    """

    rank = 3


class _AdaptivePooling(Layer):
    """What adaptive pooling shares; `AdaptiveAveragePooling2D` has the description."""

    rank: ClassVar[int]
    _reduce: ClassVar[Callable[..., jax.Array]]

    def __init__(
        self,
        output_size: int | Sequence[int],
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        where = self._where
        self.output_size = _checks.int_tuple(
            output_size, self.rank, "output_size", where
        )
        self.data_format = _checks.data_format(data_format, where)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns an output of the given size."""
        return type(self)._reduce(inputs, self.output_size, self.data_format)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the shape of the output."""
        if self.data_format == "channels_last":
            return (input_shape[0], *self.output_size, input_shape[-1])
        return (*input_shape[:2], *self.output_size)


class _AdaptiveAveragePooling(_AdaptivePooling):
    _reduce = staticmethod(ops.adaptive_average_pool)


class _AdaptiveMaxPooling(_AdaptivePooling):
    _reduce = staticmethod(ops.adaptive_max_pool)


class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """The 1-D form of `AdaptiveAveragePooling2D`.

    Example:
        >>> AdaptiveAveragePooling1D(2)(jnp.arange(4.0).reshape(1, 4, 1)).ravel()
        Array([0.5, 2.5], dtype=float32)
    """

    rank = 1


class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """Takes means of windows so that the output has a given size.

    Args:
        output_size: height and width of the output.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, *output_size, c)

    Raises:
        ConfigError: a size below 1 or another data format.

    Differs from Keras: none.

    Example:
        >>> AdaptiveAveragePooling2D(2)(jnp.ones((1, 5, 7, 3))).shape
        (1, 2, 2, 3)
    """

    rank = 2


class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """The 3-D form of `AdaptiveAveragePooling2D`.

    Example:
        >>> AdaptiveAveragePooling3D(2)(jnp.ones((1, 4, 5, 6, 3))).shape
        (1, 2, 2, 2, 3)
    """

    rank = 3


class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """The 1-D form of `AdaptiveMaxPooling2D`.

    Example:
        >>> AdaptiveMaxPooling1D(2)(jnp.arange(4.0).reshape(1, 4, 1)).ravel()
        Array([1., 3.], dtype=float32)
    """

    rank = 1


class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """Takes maxima of windows so that the output has a given size.

    Arguments as of `AdaptiveAveragePooling2D`.

    Example:
        >>> AdaptiveMaxPooling2D(2)(jnp.ones((1, 5, 7, 3))).shape
        (1, 2, 2, 3)
    """

    rank = 2


class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """The 3-D form of `AdaptiveMaxPooling2D`.

    Example:
        >>> AdaptiveMaxPooling3D(2)(jnp.ones((1, 4, 5, 6, 3))).shape
        (1, 2, 2, 2, 3)
    """

    rank = 3
