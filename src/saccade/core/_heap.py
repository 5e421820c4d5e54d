"""The memory of large programs stays with the process between their calls.

XLA asks for the memory of a program at each call and gives it back at the end. GNU's C
library takes more than 32 MB from the system each time: every page is a fault and is
filled with zeros when it is first written to, and in a virtual machine the host may do
all of it once more. Here such memory comes from the heap during a call, and between two
calls a reserve holds its place there, so that nothing small settles in it. It goes back
to the system when the last program that needs it is gone. Elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
import threading
import weakref

VARIABLE = "SACCADE_KEEP_MEMORY"
# Up to here the C library keeps what is freed by itself.
LARGE_BYTES = 32 * 2**20
# What a program may allocate before its large piece, from the place of that piece.
_SLACK_BYTES = 2**20
# The part of the machine's memory that may be held.
_MOST = 0.25

# Parameters of mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
_NEVER = -1
_MAPPINGS = 65536  # the C library's own value of M_MMAP_MAX


class Heap:
    """Keeps the place of large programs in the heap of the C library.

    Args:
        library: the C library, or None where there is nothing to be gained.
        most_bytes: programs that need more are left alone.

    Example:
        >>> heap = Heap(None, 0)
        >>> heap.need(object, 2**30)
        False
    """

    def __init__(self, library: ctypes.CDLL | None, most_bytes: int) -> None:
        self._library = library
        self._most_bytes = most_bytes
        self._needs: dict[int, int] = {}
        self._reserve: int | None = None
        self._reserved = 0
        self._depth = 0

    @property
    def held_bytes(self) -> int:
        """What is held between two calls."""
        return self._reserved

    def need(self, program: object, size: int) -> bool:
        """Says that a program needs memory at each call, for as long as it lives.

        Args:
            program: anything that lives as long as the compiled program.
            size: bytes.

        Returns:
            Whether calls should be made inside of this heap (see `__enter__`).
        """
        if self._library is None or not LARGE_BYTES <= size <= self._most_bytes:
            return False
        key = id(program)
        if key not in self._needs:
            weakref.finalize(program, self._gone, key)
        self._needs[key] = max(size, self._needs.get(key, 0))
        return True

    def __enter__(self) -> None:
        """Makes the place free; to be left when the program has finished.

        Other threads than the main one have heaps of 64 MB at most, so nothing is done
        for them.
        """
        if self._library is None or not _is_main_thread():
            return
        self._depth += 1
        if self._depth > 1:
            return
        # Setting one threshold ends the library's own adjusting of both. The first is
        # set to where that leads; the heap shrinks no more until the last program goes.
        self._library.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        self._library.mallopt(_TRIM_THRESHOLD, _NEVER)
        self._library.mallopt(_MMAP_MAX, 0)
        self._let_go()

    def __exit__(self, *exception: object) -> None:
        if self._library is None or not _is_main_thread():
            return
        self._depth -= 1
        if self._depth:
            return
        wanted = max(self._needs.values(), default=0)
        if wanted:
            self._hold(wanted + _SLACK_BYTES)
        self._library.mallopt(_MMAP_MAX, _MAPPINGS)
        if not wanted:
            self._shrink()

    def _hold(self, size: int) -> None:
        assert self._library is not None
        self._reserve = self._library.malloc(size)
        self._reserved = size if self._reserve else 0

    def _let_go(self) -> None:
        assert self._library is not None
        # Forgotten before it is freed: a program may end in another thread meanwhile.
        held, self._reserve = self._reserve, None
        self._reserved = 0
        self._library.free(held)  # None is allowed

    def _shrink(self) -> None:
        """Gives all that is free back to the system, also between what is in use."""
        assert self._library is not None
        self._library.mallopt(_TRIM_THRESHOLD, 2 * LARGE_BYTES)
        self._library.malloc_trim(0)

    def _gone(self, key: int) -> None:
        del self._needs[key]
        # Within a call, its end decides what is held.
        if not self._needs and not self._depth and not sys.is_finalizing():
            self._let_go()
            self._shrink()


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _find_library() -> ctypes.CDLL | None:
    """Returns the C library if it is GNU's and the user has no objection."""
    names = getattr(os, "confstr_names", {})
    if "CS_GNU_LIBC_VERSION" not in names or os.environ.get(VARIABLE) == "off":
        return None
    try:
        if not (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc"):
            return None
        # The calls take less than letting other threads of Python in.
        library = ctypes.PyDLL(None)
        library.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
        library.malloc.argtypes = [ctypes.c_size_t]
        library.malloc.restype = ctypes.c_void_p
        library.free.argtypes = [ctypes.c_void_p]
        library.free.restype = None
        library.malloc_trim.argtypes = [ctypes.c_size_t]
    except (OSError, AttributeError):
        return None
    return library


def _memory_bytes() -> int:
    """Returns how much memory the machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@functools.cache
def process_heap() -> Heap:
    """Returns the heap of this process."""
    library = _find_library()
    return Heap(library, int(_MOST * _memory_bytes()) if library else 0)
