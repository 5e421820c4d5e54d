"""Reading with threads, and what is kept in memory."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.data import (
    PictureCache,
    PictureForm,
    PictureReader,
    Unusable,
    _image_reader,
    find_unusable,
)
from saccade.data._cache import Budget

FORM = PictureForm((2, 2))


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    made = []
    for value in range(5):
        made.append(str(tmp_path / f"{value}.png"))
        Image.new("RGB", (3, 3), (value,) * 3).save(made[-1])
    return made


@pytest.mark.parametrize("threads", [1, 3])
def test_pictures_come_in_order_and_broken_ones_say_why(
    threads: int, paths: list[str]
) -> None:
    Path(paths[2]).write_text("broken")
    reader = PictureReader(FORM, threads=threads)
    for _ in range(2):
        found = reader.read(paths)
        assert isinstance(found[2], Unusable)
        values = [int(item.max()) for item in found if isinstance(item, np.ndarray)]
        assert values == [0, 1, 3, 4]
    assert len(reader.cache) == 4


def test_a_kept_picture_is_read_again_when_its_file_changes(paths: list[str]) -> None:
    reader = PictureReader(FORM)
    first = reader.read(paths[:1])[0]
    assert reader.read(paths[:1])[0] is first
    Image.new("RGB", (3, 3), (99, 99, 99)).save(paths[0])
    os.utime(paths[0], ns=(1, 1))
    changed = reader.read(paths[:1])[0]
    assert isinstance(changed, np.ndarray)
    assert changed.max() == 99
    os.remove(paths[0])
    assert reader.read(paths[:1]) == [Unusable(paths[0], "it does not exist")]


def test_the_bound_of_memory_holds(paths: list[str]) -> None:
    budget = Budget(30)
    reader = PictureReader(FORM, PictureCache(budget))
    for _ in range(2):
        assert len(reader.read(paths)) == 5
    assert budget.used_bytes == 24
    assert len(reader.cache) == 2


def test_copies_leave_threads_and_pictures_behind(paths: list[str]) -> None:
    reader = PictureReader(FORM, threads=2)
    reader.read(paths)
    for other in (copy.deepcopy(reader), pickle.loads(pickle.dumps(reader))):
        assert len(other.cache) == 0
        assert len(other.read(paths)) == 5


def test_pictures_announced_are_decoded_before_they_are_asked_for(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    real = _image_reader.decode

    def counted(path: str, form: PictureForm) -> np.ndarray:
        decoded.append(path)
        return real(path, form)

    monkeypatch.setattr(_image_reader, "decode", counted)
    monkeypatch.setattr(_image_reader, "_AHEAD", 3)
    reader = PictureReader(FORM, PictureCache(Budget(0)), threads=2)
    reader.ahead(paths[:2])
    reader.ahead(paths[:2])  # twice is once
    for coming in list(reader._coming.values()):
        coming.result()
    assert sorted(decoded) == paths[:2]
    values = [int(np.asarray(item).max()) for item in reader.read(paths[:3])]
    assert values == [0, 1, 2]
    assert sorted(decoded) == paths[:3]
    reader.ahead(paths)  # and never asked for
    assert len(reader._coming) == 3
    assert int(np.asarray(reader.read(paths[4:])[0]).max()) == 4


def test_decoding_all_keeps_all_and_refuses_what_a_look_refuses(
    tmp_path: Path, paths: list[str]
) -> None:
    whole = Path(paths[0]).read_bytes()
    bad = {
        "cut": whole[:-6],  # the pixels decode, the end of the file is missing
        "empty": b"",
        "text": b"no picture",
    }
    for name, content in bad.items():
        (tmp_path / f"{name}.png").write_bytes(content)
    broken = [str(tmp_path / f"{name}.png") for name in bad]
    files = [broken[0], *paths, broken[1], broken[2], str(tmp_path / "none.png")]
    files.append(broken[0])  # a table may name a file twice
    reader = PictureReader(FORM, PictureCache(Budget(10**6)), threads=2)
    found = reader.decode_all(files)
    assert found == find_unusable(files)
    assert found is not None
    assert len(found) == 5
    assert all(path in reader.cache for path in paths)
    assert len(reader.cache) == len(paths)


@pytest.mark.parametrize("why", ["memory", "number", "bytes"])
def test_what_is_too_much_is_not_decoded_at_once(
    why: str, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(paths) * int(np.prod(FORM.shape))
    room = PictureCache(Budget(size - (why == "memory")))
    if why == "number":
        monkeypatch.setattr(_image_reader, "_AT_ONCE", len(paths) - 1)
    if why == "bytes":
        monkeypatch.setattr(_image_reader, "_AT_ONCE_BYTES", 10)
    assert PictureReader(FORM, room).decode_all(paths) is None
    assert len(room) == 0
    monkeypatch.undo()
    assert PictureReader(FORM, PictureCache(Budget(size))).decode_all(paths) == []
