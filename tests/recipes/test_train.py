"""Whole runs: the files, repetition, Ctrl-C, bad pictures, pictures on disk."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from saccade.core._errors import PictureError
from saccade.models import load_model
from saccade.recipes import TrainRecipe, TrainResult, read_recipe, train
from saccade.recipes import _fit as fitting
from saccade.saving._keras_zip import read_notes

from .conftest import SETTINGS

Folder = Callable[..., Path]


def weights(result: TrainResult) -> list[np.ndarray]:
    return result.model.get_weights()


def test_a_run_learns_and_writes_its_files(shared_run: TrainResult) -> None:
    names = {path.name for path in shared_run.folder.iterdir()}
    files = {"classes.txt", "config.toml", "history.csv", "model.keras"}
    assert names == files | {"report.html"}
    assert shared_run.class_names == ("ants", "bees")
    text = (shared_run.folder / "classes.txt").read_text()
    assert text == "ants\nbees\n"
    with (shared_run.folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[1]["val_loss"]) == shared_run.history["val_loss"][1]
    assert "ants" in (shared_run.folder / "report.html").read_text("utf-8")
    assert shared_run.history["loss"][1] < shared_run.history["loss"][0]


def test_the_model_knows_its_classes_and_has_no_augmentation(
    shared_run: TrainResult,
) -> None:
    model = load_model(shared_run.folder / "model.keras")
    notes = read_notes(model)
    assert notes["class_names"] == ["ants", "bees"]
    assert notes["size"] == [16, 16]
    kinds = {type(layer).__name__ for layer in model._flatten_layers()}
    assert "Rescaling" in kinds
    assert not kinds & {"RandomFlip", "Warps"}
    for saved, own in zip(model.get_weights(), weights(shared_run), strict=True):
        np.testing.assert_array_equal(saved, own)
    with zipfile.ZipFile(shared_run.folder / "model.keras") as archive:
        metadata = json.loads(archive.read("metadata.json"))
    assert metadata["keras_version"]
    assert metadata["saccade"]["class_names"] == ["ants", "bees"]


def test_the_best_epoch_is_the_one_kept(shared_run: TrainResult) -> None:
    losses = shared_run.history["val_loss"]
    assert shared_run.best_epoch == int(np.argmin(losses))
    assert shared_run.loss == pytest.approx(min(losses), rel=1e-4)


def test_the_config_repeats_the_run_bit_for_bit(
    shared_run: TrainResult, tmp_path: Path
) -> None:
    again = train(config=shared_run.folder, out=tmp_path / "again", quiet=True)
    for a, b in zip(weights(again), weights(shared_run), strict=True):
        np.testing.assert_array_equal(a, b)
    for name in ("history.csv", "config.toml", "classes.txt"):
        first = (shared_run.folder / name).read_bytes()
        assert (again.folder / name).read_bytes() == first
    assert again.notes == shared_run.notes
    assert read_recipe(again.folder).epochs == 2


def test_a_config_notices_other_pictures(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = folder(ants=6, bees=6)
    settings = SETTINGS | {"epochs": 1}
    first = train(root, out=tmp_path / "a", quiet=True, **settings)
    (root / "ants" / "00.png").unlink()
    again = train(config=first.folder, out=tmp_path / "b")
    changed = "The pictures are not those of the run that wrote the config."
    assert changed in again.notes
    printed = capsys.readouterr().out
    assert changed in printed
    assert "to beat: 0." in printed
    assert "* epoch 1/1  loss" in printed
    assert "pictures/s" in printed
    assert "\r" not in printed
    assert f"Written to {again.folder}: classes.txt, config.toml" in printed


def test_an_existing_folder_is_never_overwritten(
    shared_run: TrainResult, shared_pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model.keras").write_text("mine")
    settings = SETTINGS | {"epochs": 1, "augment": "none"}
    result = train(shared_pictures, out=tmp_path / "run", quiet=True, **settings)
    assert result.folder == tmp_path / "run-2"
    assert (tmp_path / "run" / "model.keras").read_text() == "mine"


def test_ctrl_c_keeps_the_best_and_writes_everything(
    shared_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = fitting.KeepBest.on_epoch_end

    def interrupt(self: fitting.KeepBest, epoch: int, logs: object = None) -> None:
        original(self, epoch, logs)  # type: ignore[arg-type]
        if epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(fitting.KeepBest, "on_epoch_end", interrupt)
    settings = SETTINGS | {"epochs": 50}
    result = train(shared_pictures, out=tmp_path / "run", quiet=True, **settings)
    assert result.interrupted
    assert len(result.history["loss"]) == 2
    assert "Ctrl-C ended the training" in result.notes[-1]
    assert (result.folder / "report.html").exists()
    assert result.loss == pytest.approx(min(result.history["val_loss"]), rel=1e-4)


def test_patience_ends_a_run(shared_pictures: Path, tmp_path: Path) -> None:
    settings = SETTINGS | {"epochs": 60, "patience": 1, "learning_rate": 1.0}
    settings |= {"augment": "none", "schedule": "constant"}
    result = train(shared_pictures, out=tmp_path / "run", quiet=True, **settings)
    epochs = len(result.history["loss"])
    assert epochs < 60
    assert any("Training stopped after epoch" in note for note in result.notes)
    assert result.best_epoch < epochs - 1


def test_broken_pictures_stop_before_anything_is_written(
    folder: Folder, tmp_path: Path
) -> None:
    root = folder(ants=6, bees=6)
    (root / "ants" / "00.png").write_bytes(b"")
    out = tmp_path / "run"
    settings = SETTINGS | {"epochs": 1}
    with pytest.raises(PictureError, match=r"00\.png: it is empty"):
        train(root, out=out, quiet=True, **settings)
    assert not out.exists()
    result = train(root, out=out, quiet=True, on_error="skip", **settings)
    assert any("1 of" in note and "left out" in note for note in result.notes)


def test_pictures_on_disk_train_too(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saccade.recipes import _train

    monkeypatch.setattr(_train, "memory_budget", lambda: 0)
    settings = SETTINGS | {"augment": "none", "epochs": 2}
    root = folder(ants=8, bees=8)
    results = [
        train(root, out=tmp_path / name, quiet=True, **settings) for name in ("a", "b")
    ]
    assert "read anew in each epoch" in results[0].notes[0]
    for a, b in zip(*map(weights, results), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_picture_that_vanishes_in_mid_run_leaves_a_saved_model(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saccade.recipes import _stream, _train

    monkeypatch.setattr(_train, "memory_budget", lambda: 0)
    root = folder(ants=8, bees=8)
    begin = _stream.PictureBatches.on_epoch_begin

    def vanish(self: _stream.PictureBatches) -> None:
        begin(self)
        if self._epoch == 1 and len(self) > 1:
            (root / "ants" / "00.png").unlink(missing_ok=True)
            (root / "ants" / "01.png").unlink(missing_ok=True)
            (root / "ants" / "02.png").unlink(missing_ok=True)

    monkeypatch.setattr(_stream.PictureBatches, "on_epoch_begin", vanish)
    monkeypatch.setenv("SACCADE_PICTURES_MEMORY", "0")
    settings = SETTINGS | {"augment": "none", "epochs": 3, "batch_size": 4}
    with pytest.raises(PictureError, match="the best model so far is in") as caught:
        train(root, out=tmp_path / "run", quiet=True, **settings)
    assert "it does not exist" in str(caught.value)
    load_model(tmp_path / "run" / "model.keras")


def test_a_recipe_can_be_given_whole(shared_pictures: Path, tmp_path: Path) -> None:
    recipe = TrainRecipe(
        str(shared_pictures), size=16, model="flat", epochs=5, augment="none",
        batch_size=8, class_weight="balanced", schedule="plateau", colour="grayscale",
    )  # fmt: skip
    result = train(recipe, out=tmp_path / "run", quiet=True, epochs=1)
    assert read_recipe(result.folder).epochs == 1
    assert result.model.input_shape == (None, 16, 16, 1)
    assert any("rare classes weigh more" in note for note in result.notes)
