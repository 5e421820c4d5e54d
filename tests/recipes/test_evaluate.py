"""Evaluation: the numbers, the text, classes that do not match."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from saccade.core._errors import DataError, PictureError
from saccade.recipes import Evaluation, TrainResult, evaluate

Folder = Callable[..., Path]


def test_numbers_by_hand() -> None:
    said = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1]])
    found = Evaluation(("a", "b", "c"), np.array([0, 1, 1]), said, ("1", "2", "3"))
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.loss == pytest.approx(-np.log([0.8, 0.3, 0.7]).mean())
    assert found.confusion.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(found.precision, [0.5, 1, np.nan])
    np.testing.assert_allclose(found.recall, [1, 0.5, np.nan])
    assert str(found).splitlines() == [
        "3 pictures: accuracy 0.667 (2 right), loss 0.595",
        "",
        "class  precision  recall  pictures",
        "a          0.500   1.000         1",
        "b          1.000   0.500         2",
        "c              -       -         0",
        "",
        "true class (rows) and what the model says (columns)",
        "               1     2     3",
        "  1  a         1     0     0",
        "  2  b         1     1     0",
        "  3  c         0     0     0",
    ]


def test_a_run_is_measured(shared_run: TrainResult, folder: Folder) -> None:
    found = evaluate(shared_run.folder, folder(bees=3, ants=2, seed=5))
    assert found.class_names == ("ants", "bees")
    assert found.labels.tolist() == [0, 0, 1, 1, 1]
    assert 0 <= found.accuracy <= 1
    assert found.notes == ()
    part = evaluate(shared_run.folder, folder("part", bees=3))
    assert part.labels.tolist() == [1, 1, 1]
    assert part.notes == ("No pictures of: ants.",)


def test_classes_must_be_those_of_the_model(
    shared_run: TrainResult, folder: Folder
) -> None:
    root = folder(ants=1, wasps=1)
    with pytest.raises(DataError, match="the class 'wasps', which the model does not"):
        evaluate(shared_run.folder, root)
    (root / "wasps").rename(root / "beees")
    with pytest.raises(DataError, match=r"is it 'bees'\?"):
        evaluate(shared_run.folder, root)


def test_broken_pictures(shared_run: TrainResult, folder: Folder) -> None:
    root = folder(ants=2, bees=2)
    (root / "ants" / "01.png").write_bytes(b"")
    with pytest.raises(PictureError, match="evaluate: 1 of 4 pictures"):
        evaluate(shared_run.folder, root)
    found = evaluate(shared_run.folder, root, on_error="skip")
    assert len(found.labels) == 3
    assert [item.path for item in found.unusable] == [str(root / "ants" / "01.png")]
