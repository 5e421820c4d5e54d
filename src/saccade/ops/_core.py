"""Operations on types, shapes and gradients, and the like of `keras.ops` itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from saccade.core import _recorder
from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import UnsupportedFeatureError, message

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def stop_gradient(variable: ArrayLike) -> jax.Array:
    """Lets values pass but no gradients.

    Args:
        variable: an array or a variable.

    Example:
        >>> float(jax.grad(lambda x: x * stop_gradient(x))(3.0))
        3.0
    """
    return _recorder.stop_gradient(jnp.asarray(variable))


def cast(x: ArrayLike, dtype: DTypeLike) -> jax.Array:
    """Converts to another type.

    Args:
        x: any array.
        dtype: the type.

    Example:
        >>> cast([1, 2], "float16")
        Array([1., 2.], dtype=float16)
    """
    return jnp.asarray(x).astype(standardize_dtype(dtype))


def convert_to_numpy(x: ArrayLike) -> np.ndarray:
    """Copies an array to the host.

    Args:
        x: any array.

    Example:
        >>> convert_to_numpy(jnp.zeros(2))
        array([0., 0.], dtype=float32)
    """
    return np.array(x)


def convert_to_tensor(
    x: ArrayLike,
    dtype: DTypeLike | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
) -> jax.Array:
    """Makes a JAX array.

    Args:
        x: numbers, lists of numbers, a NumPy array, a variable ...
        dtype: the type; None to keep it.
        sparse: kept for Keras; must not be true.
        ragged: kept for Keras; must not be true.

    Raises:
        UnsupportedFeatureError: a sparse or ragged array is asked for.

    Example:
        >>> convert_to_tensor([1, 2])
        Array([1, 2], dtype=int32)
    """
    if sparse or ragged:
        raise UnsupportedFeatureError(
            message(
                "ops.convert_to_tensor",
                "sparse and ragged arrays are not supported",
                "give a full array, filled up where rows are shorter",
            )
        )
    return jnp.asarray(x, None if dtype is None else standardize_dtype(dtype))


def is_tensor(x: object) -> bool:
    """Says whether something is a JAX array.

    Args:
        x: anything.

    Example:
        >>> is_tensor(jnp.zeros(2)), is_tensor([0.0, 0.0])
        (True, False)
    """
    return isinstance(x, jax.Array)


def shape(x: object) -> tuple[int | None, ...]:
    """The shape, with None for sizes of a placeholder that are not fixed.

    Args:
        x: an array, a variable, a placeholder, or nested lists.

    Example:
        >>> shape(jnp.zeros((2, 3)))
        (2, 3)
    """
    known = getattr(x, "shape", None)
    return tuple(np.shape(x) if known is None else known)  # type: ignore[arg-type]
