"""Elements of a `Dataset`: arrays and texts in tuples and dicts.

Inside a pipeline a leaf is a NumPy array, a NumPy number, bytes or None; programs see
each as a `Tensor`. What is done to elements must not go here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core._errors import ArgumentTypeError, DataError, ShapeError, message

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

# An element: a leaf, or tuples and dicts of elements. What is in it only the data know.
Element: TypeAlias = Any
Leaf: TypeAlias = Any


class Tensor(np.ndarray):
    """An array as programs see it: NumPy's, with what TensorFlow's arrays add.

    It cannot be written to, `+=` makes a new one, numbers taken out of it are Tensors
    too, and arithmetic stays in 32 bits. Functions of NumPy, `jax.numpy` and
    `keras.ops` take it as any array.

    Example:
        >>> picture = as_tensor(np.array([[10, 20]], np.uint8))
        >>> (picture / 255).dtype, picture[0, 1].numpy()
        (dtype('float32'), np.uint8(20))
    """

    # The array of JAX that stands for this one while a tape watches it.
    _watched: jax.Array | None = None

    def watched(self) -> jax.Array:
        """Returns an array of JAX, always the same; from now on JAX computes with it.

        So a gradient by this array can be taken of what is computed from it.
        """
        if self._watched is None:
            self._watched = jnp.asarray(np.asarray(self))
        return self._watched

    def __jax_array__(self) -> jax.Array:
        return jnp.asarray(np.asarray(self)) if self._watched is None else self._watched

    def numpy(self) -> Any:
        """Returns a NumPy array of one's own; of a single value a number or bytes."""
        array = np.array(self)
        return array if array.ndim else array[()]

    def get_shape(self) -> tuple[int, ...]:
        """Returns the shape."""
        return self.shape

    def set_shape(self, shape: Sequence[int | None]) -> None:
        """Does nothing: an array knows its shape.

        Args:
            shape: accepted.
        """

    def __getitem__(self, key: Any) -> Any:
        if self._watched is not None:
            return self._watched[key]
        found = super().__getitem__(key)
        if isinstance(found, np.ndarray) or (isinstance(key, tuple) and not key):
            return found
        return as_tensor(found)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any
    ) -> Any:
        if any(isinstance(i, Tensor) and i._watched is not None for i in inputs):
            arrays = [i.watched() if isinstance(i, Tensor) else i for i in inputs]
            return getattr(jnp, ufunc.__name__)(*arrays)
        texts = any(isinstance(i, Tensor) and i.dtype == object for i in inputs)
        plain = [_plain(value, texts) for value in inputs]
        if "out" in kwargs:
            kwargs["out"] = tuple(_plain(value, False) for value in kwargs["out"])
        result = getattr(ufunc, method)(*plain, **kwargs)
        wide = any(getattr(i, "dtype", None) == np.float64 for i in plain)
        if isinstance(result, tuple):
            return tuple(_computed(part, wide) for part in result)
        return _computed(result, wide)

    def __hash__(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]  single values can be keys
        if self.size != 1:
            raise TypeError("unhashable type: an array of several values")
        return hash(self.item())

    def __repr__(self) -> str:
        return repr(np.asarray(self)).replace("array(", "Tensor(", 1)

    def __str__(self) -> str:
        return str(np.asarray(self))


# TensorFlow's `x /= 255` makes a new array and leaves the old one alone.
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(Tensor, f"__i{_name}__", getattr(np.ndarray, f"__{_name}__"))


def _plain(value: Any, texts: bool) -> Any:
    if isinstance(value, Tensor):
        return np.asarray(value)
    return to_array(value) if texts else value


def _computed(result: Any, wide: bool) -> Any:
    if not isinstance(result, (np.ndarray, np.generic)):
        return result
    if result.dtype == np.float64 and not wide:
        result = result.astype(np.float32)
    return np.asarray(result).view(Tensor)


class TensorSpec:
    """The shape and type of one leaf of the elements of a data set.

    Args:
        shape: sizes, None for those that differ; None for an unknown number of axes.
        dtype: the type; texts are `object`.
        name: kept.

    Example:
        >>> TensorSpec((None, 3), "float32")
        TensorSpec(shape=(None, 3), dtype=float32)
    """

    def __init__(
        self,
        shape: Sequence[int | None] | None,
        dtype: DTypeLike = "float32",
        name: str | None = None,
    ) -> None:
        self.shape = None if shape is None else tuple(shape)
        self.dtype = np.dtype(dtype)
        self.name = name

    def __repr__(self) -> str:
        kind = "string" if self.dtype == object else self.dtype.name
        return f"TensorSpec(shape={self.shape}, dtype={kind})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorSpec)
            and self.shape == other.shape
            and self.dtype == other.dtype
        )

    def __hash__(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]  single values can be keys
        return hash((self.shape, self.dtype))


def as_tensor(leaf: Leaf) -> Tensor:
    """Returns a leaf as programs see it; the memory is shared.

    Args:
        leaf: an array, a number or bytes.

    Example:
        >>> as_tensor(np.float32(2)).shape, as_tensor(b"a.png").numpy()
        ((), b'a.png')
    """
    if isinstance(leaf, bytes):
        array = np.empty((), object)
        array[()] = leaf
    else:
        array = np.asarray(leaf)
    view = array.view(Tensor)
    view.flags.writeable = False
    return cast(Tensor, view)


def to_array(value: object) -> np.ndarray:
    """Returns a value of a program as an array; texts become bytes.

    Python's own numbers become 32 bits wide, arrays keep their type.

    Args:
        value: an array of any package, a table's column, a number, a text, or lists.

    Raises:
        DataError: rows of different lengths, or Python objects.

    Example:
        >>> to_array([1, 2]).dtype, to_array("a").tolist()
        (dtype('int32'), b'a')
    """
    own = isinstance(value, (bool, int, float, list, tuple))
    try:
        array = np.asarray(value)
    except ValueError:
        raise DataError(
            message(
                "Dataset",
                "a list holds rows of different shapes",
                "give every row the same shape, or put arrays of different lengths "
                "into a tuple",
            )
        ) from None
    if array.dtype.kind in "USO":
        return _texts(array)
    if own and array.dtype in (np.float64, np.int64):
        array = array.astype(np.float32 if array.dtype.kind == "f" else np.int32)
    return array


def _texts(array: np.ndarray) -> np.ndarray:
    texts = np.empty(array.shape, object)
    for index, item in np.ndenumerate(array):
        if isinstance(item, str):
            item = item.encode()
        if not isinstance(item, bytes):
            raise DataError(
                message(
                    "Dataset",
                    f"elements hold numbers and texts, got {type(item).__name__}",
                    "pass arrays, numbers or texts, in tuples and dicts",
                )
            )
        texts[index] = item
    return texts


def to_leaf(value: object) -> Leaf:
    """Returns one value of a program as a leaf.

    Args:
        value: see `to_array`; None stays None.

    Example:
        >>> to_leaf(1.5), to_leaf("a")
        (np.float32(1.5), b'a')
    """
    if value is None:
        return None
    array = to_array(value)
    return array if array.ndim else array[()]


def map_leaves(function: Callable[..., Any], element: Element, *others: Element) -> Any:
    """Applies a function to every leaf, and to those of others at the same place.

    Args:
        function: gets one leaf of each element.
        element: gives the structure.
        *others: elements of the same structure.

    Example:
        >>> map_leaves(lambda a, b: a + b, (1, {"x": 2}), (10, {"x": 20}))
        (11, {'x': 22})
    """
    if isinstance(element, tuple):
        parts = [map_leaves(function, *each) for each in zip(element, *others)]  # noqa: B905  same structures
        if hasattr(element, "_fields"):  # a named tuple
            return cast(Any, type(element))(*parts)
        return tuple(parts)
    if isinstance(element, Mapping):
        return {
            name: map_leaves(function, part, *(other[name] for other in others))
            for name, part in element.items()
        }
    return function(element, *others)


def leaves(element: Element) -> Iterator[Leaf]:
    """Gives the leaves of an element.

    Example:
        >>> list(leaves((1, {"x": 2})))
        [1, 2]
    """
    if isinstance(element, tuple):
        for part in element:
            yield from leaves(part)
    elif isinstance(element, Mapping):
        for part in element.values():
            yield from leaves(part)
    else:
        yield element


def to_element(value: object) -> Element:
    """Returns what a function or generator of a program gave as an element.

    Args:
        value: leaves in tuples and dicts; a list is one array.

    Example:
        >>> to_element((1, [2, 3]))
        (np.int32(1), array([2, 3], dtype=int32))
    """
    return map_leaves(to_leaf, value)


def to_tensors(element: Element) -> Element:
    """Returns an element as programs see it.

    Example:
        >>> to_tensors((np.int32(1), None))
        (Tensor(1, dtype=int32), None)
    """
    return map_leaves(lambda leaf: None if leaf is None else as_tensor(leaf), element)


def to_numpy(element: Element) -> Element:
    """Returns an element with NumPy's arrays, numbers and bytes.

    Example:
        >>> to_numpy((as_tensor(np.int32(1)), b"a"))
        (np.int32(1), b'a')
    """
    return map_leaves(_numpy_leaf, element)


def _numpy_leaf(leaf: Leaf) -> Leaf:
    if not isinstance(leaf, np.ndarray):
        return leaf
    array = np.asarray(leaf)
    if not array.ndim:
        return array[()]
    array = array.view()
    array.flags.writeable = False
    return array


def stack(elements: Sequence[Element], where: str) -> Element:
    """Puts elements into one with a first axis.

    Args:
        elements: at least one; all of one structure.
        where: the method, for messages.

    Raises:
        ShapeError: the shapes of two differ.
        ArgumentTypeError: their structures differ.

    Example:
        >>> stack([(1, b"a"), (2, b"b")], "batch")
        (array([1, 2]), array([b'a', b'b'], dtype=object))
    """

    def join(*items: Leaf) -> Leaf:
        first = items[0]
        if first is None:
            return None
        if isinstance(first, bytes):
            return np.array(items, object)
        if not isinstance(first, np.ndarray):
            return np.array(items)
        for number, item in enumerate(items):
            if np.shape(item) != first.shape:
                raise ShapeError(_different(where, number, first.shape, np.shape(item)))
        return np.stack(items)

    try:
        return map_leaves(join, *elements)
    except (KeyError, TypeError, IndexError) as error:
        if isinstance(error, ArgumentTypeError):
            raise
        raise ArgumentTypeError(
            message(where, f"the elements have different structures ({error})")
        ) from error


def _different(
    where: str, number: int, first: tuple[int, ...], other: tuple[int, ...]
) -> str:
    return message(
        where,
        f"element 0 of the batch has the shape {first} and element {number} {other}",
        "give all the same shape before, for example dataset.map(lambda x, y: "
        "(keras.ops.image.resize(x, (150, 150)), y)); batches that are padded are not "
        "supported",
    )


def rows_of(block: Element) -> Iterator[Element]:
    """Gives the elements that lie in one with a first axis; the reverse of `stack`.

    Args:
        block: arrays with equal numbers of rows.

    Example:
        >>> list(rows_of((np.array([1, 2]), None)))
        [(np.int64(1), None), (np.int64(2), None)]
    """
    for number in range(length_of(block)):
        yield map_leaves(
            lambda leaf, n=number: None if leaf is None else leaf[n], block
        )


def length_of(block: Element) -> int:
    """Returns the length of the first axis of an element.

    Args:
        block: arrays with equal numbers of rows.

    Raises:
        ShapeError: a leaf has no axis, or another length.

    Example:
        >>> length_of((np.zeros(3), np.zeros((3, 2))))
        3
    """
    lengths = {_rows(leaf) for leaf in leaves(block) if leaf is not None}
    if len(lengths) != 1:
        raise ShapeError(
            message(
                "Dataset",
                "arrays with different numbers of rows: "
                f"{', '.join(str(n) for n in sorted(lengths))}"
                if lengths
                else "there are no arrays",
                "every array must have one row for each element",
            )
        )
    return lengths.pop()


def _rows(leaf: Leaf) -> int:
    shape = np.shape(leaf)
    if not shape:
        raise ShapeError(
            message(
                "Dataset",
                "a single value has no rows to take apart",
                "pass arrays; Dataset.from_tensors makes one element of a value",
            )
        )
    return shape[0]


def spec_of(element: Element) -> Element:
    """Returns the TensorSpec of every leaf.

    Example:
        >>> spec_of((np.zeros((2, 3), "uint8"), b"a"))
        (TensorSpec(shape=(2, 3), dtype=uint8), TensorSpec(shape=(), dtype=string))
    """

    def spec(leaf: Leaf) -> TensorSpec | None:
        if leaf is None:
            return None
        if isinstance(leaf, bytes):
            return TensorSpec((), object)
        return TensorSpec(np.shape(leaf), np.asarray(leaf).dtype)

    return map_leaves(spec, element)
