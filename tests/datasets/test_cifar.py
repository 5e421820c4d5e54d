"""CIFAR-10 and CIFAR-100 from their pickles, which must not run code."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from saccade.core import _settings
from saccade.core._errors import ConfigError, DataError, DownloadError
from saccade.datasets import _cifar, cifar10, cifar100

ROWS = 4


def write(path: Path, seed: int, *keys: bytes) -> None:
    rng = np.random.default_rng(seed)
    content = {b"data": rng.integers(0, 256, (ROWS, 3072), np.uint8)}
    for key in keys:
        content[key] = rng.integers(0, 10, ROWS).tolist()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, protocol=4))


def write_cifar10(home: Path) -> None:
    for number, name in enumerate((*cifar10._TRAIN, cifar10._TEST)):
        write(home / name, number, b"labels")


def write_cifar100(home: Path) -> None:
    for number, name in enumerate(("train", "test")):
        write(home / name, number, b"fine_labels", b"coarse_labels")


@pytest.mark.parametrize(
    "place", ["cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"]
)
def test_cifar10_from_the_folders_of_keras_3_and_2(folder: Path, place: str) -> None:
    write_cifar10(folder / place)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert x_train.shape == (5 * ROWS, 32, 32, 3)
    assert y_train.shape == (5 * ROWS, 1)
    assert x_test.shape == (ROWS, 32, 32, 3)
    assert y_test.shape == (ROWS, 1)
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert x_train.flags.c_contiguous
    rng = np.random.default_rng(5)
    data = rng.integers(0, 256, (ROWS, 3072), np.uint8)
    np.testing.assert_array_equal(x_test[1, 2, 3], data[1].reshape(3, 32, 32)[:, 2, 3])
    np.testing.assert_array_equal(y_test[:, 0], rng.integers(0, 10, ROWS))


def test_cifar100(folder: Path) -> None:
    write_cifar100(folder / "cifar-100-python-target" / "cifar-100-python")
    (x_train, fine), (x_test, _) = cifar100.load_data()
    (_, coarse), _ = cifar100.load_data(label_mode="coarse")
    assert x_train.shape == x_test.shape == (ROWS, 32, 32, 3)
    assert fine.shape == (ROWS, 1)
    assert fine.dtype == np.int64  # as Keras has it, though it says uint8
    assert fine.tolist() != coarse.tolist()


def test_channels_first(folder: Path) -> None:
    write_cifar100(folder / "cifar-100-python")
    (last, _), _ = cifar100.load_data()
    _settings.set_image_data_format("channels_first")
    (first, _), _ = cifar100.load_data()
    np.testing.assert_array_equal(first, last.transpose(0, 3, 1, 2))


def test_wrong_label_mode() -> None:
    with pytest.raises(ConfigError, match="`label_mode` must be one of 'fine', 'coars"):
        cifar100.load_data("medium")


def test_offline_says_everything(folder: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        cifar10.load_data()
    text = str(caught.value)
    assert "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz" in text
    archive = folder / "cifar-10-batches-py-target_archive"
    assert f"put it at {archive} (sha256 6d958be0" in text


def test_an_incomplete_folder(folder: Path) -> None:
    place = folder / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    write_cifar10(place)
    (place / "data_batch_3").unlink()
    with pytest.raises(DataError, match="the files data_batch_3 are missing"):
        cifar10.load_data()


class Evil:
    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self):
        return os.mkdir, (str(self.place),)


def test_no_code_in_a_pickle_is_run(tmp_path: Path) -> None:
    evil = {b"data": Evil(tmp_path / "evil"), b"labels": []}
    (tmp_path / "batch").write_bytes(pickle.dumps(evil))
    with pytest.raises(DataError, match=r"it asks for posix\.mkdir|nt\.mkdir"):
        _cifar.read_batch(tmp_path / "batch", "labels")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "name", ["builtins eval", "os system", "numpy load", "numpy.testing.rundocs x"]
)
def test_only_arrays_are_rebuilt(tmp_path: Path, name: str) -> None:
    (tmp_path / "batch").write_bytes(f"c{name.replace(' ', chr(10))}\n.".encode())
    with pytest.raises(DataError, match="which no data set needs"):
        _cifar.read_batch(tmp_path / "batch", "labels")


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {b"data": b"", b"labels": [1]},
        {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]},
        {b"data": np.zeros((1, 3072)), b"labels": [1]},
        {b"data": np.zeros((1, 3072), np.uint8), b"labels": ["a"]},
    ],
)
def test_other_pickles_are_refused(tmp_path: Path, content: object) -> None:
    (tmp_path / "batch").write_bytes(pickle.dumps(content, protocol=4))
    with pytest.raises(DataError, match=r"batch: the file is damaged or not of CIFAR"):
        _cifar.read_batch(tmp_path / "batch", "labels")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x80\x02}q"])
def test_damaged_pickles_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "batch").write_bytes(content)
    with pytest.raises(DataError, match="the file is damaged"):
        _cifar.read_batch(tmp_path / "batch", "labels")


def test_pickles_of_python_2_are_read(tmp_path: Path) -> None:
    """As Python 2 wrote them: NumPy's module by its old name, strings for bytes."""

    def short(text: bytes) -> bytes:
        return b"U" + bytes([len(text)]) + text

    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85",
        short(b"b"),
        b"tR(K\x01K\x01M\x00\x0c\x86cnumpy\ndtype\n(",
        short(b"u1"),
        b"K\x00K\x01tR\x89T\x00\x0c\x00\x00",
        bytes(3072),
        b"tb",
    )
    parts = (b"\x80\x02}(", short(b"data"), *array, short(b"labels"), b"](K\x07eu.")
    (tmp_path / "batch").write_bytes(b"".join(parts))
    x, y = _cifar.read_batch(tmp_path / "batch", "labels")
    assert x.shape == (1, 3, 32, 32)
    assert y.tolist() == [[7]]
