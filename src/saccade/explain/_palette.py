"""Colours and lines of all pictures of `explain`.

Below zero is orange, zero grey, above zero blue: a pair that colour-blind people tell
apart, and that differs as grey too. Numbers carry their sign as well, so that nothing
hangs on colour alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ._numbers import words

BELOW, ZERO, ABOVE = "#f59322", "#e8eaeb", "#0877bd"
INK, FAINT, LINE, PAPER = "#1f2d36", "#66737c", "#c3cacf", "#ffffff"
# Lines that are told apart by their marks and dashes too (Okabe and Ito, 2008).
LINES = (
    ("#1f2d36", "-", "o"),
    ("#0877bd", "-", "s"),
    ("#56b4e9", "--", "D"),
    ("#d55e00", "-", "^"),
    ("#f59322", "--", "v"),
    ("#009e73", "-", "P"),
    ("#cc79a7", "--", "X"),
    ("#7a6a00", ":", "*"),
)
# What animations keep exactly.
KEPT = (BELOW, ZERO, ABOVE, INK, FAINT, LINE, PAPER, *(line[0] for line in LINES))
MINUS = "\N{MINUS SIGN}"

_STOPS = np.array(
    [[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in (BELOW, ZERO, ABOVE)]
)


def colours(values: npt.ArrayLike, scale: float | None = None) -> np.ndarray:
    """Returns the colour of each number: (..., 3) in [0, 1].

    Args:
        values: numbers; NaN becomes white.
        scale: the size that has the full colour; None for the largest.

    Example:
        >>> colours([-1.0, 0.0, 1.0]).round(2)[1]
        array([0.91, 0.92, 0.92])
    """
    numbers = np.asarray(values, np.float64)
    if scale is None:
        scale = size_of(numbers)
    share = np.clip(numbers / scale, -1, 1)[..., None]
    ends = np.where(share < 0, _STOPS[0], _STOPS[2])
    mixed = _STOPS[1] + (ends - _STOPS[1]) * np.abs(share)
    return np.where(np.isnan(share), 1.0, mixed)


def size_of(values: npt.ArrayLike) -> float:
    """Returns the largest size of any number, 1 if there is none but zero.

    Example:
        >>> size_of([-3.0, 2.0]), size_of([0.0])
        (3.0, 1.0)
    """
    numbers = np.abs(np.asarray(values, np.float64))
    return float(np.nanmax(numbers, initial=0.0)) or 1.0


def ink_on(colour: np.ndarray) -> str:
    """Returns a colour of letters that can be read on another.

    Example:
        >>> ink_on(np.array([0.0, 0.4, 0.7])), ink_on(np.array([0.9, 0.9, 0.9]))
        ('#ffffff', '#1f2d36')
    """
    light = float(colour @ np.array([0.299, 0.587, 0.114]))
    return INK if light > 0.52 else PAPER


def number(value: float, digits: int = 3) -> str:
    """Writes a number with a minus sign as wide as a plus.

    Example:
        >>> number(-0.5)
        '−0.5'
    """
    return words(value, digits).replace("-", MINUS)


def short(value: float) -> str:
    """Writes a number for a cell: whole numbers as they are, others with a few places.

    Example:
        >>> [short(v) for v in (12.0, -0.25, 0.0414, 123.4, 1.5, 1e-5)]
        ['12', '−0.25', '0.041', '123', '1.5', '~0']
    """
    size = abs(value)
    if float(value).is_integer() and size < 1e6:
        return number(value)
    if size >= 1e4:
        return f"{value:.0e}".replace("-", MINUS).replace("e+0", "e")
    if size < 5e-4:
        return "~0"
    places = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.095 else 3
    text = f"{value:.{places}f}"
    if places:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def typeset(text: str) -> str:
    """Puts wide minus signs before the numbers of a line.

    Example:
        >>> typeset("2 × (-1) - 3 = -5, cross-entropy")
        '2 × (−1) − 3 = −5, cross-entropy'
    """
    out = []
    for i, letter in enumerate(text):
        after = text[i + 1 : i + 2]
        before = text[i - 1 : i]
        is_minus = (
            letter == "-"
            and not before.isalpha()
            and (after.isdigit() or after in (" ", ".") or text[i + 1 : i + 3] == "ln")
        )
        out.append(MINUS if is_minus else letter)
    return "".join(out)
