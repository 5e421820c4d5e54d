"""Labels as one-hot rows, and rows of length one."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import jax
import jax.core
import jax.numpy as jnp
import numpy as np

from saccade.core import _settings
from saccade.core._errors import ConfigError, DataError, message

if TYPE_CHECKING:
    import numpy.typing as npt


@overload
def to_categorical(  # pyright: ignore[reportOverlappingOverload]  ArrayLike is wide
    x: jax.Array, num_classes: int | None = None
) -> jax.Array: ...
@overload
def to_categorical(x: npt.ArrayLike, num_classes: int | None = None) -> np.ndarray: ...
def to_categorical(
    x: npt.ArrayLike | jax.Array, num_classes: int | None = None
) -> np.ndarray | jax.Array:
    """Turns class numbers into rows that are 1 at the class and 0 elsewhere.

    Args:
        x: whole numbers in 0..num_classes-1, in any array or list.
        num_classes: the number of classes; None for the largest number + 1.

    Shapes:
        x: (b,), (b, 1) or (..., n) -> (b, num_classes) or (..., n, num_classes);
        float64 for NumPy input, the default float type for JAX input.

    Raises:
        DataError: a label is not a whole number or outside 0..num_classes-1.

    Differs from Keras: negative labels, which Keras counts from the end, and
    fractions, which it cuts off, are errors; JAX input may leave `num_classes` out.

    Example:
        >>> to_categorical([0, 2], 3)
        array([[1., 0., 0.],
               [0., 0., 1.]])
    """
    if isinstance(x, jax.Array):
        return _one_hot_on_device(x, num_classes)
    labels = _whole_numbers(x)
    shape = _without_last_axis_of_one(labels.shape)
    labels = labels.reshape(-1)
    if not num_classes:
        if not labels.size:
            raise DataError(
                message(
                    "to_categorical",
                    "`x` is empty, so the number of classes cannot be seen from it",
                    "pass `num_classes`",
                )
            )
        num_classes = int(labels.max()) + 1
    wrong = (labels < 0) | (labels >= num_classes)
    if wrong.any():
        place = int(wrong.argmax())
        raise DataError(
            message(
                "to_categorical",
                f"labels must be in 0..{num_classes - 1}, got {labels[place]} at "
                f"position {place}",
                "number the classes from 0: np.unique(x, return_inverse=True)[1], or "
                "pass a larger `num_classes`",
            )
        )
    rows = np.zeros((labels.size, num_classes))
    rows[np.arange(labels.size), labels] = 1
    return rows.reshape((*shape, num_classes))


def _one_hot_on_device(x: jax.Array, num_classes: int | None) -> jax.Array:
    if num_classes is None:
        if isinstance(x, jax.core.Tracer):
            raise ConfigError(
                message(
                    "to_categorical",
                    "`num_classes` must be given inside a compiled function, got None",
                )
            )
        num_classes = int(x.max()) + 1
    labels = x.reshape(_without_last_axis_of_one(x.shape))
    return jax.nn.one_hot(labels, num_classes, dtype=_settings.floatx())


def _without_last_axis_of_one(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape


def _whole_numbers(x: npt.ArrayLike) -> np.ndarray:
    values = np.asarray(x)
    try:
        with np.errstate(invalid="ignore"):  # not-a-number is caught below
            labels = values.astype(np.int64)
        exact = bool((labels == values.astype(np.float64)).all())
    except (TypeError, ValueError, OverflowError):
        labels, exact = values, False
    if not exact:
        raise DataError(
            message(
                "to_categorical",
                "labels must be whole numbers, got "
                f"{values.reshape(-1)[:3].tolist()} of type {values.dtype}",
                "number the classes: names, labels = np.unique(x, return_inverse=True)",
            )
        )
    return labels


@overload
def normalize(  # pyright: ignore[reportOverlappingOverload]  ArrayLike is wide
    x: jax.Array, axis: int = -1, order: float = 2
) -> jax.Array: ...
@overload
def normalize(x: npt.ArrayLike, axis: int = -1, order: float = 2) -> np.ndarray: ...
def normalize(
    x: npt.ArrayLike | jax.Array, axis: int = -1, order: float = 2
) -> np.ndarray | jax.Array:
    """Divides each row by its length: y = x / |x|; rows of zeros stay zeros.

    Args:
        x: numbers.
        axis: the axis along which the length is taken.
        order: which length: 2 for the Euclidean one, 1 for the sum of sizes.

    Shapes:
        any shape -> the same shape; NumPy for NumPy and lists, JAX for JAX.

    Differs from Keras: `axis=0` divides columns, where Keras fails or divides rows.

    Example:
        >>> normalize([[3.0, 4.0], [0.0, 0.0]])
        array([[0.6, 0.8],
               [0. , 0. ]])
    """
    if isinstance(x, jax.Array):
        length = jnp.linalg.norm(x, order, axis, keepdims=True)
        return x / jnp.where(length == 0, 1, length)
    values = np.asarray(x)
    lengths = np.linalg.norm(values, order, axis, keepdims=True)
    return values / np.where(lengths == 0, lengths.dtype.type(1), lengths)
