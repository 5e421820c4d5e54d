"""The ladder of augmentations: its rule, its files, Ctrl-C, the preview."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.core._errors import ConfigError, PictureError
from saccade.recipes import AugmentSpec, AugmentStep, Ladder, Rung, augment, preview
from saccade.recipes import _ladder as climbing

from .conftest import SETTINGS

Folder = Callable[..., Path]
QUICK = {**SETTINGS, "augment": "none", "epochs": 1}


def rung(gains: tuple[float, ...]) -> Rung:
    scores = tuple(0.5 + gain for gain in gains)
    return Rung(AugmentStep("flip_lr"), AugmentSpec(), scores, gains)


def test_a_step_stays_only_if_its_gain_exceeds_the_spread() -> None:
    assert rung((0.04, 0.03, 0.05)).kept
    assert not rung((0.10, -0.05, 0.02)).kept
    assert "within the spread" in rung((0.10, -0.05, 0.02)).why
    assert "no gain" in rung((-0.1, -0.1)).why
    assert not rung((0.0, 0.0)).kept


def test_best_is_the_last_rung_that_was_kept() -> None:
    base = Rung(None, AugmentSpec(), (0.5, 0.5))
    good = Rung(AugmentStep("flip"), AugmentSpec.parse("flip"), (0.7, 0.7), (0.2, 0.2))
    bad = Rung(AugmentStep("grey", (0.1,)), AugmentSpec(), (0.4, 0.4), (-0.3, -0.3))
    assert str(Ladder(Path(), (base, good, bad)).best) == "flip"
    assert str(Ladder(Path(), ()).best) == "none"


def test_a_ladder_writes_its_files(folder: Folder, tmp_path, capsys) -> None:
    pictures = folder(ants=8, bees=8)
    found = augment(
        pictures, candidates="flip_lr|zoom(0.1)", seeds=2, out=tmp_path / "out", **QUICK
    )
    assert [str(r.step or "baseline") for r in found.rungs] == [
        "baseline", "flip_lr", "zoom(0.1)",
    ]  # fmt: skip
    assert all(len(r.scores) == 2 for r in found.rungs)
    base, flip, _ = found.rungs
    for new, old, gain in zip(flip.scores, base.scores, flip.gains, strict=True):
        assert gain == new - old
    with (found.folder / "ladder.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["baseline", "flip_lr", "zoom(0.1)"]
    assert float(rows[1]["seed_1"]) == pytest.approx(flip.scores[1], abs=1e-6)
    page = (found.folder / "report.html").read_text("utf-8")
    assert "zoom(0.1)" in page
    shown = capsys.readouterr().out
    assert "3 runs" not in shown
    assert "6 runs" in shown
    words = f"saccade train {pictures} --size 16x16 --model flat --augment"
    assert words in shown


def test_the_same_seed_gives_the_same_score(folder: Folder, tmp_path) -> None:
    pictures = folder(ants=8, bees=8)
    scores = [
        augment(
            pictures, candidates="flip_lr", seeds=2, out=tmp_path / name, quiet=True,
            **QUICK,
        ).rungs[1].scores
        for name in ("a", "b")
    ]  # fmt: skip
    assert scores[0] == scores[1]


def test_ctrl_c_keeps_the_finished_rungs(folder: Folder, tmp_path, monkeypatch) -> None:
    real, calls = climbing._Climb._score, []

    def score(self, spec, seed):
        calls.append(seed)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return real(self, spec, seed)

    monkeypatch.setattr(climbing._Climb, "_score", score)
    found = augment(
        folder(ants=8, bees=8), candidates="flip_lr", seeds=2, out=tmp_path / "out",
        quiet=True, **QUICK,
    )  # fmt: skip
    assert found.interrupted
    assert len(found.rungs) == 1
    page = (found.folder / "report.html").read_text("utf-8")
    assert "not tried: flip_lr" in page


def test_ctrl_c_before_the_first_rung_still_writes_a_report(
    folder: Folder, tmp_path, monkeypatch
) -> None:
    def score(self, spec, seed):
        raise KeyboardInterrupt

    monkeypatch.setattr(climbing._Climb, "_score", score)
    found = augment(
        folder(ants=8, bees=8), candidates="flip_lr", out=tmp_path / "out", quiet=True,
        **QUICK,
    )  # fmt: skip
    assert "No rung was finished" in (found.folder / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"seeds": 1}, "at least 2"),
        ({"candidates": "none"}, "nothing to try"),
        ({"candidates": "flop"}, "unknown name 'flop'"),
        ({"sise": 3}, "no setting 'sise'"),
    ],
)
def test_mistakes_are_told_before_pictures_are_read(given, problem) -> None:
    with pytest.raises(ConfigError, match=problem):
        augment("no such folder", **given)


def test_a_preview_shows_pictures_and_trains_nothing(folder: Folder, tmp_path) -> None:
    out = preview(
        folder(ants=8, bees=8), candidates="flip_lr|noise(0.1)", out=tmp_path / "out",
        quiet=True, **QUICK,
    )  # fmt: skip
    with Image.open(out / "preview.png") as image:
        # Six pictures of 16 pixels, each with four changed ones beside it.
        assert image.size == (5 * 16 + 4 * 4, 6 * 16 + 5 * 4)
        assert np.asarray(image).std() > 0
    page = (out / "preview.html").read_text("utf-8")
    assert "noise(0.1)" in page
    assert "all together" in page


def test_the_command_line(folder: Folder, tmp_path, capsys) -> None:
    from saccade.cli import main

    pictures = str(folder(ants=8, bees=8))
    words = ["--size", "16", "--model", "flat", "--epochs", "1", "--batch-size", "8"]
    out = str(tmp_path / "out")
    code = main(["augment", pictures, "--try", "flip_lr", "--seeds", "2", "--out", out,
                 *words])  # fmt: skip
    assert code == 0
    assert "kept if the mean gain" in capsys.readouterr().out
    code = main(
        ["augment", pictures, "--preview", "--out", str(tmp_path / "p"), *words]
    )
    assert code == 0
    assert (tmp_path / "p" / "preview.html").exists()
    assert main(["augment", pictures, "--try", "flop"]) == 2
    assert "unknown name 'flop'" in capsys.readouterr().err


def test_a_picture_that_vanishes_loses_no_rung(
    folder: Folder, tmp_path, monkeypatch
) -> None:
    real, calls = climbing._Climb._score, []

    def score(self, spec, seed):
        calls.append(seed)
        if len(calls) > 2:
            raise PictureError("a.png is gone")
        return real(self, spec, seed)

    monkeypatch.setattr(climbing._Climb, "_score", score)
    with pytest.raises(PictureError, match="is gone"):
        augment(
            folder(ants=8, bees=8), candidates="flip_lr", seeds=2,
            out=tmp_path / "out", quiet=True, **QUICK,
        )  # fmt: skip
    with (tmp_path / "out" / "ladder.csv").open() as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["baseline"]
