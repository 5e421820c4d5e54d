"""Where text goes and what is said to show it."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from saccade.core import _output, _settings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_display_is_plain_for_a_string(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYCHARM_HOSTED", raising=False)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert _output.display() == "plain"


def test_display_is_terminal_for_a_tty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert _output.display() == "terminal"


def test_display_knows_a_notebook_by_its_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream_class = type(
        "OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"}
    )
    monkeypatch.setattr(sys, "stdout", stream_class())
    assert _output.display() == "notebook"


def test_letters_that_cannot_be_encoded_are_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    _output.write("━━─ é 2 × 3²\n")
    assert raw.getvalue() == b"==- ? 2 x 3^2\n"


def test_without_standard_output_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    _output.print_line("lost")
    assert _output.display() == "plain"


def test_logging_takes_over_when_asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(_settings._settings, "interactive_logging", False)
    with caplog.at_level(logging.INFO, logger="saccade"):
        _output.print_line("Epoch 1/2")
    assert caplog.messages == ["Epoch 1/2"]
    assert capsys.readouterr().out == ""
