"""Numbers as they come from people, and as they are written for people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saccade.core._errors import ArgumentTypeError, DataError, message

Floats = npt.NDArray[np.float64]


def floats(values: npt.ArrayLike, name: str, where: str) -> Floats:
    """Returns the values as an array of float64.

    Args:
        values: numbers, lists of numbers, an array.
        name: of the argument, for messages.
        where: the function that was called, for messages.

    Raises:
        ArgumentTypeError: they are no numbers, or rows differ in length.
        DataError: there are none, or one is NaN or infinite.

    Example:
        >>> floats([1, 2], "input", "convolve")
        array([1., 2.])
    """
    try:
        array = np.asarray(values)
        numbers = array.astype(np.float64)
    except (ValueError, TypeError):
        problem = f"`{name}` must be numbers, with rows of the same length"
        fix = "write it as [1, 2, 3], or [[1, 2], [3, 4]] for rows"
        raise ArgumentTypeError(message(where, problem, fix)) from None
    if array.dtype.kind not in "biuf" and not np.issubdtype(array.dtype, np.number):
        problem = f"`{name}` must be numbers, got {array.dtype}"
        raise ArgumentTypeError(message(where, problem))
    if not numbers.size:
        raise DataError(
            message(where, f"`{name}` is empty", "give one number at least")
        )
    if not np.isfinite(numbers).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        problem = f"`{name}` has {numbers[place]} at {place}; numbers must be finite"
        raise DataError(message(where, problem))
    return numbers


def words(value: float, digits: int = 4) -> str:
    """Writes a number as short as four digits allow.

    Args:
        value: the number.
        digits: how many of them count.

    Example:
        >>> words(3.0), words(-0.25), words(1 / 3), words(2764800), words(-0.0)
        ('3', '-0.25', '0.3333', '2,764,800', '0')
    """
    number = float(value)
    if number.is_integer() and abs(number) < 1e12:
        return f"{int(number):,}"
    return f"{number:.{digits}g}"


def factor(value: float) -> str:
    """Writes a number for the inside of a product: negative ones in brackets.

    Example:
        >>> factor(-1.0), factor(2.5)
        ('(-1)', '2.5')
    """
    text = words(value)
    return f"({text})" if text.startswith("-") else text


def signed(value: float, digits: int = 4) -> str:
    """Writes a number that is added to what stands before it; see `words`.

    Example:
        >>> signed(2.0), signed(-0.5)
        ('+ 2', '- 0.5')
    """
    text = words(value, digits)
    return f"- {text[1:]}" if text.startswith("-") else f"+ {text}"


def sum_of_products(left: Floats, right: Floats, limit: int = 12) -> str:
    """Writes the products of two rows of numbers with plus signs between them.

    Args:
        left: the inputs.
        right: the weights, as many.
        limit: how many products are written; the rest is counted.

    Example:
        >>> sum_of_products(np.array([2.0, 3.0]), np.array([-1.0, 1.0]))
        '2 × (-1) + 3 × 1'
    """
    pairs = list(zip(left.ravel(), right.ravel(), strict=True))
    shown = [f"{factor(a)} × {factor(b)}" for a, b in pairs[:limit]]
    if len(pairs) > limit:
        shown.append(f"... {len(pairs) - limit} more")
    return " + ".join(shown)
