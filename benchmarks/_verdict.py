"""A promise held against what was measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """A promise, what was measured, and whether it is kept."""

    case: str
    promise: str
    measured: str
    met: bool
