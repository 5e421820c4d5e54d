"""Batches from folders: labels, broken files, memory, training."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import saccade
from saccade import layers
from saccade.preprocessing.image import DirectoryIterator, ImageDataGenerator


def flow(folder: Path, settings: dict | None = None, **arguments) -> DirectoryIterator:
    arguments = {"target_size": (8, 8), "batch_size": 4, "seed": 1, **arguments}
    generator = ImageDataGenerator(**(settings or {}))
    return generator.flow_from_directory(folder, **arguments)


def test_what_is_found_is_printed(folder: Path, capsys) -> None:
    found = flow(folder)
    assert capsys.readouterr().out == "Found 10 images belonging to 2 classes.\n"
    assert found.class_indices == {"ants": 0, "bees": 1}
    assert (found.n, found.samples, found.num_classes, len(found)) == (10, 10, 2, 3)
    assert found.labels.tolist() == [0] * 6 + [1] * 4
    assert found.filenames[0] == os.path.join("ants", "0.png")
    assert found.filepaths[0] == str(folder / "ants" / "0.png")
    assert found.sample_weight is None


@pytest.mark.parametrize("memory", ["off", "1GiB"])
def test_labels_belong_to_pictures_in_every_epoch(
    memory: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saccade.data._cache.SHARED_BUDGET._limit", None)
    monkeypatch.setenv("SACCADE_PICTURES_MEMORY", memory)
    batches = flow(folder, class_mode="sparse")
    for _ in range(9):
        x, y = next(batches)
        assert x.dtype == np.float32
        np.testing.assert_array_equal(x.mean((1, 2, 3)) > 128, y)
        x[:] = 0  # programs may write to what they got


def test_forms_of_labels(folder: Path) -> None:
    rows = flow(folder, shuffle=False)[2][1]
    assert rows.tolist() == [[0, 1], [0, 1]]
    x, y = flow(folder, class_mode="input")[0]
    np.testing.assert_array_equal(x, y)
    assert flow(folder, class_mode=None, color_mode="grayscale")[0].shape == (
        4,
        8,
        8,
        1,
    )
    first = flow(folder, {"data_format": "channels_first"}, class_mode=None)
    assert first[0].shape == first[1].shape == (4, 3, 8, 8)
    alone = DirectoryIterator(folder, None, (8, 8), class_mode=None, batch_size=2)
    assert alone[0].shape == (2, 8, 8, 3)


def test_validation_is_the_first_part_of_each_class(folder: Path) -> None:
    names = {}
    for subset in ("training", "validation"):
        found = flow(folder, {"validation_split": 0.5}, subset=subset)
        names[subset] = [name.replace(os.sep, "/") for name in found.filenames]
    assert names["validation"] == [f"ants/{n}.png" for n in range(3)] + [
        "bees/0.png",
        "bees/1.png",
    ]
    assert not set(names["validation"]) & set(names["training"])


def test_broken_files_stop_before_the_training(folder: Path) -> None:
    (folder / "ants" / "1.png").write_bytes(b"")
    (folder / "bees" / "2.png").write_text("text")
    with pytest.raises(OSError, match="2 of 10 pictures cannot be used") as caught:
        flow(folder)
    assert isinstance(caught.value, ValueError)
    assert f"{folder / 'ants' / '1.png'}: it is empty (0 bytes)\n" in str(caught.value)
    assert "2.png: it is not a picture, or its first bytes" in str(caught.value)


def test_broken_files_can_be_skipped(folder: Path, capsys) -> None:
    (folder / "ants" / "1.png").write_bytes(b"")
    with pytest.warns(UserWarning, match="1 of 10 pictures .* are left out") as caught:
        found = flow(folder, on_error="skip")
    assert caught[0].filename == __file__
    assert capsys.readouterr().out == "Found 9 images belonging to 2 classes.\n"
    assert [Path(file.path).name for file in found.unusable] == ["1.png"]
    assert sum(len(found[index][1]) for index in range(len(found))) == 9


def test_a_picture_that_vanishes_in_mid_run(folder: Path) -> None:
    stops = flow(folder, shuffle=False)
    (folder / "bees" / "3.png").write_text("x")
    with pytest.warns(UserWarning, match="left out"):
        skips = flow(folder, shuffle=False, on_error="skip")
    os.remove(folder / "ants" / "2.png")
    with pytest.raises(OSError, match=r"2\.png: it does not exist"):
        stops[0]
    with pytest.warns(UserWarning, match=r"2\.png is left out from now on: it does"):
        x, y = skips[0]
    assert len(x) == len(y) == 3
    assert len(skips[0][0]) == 3  # told once
    for number in range(6):
        (folder / "ants" / f"{number}.png").unlink(missing_ok=True)
    with pytest.raises(OSError, match="4 of 9 pictures now cannot be used"):
        skips[0]


def test_oddities_are_told(folder: Path) -> None:
    (folder / "wasps").mkdir()
    Image.new("L", (2, 2)).save(folder / "ants" / "moving.gif")
    with pytest.warns(UserWarning, match="flow_from_directory") as caught:
        flow(folder)
    texts = [str(one.message) for one in caught]
    assert "no pictures in the folders of these classes: 'wasps'" in texts[0]
    assert "'ants/moving.gif'" in texts[1].replace(os.sep, "/")


def test_copies_are_saved(folder: Path, tmp_path_factory) -> None:
    there = tmp_path_factory.mktemp("copies")
    next(flow(folder, save_to_dir=there, save_prefix="p", save_format="jpeg"))
    names = sorted(path.name for path in there.iterdir())
    assert len(names) == 4
    assert all(name.startswith("p_") and name.endswith(".jpeg") for name in names)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"class_mode": "spare"}, "did you mean 'sparse'"),
        ({"color_mode": "bgr"}, "`color_mode` must be one of"),
        ({"subset": "valid"}, "`subset` must be one of 'training', 'validation'"),
        ({"on_error": "ignore"}, "`on_error` must be one of 'stop', 'skip'"),
        ({"interpolation": "cubic"}, "did you mean 'bicubic'"),
        ({"target_size": (0, 3)}, "`target_size` must be an int >= 1"),
    ],
)
def test_errors(folder: Path, arguments: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        flow(folder, **arguments)


def test_missing_folder(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="does not exist"):
        flow(folder / "nothing")


def test_orientation_can_be_applied(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 3
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[8:] = 255
    Image.fromarray(pixels).save(tmp_path / "a" / "1.jpg", exif=exif)
    for upright, expected in ((False, 255), (True, 0)):
        (x,) = flow(tmp_path, class_mode=None, exif_orientation=upright)[0]
        assert x[-1, 0, 0] == expected


def test_training_predicts_in_the_order_of_files(folder: Path) -> None:
    model = saccade.Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    train = flow(folder, {"rescale": 1 / 255, "rotation_range": 9}, class_mode="sparse")
    test = flow(folder, {"rescale": 1 / 255}, class_mode="sparse", shuffle=False)
    history = model.fit(train, validation_data=test, epochs=3, verbose=0)
    assert len(history.history["val_accuracy"]) == 3
    predicted = model.predict(test, verbose=0)
    whole = np.concatenate([test[index][0] for index in range(len(test))])
    np.testing.assert_allclose(predicted, model.predict(whole, verbose=0), rtol=1e-5)


def full_disk(image: Image.Image, path: str, **options: object) -> None:
    Path(path).write_bytes(b"half of a pict")
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_for_copies(folder: Path, tmp_path_factory, monkeypatch) -> None:
    there = tmp_path_factory.mktemp("copies")
    stops, skips = (
        flow(folder, save_to_dir=there, on_error=how) for how in ("stop", "skip")
    )
    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(OSError, match="no space is left on the disk") as caught:
        next(stops)
    assert str(there) in str(caught.value)
    with pytest.warns(UserWarning, match="No more copies are written"):
        assert len(next(skips)[0]) == 4
    assert len(next(skips)[0]) == 4
    assert list(there.iterdir()) == []


def test_the_same_picture_in_both_subsets_is_told(folder: Path) -> None:
    shutil.copy(folder / "ants" / "0.png", folder / "ants" / "5.png")
    settings = {"validation_split": 0.3}
    flow(folder, settings, subset="training")
    with pytest.warns(
        UserWarning, match="1 picture of validation is in training too"
    ) as e:
        flow(folder, settings, subset="validation")
    pair = f"{folder / 'ants' / '5.png'} = {folder / 'ants' / '0.png'}"
    assert pair in str(e[0].message)


class Vandal(saccade.callbacks.Callback):
    """Changes a file when the second epoch has ended."""

    def __init__(self, harm) -> None:
        super().__init__()
        self.harm = harm
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights = self.model.get_weights()
        if epoch == 1:
            self.harm()


def classifier() -> saccade.Sequential:
    model = saccade.Sequential(
        [layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2, "softmax")]
    )
    model.compile("sgd", "categorical_crossentropy")
    return model


@pytest.mark.parametrize("harm", ["vanishes", "breaks"])
def test_a_run_that_a_picture_ends_keeps_its_state(harm: str, folder: Path) -> None:
    victim = folder / "ants" / "1.png"
    vandal = Vandal(
        victim.unlink if harm == "vanishes" else lambda: victim.write_text("x")
    )
    model = classifier()
    with pytest.raises(OSError, match=r"1\.png: it (does not exist|is not a picture)"):
        model.fit(flow(folder), epochs=9, verbose=0, callbacks=[vandal])
    assert len(model.history.history["loss"]) >= 2
    assert int(model.optimizer.iterations) >= 6
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert model.predict(np.zeros((1, 8, 8, 3)), verbose=0).shape == (1, 2)
    model.save_weights(folder / "state.weights.h5")  # it is there to go on with
    again = classifier()
    again.load_weights(folder / "state.weights.h5")
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_a_run_goes_on_without_a_picture_if_told_to(folder: Path) -> None:
    vandal = Vandal((folder / "ants" / "1.png").unlink)
    model = classifier()
    with pytest.warns(UserWarning, match=r"1\.png is left out from now on: it does"):
        run = model.fit(
            flow(folder, on_error="skip"), epochs=5, verbose=0, callbacks=[vandal]
        )
    assert len(run.history["loss"]) == 5


def test_a_picture_that_changes_is_read_again(folder: Path) -> None:
    files = flow(folder, {"rescale": 1}, shuffle=False)
    before = files[0][0].copy()
    path = folder / "ants" / "2.png"
    Image.new("RGB", (12, 10), (1, 2, 3)).save(path)
    after = files[0][0]
    assert np.unique(after[2].reshape(-1, 3), axis=0).tolist() == [[1, 2, 3]]
    np.testing.assert_array_equal(after[[0, 1, 3]], before[[0, 1, 3]])
