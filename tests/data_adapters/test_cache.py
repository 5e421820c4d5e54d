"""The memory that decoded pictures may take."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from saccade.data import PictureCache
from saccade.data._cache import VARIABLE, Budget, parse_bytes

PICTURE = np.zeros((2, 5, 1), np.uint8)


def test_pictures_are_kept_until_the_budget_is_spent() -> None:
    budget = Budget(25)
    first, second = PictureCache(budget), PictureCache(budget)
    first.put("a", (1, 1), PICTURE)
    second.put("a", (1, 1), PICTURE)
    second.put("b", (1, 1), PICTURE)
    assert first.get("a", (1, 1)) is PICTURE
    assert second.get("b", (1, 1)) is None
    assert budget.used_bytes == 20
    del first
    gc.collect()
    assert budget.used_bytes == 10
    second.put("b", (1, 1), PICTURE)
    assert len(second) == 2


def test_a_new_picture_takes_the_place_of_the_old() -> None:
    budget = Budget(10)
    cache = PictureCache(budget)
    cache.put("a", (1, 1), PICTURE)
    cache.put("a", (2, 1), PICTURE[:1])
    assert cache.get("a", (1, 1)) is None
    assert cache.get("a", (2, 1)) is not None
    assert budget.used_bytes == 5


def test_the_bound_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "2 KiB")
    assert Budget().limit_bytes == 2048
    for off in ("0", "off"):
        monkeypatch.setenv(VARIABLE, off)
        assert Budget().limit_bytes == 0
    monkeypatch.delenv(VARIABLE)
    assert Budget().limit_bytes > 2**20
    monkeypatch.setenv(VARIABLE, "much")
    with pytest.raises(ValueError, match="must be a number of bytes, got 'much'"):
        _ = Budget().limit_bytes


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", 7), ("7b", 7), ("2GB", 2 * 10**9), ("1.5 gib", 3 * 2**29), ("4m", 2**22)],
)
def test_parse_bytes(text: str, expected: int) -> None:
    assert parse_bytes(text) == expected


def test_a_cache_collected_while_its_budget_is_in_use_blocks_nothing() -> None:
    """The collector may run inside `take`; a lock asked for there is never given."""
    budget = Budget(100)
    cache = PictureCache(budget)
    cache.put("a", (0, 0), np.zeros(60, np.uint8))
    with budget._lock:
        del cache
    assert budget.take(60)
