"""The data sets beside Keras': the same arrays from the same files."""

from __future__ import annotations

import gzip
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import keras.src.datasets.cifar100 as keras_cifar100  # noqa: E402
import keras.src.datasets.fashion_mnist as keras_fashion  # noqa: E402

from saccade.datasets import cifar100, fashion_mnist  # noqa: E402
from saccade.utils import get_file  # noqa: E402

pytestmark = pytest.mark.parity


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path / "datasets"


def same(ours, theirs) -> None:
    for (x, y), (x_keras, y_keras) in zip(ours, theirs, strict=True):
        assert (x.dtype, y.dtype) == (x_keras.dtype, y_keras.dtype)
        np.testing.assert_array_equal(x, x_keras)
        np.testing.assert_array_equal(y, y_keras)


def write_batch(path: Path, rows: int, *keys: bytes) -> None:
    rng = np.random.default_rng(len(path.name))
    content = {key: rng.integers(0, 10, rows).tolist() for key in keys}
    content[b"data"] = rng.integers(0, 256, (rows, 3072), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, protocol=4))


def test_cifar100(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder / "cifar-100-python-target"
    for name in ("train", "test"):
        keys = (b"fine_labels", b"coarse_labels")
        write_batch(target / "cifar-100-python" / name, 3, *keys)
    monkeypatch.setattr(keras_cifar100, "get_file", lambda **_: str(target))
    for mode in ("fine", "coarse"):
        same(cifar100.load_data(mode), keras_cifar100.load_data(mode))


def test_fashion_mnist(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    home = folder / "fashion-mnist"
    home.mkdir(parents=True)
    for name, n in (("train", 4), ("t10k", 2)):
        count = n.to_bytes(4, "big")
        side = (28).to_bytes(4, "big")
        pictures = b"\0\0\x08\x03" + count + side + side + rng.bytes(n * 784)
        (home / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(pictures))
        labels = b"\0\0\x08\x01" + count + rng.bytes(n)
        (home / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))

    monkeypatch.setattr(keras_fashion, "get_file", get_file)
    same(fashion_mnist.load_data(), keras_fashion.load_data())


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"fname": "e.zip"},
        {"extract": True},
        {"fname": "d", "extract": True},
        {"fname": "d.zip", "extract": True, "cache_subdir": "sub"},
    ],
)
def test_paths_of_get_file(tmp_path: Path, arguments: dict) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "one")
    cache = tmp_path / "cache"
    cache.mkdir()  # Keras does not make it
    theirs = keras.utils.get_file(
        origin=archive.as_uri(), cache_dir=str(cache), **arguments
    )
    after = sorted(path.relative_to(cache) for path in cache.rglob("*"))
    shutil.rmtree(cache)
    assert get_file(origin=archive.as_uri(), cache_dir=cache, **arguments) == theirs
    assert sorted(path.relative_to(cache) for path in cache.rglob("*")) == after
