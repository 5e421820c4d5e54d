"""How the arrays of a program that only answers came about.

An answer needs what pooling leaves of a convolution, while a gradient needs both. So a
program without gradients says so (`answering`), and what a convolution was made from is
known when its result is pooled: `_windows` makes one kernel of the two.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import jax

from ._spec import ConvSpec

_local = threading.local()


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """What the result of `conv_relu` was made from.

    Args:
        result: (b, *outputs, filters), what it gave.
        x: (b, *inputs, in_channels), its input.
        kernel: its filters.
        bias: (filters,).
        spec: its shape.
    """

    result: jax.Array
    x: jax.Array
    kernel: jax.Array
    bias: jax.Array
    spec: ConvSpec


@contextmanager
def answering() -> Iterator[None]:
    """Says that a program that is traced inside needs outputs only, no gradients.

    Gradients are right all the same; they compute convolutions again.
    """
    before = getattr(_local, "known", None)
    _local.known = {}
    try:
        yield
    finally:
        _local.known = before


def is_answering() -> bool:
    """Says whether what is traced now needs outputs only.

    Example:
        >>> with answering(): is_answering()
        True
    """
    return getattr(_local, "known", None) is not None


def note(made: Made) -> None:
    """Remembers how an array came about, where that is of use."""
    known: dict[int, Made] | None = getattr(_local, "known", None)
    if known is not None:
        # The array is kept, so its number is not given to another one.
        known[id(made.result)] = made


def find(x: jax.Array) -> Made | None:
    """Returns how an array came about, or None.

    Example:
        >>> x = jax.numpy.ones(())
        >>> with answering():
        ...     note(Made(x, x, x, x, None)); find(x).result is x, find(-x)
        (True, None)
    """
    known: dict[int, Made] | None = getattr(_local, "known", None)
    return None if known is None else known.get(id(x))
