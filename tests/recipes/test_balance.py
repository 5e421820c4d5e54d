"""Uneven classes: what is said, what is done."""

from __future__ import annotations

import pytest

from saccade.recipes._balance import balance

NAMES = ["ants", "bees"]


def test_even_classes_need_nothing() -> None:
    found = balance(NAMES, [50, 45], [5, 6], "auto")
    assert found.class_weight is None
    assert found.notes == ()
    assert found.baseline == pytest.approx(6 / 11)
    assert "'bees'" in found.baseline_line


def test_uneven_classes_are_told() -> None:
    found = balance(NAMES, [80, 40], [5, 5], "auto")
    assert found.class_weight is None
    assert "80 pictures of 'ants', 40 of 'bees'; nothing is done" in found.notes[0]


def test_very_uneven_classes_are_weighed() -> None:
    found = balance(NAMES, [90, 30], [5, 5], "auto")
    assert found.class_weight == pytest.approx({0: 120 / 180, 1: 2.0})
    assert "rare classes weigh more" in found.notes[0]
    assert balance(NAMES, [90, 30], [5, 5], "none").class_weight is None
    assert balance(NAMES, [50, 45], [5, 5], "balanced").class_weight is not None


def test_few_pictures_are_told() -> None:
    found = balance(NAMES, [9, 9], [1, 1], "auto")
    assert "only 9 pictures of 'ants'" in found.notes[0]
