"""Reading and writing at places, by rows of a batch or by segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import ConfigError, ShapeError, message

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def dtype(x: ArrayLike) -> str:
    """The name of an array's type.

    Args:
        x: an array, a variable, a placeholder or a number.

    Example:
        >>> dtype(jnp.zeros(2))
        'float32'
    """
    known = getattr(x, "dtype", None)
    return standardize_dtype(jnp.asarray(x).dtype if known is None else known)


def saturate_cast(x: ArrayLike, dtype: DTypeLike) -> jax.Array:
    """Converts to another type; values it cannot hold become the nearest it can.

    Args:
        x: any array.
        dtype: the type.

    Example:
        >>> saturate_cast([-1.0, 300.0], "uint8")
        Array([  0, 255], dtype=uint8)
    """
    array, name = jnp.asarray(x), standardize_dtype(dtype)
    if name == "bool" or array.dtype == bool:
        return array.astype(name)
    floats = jnp.issubdtype(jnp.dtype(name), jnp.floating)
    limits = jnp.finfo(name) if floats else jnp.iinfo(name)
    low, high = float(limits.min), float(limits.max)
    if jnp.issubdtype(array.dtype, jnp.floating):
        largest = float(jnp.finfo(array.dtype).max)
        low, high = max(low, -largest), min(high, largest)
        clipped = jnp.clip(array, low, high).astype(name)
        if floats:
            return clipped
        # The largest int has no float of its own: what reaches it is set, not cast.
        clipped = jnp.where(array >= limits.max, limits.max, clipped)
        return jnp.where(array <= limits.min, limits.min, clipped).astype(name)
    own = jnp.iinfo(array.dtype)
    if floats:
        return array.astype(name)
    lowest, highest = max(limits.min, own.min), min(limits.max, own.max)
    return jnp.clip(array, lowest, highest).astype(name)


def scatter(indices: ArrayLike, values: ArrayLike, shape: Sequence[int]) -> jax.Array:
    """Adds values into an array of 0.

    Args:
        indices: places, the last axis one number per axis of `shape`.
        values: what to add at each.
        shape: of the result.

    Example:
        >>> scatter([[1], [1]], [2.0, 3.0], (3,))
        Array([0., 5., 0.], dtype=float32)
    """
    parts = jnp.asarray(values)
    empty = jnp.zeros(tuple(shape), parts.dtype)
    return empty.at[_index(indices)].add(parts)


def scatter_update(
    inputs: ArrayLike,
    indices: ArrayLike,
    updates: ArrayLike,
    reduction: str | None = None,
) -> jax.Array:
    """Sets values at places.

    Args:
        inputs: the array; it stays as it is.
        indices: places, the last axis one number per axis of `inputs`.
        updates: the values.
        reduction: how they join what is there: 'add', 'mul', 'max', 'min'; None to
            take its place.

    Raises:
        ConfigError: another reduction.

    Example:
        >>> scatter_update([1.0, 1.0], [[1]], [5.0])
        Array([1., 5.], dtype=float32)
    """
    array = jnp.asarray(inputs)
    at, parts = array.at[_index(indices)], jnp.asarray(updates, array.dtype)
    if reduction is None:
        return at.set(parts)
    known = {"add": at.add, "mul": at.multiply, "max": at.max, "min": at.min}
    return known[
        _checks.one_of(reduction, tuple(known), "reduction", "ops.scatter_update")
    ](parts)


def _index(indices: ArrayLike) -> tuple[jax.Array, ...]:
    places = jnp.asarray(indices, "int32")
    return tuple(jnp.moveaxis(places, -1, 0))


def slice(
    inputs: ArrayLike, start_indices: Sequence[ArrayLike], shape: Sequence[int]
) -> jax.Array:
    """Cuts out a block.

    Args:
        inputs: any array.
        start_indices: where it begins, one number per axis; may be computed.
        shape: its shape.

    Example:
        >>> slice(jnp.arange(5), [1], [3])
        Array([1, 2, 3], dtype=int32)
    """
    return jax.lax.dynamic_slice(
        jnp.asarray(inputs), tuple(start_indices), tuple(shape)
    )


def slice_update(
    inputs: ArrayLike, start_indices: Sequence[ArrayLike], updates: ArrayLike
) -> jax.Array:
    """Puts a block into an array.

    Args:
        inputs: the array; it stays as it is.
        start_indices: where the block begins, one number per axis; may be computed.
        updates: the block.

    Example:
        >>> slice_update(jnp.arange(4), [1], jnp.array([9, 9]))
        Array([0, 9, 9, 3], dtype=int32)
    """
    array = jnp.asarray(inputs)
    block = jnp.asarray(updates, array.dtype)
    return jax.lax.dynamic_update_slice(array, block, tuple(start_indices))


def unstack(x: ArrayLike, num: int | None = None, axis: int = 0) -> list[jax.Array]:
    """The parts of an array along an axis.

    Args:
        x: any array.
        num: how many; None for the length of the axis.
        axis: the axis, which goes away.

    Example:
        >>> [int(part) for part in unstack([1, 2])]
        [1, 2]
    """
    array = jnp.asarray(x)
    count = array.shape[axis] if num is None else num
    return [jax.lax.index_in_dim(array, i, axis, keepdims=False) for i in range(count)]


def _segments(
    function: Callable[..., jax.Array],
    where: str,
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None,
    sorted: bool,
) -> jax.Array:
    rows, numbers = jnp.asarray(data), jnp.asarray(segment_ids)
    if numbers.ndim != 1:
        raise ShapeError(
            message(
                where,
                "Argument `segment_ids` should be an 1-D vector, one number for each "
                f"row, got shape {numbers.shape}",
            )
        )
    if num_segments is None and isinstance(numbers, Tracer):
        raise ConfigError(
            message(
                where,
                "Argument `num_segments` must be set in compiled code, where nobody "
                "knows the largest number",
                "give `num_segments`",
            )
        )
    return function(
        rows,
        numbers,
        num_segments,
        indices_are_sorted=sorted,
    )


def segment_sum(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    sorted: bool = False,
) -> jax.Array:
    """Sums over rows with the same number.

    Args:
        data: values; axis 0 the rows.
        segment_ids: number of each row.
        num_segments: how many there are; None for the largest number and 1, where it is
            known.
        sorted: whether the numbers rise, which is faster.

    Raises:
        ShapeError: the numbers are no vector.
        ConfigError: `num_segments` is not given in compiled code.

    Example:
        >>> segment_sum([1, 2, 4], [0, 1, 1])
        Array([1, 6], dtype=int32)
    """
    return _segments(
        jax.ops.segment_sum, "ops.segment_sum", data, segment_ids, num_segments, sorted
    )


def segment_prod(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    sorted: bool = False,
) -> jax.Array:
    """Products over rows with the same number; arguments as in `segment_sum`.

    Args:
        data: values.
        segment_ids: number of each row.
        num_segments: how many there are.
        sorted: whether the numbers rise.

    Example:
        >>> segment_prod([1, 2, 4], [0, 1, 1])
        Array([1, 8], dtype=int32)
    """
    return _segments(
        jax.ops.segment_prod,
        "ops.segment_prod",
        data,
        segment_ids,
        num_segments,
        sorted,
    )


def segment_max(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    sorted: bool = False,
) -> jax.Array:
    """The largest over rows with the same number; arguments as in `segment_sum`.

    Args:
        data: values.
        segment_ids: number of each row.
        num_segments: how many there are.
        sorted: whether the numbers rise.

    Example:
        >>> segment_max([1, 2, 4], [0, 1, 1])
        Array([1, 4], dtype=int32)
    """
    return _segments(
        jax.ops.segment_max, "ops.segment_max", data, segment_ids, num_segments, sorted
    )


def segment_min(
    data: ArrayLike,
    segment_ids: ArrayLike,
    num_segments: int | None = None,
    sorted: bool = False,
) -> jax.Array:
    """The smallest over rows with the same number; arguments as in `segment_sum`.

    Args:
        data: values.
        segment_ids: number of each row.
        num_segments: how many there are.
        sorted: whether the numbers rise.

    Example:
        >>> segment_min([1, 2, 4], [0, 1, 1])
        Array([1, 2], dtype=int32)
    """
    return _segments(
        jax.ops.segment_min, "ops.segment_min", data, segment_ids, num_segments, sorted
    )
