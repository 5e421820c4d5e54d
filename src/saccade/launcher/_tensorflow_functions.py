"""TensorFlow's functions of arrays, under its own argument names, on jax.numpy.

Functions of one kind come from one maker; those whose arguments differ from NumPy's are
written out. Which name is which function is said in `_tensorflow_table`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from numpy.typing import DTypeLike

from saccade.core import _recorder
from saccade.data import Tensor, as_tensor

Axis = int | Sequence[int] | None
Shape = ArrayLike | Sequence[int]
Reduced = int | tuple[int, ...] | None
Maker = Callable[..., jax.Array]


def to_dtype(dtype: DTypeLike) -> np.dtype:
    """Returns the type JAX computes in: 64 bits become 32 unless JAX keeps them."""
    return jax.dtypes.canonicalize_dtype(dtype)


def to_axis(axis: Axis) -> Reduced:
    """Returns axes as jax.numpy takes them."""
    if axis is None or isinstance(axis, (int, np.integer)):
        return axis
    return tuple(int(a) for a in np.asarray(axis).ravel())


def to_shape(shape: Shape) -> tuple[int, ...]:
    """Returns a shape, given as ints or an array, as a tuple."""
    return tuple(int(n) for n in np.atleast_1d(np.asarray(shape, dtype=np.int64)))


def unary(function: Maker) -> Maker:
    """Makes a function of (x)."""

    def call(x: ArrayLike, name: str | None = None) -> jax.Array:
        return function(jnp.asarray(x))

    return call


def binary(function: Maker) -> Maker:
    """Makes a function of (x, y)."""

    def call(x: ArrayLike, y: ArrayLike, name: str | None = None) -> jax.Array:
        return function(jnp.asarray(x), jnp.asarray(y))

    return call


def reduction(function: Maker) -> Maker:
    """Makes a function of (input_tensor, axis, keepdims)."""

    def call(
        input_tensor: ArrayLike,
        axis: Axis = None,
        keepdims: bool = False,
        name: str | None = None,
    ) -> jax.Array:
        return function(
            jnp.asarray(input_tensor), axis=to_axis(axis), keepdims=keepdims
        )

    return call


def position(function: Maker) -> Maker:
    """Makes a function that finds a place along an axis, the first by default."""

    def call(
        input: ArrayLike,
        axis: int | None = None,
        output_type: DTypeLike = "int64",
        name: str | None = None,
    ) -> jax.Array:
        found = function(jnp.asarray(input), axis=0 if axis is None else axis)
        return found.astype(to_dtype(output_type))

    return call


def activation(function: Maker) -> Maker:
    """Makes a function of (features)."""

    def call(features: ArrayLike, name: str | None = None) -> jax.Array:
        return function(jnp.asarray(features))

    return call


def over_axis(function: Maker) -> Maker:
    """Makes a function of (logits, axis), the last axis by default."""

    def call(
        logits: ArrayLike, axis: int | None = None, name: str | None = None
    ) -> jax.Array:
        return function(jnp.asarray(logits), axis=-1 if axis is None else axis)

    return call


def mean(x: jax.Array, axis: Reduced, keepdims: bool) -> jax.Array:
    """Averages in the array's own type: in TensorFlow integers give an integer."""
    average = jnp.mean(x, axis=axis, keepdims=keepdims)
    return average.astype(x.dtype)


def constant(
    value: ArrayLike,
    dtype: DTypeLike | None = None,
    shape: Shape | None = None,
    name: str | None = None,
) -> jax.Array:
    """Makes an array; one number fills a given shape."""
    array = convert_to_tensor(value, dtype)
    if shape is None:
        return array
    wanted = to_shape(shape)
    return jnp.full(wanted, array) if array.size == 1 else array.reshape(wanted)


def convert_to_tensor(
    value: ArrayLike,
    dtype: DTypeLike | None = None,
    dtype_hint: DTypeLike | None = None,
    name: str | None = None,
) -> jax.Array:
    """Makes an array of what NumPy would take."""
    return jnp.asarray(value, None if dtype is None else to_dtype(dtype))


def cast(
    x: ArrayLike | Tensor, dtype: DTypeLike, name: str | None = None
) -> jax.Array | Tensor:
    """Changes the type."""
    if isinstance(x, Tensor):
        # Of a data set: pictures of every size, none of which should be compiled for.
        return as_tensor(np.asarray(x).astype(to_dtype(dtype)))
    return jnp.asarray(x).astype(to_dtype(dtype))


def identity(input: ArrayLike, name: str | None = None) -> jax.Array:
    """Returns the same numbers."""
    return jnp.asarray(input)


def stop_gradient(input: ArrayLike, name: str | None = None) -> jax.Array:
    """Returns the same numbers, which training then takes for constants."""
    return _recorder.stop_gradient(jnp.asarray(input))


def zeros(
    shape: Shape, dtype: DTypeLike = "float32", name: str | None = None
) -> jax.Array:
    """Fills a shape with 0."""
    return jnp.zeros(to_shape(shape), to_dtype(dtype))


def ones(
    shape: Shape, dtype: DTypeLike = "float32", name: str | None = None
) -> jax.Array:
    """Fills a shape with 1."""
    return jnp.ones(to_shape(shape), to_dtype(dtype))


def zeros_like(
    input: ArrayLike, dtype: DTypeLike | None = None, name: str | None = None
) -> jax.Array:
    """Fills the shape of another array with 0."""
    return jnp.zeros_like(input, None if dtype is None else to_dtype(dtype))


def ones_like(
    input: ArrayLike, dtype: DTypeLike | None = None, name: str | None = None
) -> jax.Array:
    """Fills the shape of another array with 1."""
    return jnp.ones_like(input, None if dtype is None else to_dtype(dtype))


def fill(dims: Shape, value: ArrayLike, name: str | None = None) -> jax.Array:
    """Fills a shape with one value."""
    return jnp.full(to_shape(dims), jnp.asarray(value))


def eye(
    num_rows: int,
    num_columns: int | None = None,
    batch_shape: Shape | None = None,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> jax.Array:
    """Makes a unit matrix, or a batch of them."""
    matrix = jnp.eye(num_rows, num_columns, dtype=to_dtype(dtype))
    if batch_shape is None:
        return matrix
    return jnp.broadcast_to(matrix, to_shape(batch_shape) + matrix.shape)


def range_(
    start: ArrayLike,
    limit: ArrayLike | None = None,
    delta: ArrayLike = 1,
    dtype: DTypeLike | None = None,
    name: str | None = None,
) -> jax.Array:
    """Counts from start to limit; one number alone is the limit."""
    first, last = (0, start) if limit is None else (start, limit)
    kind = None if dtype is None else to_dtype(dtype)
    return jnp.arange(first, last, delta, dtype=kind)


def linspace(
    start: ArrayLike, stop: ArrayLike, num: int, name: str | None = None, axis: int = 0
) -> jax.Array:
    """Makes `num` even steps from start to stop, both included."""
    return jnp.linspace(start, stop, int(num), axis=axis)


def shape(
    input: ArrayLike, out_type: DTypeLike = "int32", name: str | None = None
) -> np.ndarray:
    """Returns the shape; known while compiling, so it can be computed with."""
    return np.array(jnp.shape(input), out_type)


def size(
    input: ArrayLike, out_type: DTypeLike = "int32", name: str | None = None
) -> np.ndarray:
    """Returns the number of elements."""
    return np.array(jnp.size(input), out_type)


def rank(input: ArrayLike, name: str | None = None) -> int:
    """Returns the number of axes."""
    return jnp.ndim(input)


def reshape(tensor: ArrayLike, shape: Shape, name: str | None = None) -> jax.Array:
    """Gives an array another shape; one length may be -1."""
    return jnp.reshape(jnp.asarray(tensor), to_shape(shape))


def expand_dims(input: ArrayLike, axis: int, name: str | None = None) -> jax.Array:
    """Adds an axis of length 1."""
    return jnp.expand_dims(jnp.asarray(input), axis)


def squeeze(input: ArrayLike, axis: Axis = None, name: str | None = None) -> jax.Array:
    """Takes axes of length 1 away."""
    return jnp.squeeze(jnp.asarray(input), axis=to_axis(axis))


def concat(
    values: Sequence[ArrayLike], axis: int, name: str | None = None
) -> jax.Array:
    """Joins arrays along an axis."""
    return jnp.concatenate([jnp.asarray(value) for value in values], axis=axis)


def stack(
    values: Sequence[ArrayLike], axis: int = 0, name: str | None = None
) -> jax.Array:
    """Joins arrays along a new axis."""
    return jnp.stack([jnp.asarray(value) for value in values], axis=axis)


def unstack(
    value: ArrayLike, num: int | None = None, axis: int = 0, name: str | None = None
) -> list[jax.Array]:
    """Takes an array apart along an axis."""
    return list(jnp.moveaxis(jnp.asarray(value), axis, 0))


def split(
    value: ArrayLike,
    num_or_size_splits: int | Sequence[int],
    axis: int = 0,
    num: int | None = None,
    name: str | None = None,
) -> list[jax.Array]:
    """Cuts an array into equal parts, or into parts of the given lengths."""
    if isinstance(num_or_size_splits, (int, np.integer)):
        return jnp.split(jnp.asarray(value), int(num_or_size_splits), axis=axis)
    edges = np.cumsum(np.asarray(num_or_size_splits))[:-1]
    return jnp.split(jnp.asarray(value), edges, axis=axis)


def tile(input: ArrayLike, multiples: Shape, name: str | None = None) -> jax.Array:
    """Repeats an array as a whole along its axes."""
    return jnp.tile(jnp.asarray(input), to_shape(multiples))


def repeat(
    input: ArrayLike,
    repeats: ArrayLike,
    axis: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Repeats each element along an axis."""
    return jnp.repeat(jnp.asarray(input), np.asarray(repeats), axis=axis)


def reverse(tensor: ArrayLike, axis: Axis, name: str | None = None) -> jax.Array:
    """Turns axes round."""
    return jnp.flip(jnp.asarray(tensor), axis=to_axis(axis))


def transpose(
    a: ArrayLike,
    perm: Sequence[int] | None = None,
    conjugate: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Puts the axes into another order."""
    moved = jnp.transpose(jnp.asarray(a), None if perm is None else to_shape(perm))
    return jnp.conj(moved) if conjugate else moved


def broadcast_to(input: ArrayLike, shape: Shape, name: str | None = None) -> jax.Array:
    """Repeats an array to a larger shape."""
    return jnp.broadcast_to(jnp.asarray(input), to_shape(shape))


def pad(
    tensor: ArrayLike,
    paddings: ArrayLike | Sequence[Sequence[int]],
    mode: str = "CONSTANT",
    constant_values: ArrayLike = 0,
    name: str | None = None,
) -> jax.Array:
    """Adds a border: 'CONSTANT', 'REFLECT' or 'SYMMETRIC'."""
    array, widths = jnp.asarray(tensor), np.asarray(paddings)
    if mode.upper() == "CONSTANT":
        return jnp.pad(array, widths, constant_values=constant_values)
    return jnp.pad(array, widths, mode=mode.lower())


def matmul(
    a: ArrayLike,
    b: ArrayLike,
    transpose_a: bool = False,
    transpose_b: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Multiplies matrices; leading axes are batches."""
    left, right = jnp.asarray(a), jnp.asarray(b)
    left = jnp.swapaxes(left, -1, -2) if transpose_a else left
    right = jnp.swapaxes(right, -1, -2) if transpose_b else right
    return jnp.matmul(left, right)


def tensordot(
    a: ArrayLike,
    b: ArrayLike,
    axes: int | Sequence[int] | Sequence[Sequence[int]],
    name: str | None = None,
) -> jax.Array:
    """Multiplies and sums over the given axes."""
    return jnp.tensordot(jnp.asarray(a), jnp.asarray(b), axes)


def band_part(
    input: ArrayLike, num_lower: int, num_upper: int, name: str | None = None
) -> jax.Array:
    """Keeps a band around the diagonal of matrices; -1 keeps a whole side."""
    array = jnp.asarray(input)
    rows, columns = jnp.indices(array.shape[-2:])
    below = (rows - columns <= num_lower) if num_lower >= 0 else rows >= 0
    above = (columns - rows <= num_upper) if num_upper >= 0 else rows >= 0
    return jnp.where(below & above, array, 0)


def einsum(equation: str, *inputs: ArrayLike, name: str | None = None) -> jax.Array:
    """Multiplies and sums as an equation of axes says."""
    return jnp.einsum(equation, *[jnp.asarray(value) for value in inputs])


def norm(
    tensor: ArrayLike,
    ord: str | float = "euclidean",
    axis: Axis = None,
    keepdims: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Returns the length of a vector or the size of a matrix."""
    kind = None if ord == "euclidean" else ord
    array = jnp.asarray(tensor)
    if axis is None and array.ndim > 1:
        array = array.ravel() if kind is None else array
    return jnp.linalg.norm(array, kind, axis=to_axis(axis), keepdims=keepdims)


def clip_by_value(
    t: ArrayLike,
    clip_value_min: ArrayLike,
    clip_value_max: ArrayLike,
    name: str | None = None,
) -> jax.Array:
    """Keeps numbers within two bounds."""
    return jnp.clip(jnp.asarray(t), clip_value_min, clip_value_max)


def where(
    condition: ArrayLike,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    name: str | None = None,
) -> jax.Array:
    """Chooses from x and y; without them, lists where the condition holds."""
    if x is None or y is None:
        return jnp.argwhere(jnp.asarray(condition))
    return jnp.where(jnp.asarray(condition), x, y)


def one_hot(
    indices: ArrayLike,
    depth: int,
    on_value: ArrayLike = 1,
    off_value: ArrayLike = 0,
    axis: int | None = None,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> jax.Array:
    """Makes a 1 at each index and 0 elsewhere; an index out of range gives only 0."""
    place = -1 if axis is None else axis
    hot = jax.nn.one_hot(jnp.asarray(indices), int(depth), axis=place) > 0
    return jnp.where(hot, on_value, off_value).astype(to_dtype(dtype))


def gather(
    params: ArrayLike,
    indices: ArrayLike,
    validate_indices: object = None,
    axis: int = 0,
    batch_dims: int = 0,
    name: str | None = None,
) -> jax.Array:
    """Takes rows by their index."""
    if batch_dims:
        where = axis - 1 if axis > 0 else batch_dims - 1
        return jax.vmap(
            lambda p, i: gather(p, i, axis=where, batch_dims=batch_dims - 1)
        )(jnp.asarray(params), jnp.asarray(indices))
    return jnp.take(jnp.asarray(params), jnp.asarray(indices), axis=axis)


def boolean_mask(
    tensor: ArrayLike, mask: ArrayLike, axis: int = 0, name: str | None = None
) -> jax.Array:
    """Takes the rows where the mask is true."""
    return jnp.compress(np.asarray(mask), jnp.asarray(tensor), axis=axis)


def sort(
    values: ArrayLike,
    axis: int = -1,
    direction: str = "ASCENDING",
    name: str | None = None,
) -> jax.Array:
    """Sorts along an axis, 'ASCENDING' or 'DESCENDING'."""
    return jnp.sort(jnp.asarray(values), axis, descending=direction == "DESCENDING")


def argsort(
    values: ArrayLike,
    axis: int = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Returns the order that would sort, 'ASCENDING' or 'DESCENDING'."""
    return jnp.argsort(jnp.asarray(values), axis, descending=direction == "DESCENDING")
