"""`check`: what is found in a folder before the training."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from saccade.cli import main
from saccade.recipes import FolderCheck, TrainRecipe, check, check_lines

Folder = Callable[..., Path]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def look(folder: Path, **settings: object) -> tuple[FolderCheck, str]:
    common = {"size": 16, "model": "flat", "batch_size": 4, "augment": "flip"}
    found = check(TrainRecipe(str(folder), **(common | settings)))
    return found, "\n".join(check_lines(found))


def test_a_good_folder(folder: Folder) -> None:
    pictures = folder(ants=30, bees=18)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("CMYK", (40, 10)).save(pictures / "bees" / "turned.jpg", exif=exif)
    Image.new("L", (4, 4)).save(pictures / "bees" / "moving.gif")
    found, text = look(pictures, epochs=7)
    assert found.ready
    assert not os.listdir()  # nothing is written
    assert found.run is not None
    assert (found.run.rows, found.run.steps, found.run.epochs) == (37, 10, 7)
    assert found.run.validation_steps == 3
    assert found.run.memory.data == 49 * 16 * 16 * 3
    assert found.run.total_s is not None
    assert found.run.total_s > 70 * found.run.step_s
    for line in (
        "  class  training  validation",
        "  ants         23           7",
        "heights 10..20, widths 24..40; 48 are 20 x 24; all are made 16 x 16",
        "kinds       PNG 48, JPEG 1",
        "colours     colour 48, CMYK 1; all are made rgb",
        "to turn     1 by what their camera recorded: not done, as in Keras; --exif",
        "left out    1 of kinds that are not read: ",
        "unusable    none",
        "network flat, at most 7 epochs, augmentation flip",
        "dense (Dense)",
        "The run would start. Expected: ",
    ):
        assert line in text, text
    assert "plan        resident: 36.8 KiB of pictures, read once" in text


def test_unusable_pictures(folder: Folder) -> None:
    pictures = folder(ants=8, bees=8)
    (pictures / "ants" / "03.png").write_bytes(b"")
    (pictures / "bees" / "05.png").write_text("text")
    found, text = look(pictures)
    assert not found.ready
    assert [os.path.basename(item.path) for item in found.unusable] == [
        "03.png", "05.png",
    ]  # fmt: skip
    assert "unusable    2\n" in text
    assert "03.png: it is empty (0 bytes)" in text
    assert "The run would not start:\n  2 pictures cannot be used; repair" in text
    found, text = look(pictures, on_error="skip")
    assert found.ready
    assert found.run is not None
    assert found.run.rows == len(found.train or ())
    assert len(found.train or ()) + len(found.val or ()) == 14


@pytest.mark.usefixtures("no_aliases")
def test_what_keeps_a_run_from_starting(folder: Folder, tmp_path: Path) -> None:
    pictures = folder(ants=8, bees=8)
    one = folder("one", ants=8)
    other = folder("other", ants=2, wasps=2)
    program = tmp_path / "program.py"
    program.write_text("def create_model(input_shape, classes):\n    return 3\n")
    for path, settings, words in (
        (pictures.parent / "picturse", {}, "does not exist"),
        (one, {}, "there is only one class, 'ants'"),
        (pictures, {"val": str(other)}, "has the class 'wasps'"),
        (pictures, {"model": "smal"}, "did you mean 'small'?"),
        (pictures, {"model": f"{program}:create_model"}, "create_model"),
        (folder("few", ants=1, bees=1), {"split": 0.9}, "few"),
    ):
        found, text = look(path, **settings)
        assert not found.ready, words
        assert "The run would not start:" in text
        assert words in text


def test_a_class_whose_pictures_are_all_broken(folder: Folder) -> None:
    pictures = folder(ants=8, bees=4)
    for path in (pictures / "bees").iterdir():
        path.write_text("text")
    found, text = look(pictures, on_error="skip")
    assert not found.ready
    assert "no pictures for training are left of 'bees'" in text


def test_the_same_picture_in_both_parts(folder: Folder) -> None:
    train, val = folder("train", ants=4, bees=4), folder("val", ants=3, bees=3, seed=1)
    shutil.copy(train / "ants" / "02.png", val / "ants" / "00.png")
    found, text = look(train, val=str(val))
    assert found.ready
    assert "1 picture of validation is in training too" in text


def test_where_files_would_go(folder: Folder, tmp_path: Path, monkeypatch) -> None:
    pictures = folder(ants=4, bees=4)
    recipe = TrainRecipe(str(pictures), size=16, model="flat", augment="none")
    (tmp_path / "file").touch()
    assert "cannot be written into" in check(recipe, str(tmp_path / "file")).problems[0]
    assert check(recipe, str(tmp_path / "new" / "deep")).ready
    # The tests may run as root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "cannot be written into" in check(recipe).problems[0]


def test_pictures_that_do_not_fit_are_read_anew(folder: Folder, monkeypatch) -> None:
    monkeypatch.setattr("saccade.recipes._check.memory_budget", lambda: 100)
    found, text = look(folder(ants=9, bees=9))
    assert found.ready
    assert found.run is not None
    assert found.run.input_s > 0
    assert "plan        streaming: " in text
    assert "SACCADE_PICTURES_MEMORY allows more" in text


def test_the_command(folder: Folder, capsys: pytest.CaptureFixture) -> None:
    pictures = str(folder(ants=6, bees=6))
    options = ["--size", "16", "--model", "flat", "--augment", "none"]
    assert main(["check", pictures, *options]) == 0
    assert "The run would start." in capsys.readouterr().out
    assert main(["check", *options, pictures, "--split", "0.5"]) == 0
    assert "  ants          3           3" in capsys.readouterr().out
    assert main(["check", pictures, "--model", "nothing"]) == 1
    assert "The run would not start:" in capsys.readouterr().out
    assert main(["check", pictures, "--epochs", "0"]) == 2
    assert "`epochs` must be" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        main(["check", pictures, "--siez", "3"])
    assert caught.value.code == 2
