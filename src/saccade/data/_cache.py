"""Decoded pictures kept in memory, within a bound that all caches share.

Nothing is thrown out to make room: an epoch reads every picture once, so what was used
longest ago is what is needed next.
"""

from __future__ import annotations

import os
import re
import threading
import weakref
from collections import deque

import numpy as np

from saccade.core._errors import ConfigError, message

VARIABLE = "SACCADE_PICTURES_MEMORY"
"""Environment variable with the bound: '2GiB', '500MB', a number of bytes, or '0'."""

_DEFAULT_SHARE = 0.25
_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "k": 2**10, "m": 2**20, "g": 2**30}


class Budget:
    """A number of bytes that several caches take from.

    Args:
        limit_bytes: most bytes taken at the same time; None asks the environment
            variable SACCADE_PICTURES_MEMORY, else a quarter of the free memory, when
            something is first taken.

    Example:
        >>> budget = Budget(10)
        >>> budget.take(6), budget.take(6), budget.used_bytes
        (True, False, 6)
    """

    def __init__(self, limit_bytes: int | None = None) -> None:
        self._limit = limit_bytes
        self._used = 0
        self._lock = threading.Lock()
        # What caches gave back when they were collected. The collector may run at any
        # moment, also while this thread holds the lock, so it must not ask for it.
        self._returned: deque[int] = deque()

    @property
    def limit_bytes(self) -> int:
        """Most bytes taken at the same time."""
        if self._limit is None:
            self._limit = _limit_from_environment()
        return self._limit

    @property
    def used_bytes(self) -> int:
        """Bytes taken now."""
        with self._lock:
            return self._settled()

    @property
    def left_bytes(self) -> int:
        """Bytes that can be taken now."""
        return self.limit_bytes - self.used_bytes

    def take(self, size_bytes: int) -> bool:
        """Takes bytes if there are that many left, and says so."""
        limit = self.limit_bytes
        with self._lock:
            if self._settled() + size_bytes > limit:
                return False
            self._used += size_bytes
            return True

    def _settled(self) -> int:
        while self._returned:
            self._used -= self._returned.popleft()
        return self._used

    def give_back(self, size_bytes: int) -> None:
        """Gives back bytes that were taken; needs no lock."""
        self._returned.append(size_bytes)


SHARED_BUDGET = Budget()
"""The budget of all caches of the process."""


class PictureCache:
    """Keeps decoded pictures by the path, age and size of their file.

    A file that changed is another file. The memory is given back with the cache.

    Args:
        budget: where the memory is taken from.

    Example:
        >>> cache = PictureCache(Budget(100))
        >>> cache.put("a.png", (1, 2), np.zeros((2, 2, 3), np.uint8))
        True
        >>> cache.get("a.png", (1, 2)).shape, cache.get("a.png", (1, 3))
        ((2, 2, 3), None)
    """

    def __init__(self, budget: Budget = SHARED_BUDGET) -> None:
        self._budget = budget
        self._pictures: dict[str, tuple[tuple[int, int], np.ndarray]] = {}
        self._lock = threading.Lock()
        # The finalizer must not hold the cache itself.
        self._taken = [0]
        weakref.finalize(self, _release, budget, self._taken)

    def __len__(self) -> int:
        return len(self._pictures)

    def __contains__(self, path: str) -> bool:
        return path in self._pictures

    def has_room(self, size_bytes: int) -> bool:
        """Says whether pictures of so many bytes in all can be kept now.

        Args:
            size_bytes: of all of them.
        """
        return size_bytes <= self._budget.left_bytes

    def get(self, path: str, identity: tuple[int, int]) -> np.ndarray | None:
        """Returns a picture if it is kept and its file is still the same.

        Args:
            path: the file.
            identity: its present age and size, see `identity`.
        """
        kept = self._pictures.get(path)
        if kept is None or kept[0] != identity:
            return None
        return kept[1]

    def put(self, path: str, identity: tuple[int, int], picture: np.ndarray) -> bool:
        """Keeps a picture if there is room, and says whether there was.

        Args:
            path: the file.
            identity: its age and size before it was read.
            picture: must not be changed afterwards.
        """
        with self._lock:
            before = self._pictures.pop(path, None)
            if before is not None:
                self._give(-before[1].nbytes)
            room = self._budget.take(picture.nbytes)
            if room:
                self._taken[0] += picture.nbytes
                self._pictures[path] = identity, picture
            return room

    def _give(self, size_bytes: int) -> None:
        self._taken[0] += size_bytes
        self._budget.give_back(-size_bytes)


def _release(budget: Budget, taken: list[int]) -> None:
    budget.give_back(taken[0])


def identity(path: str) -> tuple[int, int]:
    """Returns what tells a file from a later one at the same path: age and size.

    Args:
        path: the file.

    Raises:
        OSError: it is not there.
    """
    details = os.stat(path)
    return details.st_mtime_ns, details.st_size


def _limit_from_environment() -> int:
    text = os.environ.get(VARIABLE, "").strip().lower()
    if text in ("off", "no", "false"):
        return 0
    if text:
        return parse_bytes(text)
    return int(_free_memory() * _DEFAULT_SHARE)


def parse_bytes(text: str, where: str = VARIABLE) -> int:
    """Reads a number of bytes such as '2GiB' or '500 MB'.

    Args:
        text: in any letter case.
        where: what it was written for, for the message.

    Raises:
        ConfigError: it is none.

    Example:
        >>> parse_bytes("1.5 KiB"), parse_bytes("7")
        (1536, 7)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]i?b?|b?)", text.strip().lower())
    if found is None:
        raise ConfigError(
            message(
                where,
                f"must be a number of bytes, got {text!r}",
                "write for example 2GiB, 500MB or 0",
            )
        )
    unit = found[2] if found[2] != "b" else ""
    return int(float(found[1]) * _UNITS[unit])


def _free_memory() -> int:
    """Returns free bytes of memory, within the bound of a container if there is one."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows; macOS has no such name
        return 4 * 2**30
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    free = int(line.split()[1]) * 1024
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:
            bound = file.read().strip()
        with open("/sys/fs/cgroup/memory.current", encoding="ascii") as file:
            used = int(file.read())
    except (OSError, ValueError):
        return free
    return free if bound == "max" else max(0, min(free, int(bound) - used))
