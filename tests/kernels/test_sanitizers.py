"""The kernels under sanitizers, on odd shapes, for every vector width; warnings.

`native/check.cpp` says what is compared. Skipped where there is no compiler.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from saccade import kernels

SOURCES = Path(kernels.__file__).parent / "native"
DRIVER = Path(__file__).parent / "native" / "check.cpp"
SETS = ("plain", "avx2", "avx512", "dispatch")
FLAGS = ("-std=c++17", "-ffp-contract=fast", f"-I{SOURCES}")
SANITIZE = "-fsanitize=address,undefined,float-cast-overflow"
SHAPES = "150"


def compiler(*names: str) -> str:
    """The first compiler that there is; the test is skipped without one."""
    for name in names:
        if name and shutil.which(name):
            return name
    pytest.skip(f"no compiler here: {', '.join(filter(None, names))}")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True
    )


def build(compiler: str, folder: Path, *flags: str) -> Path:
    """Compiles the kernels and the driver to a program of their own."""
    sources = [*(SOURCES / f"{name}.cpp" for name in SETS), DRIVER]
    objects = [folder / f"{source.stem}.o" for source in sources]

    def make(pair: tuple[Path, Path]) -> subprocess.CompletedProcess[str]:
        source, to = pair
        return run(compiler, "-c", *FLAGS, *flags, source, "-o", to)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(make, zip(sources, objects, strict=True)):
            assert done.returncode == 0, done.stderr
    program = folder / "check"
    done = run(compiler, *flags, "-pthread", *objects, "-o", program)
    assert done.returncode == 0, done.stderr
    return program


def test_no_wrong_access_and_no_undefined_behaviour(tmp_path: Path) -> None:
    found = compiler(os.environ.get("CXX", ""), "g++", "clang++", "c++")
    empty = tmp_path / "empty.cpp"
    empty.write_text("#include <sys/mman.h>\nint main() {}\n")
    if run(found, SANITIZE, empty, "-o", tmp_path / "empty").returncode:
        pytest.skip(f"{found} has no sanitizers here")
    program = build(found, tmp_path, "-O1", "-g1", SANITIZE, "-fno-sanitize-recover")
    done = run(program, SHAPES)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert f"plain: {SHAPES} shapes" in done.stdout
    if kernels.vectors() == "avx512":
        assert f"avx512: {SHAPES} shapes" in done.stdout


# The last as clang-cl on Windows: with the same gaps in its header of intrinsics.
@pytest.mark.parametrize("words", ["g++", "clang++", "clang++ -D__SCE__"])
def test_compilers_have_no_warnings(words: str) -> None:
    name, *more = words.split()
    found = compiler(name)
    done = [
        run(found, "-fsyntax-only", "-Wall", "-Wextra", *more, *FLAGS, source)
        for source in [*(SOURCES / f"{name}.cpp" for name in SETS), DRIVER]
    ]
    assert [x.stderr for x in done] == [""] * len(done)
    assert not any(x.returncode for x in done)


def test_an_older_processor_takes_what_it_has(tmp_path: Path) -> None:
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("not a processor of this family")
    found = compiler("g++", "clang++")
    emulator = compiler("qemu-x86_64", "qemu-x86_64-static")
    program = build(found, tmp_path, "-O1", "-static")
    for processor, widest in ("Nehalem", "plain"), ("Haswell", "avx2"):
        done = run(emulator, "-cpu", processor, program, "10")
        assert done.returncode == 0, done.stdout + done.stderr[-4000:]
        assert done.stdout.splitlines()[-2] == f"{widest}: 10 shapes"


def test_the_code_for_arm_gives_the_same_numbers(tmp_path: Path) -> None:
    found = compiler("aarch64-linux-gnu-g++")
    emulator = compiler("qemu-aarch64", "qemu-aarch64-static")
    program = build(found, tmp_path, "-O2", "-static")
    done = run(emulator, program, "20")
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    assert "plain: 20 shapes" in done.stdout
