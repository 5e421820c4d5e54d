"""Wheels of the present platform: with compiled kernels, and without a compiler."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "NOTICE")


def can_build() -> str | None:
    """Says why no wheel can be built without the network, or None."""
    if not (ROOT / "setup.py").is_file():
        return "the sources are not here"
    if importlib.util.find_spec("pip") is None:
        return "no pip here"
    try:
        version = metadata.version("setuptools")
    except metadata.PackageNotFoundError:
        return "no setuptools here"
    old = int(version.split(".")[0]) < 77
    return f"setuptools {version} is too old" if old else None


pytestmark = pytest.mark.skipif(can_build() is not None, reason=str(can_build()))


def build(folder: Path, **variables: str) -> Path:
    """Builds a wheel from a clean copy; returns the folder that it is unpacked in."""
    source = folder / "source"
    skipped = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", source / "src", ignore=skipped)
    for name in FILES:
        shutil.copy(ROOT / name, source)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", str(source), "--no-deps"),
            *("--no-build-isolation", "--no-index", "-w", str(folder)),
        ],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    shutil.rmtree(source)
    return folder / "site"


def run(site: Path, *words: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(site), **variables},
        cwd=site.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def libraries(site: Path) -> list[str]:
    found = (site / "saccade/kernels").glob("_native_kernels*")
    return [path.name for path in found if path.suffix != ".txt"]


TRAIN = """
import numpy as np, saccade
from saccade import kernels, layers
net = [layers.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)]
model = saccade.Sequential(net)
model.compile("sgd", "mse")
run = model.fit(np.ones((8, 8, 8, 1)), np.ones((8, 2)), verbose=0)
assert np.isfinite(run.history["loss"][0])
print(saccade.__file__, kernels.vectors(), model.kernel_plan().choices[0].form)
"""


def test_windows_exports_all_that_is_called() -> None:
    sources = (ROOT / "src/saccade/kernels/native").glob("*.cpp")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    (listed,) = re.findall(r"EXPORTED = \((.*?)\)", setup, re.DOTALL)
    names = [f"saccade_{name}" for name in re.findall(r'"(\w+)"', listed)]
    found = re.findall(r"\b(?:saccade_|SACCADE_HANDLER\()(\w+)", text)
    assert sorted(names) == sorted({f"saccade_{name}" for name in found})


def test_a_wheel_has_the_kernels_and_they_work(tmp_path: Path) -> None:
    if not any(map(shutil.which, ("c++", "g++", "clang++", "clang-cl"))):
        pytest.skip("no compiler here")
    site = build(tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    # For every Python, but for this platform alone.
    assert "-py3-none-" in wheel.name
    assert not wheel.name.endswith("-any.whl")
    assert len(libraries(site)) == 1
    assert list((site / "saccade/kernels/native").glob("*.h"))
    assert "vectors of the processor" in run(site, "-m", "saccade", "doctor")
    where, vectors, form = run(site, "-c", TRAIN, SACCADE_KERNELS="").split()
    assert Path(where).is_relative_to(site)
    assert vectors in ("avx512", "avx2", "plain")
    assert form == "native"


@pytest.mark.parametrize(
    "variables",
    [
        {"SACCADE_BUILD_KERNELS": "off"},
        {"CC": "/bin/false", "CXX": "/bin/false"},
        {"CC": "/no/compiler", "CXX": "/no/compiler"},
    ],
    ids=["left out", "broken compiler", "no compiler"],
)
def test_without_a_compiler_everything_works(
    variables: dict[str, str], tmp_path: Path
) -> None:
    site = build(tmp_path, **variables)
    assert libraries(site) == []
    (wheel,) = tmp_path.glob("*.whl")
    off = "SACCADE_BUILD_KERNELS" in variables
    assert wheel.name.endswith("-py3-none-any.whl") == off
    where, vectors, form = run(site, "-c", TRAIN, SACCADE_KERNELS="").split()
    assert Path(where).is_relative_to(site)
    assert vectors == "None"
    assert form != "native"
    report = run(site, "-m", "saccade", "doctor")
    assert "installed without its compiled kernels" in report
    assert "install a C++ compiler" in report
    # What failed, as setuptools put it.
    why = re.search(r"without its compiled kernels \((.*)\), so", report)
    assert off or (why and variables["CXX"] in why[1])
