"""Tables and times as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table in Markdown, its columns aligned; numbers to the right."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]

    def show(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([show(lines[0]), show(rule), *(show(line) for line in lines[1:])])


def duration(seconds: float, fine: bool = False) -> str:
    """Returns a time with three digits; below a millisecond only if `fine`.

    Example:
        >>> duration(0.0123), duration(1.234), duration(45.6)
        ('12.3 ms', '1.23 s', '45.6 s')
        >>> duration(0.0000123), duration(0.0000123, fine=True)
        ('0.01 ms', '12.3 us')
    """
    if fine and seconds < 0.001:
        return f"{_digits(seconds * 1e6)} us"
    if seconds < 1:
        return f"{_digits(seconds * 1000)} ms"
    return f"{_digits(seconds)} s"


def _digits(number: float) -> str:
    for places, limit in ((2, 9.995), (1, 99.95)):
        if number < limit:
            return f"{number:.{places}f}"
    return f"{number:.0f}"


def span(row: dict[str, float]) -> str:
    """Returns the range of repetitions.

    Example:
        >>> span({"min": 0.5, "max": 1.5})
        '500 ms to 1.50 s'
    """
    return f"{duration(row['min'])} to {duration(row['max'])}"
