"""A folder ten times larger than the memory for pictures streams within its bound."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

PICTURES, SIDE, LIMIT_MIB = 400, 256, 8
PROGRAM = """
import sys
from saccade.preprocessing.image import ImageDataGenerator

def grown():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20

flow = ImageDataGenerator().flow_from_directory(
    sys.argv[1], target_size=(256, 256), batch_size=8
)
next(flow), next(flow)
start = most = grown()
for _ in range(2 * len(flow)):
    next(flow)
    most = max(most, grown())
print(most - start)
"""


@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory is read from Linux' /proc"
)
def test_memory_stays_within_the_bound_whatever_the_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "data" / name).mkdir(parents=True)
    for number in range(PICTURES):
        path = tmp_path / "data" / "ab"[number % 2] / f"{number}.png"
        Image.new("RGB", (16, 16), (number % 256, 0, 0)).save(path)
    decoded_mib = PICTURES * SIDE * SIDE * 3 / 2**20
    assert decoded_mib > 9 * LIMIT_MIB
    env = {**os.environ, "SACCADE_PICTURES_MEMORY": f"{LIMIT_MIB}MiB"}
    env |= {"SACCADE_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "data")],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # What the allowance does not count: the batches in flight and malloc's rest.
    assert float(done.stdout.split()[-1]) < 1.5 * LIMIT_MIB + 12
