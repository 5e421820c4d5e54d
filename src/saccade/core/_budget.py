"""How much memory variables may take while a model is made from a file.

A config of a hundred bytes may ask for a layer of terabytes; the weights beside it
say how large the model really is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from saccade.core._errors import SavingError, message

_left: ContextVar[int | None] = ContextVar("saccade_budget", default=None)


@contextmanager
def limited_to(size_bytes: int) -> Iterator[None]:
    """Refuses variables beyond a number of bytes, all together.

    Args:
        size_bytes: the limit.

    Example:
        >>> with limited_to(100):
        ...     spend((5, 5), 4)
        >>> spend((10**9, 10**9), 4)
    """
    token = _left.set(size_bytes)
    try:
        yield
    finally:
        _left.reset(token)


def is_limited() -> bool:
    """Whether a model is being made from a file.

    Example:
        >>> with limited_to(100):
        ...     is_limited()
        True
    """
    return _left.get() is not None


def spend(shape: Sequence[int], item_bytes: int) -> None:
    """Counts a variable that is about to be made.

    Args:
        shape: its shape.
        item_bytes: bytes of each number.

    Raises:
        SavingError: a file is being loaded, and it does not hold so much.
    """
    left = _left.get()
    if left is None:
        return
    size = math.prod(shape) * item_bytes
    if size > left:
        raise SavingError(
            message(
                "load_model",
                f"the config asks for weights of shape {tuple(shape)}, more than the "
                "file holds",
                "the file was altered, or its config belongs to other weights",
            )
        )
    _left.set(left - max(size, 0))
