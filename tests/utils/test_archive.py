"""Archives, honest and hostile."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from saccade.core._errors import ConfigError, DataError
from saccade.utils import _archive
from saccade.utils._archive import extract_archive


def make_tar(path: Path, *entries: tuple[str, bytes, str], mode: str = "w:gz") -> Path:
    """Writes (name, type, link target or content) entries."""
    with tarfile.open(path, mode) as tar:
        for name, kind, text in entries:
            info = tarfile.TarInfo(name)
            info.type = kind
            content = b""
            if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                info.linkname = text
            else:
                content = text.encode()
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def make_zip(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


FILE, LINK, HARD, FOLDER = (
    tarfile.REGTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.DIRTYPE,
)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar(tmp_path: Path, mode: str) -> None:
    archive = make_tar(
        tmp_path / "a",
        ("./", FOLDER, ""),
        ("top/empty", FOLDER, ""),
        ("top/a.txt", FILE, "one"),
        ("top/deep/b.txt", FILE, "two"),
        ("top/hard", HARD, "top/a.txt"),
        ("top/deep/soft", LINK, "../a.txt"),
        mode=mode,
    )
    out = tmp_path / "out"
    extract_archive(archive, out)
    assert (out / "top/empty").is_dir()
    assert (out / "top/deep/b.txt").read_text() == "two"
    assert (out / "top/hard").read_text() == "one"
    assert (out / "top/deep/soft").is_symlink()
    assert (out / "top/deep/soft").read_text() == "one"
    assert sorted(os.listdir(tmp_path)) == ["a", "out"]


def test_zip_with_either_separator(tmp_path: Path) -> None:
    archive = make_zip(
        tmp_path / "a", **{"top/a.txt": "one", "top\\b.txt": "two", "c/": ""}
    )
    extract_archive(archive, tmp_path / "out", ["zip"])
    assert (tmp_path / "out/top/a.txt").read_text() == "one"
    assert (tmp_path / "out/top/b.txt").read_text() == "two"
    assert (tmp_path / "out/c").is_dir()


def test_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "old").write_text("")
    extract_archive(make_zip(tmp_path / "a", new="1"), out)
    assert os.listdir(out) == ["new"]
    assert sorted(os.listdir(tmp_path)) == ["a", "out"]


def test_a_later_entry_of_the_same_name_wins(tmp_path: Path) -> None:
    archive = make_tar(tmp_path / "a", ("x", FILE, "1"), ("x", FILE, "2"))
    extract_archive(archive, tmp_path / "out")
    assert (tmp_path / "out/x").read_text() == "2"


HOSTILE = {
    "parent": [("../evil", FILE, "x")],
    "hidden parent": [("a/../../evil", FILE, "x")],
    "absolute": [("/tmp/evil-saccade", FILE, "x")],
    "drive": [("C:\\evil", FILE, "x")],
    "backslash parent": [("a\\..\\..\\evil", FILE, "x")],
    "absolute folder": [("/evil", FOLDER, "")],
    "link out": [("a", LINK, "../evil")],
    "absolute link": [("a", LINK, "/etc/passwd")],
    "file through a link": [("a", LINK, ".."), ("a/evil", FILE, "x")],
    "link through a link": [("a", LINK, ".."), ("a/evil", LINK, "x")],
    "chain of links": [
        ("d/x", FILE, ""),
        ("a", LINK, "d"),
        ("b", LINK, "a/../.."),
    ],
    "late change of a link": [
        ("d/e/x", FILE, ""),
        ("b", LINK, "a/../.."),
        ("a", LINK, "d/e"),
        ("a", LINK, "d"),
    ],
    "hard link out": [("a", HARD, "../../evil")],
    "hard link to nothing": [("a", HARD, "absent")],
    "device": [("a", tarfile.CHRTYPE, "")],
    "pipe": [("a", tarfile.FIFOTYPE, "")],
    "file and folder": [("a", FILE, "x"), ("a/b", FILE, "x")],
    "links in a circle": [("a", LINK, "b"), ("b", LINK, "a"), ("h", HARD, "a")],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tar_is_refused_as_a_whole(tmp_path: Path, name: str) -> None:
    cage = tmp_path / "cage" / "inner"
    cage.mkdir(parents=True)
    archive = make_tar(tmp_path / "a.tar", ("good", FILE, "x"), *HOSTILE[name])
    with pytest.raises(DataError, match=r"a\.tar"):
        extract_archive(archive, cage / "out")
    assert sorted(os.listdir(tmp_path)) == ["a.tar", "cage"]
    assert os.listdir(tmp_path / "cage") == ["inner"]
    assert os.listdir(cage) == []


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "C:/evil"])
def test_hostile_zip_is_refused(tmp_path: Path, name: str) -> None:
    archive = make_zip(tmp_path / "a.zip", good="x", **{name: "x"})
    with pytest.raises(DataError, match="would be written outside its folder"):
        extract_archive(archive, tmp_path / "out")
    assert os.listdir(tmp_path) == ["a.zip"]


def test_link_in_a_zip_is_refused_if_it_leaves(tmp_path: Path) -> None:
    def write(target: str) -> Path:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(info, target)
            archive.writestr("a.txt", "one")
        return tmp_path / "a.zip"

    with pytest.raises(DataError, match="the link 'link' points outside"):
        extract_archive(write("../evil"), tmp_path / "out")
    extract_archive(write("a.txt"), tmp_path / "out")
    assert (tmp_path / "out/link").read_text() == "one"


@pytest.mark.parametrize("make", ["tar", "zip"])
def test_a_bomb_stops(
    tmp_path: Path, make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archive, "ALWAYS_ALLOWED_BYTES", 1000)
    text = "0" * 3_000_000
    if make == "tar":
        archive = make_tar(tmp_path / "a", ("bomb", FILE, text))
    else:
        archive = make_zip(tmp_path / "a", bomb=text)
    with pytest.raises(DataError, match="unpacks to far more"):
        extract_archive(archive, tmp_path / "out")
    assert os.listdir(tmp_path) == ["a"]


def test_too_many_entries_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_archive._Unpacking, "entries_left", 2)
    monkeypatch.setattr(
        _archive._Unpacking, "__init__", limited(_archive._Unpacking.__init__)
    )
    archive = make_zip(tmp_path / "a", a="", b="", c="")
    with pytest.raises(DataError, match="more than"):
        extract_archive(archive, tmp_path / "out")


def limited(original: Callable[..., None]) -> Callable[..., None]:
    def init(self, *args: object) -> None:
        original(self, *args, entries_left=2)

    return init


def damaged(path: Path) -> Path:
    whole = make_tar(path, ("a", FILE, "".join(map(str, range(9000)))))
    path.write_bytes(whole.read_bytes()[:-2000])
    return path


def test_damaged_archive(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the archive is damaged"):
        extract_archive(damaged(tmp_path / "a.tar.gz"), tmp_path / "out")
    assert os.listdir(tmp_path) == ["a.tar.gz"]


def test_not_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(DataError, match="not a tar or zip file"):
        extract_archive(tmp_path / "a.txt", tmp_path / "out")


@pytest.mark.parametrize("form", ["rar", None, [], ["tar", "rar"]])
def test_unknown_format(tmp_path: Path, form: object) -> None:
    with pytest.raises(ConfigError, match="must be 'auto', 'tar' or 'zip'"):
        extract_archive(tmp_path / "a", tmp_path / "out", form)  # type: ignore
