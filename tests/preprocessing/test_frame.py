"""Batches from data frames: rows, labels, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

from saccade.preprocessing.image import DataFrameIterator, ImageDataGenerator


@pytest.fixture
def frame(folder: Path) -> pd.DataFrame:
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.png"))
    labels = [name.split("/")[0] for name in names]
    return pd.DataFrame(
        {"filename": names, "class": labels, "number": range(10), "w": np.ones(10)}
    )


def flow(frame: object, folder: Path | None, **arguments) -> DataFrameIterator:
    generator = ImageDataGenerator(validation_split=arguments.pop("split", 0.0))
    arguments = {"target_size": (8, 8), "shuffle": False, "batch_size": 10, **arguments}
    return generator.flow_from_dataframe(frame, folder, **arguments)


def test_what_is_found_is_printed(frame, folder: Path, capsys) -> None:
    found = flow(frame, folder)
    flow(frame, folder, class_mode=None, validate_filenames=False)
    assert capsys.readouterr().out == (
        "Found 10 validated image filenames belonging to 2 classes.\n"
        "Found 10 non-validated image filenames.\n"
    )
    assert found.class_indices == {"ants": 0, "bees": 1}
    assert found.labels == [0] * 6 + [1] * 4


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_batches(kind: str, frame, folder: Path) -> None:
    table = (
        frame
        if kind == "pandas"
        else pl.DataFrame({c: frame[c].tolist() for c in frame})
    )
    x, y = flow(table, folder, class_mode="sparse")[0]
    np.testing.assert_array_equal(x.mean((1, 2, 3)) > 128, y)
    _, _, weights = flow(table, folder, weight_col="w")[0]
    assert weights.tolist() == [1] * 10
    _, y = flow(table, folder, class_mode="raw", y_col="number")[0]
    assert y.tolist() == list(range(10))
    _, y = flow(table, folder, class_mode="multi_output", y_col=["number", "w"])[0]
    assert [len(part) for part in y] == [10, 10]


def test_whole_paths_and_several_labels(frame, folder: Path) -> None:
    frame["filename"] = [str(folder / name) for name in frame["filename"]]
    frame["class"] = [["x", name] for name in frame["class"]]
    found = flow(frame, None)
    assert found.class_indices == {"ants": 0, "bees": 1, "x": 2}
    assert found[0][1][0].tolist() == [1, 0, 1]
    assert flow(frame, None, classes=["bees"]).samples == 4


def test_subsets_are_rows(frame, folder: Path) -> None:
    held = flow(frame, folder, split=0.3, subset="validation", class_mode=None)
    assert held.filenames == frame["filename"].tolist()[:3]
    assert len(flow(frame, folder, split=0.3, subset="training").filenames) == 7


def test_missing_files_are_told_with_the_path_that_was_tried(
    frame, folder: Path
) -> None:
    frame.loc[1, "filename"] = "ants/01.png"
    with pytest.warns(UserWarning, match="Found 1 invalid image filename") as caught:
        assert flow(frame, folder).samples == 9
    text = str(caught[0].message)
    assert repr(str(folder / "ants/01.png")) in text
    assert "has '1.png'; names must be exact" in text
    with pytest.warns(UserWarning, match="there is no folder .*pass the right"):
        assert flow(frame, folder / "wrong").samples == 0
    frame["filename"] = [name.removesuffix(".png") for name in frame["filename"]]
    with pytest.warns(UserWarning, match="Found 10 invalid .* and 5 more"):
        flow(frame, folder)


def test_broken_files(frame, folder: Path) -> None:
    (folder / "ants" / "3.png").write_bytes(b"")
    with pytest.raises(OSError, match=r"1 of 10 pictures .*\n.*3\.png: it is empty"):
        flow(frame, folder)
    with pytest.warns(UserWarning, match="are left out"):
        assert flow(frame, folder, on_error="skip").samples == 9
    unchecked = flow(frame, folder, validate_filenames=False)
    with pytest.raises(OSError, match=r"3\.png: it is empty"):
        unchecked[0]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"y_col": "clas"}, ValueError, "no column 'clas'.\nFix: did you mean 'class'"),
        (
            {"y_col": "number"},
            TypeError,
            "must be type string, list or tuple, got 0 in",
        ),
        ({"y_col": "number", "class_mode": "sparse"}, TypeError, "must be strings"),
        (
            {"x_col": "number"},
            TypeError,
            "x_col=number must be strings, got 0 in row 0",
        ),
        ({"class_mode": "multi_output"}, TypeError, "y_col must be a list, got str"),
        ({"y_col": ["class"]}, TypeError, "`y_col` must be one column"),
        ({"class_mode": "binary", "classes": ["a"]}, ValueError, "2 classes, got 1"),
        ({"weight_col": "class"}, TypeError, "weight_col=class must be numeric"),
        ({"class_mode": "others"}, ValueError, "`class_mode` must be one of"),
        ({"sorted": True}, TypeError, "unexpected argument `sorted`"),
    ],
)
def test_errors(
    arguments: dict, error: type[Exception], text: str, frame, folder: Path
) -> None:
    with pytest.raises(error, match=text):
        flow(frame, folder, **arguments)


def test_missing_labels_are_named_by_row(frame, folder: Path) -> None:
    frame.loc[4, "class"] = None
    with pytest.raises(TypeError, match="in row 4"):
        flow(frame, folder, class_mode="sparse")
    frame.loc[2, "filename"] = None
    with pytest.raises(TypeError, match="in row 2"):
        flow(frame, folder)


def test_old_arguments_warn(frame, folder: Path) -> None:
    with pytest.warns(DeprecationWarning, match="`has_ext` does nothing"):
        flow(frame, folder, has_ext=True)
    with pytest.warns(DeprecationWarning, match='now called "raw"'):
        flow(frame, folder, class_mode="other", y_col="number")
    with pytest.warns(UserWarning, match="`classes` is ignored"):
        flow(frame, folder, class_mode="input", classes=["ants"])


def test_something_else(folder: Path) -> None:
    with pytest.raises(ValueError, match="must be a data frame, got list"):
        flow([1], folder)


def test_missing_files_are_told_with_their_rows(frame, folder: Path) -> None:
    Image.new("L", (2, 2)).save(folder / "ants" / "1.webp")
    frame.loc[1, "filename"] = "ants/1.webp"
    with pytest.warns(UserWarning, match=r"1\.webp' \(row 1\)") as caught:
        flow(frame, folder)
    assert "it is there, but only png, jpg, jpeg" in str(caught[0].message)


def test_a_subset_without_a_class_is_told(frame, folder: Path) -> None:
    with pytest.warns(UserWarning, match="in the validation subset of these") as caught:
        flow(frame, folder, split=0.3, subset="validation")
    text = str(caught[0].message)
    assert "classes: 'bees'" in text
    assert "dataframe.sample(frac=1, random_state=0)" in text
    with pytest.warns(UserWarning, match="only one class, 'ants', so nothing to tell"):
        flow(frame[:3], folder)


@pytest.mark.parametrize("mode", ["raw", "multi_output"])
def test_missing_numbers_are_told_with_their_rows(mode, frame, folder: Path) -> None:
    frame["number"] = frame["number"].astype(float)
    frame.loc[[2, 5], "number"] = np.nan
    columns = ["number"] if mode == "multi_output" else "number"
    with pytest.warns(
        UserWarning, match=r"y_col='number' has no value in 2 rows \(2, 5"
    ):
        flow(frame, folder, class_mode=mode, y_col=columns)
