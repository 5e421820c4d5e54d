"""The progress bar, letter by letter, with a clock of our own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest

from saccade.utils import Progbar, _progbar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


OpenTerminal = Callable[..., Terminal]


class Clock:
    now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_progbar, "time", clock)
    return clock


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> OpenTerminal:
    """Opens a terminal; called in the test, since pytest sets stdout before it."""

    def open_terminal(columns: int = 200) -> Terminal:
        stream = Terminal()
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("LINES", "20")
        return stream

    return open_terminal


def test_one_line_when_finished(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = Progbar(32, verbose=2, stateless_metrics=())
    for step in range(1, 33):
        clock.now += 0.004
        bar.update(step, [("loss", 9.0)], finalize=False)
    clock.now = 100.9
    bar.update(32, [("loss", 9.19663), ("val_loss", 7.3274)], finalize=True)
    shown = capsys.readouterr().out
    assert shown == "32/32 - 1s - 29ms/step - loss: 9.1966 - val_loss: 7.3274\n"


def test_a_line_in_a_terminal(clock: Clock, terminal: OpenTerminal) -> None:
    screen = terminal()
    bar = Progbar(4, width=4)
    clock.now += 2
    bar.update(1, [("loss", 1.0)])
    assert screen.getvalue() == (
        "\r\x1b[1m1/4\x1b[0m \x1b[32m━\x1b[0m\x1b[37m━━━\x1b[0m "
        "\x1b[1m6s\x1b[0m 2s/step - loss: 1.0000"
    )
    screen.truncate(0)
    screen.seek(0)
    clock.now += 1
    bar.update(4, [("loss", 0.0004)])
    assert screen.getvalue() == (
        "\r\x1b[1m4/4\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m\x1b[0m "
        "\x1b[1m3s\x1b[0m 333ms/step - loss: 4.0000e-04\n"
    )


def test_a_shorter_line_wipes_the_longer_one(
    clock: Clock, terminal: OpenTerminal
) -> None:
    screen = terminal()
    bar = Progbar(9, stateful_metrics=["loss"])
    bar.update(1, [("loss", 123456.0)])
    clock.now += 1
    bar.update(2, [("loss", 1.0)])
    assert screen.getvalue().endswith("loss: 1.0000     ")


def test_a_moving_line_never_wraps(clock: Clock, terminal: OpenTerminal) -> None:
    screen = terminal(60)
    bar = Progbar(9, stateful_metrics=["a", "b", "c", "d"])
    values = [(name, 1.0) for name in "abcd"]
    bar.update(1, values)
    line = screen.getvalue()
    for code in ("\r", "\x1b[1m", "\x1b[0m", "\x1b[37m", "\x1b[32m"):
        line = line.replace(code, "")
    assert len(line) == 59
    bar.update(9, values)
    assert screen.getvalue().endswith("d: 1.0000\n")


def test_a_file_gets_the_finished_line_only(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = Progbar(40, width=4)
    for step in range(1, 41):
        clock.now += 0.1
        bar.update(step, [("loss", float(step))])
    assert capsys.readouterr().out == "40/40 ━━━━ 4s 100ms/step - loss: 40.0000\n"


def test_a_file_gets_a_line_now_and_then_in_a_long_loop(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = Progbar(1000, width=4, interval=0.0625)
    for step in range(1, 260):
        clock.now += 0.125
        bar.update(step)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["100/1000", "200/1000"]
    assert "━━──" not in lines[0]
    assert " ──── " in lines[0]


def test_no_bar_without_a_target(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = Progbar(None)
    clock.now += 2
    bar.add(3)
    bar.add(2)
    bar.update(5, finalize=True)
    assert capsys.readouterr().out == "      5/Unknown 2s 400ms/step\n"


def test_a_target_of_zero_prints_no_summary_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Progbar(0, verbose=2).update(0, finalize=True)
    assert capsys.readouterr().out == ""
    Progbar(0, verbose=1).update(0, finalize=True)
    assert capsys.readouterr().out == "      0/Unknown 0s 0s/step\n"


def test_verbose_0_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Progbar(1, verbose=0).update(1, [("loss", 1.0)])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("stateful", "stateless", "shown"),
    [
        (None, [], "2.0000"),
        (None, ["loss"], "1.5000"),
        ([], None, "1.5000"),
        (["loss"], None, "2.0000"),
        (None, None, "1.5000"),
    ],
)
def test_averages_over_steps_unless_told_otherwise(
    stateful: list[str] | None,
    stateless: list[str] | None,
    shown: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bar = Progbar(8, stateful_metrics=stateful, stateless_metrics=stateless, interval=0)
    bar.update(2, [("loss", 1.0)])
    bar.update(4, [("loss", 2.0)])
    assert capsys.readouterr().out.endswith(f"loss: {shown}\n")


@pytest.mark.parametrize(
    "make", [float, np.float32, np.array, jnp.asarray, lambda v: [v - 1, v + 1]]
)
@pytest.mark.parametrize("finalize", [True, False])
def test_values_of_many_kinds(
    make: Callable[[float], float],
    finalize: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bar = Progbar(3, interval=0)
    bar.update(2, [("v", make(1.5))], finalize=finalize)
    assert capsys.readouterr().out.rstrip().endswith("v: 1.5000")


@pytest.mark.parametrize(
    ("value", "bar", "line"),
    [
        (0.0012, "0.0012", "0.0012"),
        (0.001, "1.0000e-03", "1.0000e-03"),
        (-0.5, "-0.5000", "-5.0000e-01"),
        (float("nan"), "nan", "nan"),
        (1e9, "1000000000.0000", "1000000000.0000"),
    ],
)
def test_numbers_have_keras_form(
    value: float, bar: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Progbar(1, verbose=1).update(1, [("v", value)])
    assert capsys.readouterr().out.endswith(f" - v: {bar}\n")
    Progbar(1, verbose=2).update(1, [("v", value)])
    assert capsys.readouterr().out.endswith(f" - v: {line}\n")


@pytest.mark.parametrize(
    ("seconds_per_step", "clock_text"),
    [(1, "59s"), (2, "1:58"), (61, "59:59"), (100, "1:38:20")],
)
def test_time_to_go(
    seconds_per_step: int, clock_text: str, clock: Clock, terminal: OpenTerminal
) -> None:
    screen = terminal()
    bar = Progbar(60)
    clock.now += seconds_per_step
    bar.update(1)
    assert f"\x1b[1m{clock_text}\x1b[0m" in screen.getvalue()


def test_the_first_step_counts_only_alone(clock: Clock, terminal: OpenTerminal) -> None:
    screen = terminal()
    bar = Progbar(9)
    clock.now += 5
    bar.update(1)
    assert "5s/step" in screen.getvalue()
    clock.now += 0.000_2
    bar.update(3, finalize=True)
    assert "100us/step" in screen.getvalue()


def test_updates_between_looks_write_nothing(
    clock: Clock, terminal: OpenTerminal
) -> None:
    screen = terminal()
    bar = Progbar(1000, interval=0.05)
    for step in range(1, 101):
        clock.now += 0.01
        bar.update(step)
    assert screen.getvalue().count("\r") <= 20


def test_both_kinds_of_names_are_refused() -> None:
    with pytest.raises(ValueError, match="Only one of `stateful_metrics`"):
        Progbar(1, stateful_metrics=[], stateless_metrics=[])
