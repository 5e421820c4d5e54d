"""What a run shows while it trains: pictures per second, the time left, the numbers.

In a terminal a line moves; in a file or a pipe each epoch is one line.
"""

from __future__ import annotations

import shutil
import time
from typing import Any

from saccade.callbacks import Callback
from saccade.callbacks._callback import Logs
from saccade.core import _output

_WIDTH = 20


class RunBar(Callback):
    """Shows how far training has come.

    Args:
        pictures: in an epoch.
        batch_size: pictures in a step.
        epochs: at most.
        quiet: whether to show nothing and only take the time.

    Attributes:
        compile_s: seconds until the first step was finished.
        epoch_s: seconds of each epoch, with its validation.

    Example:
        >>> RunBar(100, 32, 3).epoch_s
        []
    """

    def __init__(
        self, pictures: int, batch_size: int, epochs: int, quiet: bool = False
    ) -> None:
        super().__init__()
        self.compile_s = 0.0
        self.epoch_s: list[float] = []
        self.better = False
        self._pictures = pictures
        self._batch_size = batch_size
        self._epochs = epochs
        self._quiet = quiet
        self._epoch = 0
        self._shown = 0
        self._first: float | None = None
        self._start = self._begin = self._first_look = time.perf_counter()
        self._seen_at_first_look = 0

    @property
    def pictures_per_second(self) -> float:
        """The rate of training with validation, without the first epoch if possible."""
        mean = self.mean_epoch_s
        return self._pictures / mean if mean else 0.0

    @property
    def mean_epoch_s(self) -> float:
        """Seconds of an epoch, without the first, which compiles, if possible."""
        counted = self.epoch_s[1:] or self.epoch_s
        return sum(counted) / len(counted) if counted else 0.0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Starts the clock."""
        self._begin = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Starts the epoch's clock."""
        self._epoch = epoch
        self._start = self._first_look = time.perf_counter()
        self._seen_at_first_look = 0
        if not self.epoch_s and not self._quiet and _output.display() != "plain":
            self._move("  compiling ...")

    def on_progress(self, batch: int, logs: Logs = None, bad: int = -1) -> None:
        """Moves the line."""
        now = time.perf_counter()
        done = min((batch + 1) * self._batch_size, self._pictures)
        if not self.compile_s:
            self.compile_s = now - self._begin
            self._first_look, self._seen_at_first_look = now, done
        if self._quiet or _output.display() == "plain":
            return
        seen, seconds = done - self._seen_at_first_look, now - self._first_look
        rate = seen / seconds if seen and seconds else 0.0
        filled = _WIDTH * done // self._pictures
        line = f"  epoch {self._count()} {'━' * filled}{'─' * (_WIDTH - filled)}"
        line += f" {done:,}/{self._pictures:,}"
        if rate:
            line += f"  {rate:,.0f} pictures/s  {self._left(done, rate)} left"
        self._move(line + _numbers(logs))

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes the epoch's line."""
        self.epoch_s.append(time.perf_counter() - self._start)
        if self._quiet:
            return
        left = (self._epochs - epoch - 1) * self.mean_epoch_s
        mark = "*" if self.better else " "
        line = f"{mark} epoch {self._count()}{_numbers(logs)}"
        line += f"  {self.epoch_s[-1]:.1f}s  {self.pictures_per_second:,.0f} pictures/s"
        if left:
            line += f"  {clock(left)} left"
        self._end(line)

    def _count(self) -> str:
        return f"{self._epoch + 1:{len(str(self._epochs))}d}/{self._epochs}"

    def _left(self, done: int, rate: float) -> str:
        mean = self.mean_epoch_s or self._pictures / rate
        rest = (self._pictures - done) / rate
        return clock(rest + mean * (self._epochs - self._epoch - 1))

    def _move(self, line: str) -> None:
        if _output.display() == "terminal":
            # A line that wraps could not be written over.
            line = line[: shutil.get_terminal_size().columns - 1]
        _output.write("\r" + line.ljust(self._shown))
        self._shown = len(line)

    def _end(self, line: str) -> None:
        if _output.display() == "plain":
            _output.write(line + "\n")
            return
        _output.write("\r" + line.ljust(self._shown) + "\n")
        self._shown = 0

    def finish(self) -> None:
        """Leaves a line that still moves behind; after Ctrl-C."""
        if self._shown:
            _output.write("\n")
            self._shown = 0


_NAMES = ("loss", "accuracy", "val_loss", "val_accuracy")


def _numbers(logs: Logs) -> str:
    found: dict[str, Any] = dict(logs or {})
    return "".join(f"  {name} {found[name]:.3f}" for name in _NAMES if name in found)


def clock(seconds: float) -> str:
    """Returns seconds as a clock shows them.

    Example:
        >>> clock(75.2), clock(3700)
        ('1:15', '1:01:40')
    """
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours}:{minutes:02d}:{whole % 60:02d}"
    return f"{minutes}:{whole % 60:02d}"
