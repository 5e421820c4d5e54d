"""Layers that make one array of several: sums, products, joins."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._symbolic import KerasTensor, Shape
from saccade.layers._layer import Layer, is_shape


class _Merge(Layer):
    """Base of layers on a list of arrays; subclasses say how two become one."""

    supports_masking = True
    _makes_masks = False
    _least = 2
    _exactly: int | None = None

    def _build_for(self, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
        """Checks the shapes first, where the names of the layers are still known."""
        given: Any = args[0] if args else next(iter(kwargs.values()), None)
        parts = list(given) if isinstance(given, (list, tuple)) else [given]
        shapes = [tuple(getattr(part, "shape", ())) for part in parts]
        self._check_count(len(parts) if isinstance(given, (list, tuple)) else 0)
        self._check_shapes(shapes, [_origin_of(part) for part in parts])
        super()._build_for(args, kwargs)

    def build(self, input_shape: Sequence[Shape]) -> None:
        """Checks number and shapes of the inputs."""
        if is_shape(input_shape):
            self._check_count(0)
        self._check_count(len(input_shape))
        shapes = [tuple(shape) for shape in input_shape]
        self._check_shapes(shapes, [""] * len(shapes))

    def _check_count(self, count: int) -> None:
        if count < self._least or self._exactly not in (None, count):
            number = (
                f"exactly {self._exactly}"
                if self._exactly
                else (f"at least {self._least}")
            )
            raise ConfigError(
                message(
                    self._where,
                    f"the layer should be called on {number} inputs, got "
                    f"{count or 'one that is no list'}",
                    f"{self.name}([x, y])",
                )
            )

    def _check_shapes(self, shapes: Sequence[Shape], origins: Sequence[str]) -> None:
        """Raises if arrays of these shapes cannot be put together."""
        first = shapes[0]
        for shape, origin in zip(shapes[1:], origins[1:], strict=True):
            if _common_shape([first, shape]) is None:
                raise _misfit(self._where, (first, origins[0]), (shape, origin), None)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Puts the arrays together."""
        return self._merge(_same_rank(list(inputs)))

    def _merge(self, arrays: list[Any]) -> Any:
        total = arrays[0]
        for array in arrays[1:]:
            total = self._two(total, array)
        return total

    def _two(self, x: Any, y: Any) -> Any:
        raise NotImplementedError

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns where any of the masks is true; None where there are none.

        Raises:
            ConfigError: not one mask for each input.
        """
        if previous_mask is None:
            return None
        problem = None
        if not isinstance(previous_mask, (list, tuple)):
            problem = f"`mask` should be a list. Got {previous_mask!r}"
        elif not isinstance(inputs, (list, tuple)):
            problem = f"`inputs` should be a list. Got {inputs!r}"
        elif len(inputs) != len(previous_mask):
            problem = (
                "The lists `inputs` and `mask` should have the same length. Got "
                f"{len(inputs)} and {len(previous_mask)}"
            )
        if problem is not None:
            raise ConfigError(message(self._where, problem))
        known = [jnp.asarray(m, bool) for m in previous_mask if m is not None]
        return self._merge_masks(known) if known else None

    def _merge_masks(self, masks: list[jax.Array]) -> Any:
        return functools.reduce(jnp.logical_or, masks)

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:  # type: ignore[override]
        """Returns the common shape."""
        shapes = [tuple(shape) for shape in input_shape]
        self._check_shapes(shapes, [""] * len(shapes))
        return _common_shape(shapes) or ()


class Add(_Merge):
    """Adds arrays up, element by element.

    Args:
        **kwargs: `name`, `dtype`, `trainable`.

    Call args:
        inputs: a list of at least two arrays.

    Shapes:
        inputs: broadcastable to each other -> the common shape. An array with fewer
            axes gets new ones after the batch axis.

    Raises:
        ConfigError: no list, or too few inputs.
        ShapeError: shapes that do not fit, with both layers' names.

    Example:
        >>> Add()([jnp.ones((1, 2)), jnp.ones((1, 2))])
        Array([[2., 2.]], dtype=float32)
    """

    def _two(self, x: Any, y: Any) -> Any:
        return x + y


class Subtract(_Merge):
    """Subtracts the second array from the first.

    Args, shapes and errors as in `Add`, for exactly two inputs.

    Example:
        >>> Subtract()([jnp.ones((1, 2)), jnp.ones((1, 2))])
        Array([[0., 0.]], dtype=float32)
    """

    _exactly = 2

    def _two(self, x: Any, y: Any) -> Any:
        return x - y


class Multiply(_Merge):
    """Multiplies arrays, element by element.

    Args, shapes and errors as in `Add`.

    Example:
        >>> Multiply()([jnp.array([[3.0, 3.0]]), jnp.array([[2.0, 2.0]])])
        Array([[6., 6.]], dtype=float32)
    """

    def _two(self, x: Any, y: Any) -> Any:
        return x * y


class Average(_Merge):
    """The mean of arrays, element by element.

    Args, shapes and errors as in `Add`.

    Example:
        >>> Average()([jnp.ones((1, 2)), jnp.zeros((1, 2))])
        Array([[0.5, 0.5]], dtype=float32)
    """

    def _merge(self, arrays: list[Any]) -> Any:
        return super()._merge(arrays) / len(arrays)

    def _two(self, x: Any, y: Any) -> Any:
        return x + y


class Maximum(_Merge):
    """The largest values of arrays, element by element.

    Args, shapes and errors as in `Add`.

    Example:
        >>> Maximum()([jnp.ones((1, 2)), jnp.zeros((1, 2))])
        Array([[1., 1.]], dtype=float32)
    """

    def _two(self, x: Any, y: Any) -> Any:
        return jnp.maximum(x, y)


class Minimum(_Merge):
    """The smallest values of arrays, element by element.

    Args, shapes and errors as in `Add`.

    Example:
        >>> Minimum()([jnp.ones((1, 2)), jnp.zeros((1, 2))])
        Array([[0., 0.]], dtype=float32)
    """

    def _two(self, x: Any, y: Any) -> Any:
        return jnp.minimum(x, y)


class Concatenate(_Merge):
    """Joins arrays along an axis.

    Args:
        axis: the axis, with the batch as 0; -1 for channels.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args:
        inputs: a list of arrays that differ in that axis alone.

    Raises:
        ConfigError: no list.
        ShapeError: shapes that differ elsewhere, with both layers' names.

    Example:
        >>> Concatenate()([jnp.ones((1, 2)), jnp.zeros((1, 1))])
        Array([[1., 1., 0.]], dtype=float32)
    """

    _least = 1

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def _check_shapes(self, shapes: Sequence[Shape], origins: Sequence[str]) -> None:
        first = shapes[0]
        rank = len(first)
        if not -rank <= self.axis < rank:
            raise ShapeError(
                message(
                    self._where,
                    f"axis={self.axis} is not there in inputs of shape {first}",
                )
            )
        axis = self.axis % rank
        for shape, origin in zip(shapes[1:], origins[1:], strict=True):
            if len(shape) != rank or any(
                a is not None and b is not None and a != b
                for i, (a, b) in enumerate(zip(first, shape, strict=True))
                if i != axis
            ):
                raise _misfit(
                    self._where, (first, origins[0]), (shape, origin), self.axis
                )

    def _merge_masks(self, masks: list[jax.Array]) -> Any:
        return jnp.concatenate(masks, axis=self.axis)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Joins the arrays."""
        return jnp.concatenate(list(inputs), axis=self.axis)

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:  # type: ignore[override]
        """Returns the shape with the lengths along the axis added up."""
        shapes = [tuple(shape) for shape in input_shape]
        self._check_shapes(shapes, [""] * len(shapes))
        axis = self.axis % len(shapes[0])
        result = [
            next((size for size in sizes if size is not None), None)
            for sizes in zip(*shapes, strict=True)
        ]
        lengths = [shape[axis] for shape in shapes]
        known = [size for size in lengths if size is not None]
        result[axis] = sum(known) if len(known) == len(lengths) else None
        return tuple(result)


class Dot(_Merge):
    """The product of two arrays, summed over an axis of each.

    Args:
        axes: the axis of both, or one for each; not the batch axis.
        normalize: whether to scale to length 1 along it first, which gives the cosine
            of the angle.
        **kwargs: `name`, `dtype`, `trainable`.

    Call args:
        inputs: a list of two arrays.

    Raises:
        ConfigError: wrong axes, or not two inputs.
        ShapeError: the axes differ in length.

    Example:
        >>> Dot(axes=1)([jnp.array([[3.0, 3.0]]), jnp.array([[2.0, 2.0]])])
        Array([[12.]], dtype=float32)
    """

    _exactly = 2

    def __init__(
        self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        pair = [axes, axes] if isinstance(axes, int) else list(axes)
        if len(pair) != 2 or any(not isinstance(a, int) or a == 0 for a in pair):
            raise ConfigError(
                message(
                    self._where,
                    f"`axes` must be an int or two, and not the batch axis, got "
                    f"{axes!r}",
                )
            )
        self.axes = axes
        self.normalize = normalize
        self._pair = (pair[0], pair[1])

    def _check_shapes(self, shapes: Sequence[Shape], origins: Sequence[str]) -> None:
        x, y = shapes
        a, b = self._pair
        if not (-len(x) <= a < len(x) and -len(y) <= b < len(y)):
            raise ShapeError(
                message(self._where, f"axes {self._pair} are not there in {x} and {y}")
            )
        if x[a] != y[b] and x[a] is not None and y[b] is not None:
            raise _misfit(self._where, (x, origins[0]), (y, origins[1]), None)

    def _merge_masks(self, masks: list[jax.Array]) -> Any:
        return None

    def call(self, inputs: Sequence[Any]) -> Any:
        """Multiplies and sums up."""
        x, y = inputs
        a, b = self._pair[0] % x.ndim, self._pair[1] % y.ndim
        if self.normalize:
            x, y = _to_length_one(x, a), _to_length_one(y, b)
        result = jax.lax.dot_general(x, y, (((a,), (b,)), ((0,), (0,))))
        return result[:, None] if result.ndim == 1 else result

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:  # type: ignore[override]
        """Returns the shape without the two axes."""
        x, y = (tuple(shape) for shape in input_shape)
        self._check_shapes([x, y], ["", ""])
        a, b = self._pair[0] % len(x), self._pair[1] % len(y)
        rest = [s for i, s in enumerate(x) if i not in (0, a)]
        rest += [s for i, s in enumerate(y) if i not in (0, b)]
        return (x[0], *(rest or [1]))


def _to_length_one(x: jax.Array, axis: int) -> jax.Array:
    square = jnp.sum(jnp.square(x), axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(square, 1e-12))


def _origin_of(part: object) -> str:
    """The name of the layer that a placeholder comes from."""
    history = part._keras_history if isinstance(part, KerasTensor) else None
    return "" if history is None else history.operation.name


def _misfit(
    where: str, first: tuple[Shape, str], second: tuple[Shape, str], axis: int | None
) -> ShapeError:
    def told(shape: Shape, origin: str) -> str:
        return f"{shape} from {origin!r}" if origin else str(shape)

    problem = "the shapes of the inputs do not fit"
    if axis is not None:
        problem = (
            "Concatenate requires inputs with matching shapes except for the "
            f"concatenation axis {axis}, got"
        )
    return ShapeError(
        message(
            where,
            f"{problem}{':' if axis is None else ''} {told(*first)} and "
            f"{told(*second)}",
            "look at summary() for the layer whose strides or padding differ, or bring "
            "one to the shape of the other with Reshape, Cropping2D, ZeroPadding2D or "
            "a 1x1 convolution",
        )
    )


def _common_shape(shapes: Sequence[Shape]) -> Shape | None:
    """The shape that all broadcast to, None if they do not."""
    rank = max(map(len, shapes))
    # New axes come after the batch.
    wide = [(*s[:1], *(1,) * (rank - len(s)), *s[1:]) if s else s for s in shapes]
    result: list[int | None] = []
    for sizes in zip(*wide, strict=False):
        known = {size for size in sizes if size not in (None, 1)}
        if len(known) > 1:
            return None
        result.append(
            None if None in sizes else known.pop() if known else 1  # type: ignore[arg-type]
        )
    return tuple(result)


def _same_rank(arrays: list[Any]) -> list[Any]:
    rank = max(array.ndim for array in arrays)
    return [
        jnp.expand_dims(array, tuple(range(1, 1 + rank - array.ndim)))
        for array in arrays
    ]


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Calls a new `Add` layer on a list of arrays or placeholders.

    Example:
        >>> add([jnp.ones((1, 2)), jnp.ones((1, 2))])
        Array([[2., 2.]], dtype=float32)
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Calls a new `Subtract` layer on two arrays or placeholders.

    Example:
        >>> subtract([jnp.ones((1, 2)), jnp.ones((1, 2))])
        Array([[0., 0.]], dtype=float32)
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Calls a new `Multiply` layer on a list of arrays or placeholders.

    Example:
        >>> multiply([jnp.array([[3.0]]), jnp.array([[2.0]])])
        Array([[6.]], dtype=float32)
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Calls a new `Average` layer on a list of arrays or placeholders.

    Example:
        >>> average([jnp.ones((1, 1)), jnp.zeros((1, 1))])
        Array([[0.5]], dtype=float32)
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Calls a new `Maximum` layer on a list of arrays or placeholders.

    Example:
        >>> maximum([jnp.ones((1, 1)), jnp.zeros((1, 1))])
        Array([[1.]], dtype=float32)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Calls a new `Minimum` layer on a list of arrays or placeholders.

    Example:
        >>> minimum([jnp.ones((1, 1)), jnp.zeros((1, 1))])
        Array([[0.]], dtype=float32)
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Calls a new `Concatenate` layer on a list of arrays or placeholders.

    Example:
        >>> concatenate([jnp.ones((1, 1)), jnp.zeros((1, 1))])
        Array([[1., 0.]], dtype=float32)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(
    inputs: Sequence[Any],
    axes: int | Sequence[int] = -1,
    normalize: bool = False,
    **kwargs: Any,
) -> Any:
    """Calls a new `Dot` layer on two arrays or placeholders.

    Example:
        >>> dot([jnp.ones((1, 3)), jnp.ones((1, 3))], axes=1)
        Array([[3.]], dtype=float32)
    """
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
