"""KerasTensor: a shape and a type that stand for data not yet there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from saccade.core import _names
from saccade.core._dtypes import standardize_dtype

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Shape: TypeAlias = tuple[int | None, ...]


class KerasTensor:
    """A placeholder with a shape and a type.

    Args:
        shape: the shape with the batch axis; None where it is not fixed.
        dtype: the type of the data.
        name: a name for messages and configs.

    Differs from Keras: ragged and sparse data are not represented.

    Example:
        >>> KerasTensor((None, 28, 28, 1)).shape
        (None, 28, 28, 1)
    """

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: DTypeLike | None = "float32",
        name: str | None = None,
    ) -> None:
        self.shape: Shape = tuple(shape)
        self.dtype = standardize_dtype(dtype)
        self.name = name or _names.auto_name("keras_tensor")
        # The layer that `Input()` made for this placeholder.
        self.producer: object | None = None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


def is_keras_tensor(x: object) -> bool:
    """Says whether something is a placeholder.

    Example:
        >>> is_keras_tensor(KerasTensor((None, 3)))
        True
    """
    return isinstance(x, KerasTensor)
