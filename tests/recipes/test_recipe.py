"""Recipes: settings, the TOML form, mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from saccade.core._errors import ConfigError, FolderError
from saccade.recipes import TrainRecipe, read_recipe


def test_every_setting_comes_back_from_toml() -> None:
    recipe = TrainRecipe(
        folder='a "b"\\ü\n',
        val="v",
        split=0.1,
        size=(20, 30),
        colour="Grayscale",
        interpolation="box",
        exif=True,
        model="p.py:f",
        augment="zoom",
        epochs=3,
        batch_size=5,
        learning_rate=1e-05,
        schedule="plateau",
        patience=0,
        class_weight="none",
        seed=7,
        on_error="skip",
    )
    assert TrainRecipe.from_toml(recipe.to_toml()) == recipe
    assert recipe.colour == "grayscale"
    assert recipe.augment == "zoom(0.2)"


def test_paths_are_made_to_hold_from_anywhere() -> None:
    full = TrainRecipe("a", val="b", model="p.py:f").with_full_paths()
    assert full.folder == os.path.abspath("a")
    assert full.val == os.path.abspath("b")
    assert full.model == f"{os.path.abspath('p.py')}:f"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"size": 0}, "`size` must be a number of pixels in 8..4096"),
        ({"size": (8, 8, 8)}, "`size` must be"),
        ({"size": True}, "`size` must be"),
        ({"epochs": 0}, "`epochs` must be a whole number of at least 1, got 0"),
        ({"epochs": 1.5}, "`epochs` must be a whole number"),
        ({"epochs": float("nan")}, "`epochs` must be a whole number"),
        ({"seed": -1}, "`seed` must be a whole number of at least 0"),
        ({"split": 1.0}, "`split` must be a share between 0 and 1"),
        ({"split": "x"}, "`split` must be a number"),
        ({"learning_rate": -1}, r"`learning_rate` must be a number in \[0, 10\]"),
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        ({"class_weight": "x"}, "`class_weight` must be one of auto, balanced, none"),
        ({"on_error": "skp"}, "did you mean 'skip'"),
        ({"exif": 1}, "`exif` must be true or false"),
        ({"augment": 3}, "`augment` must be a text"),
        ({"augment": "flp"}, "did you mean 'flip'"),
        ({"folder": 3}, "`folder` must be a folder"),
        ({"epohcs": 3}, "there is no setting 'epohcs'.\nFix: did you mean 'epochs'"),
        ({"folder": ""}, "no folder of pictures is given"),
    ],
)
def test_mistakes(settings: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        TrainRecipe.from_settings({"folder": "x", **settings})


def test_a_config_is_found_in_the_folder_of_a_run(tmp_path: Path) -> None:
    recipe = TrainRecipe("x", epochs=9)
    text = recipe.to_toml() + '[found]\nfingerprint = "1"\n'
    (tmp_path / "config.toml").write_text(text)
    assert read_recipe(tmp_path) == read_recipe(tmp_path / "config.toml") == recipe


def test_configs_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"no\.toml.*does not exist"):
        read_recipe(tmp_path / "no.toml")
    file = tmp_path / "config.toml"
    file.write_text("epochs = = 3")
    with pytest.raises(ConfigError, match="it is no TOML"):
        read_recipe(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read: it is no text"):
        read_recipe(file)
    file.write_text("epochs = 3")
    with pytest.raises(ConfigError, match='folder = "pictures"'):
        read_recipe(file)
