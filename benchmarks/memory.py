"""The size of this process, from Linux' /proc."""

from __future__ import annotations

import os
import sys
from pathlib import Path

AVAILABLE = sys.platform == "linux" and os.access("/proc/self/clear_refs", os.W_OK)


def resident_bytes() -> int:
    """Returns how much memory the process holds now."""
    return _status("VmRSS")


def peak_bytes() -> int:
    """Returns the most it has held since `reset_peak`."""
    return _status("VmHWM")


def reset_peak() -> None:
    """Starts a new search for the peak."""
    Path("/proc/self/clear_refs").write_text("5")


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status has no {name}")
