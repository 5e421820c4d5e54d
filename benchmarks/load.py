"""How much of the machine others used while something was measured (Linux).

Threads that wait for each other (OpenMP, TensorFlow's pools) lose many times the share
that others take, so times from a busy machine must not be compared.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")
BUSY_SHARE = 0.1


class Watch:
    """Counts processor time from its making until `others` is asked."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.busy = _busy_seconds()

    def others(self, own_cpu: float) -> float | None:
        """Returns the share of all cores used by others, in [0, 1]; None if unknown.

        Args:
            own_cpu: processor seconds of what was measured.
        """
        busy = _busy_seconds()
        if busy is None or self.busy is None:
            return None
        elapsed = (time.perf_counter() - self.start) * (os.cpu_count() or 1)
        return min(max((busy - self.busy - own_cpu) / elapsed, 0.0), 1.0)


def children_cpu() -> float:
    """Returns the processor seconds of this process's children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _busy_seconds() -> float | None:
    try:
        with STAT.open(encoding="ascii") as file:
            counts = [int(count) for count in file.readline().split()[1:9]]
    except OSError:
        return None
    user, nice, system, _idle, _waiting, irq, softirq, steal = counts
    ticks = user + nice + system + irq + softirq + steal
    return ticks / os.sysconf("SC_CLK_TCK")
