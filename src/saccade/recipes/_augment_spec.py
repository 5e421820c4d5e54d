"""Augmentation written as one line: "flip_lr|rotate(30)|shift(0.2)".

A spec is read into steps and made into layers of saccade. What a step does belongs to
`_augment_steps`; nothing is evaluated.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from saccade.core._errors import ConfigError, message, nearest
from saccade.recipes._augment_steps import STEPS, Limit

if TYPE_CHECKING:
    from saccade.core._symbolic import Shape
    from saccade.layers import Layer

WHERE = "augment"
NOTHING = ("", "none", "off", "no")
"""What stands for no augmentation, in any letter case."""

_STEP = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*(?:\((?P<arguments>[^()]*)\))?\s*")


@dataclasses.dataclass(frozen=True)
class AugmentStep:
    """One step of an augmentation.

    Args:
        name: a key of `STEPS`.
        arguments: its numbers, all of them.

    Example:
        >>> str(AugmentStep("rotate", (30.0,)))
        'rotate(30)'
    """

    name: str
    arguments: tuple[float, ...] = ()

    def __str__(self) -> str:
        if not self.arguments:
            return self.name
        return f"{self.name}({', '.join(_number(a) for a in self.arguments)})"

    @property
    def words(self) -> str:
        """What the step does, in words, with its numbers."""
        return STEPS[self.name].words.format(*map(_number, self.arguments))


@dataclasses.dataclass(frozen=True)
class AugmentSpec:
    """The steps of an augmentation, in order.

    Args:
        steps: what is done to each picture of a batch, one after another.

    Raises:
        ConfigError: from `parse`: an unknown name, with the nearest, or a wrong number
            of arguments, or one outside its range; the place is marked.

    Example:
        >>> spec = AugmentSpec.parse("flip_lr | rotate(30.0)|shift(.2)")
        >>> str(spec)
        'flip_lr|rotate(30)|shift(0.2, 0.2)'
        >>> [step.words for step in spec.steps][1]
        'turned by up to 30 degrees'
    """

    steps: tuple[AugmentStep, ...] = ()

    @classmethod
    def parse(cls, text: str) -> AugmentSpec:
        """Reads a spec; '' and 'none' have no steps.

        Args:
            text: steps with `|` between them.
        """
        if text.strip().lower() in NOTHING:
            return cls()
        steps: list[AugmentStep] = []
        start = 0
        for part in text.split("|"):
            steps.append(_read_step(text, part, start))
            start += len(part) + 1
        return cls(tuple(steps))

    def __str__(self) -> str:
        return "|".join(map(str, self.steps)) or "none"

    @property
    def mixes_labels(self) -> bool:
        """Whether a step mixes pictures of several classes, and so their labels."""
        return any(STEPS[step.name].mixes_labels for step in self.steps)

    def layers(self, shape: Shape) -> list[Layer]:
        """Makes the layers; they change pictures only during training.

        Neighbouring steps that move pixels become one layer.

        Args:
            shape: (height, width, channels) of a picture with values in [0, 255].

        Raises:
            UnsupportedFeatureError: a layer that this version does not have.
        """
        from saccade.recipes._warps import fuse

        return fuse(
            [
                layer
                for step in self.steps
                for layer in STEPS[step.name].build(step.arguments, shape)
            ]
        )


def _read_step(text: str, part: str, start: int) -> AugmentStep:
    if not part.strip():
        raise _wrong(text, start, "a step is missing", "remove one '|'")
    found = _STEP.fullmatch(part)
    start += len(part) - len(part.lstrip())
    if found is None:
        raise _wrong(
            text,
            start,
            f"{part.strip()!r} is no step",
            "write name or name(number), for example rotate(30)",
        )
    name, place = found["name"].lower(), start
    if name not in STEPS:
        close = nearest(name, STEPS)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise _wrong(
            text,
            place,
            f"unknown name {found['name']!r}",
            f"{hint}Known: {', '.join(STEPS)}",
        )
    step = STEPS[name]
    given = _read_numbers(text, found["arguments"], place, name)
    if len(given) > len(step.limits):
        raise _wrong(
            text,
            place,
            f"{name} takes {_count(len(step.limits))}, got {len(given)}",
            f"write {AugmentStep(name, step.defaults)}",
        )
    for number, limit in zip(given, step.limits, strict=False):
        _check(text, place, name, number, limit)
    if step.one_for_all and len(given) == 1:
        given *= len(step.limits)
    return AugmentStep(name, tuple(given) + step.defaults[len(given) :])


def _read_numbers(
    text: str, arguments: str | None, place: int, name: str
) -> list[float]:
    if arguments is None or not arguments.strip():
        return []
    numbers = []
    for word in arguments.split(","):
        try:
            numbers.append(float(word))
        except ValueError:
            raise _wrong(
                text,
                place,
                f"{name} takes numbers, got {word.strip()!r}",
                f"write {AugmentStep(name, STEPS[name].defaults)}",
            ) from None
    return numbers


def _check(text: str, place: int, name: str, number: float, limit: Limit) -> None:
    whole = not limit.whole or number.is_integer()
    if limit.low <= number <= limit.high and whole:
        return
    kind = "a whole number" if limit.whole else "a number"
    raise _wrong(
        text,
        place,
        f"{limit.name} of {name} must be {kind} in [{_number(limit.low)}, "
        f"{_number(limit.high)}], got {_number(number)}",
        f"write for example {AugmentStep(name, STEPS[name].defaults)}",
    )


def _wrong(text: str, place: int, problem: str, fix: str) -> ConfigError:
    """Builds the error with a line that marks the place below the spec."""
    shown = text.replace("\n", " ").replace("\t", " ")
    problem = f"{problem}, at letter {place + 1}:\n  {shown}\n  {' ' * place}^"
    where, _, rest = message(WHERE, "X", fix).partition("X.")
    return ConfigError(f"{where}{problem}{rest}")


def _count(number: int) -> str:
    words = {0: "no arguments", 1: "one number"}
    return words.get(number, f"at most {number} numbers")


def _number(value: float) -> str:
    return f"{value:.10g}"
