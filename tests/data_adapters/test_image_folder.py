"""Folders made lists of files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from saccade.data import index_folder, problems_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    names = ["b/2.png", "b/10.JPG", "b/x/1.bmp", "b/X/1.tiff", "b/note.txt"]
    names += ["a a/é.jpeg", "a a/1.webp", "ёж/1.ppm", "loose.png"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def plain(names: tuple[str, ...]) -> list[str]:
    return [name.replace(os.sep, "/") for name in names]


def test_files_come_in_the_order_of_keras(root: Path) -> None:
    found = index_folder(root)
    assert found.class_names == ("a a", "b", "ёж")
    assert plain(found.filenames) == [
        "a a/é.jpeg",
        "b/10.JPG",
        "b/2.png",
        "b/X/1.tiff",
        "b/x/1.bmp",
        "ёж/1.ppm",
    ]
    assert found.classes.tolist() == [0, 1, 1, 1, 1, 2]
    assert found.classes.dtype == np.int32
    assert plain(found.left_out) == ["a a/1.webp"]
    assert found.counts.tolist() == [1, 4, 1]
    assert all(os.path.isfile(path) for path in found.filepaths)


def test_chosen_classes_splits_and_parts(root: Path) -> None:
    found = index_folder(root, ["b", "a a"], (0.25, 1))
    assert plain(found.filenames)[0] == "b/2.png"
    assert found.classes.tolist() == [0, 0, 0, 1]
    part = found.keep(np.array([True, False, False, True]))
    assert plain(part.filenames) == ["b/2.png", "a a/é.jpeg"]
    assert part.classes.tolist() == [0, 1]
    assert plain(index_folder(root, ["."]).filenames)[0] == "./loose.png"


def test_links(root: Path) -> None:
    try:
        (root / "b" / "loop").symlink_to(root / "b", target_is_directory=True)
        (root / "b" / "more").symlink_to(root / "ёж", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    assert len(index_folder(root)) == 6
    followed = plain(index_folder(root, follow_links=True).filenames)
    assert "b/more/1.ppm" in followed
    assert len(followed) == 7


def test_a_folder_that_is_not_there(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match="does not exist") as caught:
        index_folder(root.parent / (root.name + "s"))
    assert f"did you mean {str(root)!r}?" in str(caught.value)
    with pytest.raises(FileNotFoundError, match="is a file"):
        index_folder(root / "loose.png")


def test_problems(root: Path) -> None:
    (root / "empty").mkdir()
    found = problems_of(index_folder(root), labelled=True)
    assert found[0] == "no pictures in the folders of these classes: 'empty'"
    assert found[1].startswith("1 files look like pictures and are left out")
    assert "a a" in found[1]
    found = problems_of(index_folder(root, ["b", "ёж"], (0, 0.3)), True, "validation")
    assert found == ["no pictures in the validation subset of these classes: 'ёж'"]
    (found,) = problems_of(index_folder(root, ["b", "ёжь"]), True)
    assert "'ёжь' (there is no such folder, did you mean 'ёж'?)" in found
    one = index_folder(root, ["b"])
    assert problems_of(one, labelled=True) == [
        "only one class, 'b', so nothing to tell"
    ]
    assert problems_of(one, labelled=False) == []
    (nothing,) = problems_of(index_folder(root / "ёж"), True)
    assert nothing.startswith("no folders of classes")


@pytest.mark.parametrize("part", ["", "b"])
def test_a_folder_that_may_not_be_listed(part: str, root: Path, monkeypatch) -> None:
    closed = os.path.join(root, part) if part else str(root)
    scan = os.scandir

    def refuse(folder: str) -> object:
        if folder == closed:
            raise PermissionError(13, "Permission denied", folder)
        return scan(folder)

    # The tests may run as root, who may list everything.
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError, match="there is no permission to list it") as e:
        index_folder(root)
    assert repr(closed) in str(e.value)
    assert "chmod u+rx" in str(e.value)
