"""A folder of pictures for the tests of generators."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures 'ants' and four 'bees', of values below and above 128."""
    rng = np.random.default_rng(0)
    for name, count, base in (("ants", 6, 0), ("bees", 4, 128)):
        (tmp_path / name).mkdir()
        for number in range(count):
            pixels = rng.integers(base, base + 128, (10, 12, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    return tmp_path
