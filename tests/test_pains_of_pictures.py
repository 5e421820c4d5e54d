"""What hurt users of other libraries when they read pictures: each row has its test.

The rows are numbered as in the list that the project started from; test_pains.py has
those that concern training.
"""

from __future__ import annotations

import inspect
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import saccade
from saccade import layers
from saccade.core._errors import DataWarning, SaccadeError
from saccade.preprocessing.image import ImageDataGenerator
from saccade.utils import stratified_split

SIDE = 8
_SETTINGS = """
featurewise_center samplewise_center featurewise_std_normalization
samplewise_std_normalization zca_whitening zca_epsilon rotation_range width_shift_range
height_shift_range brightness_range shear_range zoom_range channel_shift_range fill_mode
cval horizontal_flip vertical_flip rescale preprocessing_function data_format
validation_split interpolation_order dtype
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten dark 'ants' and five bright 'bees'; names in no useful order."""
    rng = np.random.default_rng(0)
    for name, count, base in (("ants", 10, 0), ("bees", 5, 128)):
        (tmp_path / name).mkdir()
        for number in range(count):
            pixels = rng.integers(base, base + 128, (SIDE, SIDE, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    return tmp_path


def flow(folder: Path, settings: dict | None = None, **arguments):
    arguments = {"target_size": (SIDE, SIDE), "batch_size": 4, "seed": 1, **arguments}
    generator = ImageDataGenerator(**(settings or {}))
    return generator.flow_from_directory(folder, **arguments)


def classifier() -> saccade.Sequential:
    model = saccade.Sequential(
        [
            layers.Input((SIDE, SIDE, 3)),
            layers.Rescaling(1 / 255),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def test_row_1_the_generator_is_here_to_stay_with_all_its_arguments() -> None:
    """Row 1: no warning of its end, every argument of Keras 2, in the known places."""
    arguments = list(inspect.signature(ImageDataGenerator).parameters)
    for name in _SETTINGS.split():
        assert name in arguments, name
    assert saccade.preprocessing.image.ImageDataGenerator is ImageDataGenerator
    for method in ("flow", "flow_from_directory", "flow_from_dataframe", "fit",
                   "standardize", "get_random_transform", "apply_transform",
                   "random_transform"):  # fmt: skip
        assert callable(getattr(ImageDataGenerator, method))


@pytest.mark.parametrize(
    ("shift", "allowed"),
    [
        ({"width_shift_range": 3}, {"ty": {-2, -1, 0, 1, 2}, "tx": {0}}),
        ({"height_shift_range": 2}, {"tx": {-1, 0, 1}, "ty": {0}}),
        ({"width_shift_range": [0, 5]}, {"ty": {-5, 0, 5}, "tx": {0}}),
    ],
)
def test_row_2_shifts_in_pixels(shift: dict, allowed: dict) -> None:
    """Row 2: whole numbers are pixels, and each setting has its own parameter."""
    generator = ImageDataGenerator(**shift)
    for axis, values in allowed.items():
        drawn = {generator.get_random_transform((9, 9, 3), s)[axis] for s in range(200)}
        assert drawn == values, axis


@pytest.mark.parametrize(
    ("shift", "side"), [("width_shift_range", 1), ("height_shift_range", 0)]
)
def test_row_2_shifts_as_shares(shift: str, side: int) -> None:
    """Row 2: a share of the side it is named after; as in Keras 3 it moves along the
    other one, which the docstring of the generator says."""
    generator = ImageDataGenerator(**{shift: 0.5})
    size = (10, 40, 3)
    key = ("tx", "ty")[side]
    drawn = [generator.get_random_transform(size, seed)[key] for seed in range(200)]
    assert 0.4 * size[side] < max(map(abs, drawn)) <= 0.5 * size[side]
    # A stripe along the way it moves is as before, one across is not.
    along, across = np.zeros((2, *size), "float32")
    along[(5,) if side == 0 else (slice(None), 20)] = 1
    across[(slice(None), 20) if side == 0 else (5,)] = 1
    for x, same in ((along, True), (across, False)):
        shifted = generator.apply_transform(x, {key: 3.0})
        assert np.allclose(shifted, x, atol=1e-5) is same
    assert "moves pictures up and down" in str(ImageDataGenerator.__doc__)


def test_row_3_pictures_are_read_by_several_threads_and_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 3: nothing is decoded in the main thread, and nothing twice."""
    from saccade.data import _image_reader as reading

    names = []

    def watch(name):
        decode = getattr(reading, name)

        def watched(*arguments):
            names.append(threading.current_thread().name)
            return decode(*arguments)

        monkeypatch.setattr(reading, name, watched)

    watch("decode")
    watch("decode_checked")
    monkeypatch.setattr(reading, "threads_for_reading", lambda: 2)
    pictures = flow(folder, {"rotation_range": 90, "horizontal_flip": True})
    for _ in range(3):
        for _ in range(len(pictures)):
            next(pictures)
    assert len(names) == 15
    assert threading.main_thread().name not in names


def test_row_3_a_batch_is_warped_by_one_call(folder: Path, monkeypatch) -> None:
    """Row 3: rotation, shift, shear, zoom and flips are one interpolation."""
    from saccade.preprocessing import _transform as transforming

    calls = []
    warp = transforming.warp_batch
    monkeypatch.setattr(
        transforming, "warp_batch", lambda *a, **k: (calls.append(1), warp(*a, **k))[1]
    )
    settings = {"rotation_range": 30, "zoom_range": 0.2, "shear_range": 5,
                "width_shift_range": 0.2, "horizontal_flip": True}  # fmt: skip
    next(flow(folder, settings))
    assert len(calls) == 1


def test_row_6_the_split_of_a_folder_holds_every_class(folder: Path) -> None:
    """Row 6: each class gives its share, so sorted names do no harm."""
    settings = {"validation_split": 0.2}
    training = flow(folder, settings, subset="training")
    held = flow(folder, settings, subset="validation")
    assert np.bincount(held.classes).tolist() == [2, 1]
    assert np.bincount(training.classes).tolist() == [8, 4]
    assert not set(held.filenames) & set(training.filenames)


def test_row_6_a_split_of_a_frame_that_lacks_a_class_is_told(folder: Path) -> None:
    """Row 6: rows are taken in order, as in Keras; what that leaves out is told."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.png"))
    frame = pd.DataFrame({"filename": names, "class": [n[:4] for n in names]})
    generator = ImageDataGenerator(validation_split=0.2)
    with pytest.warns(DataWarning, match="no pictures in the validation subset of"):
        generator.flow_from_dataframe(frame, folder, subset="validation")
    rows, labels = np.arange(15), (frame["class"] == "bees").to_numpy(int)
    _, (held, classes) = stratified_split(rows, labels, 0.2, seed=0)
    assert len(held) == 3
    assert classes.sum() == 1


def test_row_7_validation_is_augmented_only_if_asked(folder: Path) -> None:
    """Row 7: a generator without settings gives the file's pixels for its subset."""
    augmented = ImageDataGenerator(rotation_range=90, validation_split=0.4)
    plain = ImageDataGenerator(validation_split=0.4)
    common = {"target_size": (SIDE, SIDE), "shuffle": False, "subset": "validation"}
    x, _ = next(plain.flow_from_directory(folder, **common))
    held = plain.flow_from_directory(folder, **common)
    for pixels, path in zip(x, held.filepaths, strict=True):
        np.testing.assert_array_equal(pixels, np.asarray(Image.open(path)))
    training = augmented.flow_from_directory(folder, **{**common, "subset": "training"})
    # The same files on both sides of the same share, whatever the settings.
    assert not set(training.filenames) & set(held.filenames)
    assert training.samples + held.samples == 15


def test_row_7_layers_of_augmentation_rest_outside_training(folder: Path) -> None:
    """Row 7: in evaluate and predict they leave the pictures as they are."""
    model = saccade.Sequential(
        [layers.Input((SIDE, SIDE, 3)), layers.RandomRotation(0.5), layers.Flatten()]
    )
    x = flow(folder)[0][0]
    np.testing.assert_array_equal(model.predict(x, verbose=0), x.reshape(len(x), -1))


def test_row_8_predictions_stand_beside_their_files(folder: Path) -> None:
    """Row 8: without shuffling row i belongs to file i; two runs agree."""
    pictures = flow(folder, class_mode=None, shuffle=False)
    model = classifier()
    found = model.predict(pictures, verbose=0)
    assert len(found) == len(pictures.filenames) == 15
    for row, path in zip(found, pictures.filepaths, strict=True):
        (alone,) = model.predict(np.asarray(Image.open(path))[None], verbose=0)
        np.testing.assert_allclose(row, alone, rtol=1e-5)
    np.testing.assert_array_equal(model.predict(pictures, verbose=0), found)


def test_row_9_the_order_of_classes_is_clear_and_kept(folder: Path) -> None:
    """Row 9: names sorted, or in the order given; numbers say the same everywhere."""
    assert flow(folder).class_indices == {"ants": 0, "bees": 1}
    given = flow(folder, classes=["bees", "ants"], shuffle=False)
    assert given.class_indices == {"bees": 0, "ants": 1}
    assert given.filenames[0].startswith("bees")
    x, y = given[0]
    assert y.argmax(axis=1).tolist() == [0] * 4
    assert x.mean() > 128  # the bright ones are bees


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:90]), "it is truncated"),
        (lambda p: p.write_bytes(b""), r"it is empty \(0 bytes\)"),
        (lambda p: p.write_text("<!DOCTYPE html>"), "it is a web page"),
        (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n????"), "it is "),
    ],
)
def test_row_10_one_broken_picture(harm, why: str, folder: Path) -> None:
    """Row 10: named with the reason before training, or skipped and counted."""
    harm(folder / "ants" / "3.png")
    with pytest.raises(OSError, match=rf"1 of 15 pictures .*\n.*3\.png: {why}") as e:
        flow(folder)
    assert isinstance(e.value, SaccadeError)
    with pytest.warns(
        DataWarning, match="1 of 15 pictures cannot be used and are left"
    ):
        rest = flow(folder, on_error="skip")
    assert rest.samples == 14
    assert len(classifier().fit(rest, verbose=0).history["loss"]) == 1


@pytest.mark.parametrize("kind", ["gif", "bmp", "png", "webp", "tiff"])
def test_row_11_the_suffix_lies(kind: str, folder: Path) -> None:
    """Row 11: a file is read by its content."""
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[:4] = (0, 255, 0)
    lossless = {"lossless": True} if kind == "webp" else {}
    Image.fromarray(pixels).save(folder / "ants" / "0.jpg", kind, **lossless)
    pictures = flow(folder, shuffle=False)
    assert pictures.samples == 16
    np.testing.assert_array_equal(pictures[0][0][0], pixels)


def test_row_12_names_that_are_not_found(folder: Path) -> None:
    """Row 12: which path was tried, in which row, and what there is instead."""
    frame = pd.DataFrame({"filename": ["0", "1.png", "02.png"], "class": list("aba")})
    with pytest.warns(DataWarning, match=r"Found 2 invalid image filename") as caught:
        found = ImageDataGenerator().flow_from_dataframe(
            frame, folder / "ants", class_mode="raw"
        )
    text = str(caught[0].message)
    assert f"{str(folder / 'ants' / '0')!r} (row 0)" in text
    assert "has '0.png'; names must be exact, with the suffix" in text
    assert found.filenames == ["1.png"]


def test_row_12_looking_for_files_lists_each_folder_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 12: a thousand rows ask the disk for one list."""
    from saccade.preprocessing import _frame as frames

    listed = []
    files_in = frames._files_in
    monkeypatch.setattr(
        frames, "_files_in", lambda place: (listed.append(place), files_in(place))[1]
    )
    names = [f"{number % 10}.png" for number in range(1000)]
    frame = pd.DataFrame({"filename": names, "class": ["a", "b"] * 500})
    found = ImageDataGenerator().flow_from_dataframe(frame, folder / "ants")
    assert found.samples == 1000
    assert len(listed) == 1


# Row 22: the loader of pictures returned TensorFlow's data set on the JAX backend.


def test_row_22_the_loader_gives_arrays_of_its_own(folder: Path) -> None:
    data = saccade.utils.image_dataset_from_directory(
        folder, image_size=(8, 8), batch_size=4
    )
    pictures, labels = next(iter(data))
    assert pictures.shape == (4, 8, 8, 3)
    assert np.asarray(pictures).dtype == np.float32
    assert np.asarray(labels).shape == (4,)
    assert type(data).__module__.startswith("saccade.")
