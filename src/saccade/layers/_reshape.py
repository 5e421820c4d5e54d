"""Layers that move, add or take away pixels, without changing the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from saccade import kernels, ops
from saccade.core import _checks
from saccade.core._errors import ArgumentTypeError, ConfigError, ShapeError, message
from saccade.core._symbolic import Shape
from saccade.ops._image import INTERPOLATIONS
from saccade.ops._shapes import spatial_axes

from ._input import InputSpec
from ._layer import Layer

# Per axis, how much before and after.
Borders: TypeAlias = tuple[tuple[int, int], ...]


class Flatten(Layer):
    """Makes one row of numbers of each picture.

    Args:
        data_format: 'channels_first' puts the channels last before flattening, so
            that weights fit both formats; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, ...) -> (b, n).

    Raises:
        ConfigError: another data format.

    Differs from Keras: none.

    Example:
        >>> Flatten()(jnp.ones((2, 3, 4))).shape
        (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = _checks.data_format(data_format, self._where)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns (b, n)."""
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = jnp.moveaxis(inputs, 1, -1)
        return kernels.flatten(inputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns (b, n), n None if any size is not known."""
        sizes = [size for size in input_shape[1:] if size is not None]
        known = len(sizes) == len(input_shape) - 1
        return (input_shape[0], math.prod(sizes) if known else None)


class Reshape(Layer):
    """Gives each sample another shape.

    Args:
        target_shape: the new shape without the batch axis; one size may be -1 and is
            then worked out.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, ...) -> (b, *target_shape).

    Raises:
        ConfigError: sizes below -1 or more than one -1.
        ShapeError: the numbers of elements differ.

    Differs from Keras: none.

    Example:
        >>> Reshape((2, -1))(jnp.ones((1, 6))).shape
        (1, 2, 3)
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        shape: list[int] = (
            [target_shape] if isinstance(target_shape, int) else list(target_shape)
        )
        given = f"Got target_shape={tuple(shape)}"
        if not all(isinstance(s, (int, np.integer)) and s >= -1 for s in shape):
            problem = f"`target_shape` needs non-negative integers, or -1. {given}"
            raise ConfigError(message(self._where, problem))
        if shape.count(-1) > 1:
            problem = (
                f"`target_shape` may have at most one unknown dimension (-1). {given}"
            )
            raise ConfigError(message(self._where, problem))
        self.target_shape = tuple(int(size) for size in shape)

    def build(self, input_shape: Shape) -> None:
        """Checks that the elements fit."""
        self.compute_output_shape(input_shape)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns (b, *target_shape)."""
        self.compute_output_shape(inputs.shape)
        return inputs.reshape(inputs.shape[0], *self.target_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns (b, *target_shape) with -1 worked out."""
        sizes = [size for size in input_shape[1:] if size is not None]
        target = math.prod(size for size in self.target_shape if size != -1)
        if len(sizes) < len(input_shape) - 1:
            free = [None if size == -1 else size for size in self.target_shape]
            return (input_shape[0], *free)
        count = math.prod(sizes)
        free = -1 in self.target_shape and target > 0
        fits = count % target == 0 if free else count == target
        if not fits:
            raise ShapeError(
                message(
                    self._where,
                    f"cannot reshape samples of shape {tuple(input_shape[1:])} "
                    f"({count} elements) to {self.target_shape}",
                    "the products of the sizes must be equal; the batch is not "
                    "counted, and one size may be -1",
                )
            )
        rest = count // target if target else 0
        return (input_shape[0], *(rest if s == -1 else s for s in self.target_shape))


class Permute(Layer):
    """Exchanges axes.

    Args:
        dims: the old axes in their new order, counted from 1 (0 is the batch).
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, ...) -> (b, the other axes in the order of `dims`).

    Raises:
        ConfigError: `dims` are not 1 ... n in some order.
        ShapeError: wrong number of axes.

    Differs from Keras: none.

    Example:
        >>> Permute((2, 1))(jnp.ones((5, 2, 3))).shape
        (5, 3, 2)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ConfigError(
                message(
                    self._where,
                    f"Invalid permutation dims={self.dims}; `dims` must be 1 ... n in "
                    "some order",
                    "the batch is axis 0 and is left out",
                )
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the inputs with their axes in the new order."""
        return jnp.transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the sizes in the new order."""
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))


class RepeatVector(Layer):
    """Repeats each row.

    Args:
        n: how many times, > 0.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, d) -> (b, n, d).

    Raises:
        ArgumentTypeError: `n` is no int.
        ConfigError: `n` is below 1.
        ShapeError: wrong number of axes.

    Differs from Keras: none.

    Example:
        >>> RepeatVector(3)(jnp.ones((1, 2))).shape
        (1, 3, 2)
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(n, (int, np.integer)) or isinstance(n, bool):
            raise ArgumentTypeError(
                message(self._where, f"Expected an integer value for `n`, got {n!r}")
            )
        if n < 1:
            raise ConfigError(
                message(self._where, f"`n` should be a positive integer, got {n!r}")
            )
        self.n = int(n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns (b, n, d)."""
        rows, width = inputs.shape
        return jnp.broadcast_to(inputs[:, None], (rows, self.n, width))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns (b, n, d)."""
        return (input_shape[0], self.n, input_shape[1])


def _borders(value: Any, rank: int, name: str, where: str) -> Borders:
    """Reads n, (n, n) or ((before, after), ...) as (before, after) for each axis."""
    if isinstance(value, (list, tuple)):
        if len(value) != rank:
            raise ConfigError(
                message(
                    where,
                    f"`{name}` must be an int, {rank} ints or {rank} pairs, got "
                    f"{value!r}",
                )
            )
        parts = value
    else:
        parts = (value,) * rank
    pairs = [_checks.int_tuple(part, 2, name, where, minimum=0) for part in parts]
    return tuple((before, after) for before, after in pairs)


class _Bordered(Layer):
    """A layer that adds to, or takes from, the borders of its input."""

    rank: ClassVar[int]
    data_format = "channels_last"

    def _read(self, value: Any, name: str) -> Borders:
        """Reads the amounts; in 1-D a pair is (before, after)."""
        if self.rank == 1:
            return _borders((value,), 1, name, self._where)
        return _borders(value, self.rank, name, self._where)

    def _full(self, borders: Borders) -> Borders:
        """The amounts for all axes, with batch and channels."""
        full = [(0, 0)] * (self.rank + 2)
        axes = spatial_axes(self.rank + 2, self.data_format)
        for axis, pair in zip(axes, borders, strict=True):
            full[axis] = pair
        return tuple(full)


class _ZeroPadding(_Bordered):
    """What padding shares; see `ZeroPadding2D`."""

    def __init__(
        self, padding: Any = 1, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = _checks.data_format(data_format, self._where)
        self._amounts = self._read(padding, "padding")
        self.padding = self._amounts if self.rank > 1 else self._amounts[0]
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the inputs within zeros."""
        return jnp.pad(inputs, self._full(self._amounts))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the sizes with the borders."""
        pairs = zip(input_shape, self._full(self._amounts), strict=True)
        return tuple(None if n is None else n + sum(pair) for n, pair in pairs)


class ZeroPadding1D(_ZeroPadding):
    """The 1-D form of `ZeroPadding2D`; `padding` is n or (before, after).

    Example:
        >>> ZeroPadding1D((0, 2))(jnp.ones((1, 3, 1))).shape
        (1, 5, 1)
    """

    rank = 1


class ZeroPadding2D(_ZeroPadding):
    """Puts zeros around pictures.

    Args:
        padding: n for all sides, (rows, columns) for both sides of each, or
            ((top, bottom), (left, right)).
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h + top + bottom, w + left + right, c).

    Raises:
        ConfigError: negative or wrongly nested `padding`, or another data format.
        ShapeError: wrong number of axes.

    Differs from Keras: none.

    Example:
        >>> ZeroPadding2D(((1, 0), (2, 2)))(jnp.ones((1, 3, 3, 1))).shape
        (1, 4, 7, 1)
    """

    rank = 2


class ZeroPadding3D(_ZeroPadding):
    """The 3-D form of `ZeroPadding2D`: three entries in `padding`.

    Example:
        >>> ZeroPadding3D()(jnp.ones((1, 2, 2, 2, 1))).shape
        (1, 4, 4, 4, 1)
    """

    rank = 3


_TOO_MUCH = (
    "`cropping` parameter of `Cropping1D` layer must be smaller than the length",
    "Values in `cropping` argument should be smaller than the corresponding spatial "
    "dimension",
)


class _Cropping(_Bordered):
    """What cropping shares; see `Cropping2D`."""

    def __init__(self, cropping: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._amounts = self._read(cropping, "cropping")
        self.cropping = self._amounts if self.rank > 1 else self._amounts[0]
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Shape) -> None:
        """Checks that something is left."""
        self.compute_output_shape(input_shape)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the middle of the inputs."""
        self.compute_output_shape(inputs.shape)
        pairs = zip(inputs.shape, self._full(self._amounts), strict=True)
        return inputs[tuple(slice(first, n - last) for n, (first, last) in pairs)]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the sizes without the borders."""
        full = self._full(self._amounts)
        pairs = zip(input_shape, full, strict=True)
        shape = tuple(None if n is None else n - sum(pair) for n, pair in pairs)
        for size, pair in zip(shape, full, strict=True):
            if size is not None and size <= 0 < sum(pair):
                raise ShapeError(
                    message(
                        self._where,
                        f"{_TOO_MUCH[self.rank > 1]} of the input. Got cropping="
                        f"{self.cropping} for an input of shape {tuple(input_shape)}",
                    )
                )
        return shape


class Cropping1D(_Cropping):
    """The 1-D form of `Cropping2D`; `cropping` is n or (before, after).

    Example:
        >>> Cropping1D((0, 2))(jnp.ones((1, 5, 1))).shape
        (1, 3, 1)
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, **kwargs)


class Cropping2D(_Cropping):
    """Cuts the borders off pictures.

    Args:
        cropping: n for all sides, (rows, columns) for both sides of each, or
            ((top, bottom), (left, right)).
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h - top - bottom, w - left - right, c).

    Raises:
        ConfigError: negative or wrongly nested `cropping`, or another data format.
        ShapeError: wrong number of axes, or nothing is left.

    Differs from Keras: none.

    Example:
        >>> Cropping2D(1)(jnp.ones((1, 4, 5, 1))).shape
        (1, 2, 3, 1)
    """

    rank = 2

    def __init__(
        self,
        cropping: Any = ((0, 0), (0, 0)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cropping, **kwargs)
        self.data_format = _checks.data_format(data_format, self._where)


class Cropping3D(Cropping2D):
    """The 3-D form of `Cropping2D`: three entries in `cropping`.

    Example:
        >>> Cropping3D()(jnp.ones((1, 3, 3, 3, 1))).shape
        (1, 1, 1, 1, 1)
    """

    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)


class _UpSampling(Layer):
    """What enlarging shares; see `UpSampling2D`."""

    rank: ClassVar[int]
    data_format = "channels_last"

    def __init__(self, size: int | Sequence[int] = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._factors = _checks.int_tuple(size, self.rank, "size", self._where)
        self.size = self._factors if self.rank > 1 else self._factors[0]
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the inputs with each pixel repeated."""
        axes = spatial_axes(inputs.ndim, self.data_format)
        for axis, factor in zip(axes, self._factors, strict=True):
            inputs = jnp.repeat(inputs, factor, axis)
        return inputs

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the enlarged sizes."""
        shape = list(input_shape)
        axes = spatial_axes(len(shape), self.data_format)
        for axis, factor in zip(axes, self._factors, strict=True):
            length = shape[axis]
            shape[axis] = None if length is None else length * factor
        return tuple(shape)


class UpSampling1D(_UpSampling):
    """The 1-D form of `UpSampling2D`: (b, steps, c), nearest only.

    Example:
        >>> UpSampling1D()(jnp.ones((1, 3, 1))).shape
        (1, 6, 1)
    """

    rank = 1


class UpSampling2D(_UpSampling):
    """Enlarges pictures by whole factors.

    Args:
        size: factor, or (rows, columns), > 0.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        interpolation: 'nearest' (repeats pixels), 'bilinear', 'bicubic', 'lanczos3'
            or 'lanczos5'.
        **kwargs: `name`, `dtype`, `input_shape`.

    Shapes:
        inputs: (b, h, w, c) -> (b, h * rows, w * columns, c).

    Raises:
        ConfigError: a factor below 1, another interpolation or data format.
        ShapeError: wrong number of axes.

    Differs from Keras: none.

    Example:
        >>> UpSampling2D(3)(jnp.ones((1, 2, 2, 1))).shape
        (1, 6, 6, 1)
    """

    rank = 2

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(size, **kwargs)
        self.data_format = _checks.data_format(data_format, self._where)
        self.interpolation = _checks.one_of(
            interpolation, INTERPOLATIONS, "interpolation", self._where
        )

    def call(self, inputs: jax.Array) -> jax.Array:
        """Returns the enlarged pictures."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        shape = self.compute_output_shape(inputs.shape)
        axes = spatial_axes(inputs.ndim, self.data_format)
        return ops.image.resize(
            inputs,
            [shape[axis] or 0 for axis in axes],
            interpolation=self.interpolation,
            data_format=self.data_format,
        )


class UpSampling3D(_UpSampling):
    """The 3-D form of `UpSampling2D`: (b, depth, h, w, c), nearest only.

    Example:
        >>> UpSampling3D()(jnp.ones((1, 2, 2, 2, 1))).shape
        (1, 4, 4, 4, 1)
    """

    rank = 3

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2, 2),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(size, **kwargs)
        self.data_format = _checks.data_format(data_format, self._where)
