"""MNIST from a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from saccade.core._errors import ConfigError, DataError, DownloadError
from saccade.datasets import mnist


def write(path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (6, 28, 28), np.uint8),
        "y_train": rng.integers(0, 10, 6, np.uint8),
        "x_test": rng.integers(0, 256, (2, 28, 28), np.uint8),
        "y_test": rng.integers(0, 10, 2, np.uint8),
    }
    np.savez(path, **arrays)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(mnist, "_SHA256", digest)
    return arrays


def test_the_cached_file_is_used(folder: Path, monkeypatch) -> None:
    arrays = write(folder / "mnist.npz", monkeypatch)
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    np.testing.assert_array_equal(x_train, arrays["x_train"])
    np.testing.assert_array_equal(y_train, arrays["y_train"])
    np.testing.assert_array_equal(x_test, arrays["x_test"])
    np.testing.assert_array_equal(y_test, arrays["y_test"])


def test_a_file_of_ones_own(tmp_path: Path, monkeypatch) -> None:
    arrays = write(tmp_path / "own.npz", monkeypatch)
    (x_train, _), _ = mnist.load_data(tmp_path / "own.npz")
    np.testing.assert_array_equal(x_train, arrays["x_train"])
    with pytest.raises(ConfigError, match="name of a file without folders"):
        mnist.load_data(tmp_path / "absent.npz")


def test_offline_says_everything(folder: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        mnist.load_data()
    text = str(caught.value)
    assert "mnist.npz: cannot be fetched from https://" in text
    assert "tf-keras-datasets/mnist.npz (Name or service not known)" in text
    assert f"put it at {folder / 'mnist.npz'} (sha256 731c5ac6" in text


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04cut", b"\x80\x04K\x01."])
def test_a_damaged_file_of_ones_own(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"own\.npz: it must be an \.npz file"):
        mnist.load_data(tmp_path / "own.npz")


def test_arrays_of_other_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", a=np.zeros(3))
    with pytest.raises(DataError, match="with x_train, y_train, x_test and y_test"):
        mnist.load_data(tmp_path / "own.npz")
    np.save(tmp_path / "own.npy", np.zeros(3))
    with pytest.raises(DataError, match=r"it must be an \.npz file"):
        mnist.load_data(tmp_path / "own.npy")
