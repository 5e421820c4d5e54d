"""Fashion-MNIST from gzipped IDX files."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from saccade.core._errors import DataError, DownloadError
from saccade.datasets import fashion_mnist


def idx(array: np.ndarray, magic: int | None = None) -> bytes:
    header = struct.pack(
        f">{1 + array.ndim}I", magic or 0x800 + array.ndim, *array.shape
    )
    return gzip.compress(header + array.tobytes(), mtime=0)


@pytest.fixture
def arrays(folder: Path) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    home = folder / "fashion-mnist"
    home.mkdir()
    arrays = {}
    for name, count in (("train", 5), ("t10k", 2)):
        x = rng.integers(0, 256, (count, 28, 28), np.uint8)
        y = rng.integers(0, 10, count, np.uint8)
        (home / f"{name}-images-idx3-ubyte.gz").write_bytes(idx(x))
        (home / f"{name}-labels-idx1-ubyte.gz").write_bytes(idx(y))
        arrays |= {f"{name}_x": x, f"{name}_y": y}
    return arrays


def test_the_cached_files_are_used(arrays) -> None:
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, arrays["train_x"])
    np.testing.assert_array_equal(y_train, arrays["train_y"])
    np.testing.assert_array_equal(x_test, arrays["t10k_x"])
    np.testing.assert_array_equal(y_test, arrays["t10k_y"])
    x_train[0] = 0  # the arrays are one's own to change


def test_offline_says_everything(folder: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        fashion_mnist.load_data()
    text = str(caught.value)
    name = "train-labels-idx1-ubyte.gz"
    assert text.startswith(f"{name}: cannot be fetched from https://")
    assert f"put it at {folder / 'fashion-mnist' / name}" in text


def damage(content: bytes, kind: str) -> bytes:
    labels = np.zeros(5, np.uint8)
    return {
        "cut": content[:-9],
        "empty": b"",
        "not gzip": b"<html>404</html>",
        "too short": gzip.compress(gzip.decompress(content)[:-1]),
        "too long": gzip.compress(gzip.decompress(content) + b"x"),
        "no header": gzip.compress(b"abc"),
        "pictures": idx(np.zeros((1, 28, 28), np.uint8)),
        "magic": idx(labels, 0x901),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "cut", "empty", "not gzip", "too short", "too long", "no header",
        "pictures", "magic",
    ],
)  # fmt: skip
def test_damaged_files_are_noticed(folder: Path, arrays, kind: str) -> None:
    path = folder / "fashion-mnist" / "train-labels-idx1-ubyte.gz"
    path.write_bytes(damage(path.read_bytes(), kind))
    with pytest.raises(DataError, match=r"train-labels.*the file is damaged"):
        fashion_mnist.load_data()


def test_pictures_without_labels_are_noticed(folder: Path, arrays) -> None:
    path = folder / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(idx(np.zeros(1, np.uint8)))
    with pytest.raises(DataError, match="2 pictures but 1 labels"):
        fashion_mnist.load_data()


def test_names_of_the_classes() -> None:
    assert len(fashion_mnist.CLASS_NAMES) == 10
    assert fashion_mnist.CLASS_NAMES[9] == "Ankle boot"
