"""Large programs' memory stays between calls, and goes back when they are gone."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from saccade.core import _heap

LARGE = 64 * 2**20


class Library:
    """Notes what is asked of it; has memory for `limit` bytes a piece."""

    def __init__(self, limit: int = 2**40) -> None:
        self.asked: list[tuple] = []
        self._limit = limit

    def mallopt(self, parameter: int, value: int) -> int:
        self.asked.append(("mallopt", parameter, value))
        return 1

    def malloc(self, size: int) -> int | None:
        self.asked.append(("malloc", size))
        return 4096 if size <= self._limit else None

    def free(self, address: int | None) -> None:
        self.asked.append(("free", address))

    def malloc_trim(self, pad: int) -> int:
        self.asked.append(("malloc_trim", pad))
        return 1

    def take(self) -> list[tuple]:
        asked, self.asked = self.asked, []
        return asked


class Owner:
    """Stands for a compiled program."""


def test_a_reserve_holds_the_place_between_calls():
    library = Library()
    heap, program = _heap.Heap(library, 2**40), Owner()
    assert heap.need(program, LARGE)
    with heap:
        inside = library.take()
        assert heap.held_bytes == 0
    assert inside[-2:] == [("mallopt", -4, 0), ("free", None)]
    assert library.take() == [
        ("malloc", heap.held_bytes),
        ("mallopt", -4, 65536),
    ]
    assert LARGE <= heap.held_bytes < LARGE + 2**22
    with heap:
        assert library.take()[-1] == ("free", 4096)


def test_the_largest_need_counts_and_calls_within_calls_change_nothing():
    library = Library()
    heap, small, large = _heap.Heap(library, 2**40), Owner(), Owner()
    heap.need(small, LARGE)
    heap.need(large, 3 * LARGE)
    heap.need(large, 2 * LARGE)  # for other shapes
    with heap:
        library.take()
        with heap:
            pass
        assert library.take() == []
    assert heap.held_bytes >= 3 * LARGE


def test_memory_goes_back_when_the_last_program_is_gone():
    library = Library()
    heap, first, second = _heap.Heap(library, 2**40), Owner(), Owner()
    heap.need(first, LARGE)
    heap.need(second, LARGE)
    with heap:
        pass
    del first
    gc.collect()
    assert heap.held_bytes
    library.take()
    del second
    gc.collect()
    assert heap.held_bytes == 0
    assert [call[0] for call in library.take()] == ["free", "mallopt", "malloc_trim"]


def test_a_program_that_goes_within_a_call_leaves_nothing_held():
    library = Library()
    heap, program = _heap.Heap(library, 2**40), Owner()
    heap.need(program, LARGE)
    with heap:
        del program
        gc.collect()
    assert heap.held_bytes == 0
    assert library.take()[-1] == ("malloc_trim", 0)


def test_memory_that_is_not_to_be_had_is_not_held():
    library = Library(limit=LARGE)
    heap, program = _heap.Heap(library, 2**40), Owner()
    heap.need(program, LARGE)
    with heap:
        pass
    assert heap.held_bytes == 0


@pytest.mark.parametrize("size", [_heap.LARGE_BYTES - 1, 2**40 + 1])
def test_small_and_huge_programs_are_left_alone(size):
    assert not _heap.Heap(Library(), 2**40).need(Owner(), size)


def test_without_the_library_nothing_happens():
    heap = _heap.Heap(None, 2**40)
    assert not heap.need(Owner(), LARGE)
    with heap:
        assert heap.held_bytes == 0


FAULTS = """
import resource
from saccade.core import _runtime
_runtime.compute_in_place()
import jax.numpy as jnp
from saccade.core._heap import process_heap
from saccade.engine._program import Program

program = Program(lambda x: jnp.sort(jnp.sin(x) * 2.0, axis=0).sum())
x = jnp.ones((4, 6 * 2**20))
for _ in range(3):
    float(program(x))
held = process_heap().held_bytes
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    float(program(x))
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
del program
import gc; gc.collect()
print(held, faults, process_heap().held_bytes)
"""


def _faults(keep: str) -> tuple[int, int, int]:
    environment = {**os.environ, _heap.VARIABLE: keep}
    command = [sys.executable, "-c", FAULTS]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    held, faults, after = map(int, done.stdout.split())
    return held, faults, after


@pytest.mark.skipif(
    _heap._find_library() is None,
    reason="needs GNU's C library",
)
def test_later_calls_write_to_pages_that_are_there():
    held, faults, after = _faults("on")
    assert held > LARGE
    assert after == 0
    nothing, without, _ = _faults("off")
    assert nothing == 0
    assert faults < without / 10
