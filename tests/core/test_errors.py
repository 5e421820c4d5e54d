"""How the texts of errors are put together."""

from __future__ import annotations

from saccade.core._errors import message


def test_sentences_end_once():
    assert message("a", "b", "c.") == "a: b.\nFix: c."
    assert message("a", "b") == "a: b."


def test_a_question_keeps_its_mark():
    assert message("a", "b", "did you mean 'c'?") == "a: b.\nFix: did you mean 'c'?"
