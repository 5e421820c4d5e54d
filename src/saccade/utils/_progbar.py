"""The progress bar that `fit`, `evaluate`, `predict` and downloads show.

Only what is shown belongs here; when it is shown is decided by `callbacks`.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence

import jax
import numpy as np

from saccade.core import _output
from saccade.core._errors import ConfigError, message

Number = float | np.ndarray | jax.Array
Values = Iterable[tuple[str, Number | Sequence[float]]]

# A file keeps every line, so it gets one for 200 on a screen: each 10 seconds.
_PLAIN_INTERVALS = 200
_BOLD, _GREEN, _GREY, _END = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """Shows how far a loop has come, how long it takes and its measures.

    Args:
        target: number of steps; None if unknown.
        width: letters of the bar.
        verbose: 0 nothing, 1 a moving bar, 2 one line when finished.
        interval: seconds between two looks; updates in between cost next to nothing.
        stateful_metrics: names shown as they are given; all others are averaged over
            the steps. None, with no `stateless_metrics`, averages all.
        stateless_metrics: the reverse: names to average, all others shown as given.
        unit_name: what one step is called, "ms/step".

    Raises:
        ConfigError: both `stateful_metrics` and `stateless_metrics`.

    Differs from Keras: what ends up in a file or a pipe has no control characters and
    only the finished line, with a line every 200 intervals before it in long loops; a
    moving line is cut at the width of the terminal, and going back is by carriage
    return alone.

    Example:
        >>> bar = Progbar(32, verbose=2)
        >>> bar.update(32, [("loss", 0.25)])  # doctest: +ELLIPSIS
        32/32 - 0s - ...s/step - loss: 0.2500
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ConfigError(
                message(
                    "Progbar",
                    "Only one of `stateful_metrics` or `stateless_metrics` can be "
                    "given: the metrics outside the list are of the other kind",
                )
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateless_metrics = (
            None if stateless_metrics is None else set(stateless_metrics)
        )
        self.stateful_metrics = (
            set(stateful_metrics or ()) if stateless_metrics is None else None
        )
        self._sums: dict[str, tuple[Number, int]] = {}
        self._seen = 0
        self._start = time.perf_counter()
        self._after_first_step: float | None = None
        self._last_look: float | None = None
        self._shown_width = 0

    def update(
        self,
        current: int,
        values: Values | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Takes the newest numbers and shows them if it is time.

        Args:
            current: steps done.
            values: pairs of a name and its value for the last step.
            finalize: whether this is the last look, which is always shown; None for
                `current >= target`.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        steps = max(current - self._seen, 1)
        for name, value in values or ():
            self._take(name, value, steps, finalize)
        self._seen = current
        now = time.perf_counter()
        duration = self._step_duration(current, now)
        if self.verbose == 1:
            self._show(current, now, duration, finalize)
        elif self.verbose == 2 and finalize and self.target:
            _output.write(
                f"{self._count(current)} - {now - self._start:.0f}s"
                f" -{self._pace(duration)}{self._measures(signed=True)}\n"
            )

    def add(self, n: int, values: Values | None = None) -> None:
        """Moves on by `n` steps; see `update`."""
        self.update(self._seen + n, values)

    def _take(
        self, name: str, value: Number | Sequence[float], steps: int, finalize: bool
    ) -> None:
        if self.stateless_metrics is not None:
            averaged = name in self.stateless_metrics
        else:
            averaged = name not in (self.stateful_metrics or ())
        # Arrays on a device are not waited for here, only when they are shown.
        number = value if isinstance(value, Number) else float(np.mean(value))
        if not averaged or finalize:
            # At the end the value given is that of the whole loop.
            self._sums[name] = (number, 1)
        else:
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + number * steps, count + steps)

    def _step_duration(self, current: int, now: float) -> float:
        """Returns seconds per step; the first, which compiles, counts only alone."""
        if not current:
            return 0.0
        if self._after_first_step is not None and current > 1:
            duration = (now - self._after_first_step) / (current - 1)
        else:
            duration = (now - self._start) / current
        if current == 1:
            self._after_first_step = now
        return duration

    def _show(self, current: int, now: float, duration: float, finalize: bool) -> None:
        last = self._last_look
        if last is not None and now - last < self.interval and not finalize:
            return
        display = _output.display()
        plain = display == "plain"
        if plain and not finalize:
            since = now - (self._start if last is None else last)
            if since < self.interval * _PLAIN_INTERVALS:
                return
        self._last_look = now
        bold, end = ("", "") if plain else (_BOLD, _END)
        count = self._count(current)
        clock = self._clock(current, now, duration, finalize)
        tail = self._pace(duration) + self._measures()
        bar = self._bar(current, coloured=not plain)
        bar_width = 1 + self.width if bar else 0
        width = len(count) + bar_width + 1 + len(clock) + len(tail)
        if display == "terminal" and not finalize:
            # A line that wraps could not be written over.
            surplus = width - (shutil.get_terminal_size().columns - 1)
            if 0 < surplus <= len(tail):
                tail, width = tail[:-surplus], width - surplus
        if self.target:
            count = f"{bold}{count}{end}"
        text = f"{count}{bar} {bold}{clock}{end}{tail}"
        if plain:
            _output.write(text + "\n")
            return
        text += " " * max(self._shown_width - width, 0)
        self._shown_width = width
        _output.write("\r" + text + ("\n" if finalize else ""))

    def _count(self, current: int) -> str:
        if not self.target:
            return f"{current:7d}/Unknown"
        return f"{current:{len(str(self.target))}d}/{self.target}"

    def _bar(self, current: int, coloured: bool) -> str:
        if not self.target:
            return ""
        done = min(int(self.width * current / self.target), self.width)
        rest = self.width - done
        if not coloured:
            return f" {'━' * done}{'─' * rest}"
        green = f"{_GREEN}{'━' * done}{_END}" if done else ""
        return f" {green}{_GREY}{'━' * rest}{_END}"

    def _clock(self, current: int, now: float, duration: float, finalize: bool) -> str:
        """Returns the time still to go, or at the end the time it took."""
        if not self.target or finalize:
            return f"{now - self._start:.0f}s"
        left = duration * (self.target - current)
        seconds = int(left)
        if left > 3600:
            return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
        if left > 60:
            return f"{seconds // 60}:{seconds % 60:02d}"
        return f"{seconds}s"

    def _pace(self, duration: float) -> str:
        if duration >= 1 or duration == 0:
            return f" {duration:.0f}s/{self.unit_name}"
        if duration >= 1e-3:
            return f" {duration * 1e3:.0f}ms/{self.unit_name}"
        return f" {duration * 1e6:.0f}us/{self.unit_name}"

    def _measures(self, signed: bool = False) -> str:
        """Returns " - loss: 0.2500"...

        Args:
            signed: the single line, as in Keras, shows all values below 0.001 with an
                exponent, negative ones included; the bar only those near 0.
        """
        text = ""
        for name, (total, count) in self._sums.items():
            average = float(np.mean(np.asarray(total))) / max(count, 1)
            size = average if signed else abs(average)
            text += f" - {name}: {average:{'.4f' if size > 1e-3 else '.4e'}}"
        return text
