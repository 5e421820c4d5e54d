"""What was measured on, and with which versions."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from .summary import Facts

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "saccade",
    "jax",
    "jaxlib",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "numpy",
)


def processors() -> int:
    """Returns how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe() -> Facts:
    """Returns the processor, its cores, the memory and the system."""
    return {
        "processor": _processor(),
        "cores": processors(),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def slug(machine: Facts) -> str:
    """Returns a name for files.

    Example:
        >>> slug({"processor": "AMD EPYC", "cores": 2})
        'amd-epyc-2-cores'
    """
    text = f"{machine['processor']} {machine['cores']} cores".lower()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def versions() -> dict[str, str]:
    """Returns the versions of the packages that are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


# In a process of its own, because it starts JAX.
_ASK = """
import json, pathlib, saccade
from saccade import kernels
facts = {"kernels": kernels.missing() or kernels.older() or kernels.vectors()}
print(json.dumps({"folder": str(pathlib.Path(saccade.__file__).parents[2]), **facts}))
"""


def kernels(environment: dict[str, str]) -> str:
    """Returns saccade's compiled kernels' instructions, or why they are not whole.

    Says so if another saccade is measured than the one beside the benchmarks.
    """
    ended = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    facts = json.loads(ended.stdout.splitlines()[-1])
    if Path(facts["folder"]) != ROOT:
        print(f"measured is the saccade in {facts['folder']}, not in {ROOT}")
    return facts["kernels"]


def commit() -> str:
    """Returns the commit measured, with a plus sign if src differs from it."""
    try:
        name = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", "src")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return name + ("+" if changed else "")


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = re.findall(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return names[0].strip() if names else platform.machine()


def _memory_gib() -> float | None:
    if not hasattr(os, "sysconf"):
        return None
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return round(size / 2**30, 1)
