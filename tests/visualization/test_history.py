"""Curves: what is drawn and what is marked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from saccade.core._errors import DataError, MissingExtraError
from saccade.visualization import plot_history

matplotlib = pytest.importorskip("matplotlib")

LOGS = {
    "accuracy": [0.5, 0.7, 0.9],
    "loss": [1.0, 0.5, 0.2],
    "val_accuracy": [0.4, 0.8, 0.6],
    "val_loss": [1.1, 0.9, 0.95],
}


def test_one_plot_for_each_measure() -> None:
    figure = plot_history(LOGS)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["loss (lower is better)", "accuracy (higher is better)"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"epoch"}
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]


def lines(axes) -> dict[str, tuple[list[float], list[float]]]:
    return {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata()))
        for line in axes.lines
        if not line.get_label().startswith("_")
    }


def test_curves_and_best_epoch_by_validation() -> None:
    history = SimpleNamespace(history=LOGS, epoch=[4, 5, 6])
    loss, accuracy = (lines(axes) for axes in plot_history(history).axes)
    assert loss == {
        "training": ([5, 6, 7], [1.0, 0.5, 0.2]),
        "validation": ([5, 6, 7], [1.1, 0.9, 0.95]),
        "best: 0.9 in epoch 6": ([6], [0.9]),
    }
    assert "best: 0.8 in epoch 6" in accuracy


def test_best_epoch_by_training_alone_and_never_not_a_number() -> None:
    (axes,) = plot_history({"mae": [0.3, float("nan"), 0.4]}).axes
    assert "best: 0.3 in epoch 1" in lines(axes)
    (axes,) = plot_history({"f1_score": [float("nan")]}).axes
    assert list(lines(axes)) == ["training"]


def test_the_learning_rate_has_no_best() -> None:
    (axes,) = plot_history({"learning_rate": [0.1, 0.01]}).axes
    assert axes.get_title() == "learning rate"
    assert list(lines(axes)) == ["training"]


def test_validation_in_every_second_epoch() -> None:
    (axes,) = plot_history({"loss": [5, 4, 3, 2, 1], "val_loss": [4, 3]}).axes
    assert lines(axes)["validation"] == ([2, 4], [4, 3])


def test_a_measure_of_validation_alone() -> None:
    (axes,) = plot_history({"val_score": [1.0, 2.0]}).axes
    assert axes.get_title() == "score (higher is better)"


def test_names_with_dollars_are_no_formulas(tmp_path: Path) -> None:
    plot_history({"a$_{b": [1.0]}, path=tmp_path / "a.png")


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_writes_files(tmp_path: Path, kind: str) -> None:
    plot_history(LOGS, path=tmp_path / f"curves.{kind}")
    start = (tmp_path / f"curves.{kind}").read_bytes()[:5]
    assert start in (b"\x89PNG\r", b"<?xml", b"%PDF-")


def test_notebooks_see_a_picture() -> None:
    assert plot_history(LOGS)._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("history", [{}, {"loss": []}])
def test_no_epoch(history: dict[str, list[float]]) -> None:
    with pytest.raises(DataError, match="`history` has no finished epoch"):
        plot_history(history)


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.figure", raising=False)
    with pytest.raises(MissingExtraError, match=r"pip install 'saccade\[plot\]'"):
        plot_history(LOGS)


def test_no_window_and_no_global_state() -> None:
    program = (
        "import sys, saccade.visualization as v\n"
        "assert 'matplotlib' not in sys.modules\n"
        "v.plot_history({'loss': [1.0]})\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
