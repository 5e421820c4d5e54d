"""Files of layers in `.keras` archives, read by the other library."""

from __future__ import annotations

from pathlib import Path

import pytest

import saccade

keras = pytest.importorskip("keras")


def _words(library):
    class Words(library.layers.Layer):
        def __init__(self, word="", **options):
            super().__init__(**options)
            self.word = word

        def call(self, inputs):
            return inputs

        def save_assets(self, folder):
            Path(folder, "word.txt").write_text(self.word)

        def load_assets(self, folder):
            self.word = Path(folder, "word.txt").read_text()

    return Words


@pytest.mark.parametrize(
    ("writer", "reader"), [(saccade, keras), (keras, saccade)], ids=["here", "there"]
)
def test_layers_get_their_files_back(tmp_path, writer, reader):
    kind, path = _words(writer), tmp_path / "model.keras"
    chain = [writer.layers.Input((2,)), kind("ants"), kind("bees")]
    model = writer.Sequential([*chain, writer.layers.Dense(1)])
    model.save(path)
    again = reader.models.load_model(path, custom_objects={"Words": _words(reader)})
    assert [layer.word for layer in again.layers[:2]] == ["ants", "bees"]
