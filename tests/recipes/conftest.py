"""Tiny folders of pictures, and one run on them that many tests look at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade import layers
from saccade.launcher import uninstall
from saccade.recipes import TrainResult, train
from saccade.recipes._networks import NETWORKS, Network

SETTINGS = {
    "size": 16,
    "model": "flat",
    "epochs": 2,
    "batch_size": 8,
    "augment": "flip",
}
COLOURS = {"ants": (200, 60, 40), "bees": (60, 60, 200), "wasps": (60, 190, 60)}


def make_folder(root: Path, counts: dict[str, int], seed: int = 0) -> Path:
    """Writes pictures of a colour for each class, with noise."""
    rng = np.random.default_rng(seed)
    for name, count in counts.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            noise = rng.integers(-40, 40, (20, 24, 3))
            pixels = np.clip(np.array(COLOURS[name]) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{number:02d}.png")
    return root


def _flat(classes: int) -> list[layers.Layer]:
    return [
        layers.Rescaling(1 / 127.5, offset=-1.0),
        layers.AveragePooling2D(4),
        layers.Flatten(),
        layers.Dense(classes, activation="softmax"),
    ]


@pytest.fixture(scope="session", autouse=True)
def flat_network() -> Iterator[None]:
    """A network without convolutions, which compiles soon."""
    NETWORKS["flat"] = Network("for tests", _flat, 1e-2)
    yield
    del NETWORKS["flat"]


@pytest.fixture
def no_aliases() -> Iterator[None]:
    """Hides the real Keras, and takes the launcher's aliases away again."""
    path = list(sys.path)
    names = [n for n in sys.modules if n.partition(".")[0] in ("keras", "tensorflow")]
    hidden = {name: sys.modules.pop(name) for name in names}
    yield
    uninstall()
    sys.modules.update(hidden)
    assert sys.path == path


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a folder of pictures: folder(ants=4, bees=4)."""

    def make(name: str = "pictures", seed: int = 0, **counts: int) -> Path:
        return make_folder(tmp_path / name, counts, seed)

    return make


@pytest.fixture(scope="session")
def shared_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of 24 and 16 pictures; not to be changed."""
    root = tmp_path_factory.mktemp("shared") / "insects"
    return make_folder(root, {"ants": 24, "bees": 16})


@pytest.fixture(scope="session")
def shared_run(
    shared_pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainResult:
    """A finished run on them; not to be changed."""
    out = tmp_path_factory.mktemp("runs") / "first"
    return train(shared_pictures, out=out, quiet=True, **(SETTINGS | {"model": "tiny"}))
