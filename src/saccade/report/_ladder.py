"""The report of `saccade augment`: the ladder with its spread, and sample pictures."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ._charts import linear_scale, number
from ._html import Html, tag
from ._page import (
    Section,
    blocks,
    bullets,
    page,
    paragraph,
    settings_table,
    table,
    verdict,
)
from ._pictures import rows_of_variants

_WIDTH, _LABELS, _ROW, _RIGHT = 680.0, 170.0, 30.0, 20.0
_BELOW = 44.0


@dataclasses.dataclass(frozen=True)
class RungFacts:
    """A rung of the ladder.

    Args:
        name: the step as it is written.
        words: what it does.
        scores: validation accuracy with each seed.
        gain: mean difference to the last kept rung, seed by seed.
        spread: standard deviation of these differences; of the scores for the baseline.
        kept: whether the step stays.
        why: the decision in words.
        variants: sample pictures, changed, in columns; empty for the baseline.

    Shapes:
        variants: each (m, h, w, c) uint8
    """

    name: str
    words: str
    scores: tuple[float, ...]
    gain: float
    spread: float
    kept: bool
    why: str
    variants: tuple[np.ndarray, ...] = ()

    @property
    def mean(self) -> float:
        """Mean accuracy."""
        return statistics.fmean(self.scores)


@dataclasses.dataclass(frozen=True)
class LadderFacts:
    """All that the report tells.

    Args:
        title: what the pictures are.
        rungs: the baseline first.
        not_tried: steps that Ctrl-C left.
        best: the augmentation that was kept, as it is written.
        rule: by which a step is kept.
        baseline: accuracy of always naming the largest class.
        pictures: how many there are for training and for validation.
        originals: sample pictures.
        settings: of the runs, in words.
        hardware: what they ran on.

    Shapes:
        originals: (m, h, w, c) uint8
    """

    title: str
    rungs: tuple[RungFacts, ...]
    not_tried: tuple[str, ...]
    best: str
    rule: str
    baseline: float
    pictures: tuple[int, int]
    originals: np.ndarray
    settings: Mapping[str, str]
    hardware: Mapping[str, str]


def ladder_report(facts: LadderFacts) -> str:
    """Makes the report as one HTML file.

    Args:
        facts: what was found.

    Example:
        >>> base = RungFacts("baseline", "as is", (0.5, 0.6), 0, 0.1, True, "baseline")
        >>> text = ladder_report(LadderFacts(
        ...     "ants", (base,), (), "none", "kept if it helps", 0.5, (8, 4),
        ...     np.zeros((1, 4, 4, 3), np.uint8), {}, {}))
        >>> "55.0%" in text
        True
    """
    sections = []
    if facts.rungs:
        sections = [
            Section(
                "The ladder",
                blocks(whisker_chart(facts.rungs), _table(facts.rungs)),
                "Each step was added to those kept before it. The large dot is "
                "the mean accuracy over the seeds, small dots are the single runs, "
                "the line is the spread. Filled: kept; hollow: left out. A step is "
                f"{facts.rule}.",
            )
        ]
    sections += [
        _sample(rung, facts.originals) for rung in facts.rungs if rung.variants
    ]
    sections.append(
        Section(
            "Settings and hardware",
            blocks(settings_table(facts.settings), settings_table(facts.hardware)),
        )
    )
    return page("Augmentation ladder", facts.title, _opening(facts), sections)


def _opening(facts: LadderFacts) -> Html:
    train, val = facts.pictures
    detail = (
        f"{train:,} pictures for training, {val:,} for validation. With so many, "
        f"chance alone moves a single accuracy by about {_chance(facts):.1%}; the same "
        "seeds in all rungs keep part of that out of the gains."
    )
    if not facts.rungs:
        return verdict("No rung was finished.", mood="poor")
    first = facts.rungs[0]
    last = [rung for rung in facts.rungs if rung.kept][-1]
    if last is first:
        line = (
            f"None of the {len(facts.rungs) - 1} steps tried helps beyond its spread; "
            f"the baseline has {first.mean:.1%}."
        )
        opening = verdict(line, detail, "plain")
    else:
        line = (
            f"Kept: {facts.best}. Accuracy {last.mean:.1%}, against {first.mean:.1%} "
            "of the baseline."
        )
        opening = verdict(line, detail, "good")
    notes: list[object] = [
        f"Always naming the largest class gives {facts.baseline:.1%}.",
        f"With {len(first.scores)} seeds a step that does nothing is kept by chance in "
        f"{_kept_by_chance(len(first.scores)):.0%} of cases; more seeds make it rarer.",
    ]
    if facts.not_tried:
        notes.append(f"Ended early; not tried: {', '.join(facts.not_tried)}.")
    return blocks(opening, bullets(notes))


def _chance(facts: LadderFacts) -> float:
    p = facts.rungs[0].mean if facts.rungs else 0.5
    return float(np.sqrt(max(p * (1 - p), 1e-9) / max(facts.pictures[1], 1)))


def _kept_by_chance(seeds: int) -> float:
    """How often the mean of normal numbers about 0 exceeds their deviation.

    That is Student's t above the square root of the count.
    """
    rng = np.random.default_rng(0)
    gains = rng.standard_normal((20_000, seeds))
    return float(np.mean(gains.mean(1) > gains.std(1, ddof=1)))


def _table(rungs: Sequence[RungFacts]) -> Html:
    rows = [
        (
            rung.name,
            f"{rung.mean:.1%}",
            f"{rung.gain:+.1%}" if place else "",
            f"{rung.spread:.1%}",
            rung.why,
            rung.words,
        )
        for place, rung in enumerate(rungs)
    ]
    heads = ("step", "accuracy", "gain", "spread", "decision", "what it does")
    return table(heads, rows, numbers=3)


def _sample(rung: RungFacts, originals: np.ndarray) -> Section:
    return Section(rung.name, _rows(originals, rung.variants), f"{rung.words}.")


def _rows(originals: np.ndarray, variants: Sequence[np.ndarray]) -> Html:
    heads = ["original", "changed at random", *[""] * (len(variants) - 1)]
    return rows_of_variants(originals, variants, heads)


def whisker_chart(rungs: Sequence[RungFacts]) -> Html:
    """Draws the accuracy of each rung with its spread, one row for each.

    Args:
        rungs: at least one.

    Example:
        >>> base = RungFacts("baseline", "as is", (0.5, 0.6), 0, 0.1, True, "baseline")
        >>> whisker_chart([base]).count("<circle")
        3
    """
    ends = [score for rung in rungs for score in rung.scores]
    ends += [rung.mean + sign * rung.spread for rung in rungs for sign in (-1, 1)]
    scale = linear_scale(min(ends), max(ends))
    height = _ROW * len(rungs) + _BELOW

    def x(value: float) -> float:
        return _LABELS + scale.share(value) * (_WIDTH - _LABELS - _RIGHT)

    bottom = height - _BELOW
    step = scale.ticks[1] - scale.ticks[0] if len(scale.ticks) > 1 else 0.0
    parts: list[Html] = []
    for tick in scale.ticks:
        text = number(tick, step, percent=True)
        parts += [
            tag("line", x1=x(tick), x2=x(tick), y1=4, y2=bottom, class_="grid"),
            tag("text", text, x=x(tick), y=bottom + 17, text_anchor="middle",
                class_="faint"),
        ]  # fmt: skip
    parts.append(
        tag("text", "validation accuracy", x=(_LABELS + _WIDTH) / 2, y=height - 6,
            text_anchor="middle", class_="faint")
    )  # fmt: skip
    first = x(rungs[0].mean)
    parts.append(tag("line", x1=first, x2=first, y1=4, y2=bottom, class_="mark"))
    for place, rung in enumerate(rungs):
        parts += _row(rung, _ROW * (place + 0.5), x)
    chart = tag("svg", *parts, viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", role="img",
                aria_label="accuracy of each rung")  # fmt: skip
    return tag("figure", chart, style=f"max-width:{_WIDTH:.0f}px")


def _row(rung: RungFacts, y: float, x: Callable[[float], float]) -> list[Html]:
    low, high = rung.mean - rung.spread, rung.mean + rung.spread
    colour = "first" if rung.kept else "second"
    tip = f"{rung.name}: {rung.mean:.1%}, {rung.why}"
    parts = [
        tag("text", rung.name, x=_LABELS - 12, y=y + 4, text_anchor="end"),
        tag("line", x1=x(low), x2=x(high), y1=y, y2=y, class_=f"line {colour}"),
    ]
    parts += [
        tag("circle", cx=x(score), cy=y, r=2.5, class_="fill-soft")
        for score in rung.scores
    ]
    inside = {"class_": f"line {colour}"}
    if rung.kept:
        inside = {"class_": f"fill-{colour}"}
    else:
        inside["style"] = "fill:var(--page)"
    dot = tag("circle", tag("title", tip), cx=x(rung.mean), cy=y, r=6, **inside)
    return [*parts, dot]


def preview_report(
    title: str,
    originals: np.ndarray,
    shown: Sequence[tuple[str, str, Sequence[np.ndarray]]],
) -> str:
    """Makes a page of augmented pictures.

    Args:
        title: what the pictures are.
        originals: sample pictures.
        shown: (name, what it does, changed pictures in columns) of each augmentation.

    Shapes:
        originals: (m, h, w, c) uint8; changed pictures: each (m, h, w, c) uint8
    """
    sections = [
        Section(name, _rows(originals, variants), f"{words}.")
        for name, words, variants in shown
    ]
    lead = paragraph("If you cannot tell the class any more, a change is too strong.")
    return page("Augmented pictures", title, lead, sections)
