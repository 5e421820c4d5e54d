"""Background threads: order, bounds, errors, shutdown."""

import gc
import threading
import time
import traceback

import pytest

from saccade.core._errors import ConfigError
from saccade.data import Prefetcher, prefetch
from saccade.data._prefetch import ordered_map


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "did not happen in 10 s"
        time.sleep(0.005)


def threads():
    return [t for t in threading.enumerate() if t.name == "saccade-prefetch"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    wait_until(lambda: not threads())


def test_order_and_end():
    items = prefetch(range(100), 3)
    assert list(items) == list(range(100))
    assert list(items) == []


def test_runs_ahead_by_its_depth_and_no_further():
    made = []

    def make():
        for number in range(100):
            made.append(number)
            yield number

    with Prefetcher(make(), depth=3) as items:
        # Three lie ready and one waits for room.
        wait_until(lambda: len(made) == 4)
        time.sleep(0.05)
        assert len(made) == 4
        assert next(items) == 0
        wait_until(lambda: len(made) == 5)


def test_depth_must_be_positive():
    with pytest.raises(ConfigError, match=r"`depth` must be an int >= 1, got 0"):
        Prefetcher([], depth=0)


def test_error_comes_in_its_place_with_its_traceback():
    def make_trouble():
        yield 1
        yield 2
        raise LookupError("third")

    items = prefetch(make_trouble(), 4)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(LookupError, match="third") as caught:
        next(items)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "make_trouble" in names
    assert list(items) == []


def test_error_of_iter_itself():
    with pytest.raises(TypeError, match="not iterable"):
        next(prefetch(5))  # type: ignore[arg-type]


def test_close_ends_the_thread_and_the_generator():
    closed = threading.Event()

    def make():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    items = prefetch(make(), 2)
    next(items)
    items.close()
    items.close()
    assert closed.is_set()
    assert list(items) == []


def test_dropped_without_close():
    items = prefetch(iter(int, 1), 2)
    next(items)
    del items
    gc.collect()
    wait_until(lambda: not threads())


def test_interrupt_in_the_with_block():
    def work():
        with prefetch(iter(int, 1)) as items:
            next(items)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert not threads()


def test_close_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("saccade.data._prefetch._JOIN_S", 0.05)
    release = threading.Event()

    def stuck():
        yield 1
        release.wait(10)

    items = prefetch(stuck())
    next(items)
    items.close()
    assert threads()
    release.set()


def test_groups():
    assert [n for g in prefetch(range(7), 8).groups(3) for n in g] == list(range(7))
    assert max(len(g) for g in prefetch(range(50), 8).groups(3)) == 3
    assert list(prefetch([], 8).groups(3)) == []


def test_groups_fill_up_when_items_come_fast():
    sizes = [len(group) for group in prefetch(range(8), 8).groups(4, patience_s=10)]
    assert sizes == [4, 4]


def test_groups_do_not_wait_for_slow_items():
    release = threading.Event()

    def slow():
        yield 1
        release.wait(10)
        yield 2

    groups = prefetch(slow(), 8).groups(4, patience_s=0.01)
    assert next(groups) == [1]
    release.set()
    assert list(groups) == [[2]]


def test_groups_raise_after_what_came_before():
    def make():
        yield 1
        raise LookupError

    groups = prefetch(make(), 8).groups(4)
    assert next(groups) == [1]
    with pytest.raises(LookupError):
        next(groups)


def test_ordered_map_is_bounded():
    taken = []

    def keys():
        for number in range(100):
            taken.append(number)
            yield number

    results = ordered_map(lambda n: n, keys(), workers=2, depth=4)
    assert next(results) == 0
    assert len(taken) == 4
    results.close()  # type: ignore[attr-defined]


def test_ordered_map_raises_in_order():
    results = ordered_map(lambda n: 1 // (n - 2), range(5), workers=3, depth=5)
    assert [next(results), next(results)] == [-1, -1]
    with pytest.raises(ZeroDivisionError):
        next(results)
