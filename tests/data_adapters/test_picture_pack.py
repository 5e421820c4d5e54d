"""Decoded pictures that later runs find on disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.data import PictureForm, PictureReader, _image_reader, _picture_pack
from saccade.data._cache import Budget, PictureCache, identity
from saccade.data._picture_pack import PicturePack, open_pack

FORM = PictureForm((4, 4))
SIZE = 4 * 4 * 3


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    made = []
    for value in range(6):
        made.append(str(tmp_path / f"{value}.png"))
        Image.new("RGB", (5, 5), (value,) * 3).save(made[-1])
    return made


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the packs, away from those of other tests."""
    monkeypatch.setenv("SACCADE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SACCADE_PICTURES_DISK", "1MiB")
    monkeypatch.setattr(_picture_pack, "_warned", threading.Event())
    return tmp_path / "cache" / "pictures"


def read_all(paths: list[str], budget: int = 10**6) -> list[int]:
    reader = PictureReader(FORM, PictureCache(Budget(budget)), threads=2)
    reader.remember(paths)
    found = [int(np.asarray(item).max()) for item in reader.read(paths)]
    if reader._pack is not None:
        reader._pack.wait()
    return found


@pytest.mark.parametrize("budget", [0, 3 * SIZE, 10**6])
def test_the_next_run_decodes_nothing(
    budget: int, paths: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_all(paths, budget) == list(range(6))
    assert [path.suffix for path in cache.iterdir()] == [".pictures"]
    monkeypatch.setattr(_image_reader, "decode", None)
    assert read_all(paths, budget) == list(range(6))


def test_a_file_that_changed_is_decoded_again(paths: list[str], cache: Path) -> None:
    read_all(paths)
    reader = PictureReader(FORM, PictureCache(Budget(0)), threads=1)
    assert reader.remember(paths)
    Image.new("RGB", (50, 50), (99,) * 3).save(paths[2])
    values = [int(np.asarray(item).max()) for item in reader.read(paths)]
    assert values == [0, 1, 99, 3, 4, 5]
    assert not reader.remember(paths)


def test_another_form_is_another_pack(paths: list[str], cache: Path) -> None:
    read_all(paths)
    pack = open_pack(paths, PictureForm((4, 4), interpolation="bilinear"))
    assert pack is not None
    assert not pack.complete


@pytest.mark.parametrize("name", ["SACCADE_PICTURES_DISK", "SACCADE_CACHE"])
def test_it_can_be_switched_off(
    name: str, paths: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "off")
    assert read_all(paths) == list(range(6))
    assert not cache.exists() or not list(cache.iterdir())


def test_packs_used_longest_ago_make_room(paths: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    limit = 2 * SIZE
    for number, path in enumerate([*paths[:2], paths[0], paths[2]]):
        pack = PicturePack([path], FORM, folder, limit)
        if not pack.complete:
            pack.put(path, identity(path), np.zeros((4, 4, 3), np.uint8))
            pack.wait()
        os.utime(pack._path, (number, number))
    kept = [PicturePack([p], FORM, folder, 100 * SIZE).complete for p in paths[:3]]
    assert kept == [True, False, True]
    too_large = PicturePack(paths, FORM, folder, limit)
    too_large.put(paths[0], identity(paths[0]), np.zeros((4, 4, 3), np.uint8))
    assert len(list(folder.glob("*.pictures"))) == 2


def test_a_full_disk_warns_once_and_reading_goes_on(
    paths: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert read_all(paths) == list(range(6))
        assert read_all(paths) == list(range(6))
    assert ["No space left" in str(item.message) for item in seen] == [True]
    assert not list(cache.iterdir())


def test_a_short_write_is_a_full_disk(
    paths: list[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = open_pack(paths, FORM)
    assert pack is not None
    assert pack._file is not None

    class Short:
        def seek(self, place: int) -> None:
            pass

        def write(self, content: memoryview) -> int:
            return len(content) - 1

        def close(self) -> None:
            pass

    monkeypatch.setattr(pack, "_file", Short())
    with pytest.warns(match="not kept for the next run"):
        pack.put(paths[0], identity(paths[0]), np.zeros((4, 4, 3), np.uint8))
    assert not list(cache.iterdir())


def test_pictures_of_16_bits_are_not_packed(tmp_path: Path, cache: Path) -> None:
    path = str(tmp_path / "deep.png")
    Image.fromarray(np.full((4, 4), 60_000, np.uint16)).save(path)
    reader = PictureReader(PictureForm((4, 4), "grayscale"), threads=1)
    reader.remember([path])
    for _ in range(2):
        assert int(np.asarray(reader.read([path])[0]).max()) == 60_000
    assert not list(cache.iterdir())


WRITER = """
import sys, time
import numpy as np
from saccade.data._cache import identity
from saccade.data import PictureForm
from saccade.data._picture_pack import open_pack
paths = sys.argv[2:]
pack = open_pack(paths, PictureForm((4, 4)))
for value, path in enumerate(paths[:-1]):
    pack.put(path, identity(path), np.full((4, 4, 3), value, np.uint8))
print("written", flush=True)
sys.stdin.readline()
pack.put(paths[-1], identity(paths[-1]), np.full((4, 4, 3), 5, np.uint8))
"""


def start(paths: list[str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, "-", *paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    return process


def test_two_processes_write_and_one_is_killed(paths: list[str], cache: Path) -> None:
    killed, other = start(paths), start(paths)
    killed.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    killed.communicate()
    pack = open_pack(paths, FORM)
    assert pack is not None
    assert not pack.complete  # half-written pictures are never seen
    other.communicate("go on\n")
    assert other.returncode == 0
    assert len(list(cache.glob("*.pictures"))) == 1
    assert read_all(paths) == list(range(6))
    pack._give_up()
    (left,) = cache.glob("*.part")  # of the one that was killed
    os.utime(left, (0, 0))
    PicturePack(paths[:1], FORM, cache, 10**6)._give_up()
    assert not left.exists()
