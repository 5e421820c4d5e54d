"""Prediction: order, formats, bad input."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from saccade import Sequential, layers
from saccade.core._errors import DataError, SavingError
from saccade.recipes import Predictions, TrainResult, predict


def test_files_stay_in_the_order_given(
    shared_run: TrainResult, shared_pictures: Path
) -> None:
    ants = sorted((shared_pictures / "ants").iterdir())
    said = predict(shared_run.folder, ants[5], shared_pictures / "bees", ants[1])
    bees = [str(path) for path in sorted((shared_pictures / "bees").iterdir())]
    assert list(said.files) == [str(ants[5]), *bees, str(ants[1])]
    assert said.probabilities.shape == (18, 2)
    np.testing.assert_allclose(said.probabilities.sum(1), 1, atol=1e-5)


def test_each_picture_is_answered_as_when_alone(
    shared_run: TrainResult, shared_pictures: Path
) -> None:
    paths = sorted((shared_pictures / "ants").iterdir())[:3]
    together = predict(shared_run.folder / "model.keras", *paths).probabilities
    for path, row in zip(paths, together, strict=True):
        alone = predict(shared_run.folder, path).probabilities[0]
        np.testing.assert_allclose(alone, row, rtol=1e-4, atol=1e-6)


def test_broken_pictures_keep_their_place(
    shared_run: TrainResult, shared_pictures: Path, tmp_path: Path
) -> None:
    good = shared_pictures / "ants" / "00.png"
    broken = tmp_path / "b,r.png"
    broken.write_bytes(b"x")
    said = predict(shared_run.folder, good, broken, good)
    assert [item.path for item in said.unusable] == [str(broken)]
    assert np.isnan(said.probabilities[1]).all()
    assert [len(best) for best in said.best(2)] == [2, 0, 2]
    rows = list(csv.reader(io.StringIO(said.to_csv())))
    assert rows[0] == ["file", "class", "probability", "ants", "bees"]
    assert rows[2] == [str(broken), "", "", "", ""]
    assert float(rows[1][2]) == pytest.approx(max(map(float, rows[1][3:])))


def test_the_table_grows_with_top() -> None:
    said = Predictions(
        ("x.png",), ("a", "b", "c"), np.array([[0.2, 0.5, 0.3]], np.float32), ()
    )
    rows = list(csv.reader(io.StringIO(said.to_csv(top=2))))
    assert rows[0] == [
        "file", "class", "probability", "class_2", "probability_2", "a", "b", "c",
    ]  # fmt: skip
    assert rows[1][1:5] == ["b", "0.500000", "c", "0.300000"]
    assert said.best(9) == [
        [(name, pytest.approx(p)) for name, p in (("b", 0.5), ("c", 0.3), ("a", 0.2))]
    ]


def test_names_that_are_not_there(shared_run: TrainResult, tmp_path: Path) -> None:
    (tmp_path / "photo.png").touch()
    with pytest.raises(DataError, match="did you mean"):
        predict(shared_run.folder, tmp_path / "phot.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no pictures"):
        predict(shared_run.folder, tmp_path / "empty")
    with pytest.raises(DataError, match="no pictures to look at"):
        predict(shared_run.folder)


def test_files_that_are_no_model(tmp_path: Path) -> None:
    file = tmp_path / "m.keras"
    file.write_bytes(b"no model")
    with pytest.raises(SavingError, match=r"MODEL: .*is no '\.keras' file"):
        predict(file, file)
    model = Sequential([layers.Input((3,)), layers.Dense(2)])
    model.save(file)
    with pytest.raises(SavingError, match="classifies no pictures"):
        predict(file, file)
    (tmp_path / "m.txt").touch()
    with pytest.raises(SavingError, match=r"give a file that"):
        predict(tmp_path / "m.txt", file)


def test_a_model_without_notes_gives_numbers(
    shared_pictures: Path, tmp_path: Path
) -> None:
    model = Sequential(
        [
            layers.Input((4, 4, 3)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.save(tmp_path / "m.keras")
    said = predict(tmp_path / "m.keras", shared_pictures / "ants" / "00.png")
    assert said.class_names == ("class 0", "class 1")
    assert said.probabilities.sum() == pytest.approx(1)
