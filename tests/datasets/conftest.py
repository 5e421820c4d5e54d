"""Data sets as small as they can be, in a Keras folder of the test's own."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from saccade.utils import _download


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every address fail, as without a network."""

    def fail(request: urllib.request.Request, timeout: float) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(urllib.request, "urlopen", fail)
    monkeypatch.setattr(_download, "PAUSE_S", 0.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `datasets` of the cache."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"
