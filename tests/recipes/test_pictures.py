"""Folders made pictures: found, matched, split, read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.core._errors import DataError, FolderError, PictureError
from saccade.data import PictureForm
from saccade.recipes import _pictures
from saccade.recipes._stream import PictureBatches

Folder = Callable[..., Path]
FORM = PictureForm((8, 8), "rgb", "bilinear")


def test_folders_that_start_with_a_dot_are_no_classes(folder: Folder) -> None:
    root = folder(ants=2, bees=3)
    (root / ".cache").mkdir()
    index = _pictures.find_pictures(str(root))
    assert index.class_names == ("ants", "bees")
    assert index.counts.tolist() == [2, 3]


def test_folders_that_cannot_be_trained_on(folder: Folder, tmp_path: Path) -> None:
    root = folder(ants=2, bees=2)
    with pytest.raises(FolderError, match="did you mean"):
        _pictures.find_pictures(str(root) + "s")
    with pytest.raises(DataError, match="holds 2 pictures and no folders of classes"):
        _pictures.find_pictures(str(root / "ants"))
    with pytest.raises(DataError, match="only one class, 'ants'"):
        _pictures.find_pictures(str(folder("one", ants=2)))
    (root / "empty").mkdir()
    with pytest.raises(DataError, match="no pictures in 'empty'"):
        _pictures.find_pictures(str(root))
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DataError, match="no folders and no pictures"):
        _pictures.find_pictures(str(tmp_path / "nothing"))


def test_parts_are_not_taken_for_classes(folder: Folder, tmp_path: Path) -> None:
    folder("data/train", ants=1, bees=1)
    folder("data/val", ants=1, bees=1)
    with pytest.raises(DataError, match=r"saccade train .*train --val .*val"):
        _pictures.find_pictures(str(tmp_path / "data"))


def test_validation_has_the_numbers_of_training(folder: Folder) -> None:
    train = _pictures.find_pictures(str(folder(ants=1, bees=1, wasps=1)))
    val = folder("val", wasps=2)
    index = _pictures.find_validation(str(val), train)
    assert index.classes.tolist() == [2, 2]
    (val / "wasp").mkdir()
    (val / "wasps").rename(val / "was")
    with pytest.raises(DataError, match=r"has the class 'was'.*\nFix: is it 'wasps'\?"):
        _pictures.find_validation(str(val), train)


def test_a_split_keeps_shares_and_repeats(folder: Folder) -> None:
    index = _pictures.find_pictures(str(folder(ants=8, bees=4)))
    first = _pictures.split_index(index, 0.25, seed=1)
    again = _pictures.split_index(index, 0.25, seed=1)
    other = _pictures.split_index(index, 0.25, seed=2)
    assert [part.counts.tolist() for part in first] == [[6, 3], [2, 1]]
    assert first[1].filenames == again[1].filenames != other[1].filenames
    assert not set(first[0].filenames) & set(first[1].filenames)


def test_one_picture_cannot_be_split(folder: Folder) -> None:
    index = _pictures.find_pictures(str(folder(ants=1, bees=1)))
    with pytest.raises(DataError, match="too few to keep 10% for validation"):
        _pictures.split_index(index, 0.1, seed=1)


def test_all_broken_pictures_are_named(folder: Folder) -> None:
    root = folder(ants=3, bees=3)
    (root / "ants" / "00.png").write_bytes(b"")
    (root / "bees" / "01.png").write_bytes(b"no picture")
    index = _pictures.find_pictures(str(root))
    for budget in (10**6, 0):
        with pytest.raises(PictureError, match="2 of 6 pictures") as caught:
            _pictures.read_pictures(index, FORM, False, budget)
        assert "00.png" in str(caught.value)
        assert "01.png" in str(caught.value)
        assert "--on-error skip" in str(caught.value)
        found, unusable = _pictures.read_pictures(index, FORM, True, budget)
        assert len(found) == 4
        assert len(unusable) == 2
        assert (found.pixels is not None) == (budget > 0)


def test_a_class_that_is_all_broken_stops(folder: Folder) -> None:
    root = folder(ants=1, bees=3)
    (root / "ants" / "00.png").write_bytes(b"")
    index = _pictures.find_pictures(str(root))
    with pytest.raises(DataError, match="no picture of 'ants' can be read"):
        _pictures.read_pictures(index, FORM, True, 10**6)


def test_the_fingerprint_knows_the_files(folder: Folder) -> None:
    index = _pictures.find_pictures(str(folder(ants=2, bees=2)))
    before = _pictures.fingerprint(index)
    assert before == _pictures.fingerprint(index)
    assert before != _pictures.fingerprint(index.keep(np.array([0, 1, 2])))
    Path(index.filepaths[0]).write_bytes(b"other")
    assert before != _pictures.fingerprint(index)


def test_grey_pictures_of_16_bits_become_8(folder: Folder) -> None:
    root = folder(ants=1, bees=1)
    deep = np.full((8, 8), 0x8040, np.uint16)
    Image.fromarray(deep).save(root / "ants" / "00.png")
    index = _pictures.find_pictures(str(root))
    form = PictureForm((8, 8), "grayscale", "nearest")
    found, _ = _pictures.read_pictures(index, form, False, 10**6)
    assert found.pixels is not None
    assert np.unique(found.pixels[0]).tolist() == [0x80]


def test_batches_from_disk_hold_every_picture_once(folder: Folder) -> None:
    index = _pictures.find_pictures(str(folder(ants=5, bees=4)))
    whole, _ = _pictures.read_pictures(index, FORM, False, 10**6)
    pictures = _pictures.PictureSet(index, FORM)
    batches = PictureBatches(pictures, 4, seed=3)
    orders = []
    for _ in range(2):
        batches.on_epoch_begin()
        items = [batches[number] for number in range(len(batches))]
        assert [len(y) for _, y in items] == [4, 4, 1]
        x = np.concatenate([np.asarray(x) for x, _ in items])
        orders.append(x.reshape(len(x), -1).sum(1).tolist())
    assert whole.pixels is not None
    sums = whole.pixels.reshape(9, -1).sum(1).tolist()
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(sums)
    assert orders[0] != orders[1]


def test_a_picture_that_vanishes_is_named_or_left_out(folder: Folder) -> None:
    index = _pictures.find_pictures(str(folder(ants=2, bees=2)))
    pictures = _pictures.PictureSet(index, FORM)
    Path(index.filepaths[1]).unlink()
    with pytest.raises(PictureError, match=r"01\.png: it does not exist"):
        PictureBatches(pictures, 4)[0]
    batches = PictureBatches(pictures, 4, skip=True)
    _, labels = batches[0]
    assert labels.tolist() == [0, 1, 1]
    assert list(batches.lost) == [index.filepaths[1]]
