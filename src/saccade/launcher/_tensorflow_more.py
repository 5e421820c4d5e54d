"""Further functions of TensorFlow: clipping, scattering, loops, checks, matrices."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.typing import ArrayLike
from numpy.typing import DTypeLike

from saccade.core._errors import DataError, ShapeError, message
from saccade.launcher._tensorflow_functions import (
    Axis,
    Shape,
    to_axis,
    to_dtype,
    to_shape,
)
from saccade.launcher._tensorflow_nn import draw


class TensorShape(tuple[int | None, ...]):
    """A shape with TensorFlow's methods; a tuple otherwise.

    Example:
        >>> TensorShape([2, None]).as_list(), TensorShape([2, 3]).rank
        ([2, None], 2)
    """

    def as_list(self) -> list[int | None]:
        """Returns the sizes."""
        return list(self)

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self)

    ndims = rank

    def num_elements(self) -> int | None:
        """Returns the number of elements, None if it is not known."""
        return math.prod(n for n in self if n is not None) if None not in self else None

    def is_fully_defined(self) -> bool:
        """Says whether all sizes are known."""
        return None not in self


def ensure_shape(x: ArrayLike, shape: Sequence[int | None], name: Any = None) -> Any:
    """Returns `x`, if its shape is as given; None stands for any size.

    Raises:
        ShapeError: it is not.
    """
    array = jnp.asarray(x)
    wanted = tuple(shape)
    fits = len(wanted) == array.ndim and all(
        want in (None, have) for want, have in zip(wanted, array.shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            message("tf.ensure_shape", f"expected {wanted}, got {array.shape}")
        )
    return array


# Gradients ------------------------------------------------------------------------


def global_norm(t_list: Sequence[Any], name: str | None = None) -> jax.Array:
    """Returns the length of all arrays together; None counts nothing."""
    squares = [jnp.sum(jnp.square(jnp.asarray(t))) for t in t_list if t is not None]
    return jnp.sqrt(sum(squares, start=jnp.zeros(())))


def clip_by_global_norm(
    t_list: Sequence[Any],
    clip_norm: ArrayLike,
    use_norm: ArrayLike | None = None,
    name: str | None = None,
) -> tuple[list[Any], jax.Array]:
    """Shortens arrays so that all together are at most `clip_norm` long."""
    norm = global_norm(t_list) if use_norm is None else jnp.asarray(use_norm)
    limit = jnp.asarray(clip_norm, norm.dtype)
    factor = limit / jnp.maximum(norm, limit)
    clipped = [None if t is None else jnp.asarray(t) * factor for t in t_list]
    return clipped, norm


def clip_by_norm(
    t: ArrayLike, clip_norm: ArrayLike, axes: Axis = None, name: str | None = None
) -> jax.Array:
    """Shortens an array, or its parts along axes, to a length."""
    array = jnp.asarray(t)
    square = jnp.sum(array * array, axis=to_axis(axes), keepdims=True)
    length = jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1)), square)
    limit = jnp.asarray(clip_norm, array.dtype)
    return array * limit / jnp.maximum(length, limit)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a function the gradient that it returns beside its result."""

    @jax.custom_vjp
    def call(*args: Any) -> Any:
        return f(*args)[0]

    def forward(*args: Any) -> tuple[Any, tuple[Any, ...]]:
        return call(*args), args

    def backward(args: tuple[Any, ...], upstream: Any) -> tuple[Any, ...]:
        flat = upstream if isinstance(upstream, (list, tuple)) else (upstream,)
        made = f(*args)[1](*flat)
        return tuple(made) if isinstance(made, (list, tuple)) else (made,)

    call.defvjp(forward, backward)

    @functools.wraps(f)
    def run(*args: Any) -> Any:
        return call(*map(jnp.asarray, args))

    return run


# Taking and putting -----------------------------------------------------------------


def gather_nd(
    params: ArrayLike, indices: ArrayLike, batch_dims: int = 0, name: Any = None
) -> jax.Array:
    """Takes the parts at places; the last axis of `indices` is a place."""
    array, places = jnp.asarray(params), jnp.asarray(indices)
    for _ in range(batch_dims):
        return jax.vmap(lambda p, i: gather_nd(p, i, batch_dims - 1))(array, places)
    return array[tuple(jnp.moveaxis(places, -1, 0))]


def scatter_nd(
    indices: ArrayLike, updates: ArrayLike, shape: Shape, name: Any = None
) -> jax.Array:
    """Adds parts up at places of an array of zeros."""
    values = jnp.asarray(updates)
    return tensor_scatter_nd_add(
        jnp.zeros(to_shape(shape), values.dtype), indices, values
    )


def tensor_scatter_nd_add(
    tensor: ArrayLike, indices: ArrayLike, updates: ArrayLike, name: Any = None
) -> jax.Array:
    """Adds parts at places of an array."""
    places = tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))
    return jnp.asarray(tensor).at[places].add(jnp.asarray(updates))


def tensor_scatter_nd_update(
    tensor: ArrayLike, indices: ArrayLike, updates: ArrayLike, name: Any = None
) -> jax.Array:
    """Puts parts at places of an array."""
    places = tuple(jnp.moveaxis(jnp.asarray(indices), -1, 0))
    return jnp.asarray(tensor).at[places].set(jnp.asarray(updates))


def slice_(
    input_: ArrayLike, begin: Shape, size: Shape, name: str | None = None
) -> jax.Array:
    """Cuts a part out; a size of -1 reaches to the end."""
    array, sizes = jnp.asarray(input_), to_shape(size)
    lengths = [
        have - start if want == -1 else want
        for start, want, have in zip(
            np.asarray(begin).tolist(), sizes, array.shape, strict=True
        )
    ]
    return jax.lax.dynamic_slice(array, list(np.asarray(begin)), lengths)


def roll(
    input: ArrayLike, shift: Axis, axis: Axis, name: str | None = None
) -> jax.Array:
    """Moves the elements along axes; what leaves comes in at the other end."""
    return jnp.roll(jnp.asarray(input), to_axis(shift), to_axis(axis))  # type: ignore[arg-type]


def unique(
    x: ArrayLike, out_idx: DTypeLike = "int32", name: str | None = None
) -> tuple[jax.Array, jax.Array]:
    """Returns each value once, in the order of the first time, and which is where."""
    array = np.asarray(x)
    _, first, inverse = np.unique(array, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.argsort(order)
    places = rank[inverse.ravel()].astype(to_dtype(out_idx))
    return jnp.asarray(array[first[order]]), jnp.asarray(places)


def add_n(inputs: Sequence[ArrayLike], name: str | None = None) -> jax.Array:
    """Adds arrays up."""
    first, *others = map(jnp.asarray, inputs)
    return sum(others, start=first)


def sequence_mask(
    lengths: ArrayLike,
    maxlen: int | None = None,
    dtype: DTypeLike = "bool",
    name: str | None = None,
) -> jax.Array:
    """Makes rows that begin with as many ones as `lengths` says."""
    counts = jnp.asarray(lengths)
    width = int(np.max(np.asarray(lengths))) if maxlen is None else int(maxlen)
    return (jnp.arange(width) < counts[..., None]).astype(to_dtype(dtype))


def cumprod(
    x: ArrayLike,
    axis: int = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> jax.Array:
    """Multiplies along an axis, without the element itself where `exclusive`."""
    array = jnp.asarray(x)
    turned = jnp.flip(array, axis) if reverse else array
    if exclusive:
        ones = jnp.ones_like(jnp.take(turned, jnp.array([0]), axis=axis))
        rest = jax.lax.slice_in_dim(turned, 0, turned.shape[axis] - 1, axis=axis)
        turned = jnp.concatenate([ones, rest], axis=axis)
    total = jnp.cumprod(turned, axis)
    return jnp.flip(total, axis) if reverse else total


def confusion_matrix(
    labels: ArrayLike,
    predictions: ArrayLike,
    num_classes: int | None = None,
    weights: ArrayLike | None = None,
    dtype: DTypeLike = "int32",
    name: str | None = None,
) -> jax.Array:
    """Counts pairs of classes: rows are labels, columns predictions."""
    rows, columns = jnp.asarray(labels), jnp.asarray(predictions)
    if num_classes is None:
        num_classes = int(max(np.max(np.asarray(labels)), np.max(columns))) + 1
    counted = jnp.ones(rows.shape) if weights is None else jnp.asarray(weights)
    table = jnp.zeros((num_classes, num_classes), counted.dtype)
    return table.at[rows, columns].add(counted).astype(to_dtype(dtype))


# Loops and branches -------------------------------------------------------------


def map_fn(fn: Callable[..., Any], elems: Any, *arguments: Any, **options: Any) -> Any:
    """Applies a function to every row of arrays, compiled as one loop."""
    arrays = jax.tree.map(jnp.asarray, elems)
    return jax.lax.map(fn, arrays)


def vectorized_map(
    fn: Callable[..., Any], elems: Any, *arguments: Any, **options: Any
) -> Any:
    """Applies a function to all rows of arrays at once."""
    return jax.vmap(fn)(jax.tree.map(jnp.asarray, elems))


def cond(
    pred: Any,
    true_fn: Callable[[], Any],
    false_fn: Callable[[], Any],
    name: str | None = None,
) -> Any:
    """Calls one of two functions."""
    if isinstance(pred, Tracer):
        return jax.lax.cond(pred, true_fn, false_fn)
    return true_fn() if bool(pred) else false_fn()


# Random numbers -------------------------------------------------------------------


def gamma(
    shape: Shape,
    alpha: ArrayLike,
    beta: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Draws from gamma distributions: `shape` numbers for each alpha and beta."""
    a = jnp.asarray(alpha, to_dtype(dtype))
    b = jnp.asarray(1.0 if beta is None else beta, to_dtype(dtype))
    a, b = jnp.broadcast_arrays(a, b)
    return jax.random.gamma(draw(seed), a, to_shape(shape) + a.shape) / b


def poisson(
    shape: Shape,
    lam: ArrayLike,
    dtype: DTypeLike = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Draws from Poisson distributions: `shape` numbers for each `lam`."""
    rate = jnp.asarray(lam)
    drawn = jax.random.poisson(draw(seed), rate, to_shape(shape) + rate.shape)
    return drawn.astype(to_dtype(dtype))


def categorical(
    logits: ArrayLike,
    num_samples: int,
    dtype: DTypeLike = "int64",
    seed: int | None = None,
    name: str | None = None,
) -> jax.Array:
    """Draws class numbers from each row of logits."""
    scores = jnp.asarray(logits)
    shape = (num_samples, scores.shape[0])
    drawn = jax.random.categorical(draw(seed), scores, axis=-1, shape=shape)
    return drawn.T.astype(to_dtype(dtype))


# Checks ---------------------------------------------------------------------------


def check(name: str, holds: Callable[..., Any]) -> Callable[..., None]:
    """Makes a function that raises unless something holds for all elements."""

    def call(*arrays: Any, **options: Any) -> None:
        if any(isinstance(array, Tracer) for array in arrays):
            return  # compiled code has no values to look at
        given = [np.asarray(array) for array in arrays]
        if not bool(np.all(holds(*given))):
            shown = " and ".join(repr(array) for array in given)
            told = options.get("message") or f"does not hold for {shown}"
            raise DataError(message(f"tf.debugging.{name}", told))

    return call


def check_numerics(
    tensor: ArrayLike, message: str = "", name: str | None = None
) -> jax.Array:
    """Returns the array; raises if it holds NaN or infinity, unless compiled."""
    check("check_numerics", np.isfinite)(tensor, message=message)
    return jnp.asarray(tensor)


# Pictures -------------------------------------------------------------------------


def total_variation(images: ArrayLike, name: str | None = None) -> jax.Array:
    """Adds up the differences between neighbours, for each picture."""
    x = jnp.asarray(images)
    axes = tuple(range(x.ndim - 3, x.ndim))
    down = jnp.abs(jnp.diff(x, axis=-3))
    across = jnp.abs(jnp.diff(x, axis=-2))
    return jnp.sum(down, axis=axes) + jnp.sum(across, axis=axes)


def image_gradients(image: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Returns the differences to the next row and to the next column."""
    x = jnp.asarray(image)
    down = jnp.pad(jnp.diff(x, axis=1), ((0, 0), (0, 1), (0, 0), (0, 0)))
    across = jnp.pad(jnp.diff(x, axis=2), ((0, 0), (0, 0), (0, 1), (0, 0)))
    return down, across
