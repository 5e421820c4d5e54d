"""image_dataset_from_directory beside what Keras on TensorFlow gave."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import saccade
from saccade import layers
from saccade.core._errors import DataWarning
from saccade.data import Dataset
from saccade.data._cache import SHARED_BUDGET
from saccade.utils import image_dataset_from_directory

ROOT = Path(__file__).resolve().parent.parent
RECORD = np.load(ROOT / "data" / "image_dataset.npz")
CASES = sorted({name.split("/")[1] for name in RECORD.files if "folder/" in name})
sys.path.insert(0, str(ROOT.parent / "scripts"))

from record_image_dataset import write_folder  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    """Two classes, a with 6 pictures and b with 5."""
    write_folder(tmp_path)
    return tmp_path


def paths_of(data: Dataset, folder: Path) -> list[str]:
    return [Path(path).relative_to(folder).as_posix() for path in data.file_paths]


@pytest.mark.parametrize("case", CASES)
def test_files_order_labels_and_pixels_are_those_of_keras(folder, case):
    recorded = f"folder/{case}"
    settings = json.loads(str(RECORD[f"{recorded}/settings"]))
    data = image_dataset_from_directory(
        folder, image_size=(6, 8), batch_size=4, verbose=False, **settings
    )
    assert paths_of(data, folder) == RECORD[f"{recorded}/paths"].tolist()
    for turn in range(2):
        batches = list(data)
        labelled = isinstance(batches[0], tuple)
        found = np.concatenate([b[0] if labelled else b for b in batches])
        expected = RECORD[f"{recorded}/x{turn}"]
        assert found.shape == expected.shape
        assert found.dtype == expected.dtype
        # Kept in steps of 1/128.
        np.testing.assert_allclose(found, expected, atol=1 / 200)
        if labelled:
            labels = np.concatenate([b[1] for b in batches])
            np.testing.assert_array_equal(labels, RECORD[f"{recorded}/y{turn}"])
            assert labels.dtype == RECORD[f"{recorded}/y{turn}"].dtype


def test_it_prints_what_keras_prints(folder, capsys):
    data = image_dataset_from_directory(folder, seed=1)
    assert capsys.readouterr().out == "Found 11 files belonging to 2 classes.\n"
    assert data.class_names == ["a", "b"]
    image_dataset_from_directory(folder, labels=None)
    assert capsys.readouterr().out == "Found 11 files.\n"
    image_dataset_from_directory(
        folder, validation_split=0.2, subset="both", seed=1, verbose=False
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["Using 9 files for training.", "Using 2 files for validation."]


def test_both_parts_at_once_are_the_two_parts(folder):
    settings = {"validation_split": 0.4, "seed": 5, "verbose": False}
    both = image_dataset_from_directory(folder, subset="both", **settings)
    for data, subset in zip(both, ("training", "validation"), strict=True):
        alone = image_dataset_from_directory(folder, subset=subset, **settings)
        assert data.file_paths == alone.file_paths
        assert data.class_names == ["a", "b"]
    assert not set(both[0].file_paths) & set(both[1].file_paths)
    # Validation keeps its order.
    labels = [next(iter(both[1]))[1].tolist() for _ in range(2)]
    assert labels[0] == labels[1]


def test_given_labels_and_single_pictures(folder):
    labels = list(range(11))
    data = image_dataset_from_directory(
        folder, labels=labels, shuffle=False, batch_size=None, image_size=5
    )
    assert data.class_names == sorted(map(str, labels), key=int)
    found = list(data)
    assert found[0][0].shape == (5, 5, 3)
    assert [int(y) for _, y in found] == labels
    assert len(data) == 11
    assert labels == list(range(11))


def test_pictures_are_kept_and_changed_files_read_again(folder):
    data = image_dataset_from_directory(folder, image_size=(6, 8), shuffle=False)
    before = SHARED_BUDGET.used_bytes
    first = next(iter(data))[0]
    assert SHARED_BUDGET.used_bytes == before + 11 * 6 * 8 * 3 * 2
    Image.new("RGB", (4, 4), (9, 9, 9)).save(data.file_paths[0])
    second = next(iter(data))[0]
    assert (second[0] == 9).all()
    np.testing.assert_array_equal(first[1:], second[1:])


def test_broken_files_are_named_or_skipped(folder):
    bad = folder / "a" / "bad.jpg"
    bad.write_bytes(b"no picture")
    with pytest.raises(OSError, match="1 of 12 pictures cannot be used") as caught:
        image_dataset_from_directory(folder)
    assert str(bad) in str(caught.value)
    with pytest.warns(DataWarning, match="left out"):
        data = image_dataset_from_directory(folder, on_error="skip", shuffle=False)
    assert str(bad) not in data.file_paths
    assert sum(len(y) for _, y in data) == 11


def test_a_picture_that_vanishes_is_named_or_left_out(folder):
    data = image_dataset_from_directory(folder, batch_size=4)
    Path(data.file_paths[2]).unlink()
    with pytest.raises(OSError, match="pictures now cannot be used"):
        list(data)
    data = image_dataset_from_directory(folder, batch_size=4, on_error="skip")
    Path(data.file_paths[2]).unlink()
    with pytest.warns(DataWarning, match="left out from now on"):
        assert sum(len(y) for _, y in data) == 9


def test_other_suffixes_are_told(folder):
    Image.new("RGB", (4, 4)).save(folder / "a" / "one.tif")
    Image.new("P", (4, 4)).save(folder / "a" / "one.gif")
    with pytest.warns(DataWarning, match=r"left out.*one\.tif"):
        data = image_dataset_from_directory(folder)
    assert len(data.file_paths) == 12


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"labels": "guess"}, "`labels` must be"),
        ({"labels": [1, 2]}, "got 2 for 11 files"),
        ({"labels": None, "class_names": ["a"]}, "`class_names` is only for"),
        ({"class_names": ["a", "c"]}, "no such folder"),
        ({"class_names": ["a"], "label_mode": "binary"}, "needs two classes"),
        ({"label_mode": "sparse"}, "`label_mode` must be one of"),
        ({"color_mode": "grey"}, "`color_mode` must be one of"),
        ({"image_size": "big"}, "`image_size` must be"),
        ({"interpolation": "cubic"}, "did you mean 'bicubic'"),
        ({"validation_split": 0.2}, "must be given together"),
        ({"subset": "training"}, "must be given together"),
        ({"validation_split": 2, "subset": "both"}, "between 0 and 1"),
        ({"validation_split": 0.2, "subset": "test", "seed": 1}, "`subset` must be"),
        ({"validation_split": 0.2, "subset": "both"}, "needs `seed`"),
        ({"validation_split": 0.01, "subset": "validation", "seed": 1}, "no valid"),
        ({"format": "grain"}, "`format` must be 'tf'"),
        (
            {"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True},
            "exclude each other",
        ),
    ],
)
def test_wrong_arguments_are_explained(folder, arguments, text):
    with pytest.raises(ValueError, match=text):
        image_dataset_from_directory(folder, **arguments)


def test_folders_without_pictures(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        image_dataset_from_directory(tmp_path / "none")
    with pytest.raises(ValueError, match="no folders of classes"):
        image_dataset_from_directory(tmp_path)
    (tmp_path / "a").mkdir()
    with pytest.raises(ValueError, match="no pictures found"):
        image_dataset_from_directory(tmp_path)


def test_a_folder_is_trained_as_in_the_tutorials(folder):
    train, validation = image_dataset_from_directory(
        folder,
        validation_split=0.3,
        subset="both",
        seed=3,
        image_size=(8, 8),
        batch_size=4,
    )
    augment = saccade.Sequential([layers.RandomFlip("horizontal")])
    train = train.cache().shuffle(10).map(lambda x, y: (augment(x, training=True), y))
    model = saccade.Sequential(
        [
            layers.Rescaling(1 / 255, input_shape=(8, 8, 3)),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    loss = saccade.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    history = model.fit(
        train.prefetch(-1), validation_data=validation, epochs=2, verbose=0
    )
    assert len(history.history["val_loss"]) == 2
    assert model.predict(validation, verbose=0).shape == (3, 2)


@pytest.mark.parametrize(
    "name", sorted(n for n in RECORD.files if n.startswith("decoded/"))
)
def test_files_are_decoded_as_tensorflow_does(name):
    from saccade.data._image_rows import decode_channels

    _, file, channels = name.split("/")
    content = io.BytesIO(RECORD[f"file/{file}"].tobytes())
    found = decode_channels(Image.open(content), int(channels)).astype(int)
    expected = RECORD[name]
    assert found.shape == expected.shape
    if name == "decoded/bits.png/4":
        # TensorFlow calls a picture of two colours nearly transparent.
        found, expected = found[..., :3], expected[..., :3]
    # Two decoders of JPEG, and two roundings of grey.
    inexact = file.endswith("jpg") or channels == "1"
    apart = np.abs(found - expected)
    assert apart.max() <= (10 if inexact and "jpg" in file else int(inexact))
    assert apart.mean() < 2.5
