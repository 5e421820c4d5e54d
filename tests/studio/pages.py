"""What tests of pages share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]


def lab(page: Any) -> dict[str, Any]:
    return page.evaluate("structuredClone(window.__lab)")


def wait(page: Any, condition: str) -> None:
    """Playwright's own waiting evaluates text in the page, which the policy forbids."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {condition}")


def press(page: Any, name: str) -> None:
    page.get_by_test_id(name).click()
