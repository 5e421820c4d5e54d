"""Somebody who looks at a run in the studio, as long as a file is there.

python -m benchmarks.micro.looker ADDRESS RUN FLAG

The page itself in Chromium where Playwright is there, else requests for what it wants.
"""

from __future__ import annotations

import shutil
import sys
import time
import urllib.request
from pathlib import Path

_PARTS = ("", "/activations?epoch=99999", "/layers?epoch=99999",
          "/predictions?epoch=99999")  # fmt: skip
_WAIT = 0.05


def main() -> None:
    """Looks while FLAG exists, until it says `end`; tells when it looks and stops."""
    base, run, flag = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        ask(base, run, flag)
        return
    if shutil.which("chromium") is None:
        ask(base, run, flag)
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto("about:blank")
        looking = False
        print("chromium", flush=True)
        while not _ended(flag):
            if flag.exists() != looking:
                looking = not looking
                page.goto(f"{base}/training#run={run}" if looking else "about:blank")
            page.wait_for_timeout(1000 * _WAIT)
        browser.close()


def ask(base: str, run: str, flag: Path) -> None:
    """Asks for what the page asks for, as often as it does."""
    print("requests", flush=True)
    while not _ended(flag):
        if not flag.exists():
            time.sleep(_WAIT)
            continue
        start = time.perf_counter()
        for part in _PARTS:
            with urllib.request.urlopen(f"{base}/api/runs/{run}{part}") as answer:
                answer.read()
        # As the page does: it waits the longer, the longer an answer takes.
        until = time.perf_counter() + max(1.0, 14 * (time.perf_counter() - start))
        while time.perf_counter() < until and flag.exists():
            time.sleep(_WAIT)


def _ended(flag: Path) -> bool:
    return flag.with_suffix(".end").exists()


if __name__ == "__main__":
    main()
