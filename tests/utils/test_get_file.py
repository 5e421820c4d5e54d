"""Files in Keras' folder."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from saccade.core._errors import ConfigError, DataError, DownloadError
from saccade.utils import get_file
from saccade.utils._get_file import cache_folder, keras_home

SHA256 = hashlib.sha256(b"hello").hexdigest()
MD5 = hashlib.md5(b"hello").hexdigest()


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_fetches_once(site, home: Path) -> None:
    site.content = b"hello"
    path = get_file("a.txt", f"{site.url}/x.txt")
    assert path == str(home / "datasets" / "a.txt")
    assert Path(path).read_bytes() == b"hello"
    assert get_file("a.txt", f"{site.url}/x.txt") == path
    assert len(site.requests) == 1
    get_file("a.txt", f"{site.url}/x.txt", force_download=True)
    assert len(site.requests) == 2


def test_name_from_the_address_and_other_folders(site, home: Path, tmp_path) -> None:
    site.content = b"hello"
    path = get_file(
        origin=f"{site.url}/d/my%20file.txt?raw=1",
        cache_subdir="models",
        cache_dir=tmp_path / "other",
    )
    assert path == str(tmp_path / "other" / "models" / "my file.txt")
    path = get_file(origin=f"{site.url}/b.txt", cache_subdir=str(tmp_path / "absolute"))
    assert path == str(tmp_path / "absolute" / "b.txt")


def test_home_is_as_in_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert keras_home() == Path.home() / ".keras"


@pytest.mark.parametrize(
    "hashes",
    [
        {"file_hash": SHA256},
        {"file_hash": SHA256.upper(), "hash_algorithm": "sha256"},
        {"file_hash": MD5},
        {"file_hash": MD5, "hash_algorithm": "md5"},
        {"md5_hash": MD5},
    ],
)
def test_hash_is_checked(site, home: Path, hashes: dict[str, str]) -> None:
    site.content = b"hello"
    get_file("a.txt", site.url, **hashes)
    site.content = b"hallo"
    with pytest.raises(DataError, match=r"b\.txt: Incomplete or corrupted file"):
        get_file("b.txt", site.url, **hashes)
    assert os.listdir(home / "datasets") == ["a.txt"]


def test_a_wrong_local_file_is_replaced(site, home: Path, capsys) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "a.txt").write_text("half")
    site.content = b"hello"
    path = get_file("a.txt", site.url, file_hash=SHA256)
    assert Path(path).read_bytes() == b"hello"
    assert "another sha256 than wanted" in capsys.readouterr().out


def test_a_wrong_local_file_stays_when_nothing_better_comes(site, home: Path) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "a.txt").write_text("mine")
    site.status = 503
    with pytest.raises(DownloadError):
        get_file("a.txt", site.url, file_hash=SHA256)
    assert (home / "datasets" / "a.txt").read_text() == "mine"


def test_offline_says_what_from_where_and_where_to(site, home: Path) -> None:
    site.status = 404
    with pytest.raises(DownloadError) as caught:
        get_file("a.txt", f"{site.url}/a.txt", file_hash=SHA256)
    text = str(caught.value)
    assert text.startswith(f"a.txt: cannot be fetched from {site.url}/a.txt (HTTP 404")
    assert f"put it at {home / 'datasets' / 'a.txt'} (sha256 {SHA256})" in text


@pytest.mark.parametrize(
    ("fname", "archive", "folder"),
    [
        ("data", "data_archive", "data"),
        ("data.tar.gz", "data.tar.gz", "data_extracted"),
        (None, "x.zip_archive", "x.zip"),
    ],
)
def test_names_of_archives_are_those_of_keras(
    site, home: Path, fname: str | None, archive: str, folder: str
) -> None:
    site.content = zipped(**{"top/a.txt": "one"})
    path = Path(get_file(fname, f"{site.url}/x.zip", extract=True))
    assert path == home / "datasets" / folder
    assert (path / "top" / "a.txt").read_text() == "one"
    assert sorted(os.listdir(home / "datasets")) == sorted([archive, folder])


def test_unpacks_again_only_when_the_archive_is_newer(site, home: Path) -> None:
    site.content = zipped(a="one")
    folder = Path(get_file("data", site.url, extract=True))
    (folder / "a").write_text("changed by hand")
    assert Path(get_file("data", site.url, extract=True), "a").read_text() == (
        "changed by hand"
    )
    archive = home / "datasets" / "data_archive"
    os.utime(archive, (folder.stat().st_mtime + 5,) * 2)
    assert Path(get_file("data", site.url, extract=True), "a").read_text() == "one"
    (folder / "a").write_text("changed by hand")
    get_file("data", site.url, extract=True, force_download=True)
    assert (folder / "a").read_text() == "one"


def test_an_unpacked_folder_without_its_archive_will_do(site, home: Path) -> None:
    folder = home / "datasets" / "data"
    folder.mkdir(parents=True)
    (folder / "a").write_text("one")
    assert get_file("data", site.url, untar=True) == str(folder)
    assert site.requests == []


def test_untar_means_tar(site, home: Path) -> None:
    site.content = zipped(a="one")
    with pytest.raises(DataError, match="not a tar file"):
        get_file("data", site.url, untar=True)


def test_a_file_does_not_become_a_folder_nor_the_reverse(site, home: Path) -> None:
    site.content = zipped(a="one")
    get_file("data", site.url)
    with pytest.raises(ConfigError, match="data must be a folder, and is a file"):
        get_file("data", site.url, extract=True)
    get_file("other", site.url, extract=True)
    with pytest.raises(ConfigError, match="other must be a file, and is a folder"):
        get_file("other", site.url)


def test_hostile_archive_leaves_nothing(site, home: Path) -> None:
    site.content = zipped(**{"../../evil": "x"})
    with pytest.raises(DataError, match="outside its folder"):
        get_file("data", site.url, extract=True)
    assert os.listdir(home / "datasets") == ["data_archive"]
    assert os.listdir(home) == ["datasets"]


@pytest.mark.parametrize("fname", ["a/b", "..", ".", "a\\b", "/etc/passwd"])
def test_names_with_folders_are_refused(home: Path, fname: str) -> None:
    with pytest.raises(ConfigError, match="name of a file without folders"):
        get_file(fname, "http://127.0.0.1:1/")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1/", "http://127.0.0.1:1/a/.."])
def test_an_address_without_a_name_is_refused(home: Path, origin: str) -> None:
    with pytest.raises(ConfigError, match="name of a file"):
        get_file(origin=origin)


def test_origin_is_needed() -> None:
    with pytest.raises(ValueError, match="`origin` must be the address"):
        get_file("a.txt")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"file_hash": "12ab"}, "must be 32 hexadecimal digits for md5"),
        ({"file_hash": "z" * 64}, "must be 64 hexadecimal digits for sha256"),
        ({"hash_algorithm": "sha1"}, "one of 'auto', 'md5', 'sha256', got 'sha1'"),
    ],
)
def test_hash_arguments(home: Path, arguments: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        get_file("a.txt", "http://127.0.0.1:1/", **arguments)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_cache_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    folder = cache_folder(cache_dir=tmp_path / "locked")
    assert folder == tmp_path / f"keras-{os.getuid()}" / "datasets"
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    (tmp_path / "locked" / "datasets" / "a.txt").write_text("one")
    found = cache_folder(cache_dir=tmp_path / "locked", holding="a.txt")
    assert found == tmp_path / "locked" / "datasets"
