"""What all results have in common: they can be printed."""

from __future__ import annotations


class Steps:
    """Something that was done step by step.

    Example:
        >>> from saccade import explain
        >>> print(explain.pooling([1, 3, 2, 5], 2))
        size: (4 - 2) / 2 + 1 = 2
        parameters: 0
        out[0] = max(1, 3) = 3
        out[1] = max(2, 5) = 5
    """

    def lines(self) -> list[str]:
        """Returns the steps for the screen."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join(self.lines())
