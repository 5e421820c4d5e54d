"""The report of a ladder: verdicts, names in any script, the chart, the chance."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from saccade.report import LadderFacts, RungFacts, ladder_report
from saccade.report._ladder import _kept_by_chance, whisker_chart

BASE = RungFacts("baseline", "as it is", (0.5, 0.6), 0.0, 0.07, True, "the baseline")
PICTURES = np.zeros((2, 8, 8, 3), np.uint8)
GOOD = RungFacts(
    "flip_lr", "mirrored", (0.7, 0.8), 0.2, 0.0, True, "kept", (PICTURES, PICTURES)
)
BAD = RungFacts("grey(1)", "made <grey>", (0.4, 0.5), -0.1, 0.0, False, "left out")
FACTS = LadderFacts(
    "муравьи & 蜂", (BASE, GOOD, BAD), (), "flip_lr", "kept if it helps", 0.5, (8, 4),
    PICTURES, {"size": "8"}, {"device": "cpu"},
)  # fmt: skip


def test_the_verdict_comes_first_and_names_are_escaped() -> None:
    page = ladder_report(FACTS)
    assert "Kept: flip_lr. Accuracy 75.0%, against 55.0% of the baseline." in page
    assert "made &lt;grey&gt;" in page
    assert "муравьи &amp; 蜂" in page
    assert "<script" not in page


def test_nothing_kept_and_nothing_finished_are_said() -> None:
    page = ladder_report(dataclasses.replace(FACTS, rungs=(BASE, BAD), best="none"))
    assert "None of the 1 steps tried helps beyond its spread" in page
    page = ladder_report(dataclasses.replace(FACTS, rungs=(), not_tried=("flip_lr",)))
    assert "No rung was finished." in page


def test_the_chart_marks_single_runs_and_what_was_kept() -> None:
    chart = whisker_chart(FACTS.rungs)
    assert chart.count("<circle") == 3 * 3
    assert chart.count("fill-first") == 2


@pytest.mark.parametrize(("seeds", "chance"), [(2, 0.20), (3, 0.11), (5, 0.045)])
def test_how_often_chance_keeps_a_useless_step(seeds: int, chance: float) -> None:
    # Student's t with n - 1 degrees of freedom above the root of n.
    assert _kept_by_chance(seeds) == pytest.approx(chance, abs=0.01)
