"""How a run will be executed, and why."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax

from saccade.data import ArraySource

if TYPE_CHECKING:
    from saccade.data import StreamSource

# Share of the memory that is free on the device that resident data may take.
RESIDENT_SHARE = 0.5
EXPLAIN_VARIABLE = "SACCADE_EXPLAIN"


@dataclasses.dataclass(frozen=True)
class ExecutionPlan:
    """How the steps of an epoch reach the device.

    Args:
        kind: 'resident' (the data lie on the device), 'chunked' (groups of batches
            are cut from arrays of the host) or 'streaming' (batches arrive from a
            generator or a PyDataset).
        single_steps: whether the host looks after every step.
        reason: why, in a sentence.
    """

    kind: str
    single_steps: bool
    reason: str

    def __str__(self) -> str:
        steps = ", one step at a time" if self.single_steps else ""
        return f"{self.kind}{steps}: {self.reason}"


def make_plan(
    source: ArraySource | StreamSource, single_steps: str | None
) -> ExecutionPlan:
    """Chooses how to run over a source.

    Args:
        source: the data.
        single_steps: the reason to look at every step, None if there is none.
    """
    device = jax.devices()[0]
    if isinstance(source, ArraySource):
        needed = _bytes((source.x, source.y, source.sample_weight))
        free = free_bytes(device)
        amount = f"{_size(needed)} of data, {_size(free)} free on {device.platform}"
        if needed <= free * RESIDENT_SHARE:
            kind, reason = "resident", amount
        else:
            kind, reason = "chunked", f"{amount}: too little to keep them there"
    else:
        kind, reason = "streaming", "batches arrive one after another"
    if single_steps is not None:
        reason += f"; {single_steps}"
    return ExecutionPlan(kind, single_steps is not None, reason)


def explain(plan: ExecutionPlan) -> None:
    """Prints the plan if the environment variable SACCADE_EXPLAIN is set."""
    if is_explained():
        print(f"saccade: {plan}")


def is_explained() -> bool:
    """Says whether the user wants to see how a run is executed.

    Example:
        >>> is_explained()
        False
    """
    return os.environ.get(EXPLAIN_VARIABLE, "0") not in ("", "0")


def free_bytes(device: Any) -> int:
    """Returns how much memory a device has left."""
    if device.platform == "cpu":
        return _free_host_bytes()
    stats = device.memory_stats() or {}
    limit = stats.get("bytes_limit", 2 * 2**30)
    return int(limit - stats.get("bytes_in_use", 0))


def _free_host_bytes() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux: ask the system below
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return 4 * 2**30


def _bytes(tree: Any) -> int:
    return sum(a.size * a.dtype.itemsize for a in jax.tree.leaves(tree))


def _size(count: int) -> str:
    if count >= 2**30:
        return f"{count / 2**30:.1f} GiB"
    return f"{count / 2**20:.1f} MiB"
