"""Files that layers of one's own keep in a `.keras` archive: vocabularies, tables.

A layer with `save_assets(folder)` writes into a folder of its own, which goes into the
archive under the layer's place; `load_assets(folder)` finds it again. Names in an
archive may come from anyone: what would lead out of the folder is refused.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from saccade.core._errors import SavingError, message
from saccade.saving._archive import read_below
from saccade.saving._places import places

if TYPE_CHECKING:
    from saccade.models import Model

ROOT = "assets/"


def write_assets(model: Model, archive: zipfile.ZipFile) -> None:
    """Lets each layer that wants to write its files, and adds them.

    Args:
        model: whose layers they are.
        archive: open for writing.
    """
    for place, holder in places(model):
        if not hasattr(holder, "save_assets"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            holder.save_assets(folder)
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file():
                    name = file.relative_to(folder).as_posix()
                    archive.write(file, f"{_prefix(place)}{name}")


def read_assets(model: Model, path: Path) -> None:
    """Gives each layer that reads files those that it wrote.

    Args:
        model: whose layers they are.
        path: the archive.

    Raises:
        SavingError: a name in the archive leads out of the layer's folder, or a file
            declares more than the archive can hold.

    Differs from Keras: a layer that wrote no file is not asked to read one.
    """
    for place, holder in places(model):
        if not hasattr(holder, "load_assets"):
            continue
        files = read_below(path, _prefix(place), "load_model")
        if files:
            with tempfile.TemporaryDirectory() as folder:
                _unpack(files, Path(folder), path)
                holder.load_assets(folder)


def _prefix(place: str) -> str:
    return f"{ROOT}{place}/" if place else ROOT


def _unpack(files: Mapping[str, bytes], folder: Path, archive: Path) -> None:
    for name, content in files.items():
        parts = name.split("/")
        if any(part in ("", ".", "..") or set(part) & set("\\:\0") for part in parts):
            raise SavingError(
                message(
                    "load_model",
                    f"{str(archive)!r} holds a file with the name {name!r}, which may "
                    "lead out of the model's folder",
                    "the file was altered; get it again from where it was made",
                )
            )
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
