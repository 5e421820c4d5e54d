"""From one value that a user gave to arrays that the engine can hold.

NumPy and JAX arrays, lists of numbers, frames and tensors of other packages; and
lists, tuples and dicts of those. Nothing is copied that is already fit for use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

import jax
import numpy as np

from saccade.core._errors import (
    ArgumentTypeError,
    DataError,
    UnsupportedFeatureError,
    message,
)
from saccade.data import _frames
from saccade.data._types import Array, Tree, float_type

ArrayT = TypeVar("ArrayT", np.ndarray, jax.Array)
ACCEPTED = (
    "NumPy or JAX arrays, lists of numbers, pandas or polars tables, torch tensors, "
    "lists, tuples or dicts of these, a PyDataset, a generator, or an iterable of "
    "batches (torch DataLoader, tf.data.Dataset, ...)"
)
_INT_LIMITS = np.iinfo(np.int32)


def is_array_like(value: object) -> bool:
    """Says whether a value is one array, table or tensor with a first axis of rows.

    Example:
        >>> is_array_like(np.zeros(3)), is_array_like([1, 2]), is_array_like(1)
        (True, False, False)
    """
    if isinstance(value, (np.ndarray, jax.Array)):
        return True
    if isinstance(value, (str, bytes, int, float, list, tuple, dict, np.generic)):
        return False
    return (
        _frames.is_frame(value)
        or _is_sparse(value)
        or (hasattr(value, "__array__") and not isinstance(value, type))
    )


def can_convert(value: object) -> bool:
    """Says whether a value is arrays (or None) and not a source of batches.

    Example:
        >>> can_convert([np.zeros(3), None]), can_convert(iter([]))
        (True, False)
    """
    if value is None or is_array_like(value) or _is_number(value):
        return True
    if isinstance(value, Mapping):
        return all(can_convert(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return _is_plain(value) or all(can_convert(part) for part in value)
    return isinstance(value, (str, bytes))


def to_tree(value: object, name: str, where: str) -> Tree | None:
    """Converts a value, or every value of a structure, to an array.

    Args:
        value: what the user gave; None stays None.
        name: its name in messages: "x", "y" ...
        where: the method that was called.

    Raises:
        ArgumentTypeError: it is nothing that holds numbers.
        DataError: it holds texts, objects, dates or no rows.

    Example:
        >>> to_tree({"a": [1, 2], "b": np.zeros(2, "uint8")}, "x", "fit")
        {'a': array([1, 2], dtype=int32), 'b': array([0, 0], dtype=uint8)}
    """
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {
            str(key): to_tree(part, f"{name}[{key!r}]", where)
            for key, part in value.items()
        }
    if isinstance(value, (list, tuple)) and not _is_plain(value):
        parts = [to_tree(part, f"{name}[{i}]", where) for i, part in enumerate(value)]
        return parts if isinstance(value, list) else tuple(parts)
    return to_array(value, name, where)


def to_array(value: object, name: str, where: str) -> Array:
    """Converts one value to an array of a type that the engine computes with.

    Floating types become the global float type; int64 and uint64 become int32 after
    a look at their range; all other types stay. Memory is shared with `value` when
    its type and layout need no change.

    Args:
        value: an array, table, tensor or list of numbers.
        name: its name in messages.
        where: the method that was called.

    Raises:
        ArgumentTypeError: it is nothing that holds numbers.
        DataError: it holds texts, objects or dates, or has no axis of rows.

    Example:
        >>> to_array([1.0, 2.0], "y", "fit").dtype
        dtype('float32')
    """
    if isinstance(value, jax.Array):
        return _check_rank(_standard_float(value), name, where)
    array = _to_numpy(value, name, where)
    if array.dtype.kind in "OUSTMmVc" and not _is_extended_float(array.dtype):
        raise DataError(_not_numbers(array, name, where))
    return standard_dtype(_check_rank(array, name, where), name, where)


def standard_dtype(array: np.ndarray, name: str, where: str) -> np.ndarray:
    """Returns the array in a type of at most 32 bits, C-contiguous.

    Args:
        array: numbers or truth values.
        name: its name in messages.
        where: the method that was called.

    Raises:
        DataError: whole numbers beyond the range of int32.

    Example:
        >>> standard_dtype(np.arange(3), "y", "fit").dtype
        dtype('int32')
    """
    target = array.dtype
    if array.dtype.kind == "f" or _is_extended_float(array.dtype):
        target = float_type()
    elif array.dtype in (np.int64, np.uint64):
        target = np.dtype(np.int32)
        _check_int_range(array, name, where)
    if target == array.dtype and array.flags.c_contiguous:
        return array if type(array) is np.ndarray else np.asarray(array)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(array, dtype=target)


def host_view(array: Array) -> np.ndarray:
    """Returns an array as NumPy's, without a copy where it lies in host memory.

    Example:
        >>> labels = np.array([1, 0])
        >>> host_view(labels) is labels
        True
    """
    return np.asarray(array)


def on_host(tree: Tree | None) -> Tree | None:
    """Returns a structure with every array as NumPy's; see `host_view`.

    Example:
        >>> on_host([jax.numpy.zeros(1)])
        [array([0.], dtype=float32)]
    """
    return jax.tree.map(host_view, tree)


def _is_extended_float(dtype: np.dtype) -> bool:
    return dtype.kind == "V" and "float" in dtype.name


def _standard_float(array: jax.Array) -> jax.Array:
    if jax.numpy.issubdtype(array.dtype, jax.numpy.floating):
        return array.astype(float_type())
    return array


def is_single_number(value: object) -> bool:
    """Says whether a value is a number without any axis.

    Example:
        >>> is_single_number(3), is_single_number(np.zeros(())), is_single_number([3])
        (True, True, False)
    """
    return _is_number(value) or getattr(value, "shape", None) == ()


def _is_number(value: object) -> bool:
    return isinstance(value, (bool, int, float, np.generic))


def _is_plain(value: object) -> bool:
    # A list of numbers (or of lists of numbers) is one array; a list that holds an
    # array with rows of its own is several inputs.
    if not isinstance(value, (list, tuple)):
        return False
    if any(_has_rows(part) for part in value):
        return False
    return all(
        part is not None and not isinstance(part, Mapping) for part in value
    ) and (not value or not isinstance(value[0], (list, tuple)) or _is_plain(value[0]))


def _has_rows(value: object) -> bool:
    if isinstance(value, (int, float, str, list, tuple, dict, np.generic)):
        return False
    return is_array_like(value) and len(getattr(value, "shape", (1,))) > 0


def _is_sparse(value: object) -> bool:
    return type(value).__module__.startswith("scipy.sparse")


def _to_numpy(value: object, name: str, where: str) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return value
    if _is_sparse(value):
        raise UnsupportedFeatureError(
            message(
                where,
                f"`{name}` is a sparse matrix ({type(value).__name__}), which the "
                "engine does not compute with",
                f"pass {name}.toarray()",
            )
        )
    if _frames.is_frame(value):
        return _frames.to_numpy(value, name, where)
    if isinstance(value, (list, tuple)):
        return _from_list(value, name, where)
    if isinstance(value, (str, bytes)):
        raise ArgumentTypeError(
            message(
                where,
                f"`{name}` must hold numbers, got the text {value!r}",
                "load the data first; a path is not opened",
            )
        )
    detach = getattr(value, "detach", None)
    if detach is not None and type(value).__module__.partition(".")[0] == "torch":
        tensor = detach().cpu()
        return (tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy()
    if hasattr(value, "__array__") or _is_number(value):
        return np.asarray(value)
    raise ArgumentTypeError(
        message(
            where,
            f"`{name}` has a type that holds no numbers: {type(value).__name__}",
            f"pass one of: {ACCEPTED}",
        )
    )


def _from_list(
    value: list[object] | tuple[object, ...], name: str, where: str
) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError:
        lengths = [len(row) if hasattr(row, "__len__") else 0 for row in _rows(value)]
        odd = next((i for i, n in enumerate(lengths) if n != lengths[0]), 0)
        problem = (
            f"row 0 of `{name}` holds {lengths[0]} values and row {odd} holds "
            f"{lengths[odd]}"
            if odd
            else f"the rows of `{name}` have different shapes"
        )
        fix = "give every row the same shape"
        raise DataError(message(where, problem, fix)) from None


def _rows(value: object) -> list[list[object]]:
    return cast("list[list[object]]", value)


def _check_rank(array: ArrayT, name: str, where: str) -> ArrayT:
    if array.ndim == 0:
        raise DataError(
            message(
                where,
                f"`{name}` must have a first axis of rows, got a single value",
                f"for one sample pass {name}[None], of shape (1, ...)",
            )
        )
    return array


def _check_int_range(array: np.ndarray, name: str, where: str) -> None:
    if not array.size:
        return
    low, high = int(array.min()), int(array.max())
    if low >= _INT_LIMITS.min and high <= _INT_LIMITS.max:
        return
    worst = high if high > _INT_LIMITS.max else low
    index = np.unravel_index(int(np.argmax(array == worst)), array.shape)
    raise DataError(
        message(
            where,
            f"`{name}` holds the whole number {worst} at {position(index)}, beyond "
            "the range of 32 bits",
            f"pass {name}.astype('float32'), or leave out columns that are only names "
            "(an id, a time stamp)",
        )
    )


def position(index: tuple[int, ...] | tuple[np.intp, ...]) -> str:
    """Words for a place in an array: the row, and what is inside it.

    Example:
        >>> position((3,)), position((3, 7)), position((3, 7, 1))
        ('row 3', 'row 3, column 7', 'row 3, position (7, 1)')
    """
    row, *inner = (int(i) for i in index)
    if not inner:
        return f"row {row}"
    if len(inner) == 1:
        return f"row {row}, column {inner[0]}"
    return f"row {row}, position {tuple(inner)}"


def _not_numbers(array: np.ndarray, name: str, where: str) -> str:
    kind = array.dtype.kind
    if kind == "V":
        return message(
            where,
            f"`{name}` is a structured array with the fields "
            f"{', '.join(array.dtype.names or ())}",
            f"pass the fields that are numbers, for example {name}[field]",
        )
    if kind in "Mm":
        return message(
            where,
            f"`{name}` holds dates or durations ({array.dtype})",
            f"turn them into numbers, for example {name}.astype('int64') / 1e9",
        )
    if kind == "c":
        return message(
            where,
            f"`{name}` holds complex numbers ({array.dtype})",
            f"pass {name}.real, {name}.imag or abs({name})",
        )
    return _objects(array, name, where)


def _objects(array: np.ndarray, name: str, where: str) -> str:
    for index in np.ndindex(array.shape):
        item = array[index]
        if not _is_number(item) or isinstance(item, (np.str_, np.bytes_)):
            break
    else:
        return message(
            where,
            f"`{name}` is an array of Python objects ({array.dtype}), though all "
            "are numbers",
            f"pass {name}.astype('float32')",
        )
    if isinstance(item, np.ndarray):
        return message(
            where,
            f"`{name}` is an array of {len(array)} arrays; the first has the shape "
            f"{item.shape}",
            f"pass np.stack({name}), after making all shapes the same",
        )
    item = item.item() if isinstance(item, np.generic) else item
    fix = "turn texts into numbers first"
    if name == "y" and array.ndim == 1:
        fix = "number the classes: names, y = np.unique(y, return_inverse=True)"
    return message(
        where,
        f"`{name}` must hold numbers, got {item!r} at {position(index)}",
        fix,
    )
