"""TrainRecipe: every setting of a run in one value, and its form as a TOML file.

What the settings do must not go here.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from saccade.core._errors import ConfigError, FolderError, message, nearest
from saccade.recipes._augment_spec import AugmentSpec

SCHEDULES = ("cosine", "plateau", "constant")
CLASS_WEIGHTS = ("auto", "balanced", "none")
COLOURS = ("rgb", "grayscale")
ON_ERROR = ("stop", "skip")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
DEFAULT_AUGMENT = "flip_lr|rotate(15)|shift(0.1)|zoom(0.2)"

# What each setting is, for the file and for messages.
_MEANINGS = {
    "folder": "the pictures, one folder for each class",
    "val": "pictures to validate with; empty: a part of `folder`",
    "split": "share of `folder` kept for validation, where `val` is empty",
    "size": "height and width that pictures are made",
    "colour": "rgb or grayscale",
    "interpolation": "how pictures are resized",
    "exif": "whether pictures are turned as their camera recorded it",
    "model": "a network of saccade, or program.py:function",
    "augment": "how training pictures are changed",
    "epochs": "passes through the pictures, at most",
    "batch_size": "pictures in a step",
    "learning_rate": "the largest rate; 0: that of the network",
    "schedule": "cosine, plateau or constant",
    "patience": "epochs without a better validation loss before the end; 0: never",
    "class_weight": "auto, balanced or none",
    "seed": "the same number gives the same run",
    "on_error": "stop or skip: what to do about pictures that cannot be read",
}


@dataclasses.dataclass(frozen=True)
class TrainRecipe:
    """Everything that decides how a run goes.

    Args:
        folder: the pictures, one folder for each class.
        val: a folder of the same classes to validate with; '' for a part of `folder`.
        split: share of each class kept for validation where `val` is ''.
        size: (height, width) that pictures are made; one number for both.
        colour: 'rgb' or 'grayscale'.
        interpolation: how they are resized, one of Keras' names.
        exif: whether pictures are turned as their camera recorded it; Keras does not.
        model: 'tiny', 'lenet', 'small', 'medium', or 'program.py:function'.
        augment: a spec, see `AugmentSpec`; 'none' for nothing.
        epochs: passes through the pictures, at most.
        batch_size: pictures in a step.
        learning_rate: the largest rate of Adam; 0 for that of the network.
        schedule: 'cosine' (a short rise, then down to 0), 'plateau' (halved when the
            validation loss stays) or 'constant'.
        patience: epochs without a better validation loss after which to stop; 0 for
            never.
        class_weight: 'balanced' weighs rare classes more, 'auto' does so where one
            class is more than three times another, 'none' never.
        seed: the same number gives the same run, bit for bit.
        on_error: 'stop' or 'skip', for pictures that cannot be read.

    Raises:
        ConfigError: a setting that cannot work.

    Example:
        >>> recipe = TrainRecipe("pictures", size=64, epochs=3)
        >>> recipe.size, recipe.augment
        ((64, 64), 'flip_lr|rotate(15)|shift(0.1, 0.1)|zoom(0.2)')
        >>> TrainRecipe.from_toml(recipe.to_toml()) == recipe
        True
    """

    folder: str
    val: str = ""
    split: float = 0.25
    size: tuple[int, int] = (150, 150)
    colour: str = "rgb"
    interpolation: str = "bilinear"
    exif: bool = False
    model: str = "small"
    augment: str = DEFAULT_AUGMENT
    epochs: int = 30
    batch_size: int = 32
    learning_rate: float = 0.0
    schedule: str = "cosine"
    patience: int = 10
    class_weight: str = "auto"
    seed: int = 0
    on_error: str = "stop"

    def __post_init__(self) -> None:
        put = object.__setattr__
        for name in ("folder", "val"):
            value = getattr(self, name)
            if not isinstance(value, (str, os.PathLike)):
                raise _wrong(name, "a folder", value)
            put(self, name, os.fspath(value))
        put(self, "size", _size(self.size))
        put(self, "augment", str(AugmentSpec.parse(_text("augment", self.augment))))
        _text("model", self.model)
        for name, least in _WHOLE.items():
            put(self, name, _whole(name, getattr(self, name), least))
        for name, choices in _CHOICES.items():
            put(self, name, _choice(name, getattr(self, name), choices))
        put(self, "split", _number("split", self.split))
        put(self, "learning_rate", _number("learning_rate", self.learning_rate))
        if not 0 < self.split < 1:
            raise _wrong("split", "a share between 0 and 1", self.split)
        if not 0 <= self.learning_rate <= 10:
            raise _wrong("learning_rate", "a number in [0, 10]", self.learning_rate)
        if not isinstance(self.exif, bool):
            raise _wrong("exif", "true or false", self.exif)

    @property
    def augmentation(self) -> AugmentSpec:
        """The augmentation, read."""
        return AugmentSpec.parse(self.augment)

    def with_full_paths(self) -> Self:
        """Returns the recipe with paths that hold from any folder."""
        model = self.model
        if ":" in model:
            program, _, function = model.rpartition(":")
            model = f"{os.path.abspath(program)}:{function}"
        return dataclasses.replace(
            self,
            folder=os.path.abspath(self.folder),
            val=os.path.abspath(self.val) if self.val else "",
            model=model,
        )

    def to_toml(self) -> str:
        """Returns the settings as the text of a TOML file, each with a comment."""
        values = dataclasses.asdict(self)
        lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
        width = min(44, max(map(len, lines)))
        return "".join(
            f"{line:<{width}}  # {_MEANINGS[name]}\n"
            for name, line in zip(values, lines, strict=True)
        )

    @classmethod
    def from_toml(cls, text: str, where: str = "config") -> Self:
        """Reads what `to_toml` wrote; a setting that is missing has its default.

        Args:
            text: the file's text.
            where: the file's name, for messages.

        Raises:
            ConfigError: no TOML, or an unknown or wrong setting.
        """
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            fix = "write lines such as epochs = 30, and texts in quotes"
            raise ConfigError(message(where, f"it is no TOML: {error}", fix)) from None
        values.pop("found", None)  # what an earlier run saw, no setting
        return cls.from_settings(values, where)

    @classmethod
    def from_settings(cls, values: Mapping[str, Any], where: str = "train") -> Self:
        """Makes a recipe of settings by name.

        Args:
            values: the settings, `folder` at least.
            where: what they come from, for messages.

        Raises:
            ConfigError: a name that is no setting, with the nearest; no folder.
        """
        for name in values:
            if name not in _MEANINGS:
                close = nearest(name, _MEANINGS)
                hint = f"did you mean {close[0]!r}? " if close else ""
                raise ConfigError(
                    message(
                        where,
                        f"there is no setting {name!r}",
                        f"{hint}Settings: {', '.join(_MEANINGS)}",
                    )
                )
        if not values.get("folder"):
            problem, fix = "no folder of pictures is given", "saccade train pictures"
            if where != "train":
                fix = 'add the folder of the pictures, as folder = "pictures"'
            raise ConfigError(message(where, problem, fix))
        return cls(**values)


def read_recipe(path: str | os.PathLike[str]) -> TrainRecipe:
    """Reads the config of a run.

    Args:
        path: the file, or the folder of a run, which holds it.

    Raises:
        FolderError: no such file.
        ConfigError: it cannot be read, or is no config.
    """
    file = config_file(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        fix = "give the config.toml that `saccade train` wrote"
        raise FolderError(
            message(f"the config {str(file)!r}", "does not exist", fix)
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(
            message(f"the config {str(file)!r}", f"cannot be read: {why}")
        ) from None
    return TrainRecipe.from_toml(text, f"the config {str(file)!r}")


def config_file(path: str | os.PathLike[str]) -> Path:
    """Returns the config's file for a path that may be the folder of a run.

    Example:
        >>> config_file("run.toml").name
        'run.toml'
    """
    file = Path(path)
    return file / "config.toml" if file.is_dir() else file


_WHOLE = {"epochs": 1, "batch_size": 1, "patience": 0, "seed": 0}
_CHOICES = {
    "colour": COLOURS,
    "interpolation": INTERPOLATIONS,
    "schedule": SCHEDULES,
    "class_weight": CLASS_WEIGHTS,
    "on_error": ON_ERROR,
}


def _wrong(name: str, expected: str, value: object, fix: str = "") -> ConfigError:
    return ConfigError(
        message("train", f"`{name}` must be {expected}, got {value!r}", fix or None)
    )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or (name == "model" and not value.strip()):
        raise _wrong(name, "a text", value)
    return value


def _whole(name: str, value: object, least: int) -> int:
    # Python counts True as 1, and configs written by hand may say 30.0.
    if (
        not isinstance(value, (int, float))
        or isinstance(value, bool)
        or not least <= value < 2**31
        or not float(value).is_integer()
    ):
        raise _wrong(name, f"a whole number of at least {least}", value)
    return int(value)


def _number(name: str, value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _wrong(name, "a number", value)
    return float(value)


def _choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    lowered = str(value).lower()
    if lowered not in choices:
        close = nearest(lowered, choices)
        hint = f"did you mean {close[0]!r}?" if close else ""
        raise _wrong(name, f"one of {', '.join(choices)}", value, hint)
    return lowered


def _size(value: object) -> tuple[int, int]:
    sides = [value, value] if isinstance(value, int) else value
    good = (
        isinstance(sides, (list, tuple))
        and len(sides) == 2
        and all(isinstance(s, int) and not isinstance(s, bool) for s in sides)
        and all(8 <= s <= 4096 for s in sides)
    )
    if not good:
        raise _wrong(
            "size",
            "a number of pixels in 8..4096, or two",
            value,
            "write for example 150, or 120x160 for height 120 and width 160",
        )
    height, width = sides  # pyright: ignore[reportGeneralTypeIssues]  checked above
    return (height, width)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, str):
        # A JSON string is a TOML string, but for the letter DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
