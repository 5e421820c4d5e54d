"""How even the classes are, what to do about it, and what a blind guess would reach."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

# The largest class over the smallest from which it is told, and from which it is
# weighed where nothing else is asked for.
TOLD_FROM, WEIGHED_FROM = 1.5, 3.0
_FEW = 20


@dataclasses.dataclass(frozen=True)
class Balance:
    """What the numbers of pictures mean.

    Args:
        class_weight: weights for the loss, None for none.
        notes: what was found and decided, as sentences.
        baseline: validation accuracy of always naming the class that is largest there.
        largest: that class.
    """

    class_weight: dict[int, float] | None
    notes: tuple[str, ...]
    baseline: float
    largest: str

    @property
    def baseline_line(self) -> str:
        """The baseline as a line of text."""
        return (
            f"  to beat: {self.baseline:.3f}, the validation accuracy of always "
            f"{self.largest!r}"
        )


def balance(
    names: Sequence[str], train: Sequence[int], val: Sequence[int], mode: str
) -> Balance:
    """Looks at the numbers of pictures of each class.

    Args:
        names: of the classes.
        train: pictures for training of each.
        val: pictures for validation of each.
        mode: 'auto', 'balanced' or 'none', see `TrainRecipe.class_weight`.

    Example:
        >>> found = balance(["a", "b"], [100, 25], [30, 10], "auto")
        >>> found.class_weight, found.baseline
        ({0: 0.625, 1: 2.5}, 0.75)
    """
    most = max(range(len(train)), key=lambda number: train[number])
    least = min(range(len(train)), key=lambda number: train[number])
    ratio = train[most] / max(train[least], 1)
    weighed = mode == "balanced" or (mode == "auto" and ratio >= WEIGHED_FROM)
    weights = None
    notes = []
    if weighed:
        total, count = sum(train), len(train)
        weights = {i: total / (count * max(n, 1)) for i, n in enumerate(train)}
    if ratio >= TOLD_FROM or weighed:
        action = (
            "rare classes weigh more in the loss (--class-weight none turns it off)"
            if weighed
            else "nothing is done about it (--class-weight balanced would weigh them)"
        )
        notes.append(
            f"The classes are uneven: {train[most]:,} pictures of {names[most]!r}, "
            f"{train[least]:,} of {names[least]!r}; {action}."
        )
    if train[least] < _FEW:
        notes.append(
            f"There are only {train[least]:,} pictures of {names[least]!r} to learn "
            "from; 100 or more of each class would be better."
        )
    named = max(range(len(val)), key=lambda number: val[number])
    baseline = val[named] / max(sum(val), 1)
    return Balance(weights, tuple(notes), baseline, names[named])
