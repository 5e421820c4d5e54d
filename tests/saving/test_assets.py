"""Files of layers in `.keras` archives: there and back, none that leads elsewhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import SavingError


class Words(layers.Layer):
    """Keeps words in a file of its own, one of them in a folder below."""

    def __init__(self, words=(), **options):
        super().__init__(**options)
        self.words = list(words)

    def call(self, inputs):
        return inputs

    def save_assets(self, folder):
        Path(folder, "words.txt").write_text("\n".join(self.words))
        Path(folder, "below").mkdir()
        Path(folder, "below", "first.bin").write_bytes(self.words[0].encode())

    def load_assets(self, folder):
        self.words = Path(folder, "words.txt").read_text().split("\n")
        self.first = Path(folder, "below", "first.bin").read_bytes()


def _saved(tmp_path: Path) -> Path:
    path = tmp_path / "model.keras"
    chain = [layers.Input((2,)), Words(["ants", "bees"]), Words(["x"]), layers.Dense(1)]
    saccade.Sequential(chain).save(path)
    return path


OBJECTS = {"Words": Words}


def test_layers_get_their_files_back(tmp_path):
    model = saccade.models.load_model(_saved(tmp_path), custom_objects=OBJECTS)
    first, second, _ = model.layers
    assert (first.words, first.first) == (["ants", "bees"], b"ants")
    assert (second.words, second.first) == (["x"], b"x")


def test_the_archive_has_keras_names(tmp_path):
    with zipfile.ZipFile(_saved(tmp_path)) as archive:
        names = [name for name in archive.namelist() if name.startswith("assets/")]
    assert sorted(names) == [
        "assets/layers/words/below/first.bin",
        "assets/layers/words/words.txt",
        "assets/layers/words_1/below/first.bin",
        "assets/layers/words_1/words.txt",
    ]


@pytest.mark.parametrize(
    "name", ["../../out.txt", "/out.txt", "a/../../out.txt", "c:out.txt", "a\\out.txt"]
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = _saved(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"assets/layers/words/{name}", "x")
    with pytest.raises(SavingError, match="lead out"):
        saccade.models.load_model(path, custom_objects=OBJECTS)
    assert [p.name for p in tmp_path.rglob("out.txt")] == []


def test_other_models_ignore_assets(tmp_path):
    path = tmp_path / "plain.keras"
    model = saccade.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/../../summary.txt", "x")
    again = saccade.models.load_model(path)
    np.testing.assert_array_equal(model.get_weights()[0], again.get_weights()[0])
