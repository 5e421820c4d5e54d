"""How many steps to run between two looks, and Ctrl-C between them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Pace:
    """Chooses the number of steps so that a look comes every so many seconds.

    Args:
        look_s: the time between two looks, seconds.
    """

    def __init__(self, look_s: float) -> None:
        self._look_s = look_s
        self._step_s: float | None = None

    def steps(self) -> int:
        """Returns how many steps to run now."""
        if self._step_s is None:
            return 1  # compiles, and so says nothing of the time of a step
        if self._step_s <= 0:
            return 8
        return max(1, int(self._look_s / self._step_s))

    def measured(self, steps: int, seconds: float) -> None:
        """Takes in how long the last call took."""
        if self._step_s is None:
            self._step_s = 0.0
            return
        latest = seconds / steps
        # A slow look is followed at once, a quick one carefully.
        self._step_s = max(latest, 0.5 * self._step_s)


class Stopwatch:
    """Seconds since it was made or last read."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def lap(self) -> float:
        """Returns the seconds since the last reading."""
        now = time.perf_counter()
        seconds, self._start = now - self._start, now
        return seconds


class Interrupt:
    """Remembers a Ctrl-C until the running step has finished."""

    def __init__(self) -> None:
        self.asked = False

    def check(self) -> None:
        """Raises KeyboardInterrupt if Ctrl-C was pressed."""
        if self.asked:
            self.asked = False
            raise KeyboardInterrupt

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt  # asked twice: stop at once
        self.asked = True


@contextmanager
def deferred_interrupt() -> Iterator[Interrupt]:
    """Makes Ctrl-C wait for `Interrupt.check()`, so that no state is half written."""
    interrupt = Interrupt()
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt._remember)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupt.check()
