"""Operations that make, join, cut, order and reshape arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from saccade.core._dtypes import result_type, standardize_dtype
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.ops._table import operation, unary

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

# Making arrays ----------------------------------------------------------------------

empty = operation(
    "empty", jnp.empty, "shape, dtype=None",
    "An array of any values.", "empty((2, 3)).shape -> (2, 3)", floatx=True,
)  # fmt: skip
eye = operation(
    "eye", jnp.eye, "N, M=None, k=0, dtype=None",
    "A matrix with 1 on the diagonal `k`.", "eye(2) -> [[1.0, 0.0], [0.0, 1.0]]",
    floatx=True,
)  # fmt: skip
full = operation(
    "full", jnp.full, "shape, fill_value, dtype=None",
    "An array of one value.", "full((2,), 7.0) -> [7.0, 7.0]", floatx=True,
)  # fmt: skip
full_like = operation(
    "full_like", jnp.full_like, "x, fill_value, dtype=None",
    "An array of one value and the shape of another.", "full_like([1, 2], 7) -> [7, 7]",
)  # fmt: skip
identity = operation(
    "identity", jnp.identity, "n, dtype=None",
    "A square matrix with 1 on the diagonal.",
    "identity(2) -> [[1.0, 0.0], [0.0, 1.0]]", floatx=True,
)  # fmt: skip
linspace = operation(
    "linspace", jnp.linspace,
    "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0",
    "Numbers at equal distances.", "linspace(0, 1, 3) -> [0.0, 0.5, 1.0]",
)  # fmt: skip
ones = operation(
    "ones", jnp.ones, "shape, dtype=None", "An array of 1.", "ones((2,)) -> [1.0, 1.0]",
    floatx=True,
)  # fmt: skip
ones_like = operation(
    "ones_like", jnp.ones_like, "x, dtype=None",
    "An array of 1 and the shape of another.", "ones_like([3, 4]) -> [1, 1]",
)  # fmt: skip
zeros = operation(
    "zeros", jnp.zeros, "shape, dtype=None", "An array of 0.",
    "zeros((2,)) -> [0.0, 0.0]",
    floatx=True,
)  # fmt: skip
zeros_like = operation(
    "zeros_like", jnp.zeros_like, "x, dtype=None",
    "An array of 0 and the shape of another.", "zeros_like([3, 4]) -> [0, 0]",
)  # fmt: skip
copy = unary("copy", jnp.copy, "A copy.", "copy([1, 2]) -> [1, 2]")
diag = operation(
    "diag", jnp.diag, "x, k=0",
    "The diagonal `k` of a matrix, or a matrix with this diagonal.",
    "diag([1, 2]) -> [[1, 0], [0, 2]]",
)  # fmt: skip

# Joining and cutting ----------------------------------------------------------------

append = operation(
    "append", jnp.append, "x1, x2, axis=None",
    "Puts x2 behind x1, both made flat if no axis is given.",
    "append([1], [2, 3]) -> [1, 2, 3]",
)  # fmt: skip
concatenate = operation(
    "concatenate", jnp.concatenate, "xs, axis=0",
    "Joins arrays along an axis they have.", "concatenate([[1], [2, 3]]) -> [1, 2, 3]",
)  # fmt: skip
hstack = operation(
    "hstack",
    jnp.hstack,
    "xs",
    "Joins arrays side by side.",
    "hstack([[1], [2]]) -> [1, 2]",
)
vstack = operation(
    "vstack",
    jnp.vstack,
    "xs",
    "Joins arrays as rows.",
    "vstack([[1], [2]]) -> [[1], [2]]",
)
repeat = operation(
    "repeat", jnp.repeat, "x, repeats, axis=None",
    "Repeats each element.", "repeat([1, 2], 2) -> [1, 1, 2, 2]",
)  # fmt: skip
tile = operation(
    "tile", jnp.tile, "x, repeats",
    "Repeats the whole array.", "tile([1, 2], 2) -> [1, 2, 1, 2]",
    rename={"repeats": "reps"},
)  # fmt: skip
take = operation(
    "take", jnp.take, "x, indices, axis=None",
    "The elements or slices with the given numbers.",
    "take([5, 6, 7], [2, 0]) -> [7, 5]",
)  # fmt: skip
take_along_axis = operation(
    "take_along_axis", jnp.take_along_axis, "x, indices, axis=None",
    "For each place the element whose number along the axis is given.",
    "take_along_axis([[5, 6]], [[1]], axis=1) -> [[6]]",
)  # fmt: skip
where = operation(
    "where", jnp.where, "condition, x1=None, x2=None",
    "x1 where the condition holds and x2 elsewhere.",
    "where([True, False], [1, 2], [3, 4]) -> [1, 4]",
)  # fmt: skip

# Order ------------------------------------------------------------------------------

argsort = operation(
    "argsort", jnp.argsort, "x, axis=-1",
    "Numbers of the elements in rising order.", "argsort([3, 1, 2]) -> [1, 2, 0]",
)  # fmt: skip
sort = operation(
    "sort", jnp.sort, "x, axis=-1",
    "The elements in rising order.", "sort([3, 1, 2]) -> [1, 2, 3]",
)  # fmt: skip
flip = operation(
    "flip", jnp.flip, "x, axis=None", "Turns the order round.", "flip([1, 2]) -> [2, 1]"
)
roll = operation(
    "roll", jnp.roll, "x, shift, axis=None",
    "Shifts the elements; those that fall out come in at the other end.",
    "roll([1, 2, 3], 1) -> [3, 1, 2]",
)  # fmt: skip

# Shape ------------------------------------------------------------------------------

broadcast_to = operation(
    "broadcast_to", jnp.broadcast_to, "x, shape",
    "Repeats to a shape.", "broadcast_to([1, 2], (2, 2)) -> [[1, 2], [1, 2]]",
)  # fmt: skip
expand_dims = operation(
    "expand_dims", jnp.expand_dims, "x, axis",
    "Puts in an axis of length 1.", "expand_dims([1, 2], 0) -> [[1, 2]]",
)  # fmt: skip
moveaxis = operation(
    "moveaxis", jnp.moveaxis, "x, source, destination",
    "Moves axes to other places.", "moveaxis([[1, 2]], 0, 1) -> [[1], [2]]",
)  # fmt: skip
ravel = unary("ravel", jnp.ravel, "Makes an array flat.", "ravel([[1], [2]]) -> [1, 2]")
squeeze = operation(
    "squeeze", jnp.squeeze, "x, axis=None",
    "Takes out axes of length 1.", "squeeze([[1, 2]]) -> [1, 2]",
)  # fmt: skip
swapaxes = operation(
    "swapaxes", jnp.swapaxes, "x, axis1, axis2",
    "Swaps two axes.", "swapaxes([[1, 2]], 0, 1) -> [[1], [2]]",
)  # fmt: skip
transpose = operation(
    "transpose", jnp.transpose, "x, axes=None",
    "Puts the axes into another order; turned round if none is given.",
    "transpose([[1, 2]]) -> [[1], [2]]",
)  # fmt: skip


def reshape(x: ArrayLike, newshape: int | Sequence[int]) -> jax.Array:
    """Gives the same elements another shape.

    Args:
        x: any array.
        newshape: the lengths of the axes; one of them may be -1, which is worked out.

    Raises:
        ShapeError: other lengths below 0, more than one -1, or another number of
            elements.

    Example:
        >>> reshape([1, 2, 3, 4], (2, -1)).tolist()
        [[1, 2], [3, 4]]
    """
    array = jnp.asarray(x)
    single = isinstance(newshape, (int, np.integer))
    shape = (newshape,) if single else tuple(newshape)
    known = [size for size in shape if isinstance(size, int)]
    problem = None
    if any(size < -1 for size in known):
        problem = "each length must be a non-negative integer or -1"
    elif known.count(-1) > 1:
        problem = "there can be at most one unknown dimension (-1)"
    elif len(known) == len(shape):
        rest = math.prod(size for size in known if size != -1)
        whole = array.size % rest == 0 if rest and -1 in known else array.size == rest
        if not whole:
            problem = f"the elements of shape {array.shape} do not fit"
    if problem:
        raise ShapeError(message("ops.reshape", f"{problem}, got newshape={shape}"))
    return jnp.reshape(array, shape)


def arange(
    start: float,
    stop: float | None = None,
    step: float | None = None,
    dtype: DTypeLike | None = None,
) -> jax.Array:
    """Numbers from `start`, `step` apart, up to but without `stop`.

    Args:
        start: the first number; the end, if it is given alone.
        stop: the end.
        step: the distance; None for 1.
        dtype: type of the result; None for int32, or the global float type if any of
            the numbers is a float.

    Example:
        >>> arange(3), arange(0.0, 1.0, 0.5)
        (Array([0, 1, 2], dtype=int32), Array([0. , 0.5], dtype=float32))
    """
    if dtype is None:
        given = [part for part in (start, stop, step) if part is not None]
        dtype = result_type(*(getattr(part, "dtype", type(part)) for part in given))
    return jnp.arange(start, stop, step, standardize_dtype(dtype))


def array(x: ArrayLike, dtype: DTypeLike | None = None) -> jax.Array:
    """Makes an array.

    Args:
        x: numbers, lists of numbers, or an array.
        dtype: type of the result; None to keep it.

    Example:
        >>> array([1, 2], "float32")
        Array([1., 2.], dtype=float32)
    """
    return jnp.asarray(x, None if dtype is None else standardize_dtype(dtype))


def meshgrid(*x: ArrayLike, indexing: str = "xy") -> list[jax.Array]:
    """Coordinates of the points of a grid.

    Args:
        x: the coordinates along each axis.
        indexing: 'xy' puts the first along columns, 'ij' along rows.

    Example:
        >>> [part.shape for part in meshgrid([1, 2, 3], [4, 5])]
        [(2, 3), (2, 3)]
    """
    return jnp.meshgrid(*map(jnp.asarray, x), indexing=indexing)


def ndim(x: ArrayLike) -> int:
    """The number of axes.

    Args:
        x: any array.

    Example:
        >>> ndim([[1, 2]])
        2
    """
    return jnp.asarray(x).ndim


def size(x: ArrayLike) -> int:
    """The number of elements.

    Args:
        x: any array.

    Example:
        >>> size([[1, 2]])
        2
    """
    return jnp.asarray(x).size


def nonzero(x: ArrayLike) -> tuple[jax.Array, ...]:
    """Where values are not 0: for each axis the numbers along it.

    Args:
        x: any array, not inside a compiled function: the result's shape depends on it.

    Example:
        >>> nonzero([0, 3, 4])
        (Array([1, 2], dtype=int32),)
    """
    return jnp.nonzero(jnp.asarray(x))


def pad(
    x: ArrayLike,
    pad_width: int | Sequence[int] | Sequence[Sequence[int]],
    mode: str = "constant",
    constant_values: ArrayLike | None = None,
) -> jax.Array:
    """Adds a border.

    Args:
        x: any array.
        pad_width: one number, (before, after), or such a pair per axis.
        mode: 'constant', 'edge', 'reflect', 'symmetric' and others of `numpy.pad`.
        constant_values: the border's value for 'constant'; None for 0.

    Raises:
        ConfigError: a value is given for another mode.

    Example:
        >>> pad([1, 2], 1)
        Array([0, 1, 2, 0], dtype=int32)
    """
    options: dict[str, Any] = {}
    if constant_values is not None:
        if mode != "constant":
            raise ConfigError(
                message(
                    "ops.pad",
                    f"`constant_values` goes with mode='constant' only, got {mode!r}",
                )
            )
        options["constant_values"] = constant_values
    widths: Any = pad_width
    return jnp.pad(jnp.asarray(x), widths, mode, **options)


def split(
    x: ArrayLike, indices_or_sections: int | Sequence[int], axis: int = 0
) -> list[jax.Array]:
    """Cuts into parts along an axis.

    Args:
        x: any array.
        indices_or_sections: number of equal parts, or the places of the cuts.
        axis: the axis.

    Example:
        >>> split([1, 2, 3, 4], 2)
        [Array([1, 2], dtype=int32), Array([3, 4], dtype=int32)]
    """
    return jnp.split(jnp.asarray(x), indices_or_sections, axis)


def stack(x: Sequence[ArrayLike], axis: int = 0) -> jax.Array:
    """Joins arrays of one shape along a new axis.

    Args:
        x: the arrays.
        axis: the place of the new axis.

    Example:
        >>> stack([[1, 2], [3, 4]], axis=1)
        Array([[1, 3],
               [2, 4]], dtype=int32)
    """
    return jnp.stack([jnp.asarray(part) for part in x], axis)


def get_item(x: ArrayLike, key: Any) -> jax.Array:
    """Cuts out a part: x[key].

    Args:
        x: any array.
        key: what stands between the brackets; a list counts as a tuple.

    Example:
        >>> get_item([1, 2, 3], 1)
        Array(2, dtype=int32)
    """
    return jnp.asarray(x)[tuple(key) if isinstance(key, list) else key]


def unique(
    x: ArrayLike,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: ArrayLike | None = None,
) -> jax.Array | tuple[jax.Array, ...]:
    """The different values.

    Args:
        x: any array.
        sorted: whether they come in rising order.
        return_index: whether to add where each is found first.
        return_inverse: whether to add the numbers that give `x` back.
        return_counts: whether to add how often each occurs.
        axis: compare the slices along this axis; None for single values.
        size: length of the result, needed inside a compiled function.
        fill_value: fills up to `size`.

    Example:
        >>> unique([3, 1, 3])
        Array([1, 3], dtype=int32)
    """
    return jnp.unique(
        jnp.asarray(x),
        return_index,
        return_inverse,
        return_counts,
        axis,
        equal_nan=False,
        size=size,
        fill_value=fill_value,
        sorted=sorted,
    )
