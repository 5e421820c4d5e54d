"""Downloads: resuming, versions of a file, failures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from saccade.core._errors import ConfigError, DataError, DownloadError
from saccade.utils import _download
from saccade.utils._download import download

CONTENT = bytes(range(256)) * 4096  # 1 MiB


def fetch(site, target: Path, *, hashed: bool = False, want: bytes | None = None):
    def check(path: Path) -> None:
        if want is not None and path.read_bytes() != want:
            raise DataError("wrong bytes")

    download(
        f"{site.url}/a.bin", target, check, hashed=hashed, advice="bring it by hand"
    )


def test_a_whole_file(site, tmp_path: Path, capsys) -> None:
    site.content = CONTENT
    fetch(site, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert os.listdir(tmp_path) == ["a.bin"]
    shown = capsys.readouterr().out
    assert shown.startswith(f"Downloading data from {site.url}/a.bin\n")
    assert f"{len(CONTENT)}/{len(CONTENT)} ━" in shown


def test_goes_on_after_a_cut_in_the_same_call(site, tmp_path: Path) -> None:
    site.content, site.cuts = CONTENT, [300_000, 400_000]
    fetch(site, tmp_path / "a.bin")
    assert site.requests == [None, "bytes=300000-", "bytes=700000-"]
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_goes_on_after_a_cut_in_the_next_call(site, tmp_path: Path) -> None:
    site.content, site.cuts = CONTENT, [1000] * _download.ATTEMPTS
    with pytest.raises(
        DownloadError, match=r"after 4000 of 1048576 bytes.*4000 bytes are kept"
    ):
        fetch(site, tmp_path / "a.bin")
    assert not (tmp_path / "a.bin").exists()
    fetch(site, tmp_path / "a.bin")
    assert site.requests[-1] == "bytes=4000-"
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_new_version_starts_over(site, tmp_path: Path) -> None:
    site.content, site.cuts = b"old" * 1000, [10] * _download.ATTEMPTS
    with pytest.raises(DownloadError):
        fetch(site, tmp_path / "a.bin")
    site.content, site.etag = b"new" * 1000, '"v2"'
    fetch(site, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == b"new" * 1000


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_starts_over_when_nothing_vouches_for_the_version(
    site, tmp_path: Path, etag: str
) -> None:
    site.content, site.cuts, site.etag = CONTENT, [1000], etag
    fetch(site, tmp_path / "a.bin")
    assert site.requests == [None, None]
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_hash_allows_going_on_without_a_version(site, tmp_path: Path) -> None:
    site.content, site.cuts, site.etag = CONTENT, [1000], ""
    fetch(site, tmp_path / "a.bin", hashed=True, want=CONTENT)
    assert site.requests == [None, "bytes=1000-"]


def test_bytes_of_two_versions_are_thrown_away(site, tmp_path: Path) -> None:
    site.content, site.etag = b"new" * 1000, ""
    (tmp_path / "a.bin.part").write_bytes(b"old" * 10)
    fetch(site, tmp_path / "a.bin", hashed=True, want=site.content)
    assert site.requests == ["bytes=30-", None]
    assert (tmp_path / "a.bin").read_bytes() == site.content


def test_too_long_a_part_starts_over(site, tmp_path: Path) -> None:
    site.content = b"short"
    (tmp_path / "a.bin.part").write_bytes(b"much too long")
    fetch(site, tmp_path / "a.bin", hashed=True, want=b"short")
    assert site.requests == ["bytes=13-", None]


def test_a_server_without_ranges(site, tmp_path: Path) -> None:
    site.content, site.cuts, site.ranges = CONTENT, [1000], False
    fetch(site, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_file_of_unknown_length(site, tmp_path: Path, capsys) -> None:
    site.content, site.chunked = b"abc", True
    fetch(site, tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == b"abc"
    assert "3/Unknown" in capsys.readouterr().out


def test_wrong_bytes_are_not_kept(site, tmp_path: Path) -> None:
    site.content = b"evil"
    with pytest.raises(DataError, match="wrong bytes"):
        fetch(site, tmp_path / "a.bin", hashed=True, want=b"good")
    assert os.listdir(tmp_path) == []


def test_missing_file_is_asked_for_once(site, tmp_path: Path) -> None:
    site.status = 404
    with pytest.raises(DownloadError) as caught:
        fetch(site, tmp_path / "a.bin")
    assert str(caught.value) == (
        f"a.bin: cannot be fetched from {site.url}/a.bin (HTTP 404 Not Found).\n"
        "Fix: bring it by hand."
    )
    assert len(site.requests) == 1
    assert os.listdir(tmp_path) == []


def test_no_server_at_all(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(_download, "PAUSE_S", 0.0)
    with pytest.raises(OSError, match="cannot be fetched"):
        download(
            (tmp_path / "absent").as_uri(),
            tmp_path / "a.bin",
            lambda path: None,
            hashed=False,
            advice="",
        )


def test_other_addresses_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="http, https, ftp or file address"):
        download("data:,x", tmp_path / "a", lambda path: None, hashed=True, advice="")


def test_two_at_once_do_not_share_a_part(site, tmp_path: Path) -> None:
    site.content = CONTENT
    with _download._part_file(tmp_path / "a.bin") as (part, file):
        file.write(b"half of an")
        fetch(site, tmp_path / "a.bin")
        assert part.read_bytes() == b"half of an"
        assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert sorted(os.listdir(tmp_path)) == ["a.bin", "a.bin.part"]


def test_a_full_disk_is_told_as_such(site, tmp_path: Path, monkeypatch) -> None:
    class Full:
        def write(self, chunk: bytes) -> None:
            raise OSError(28, "No space left on device")

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

    full = Full()

    def copy(response, file, begin, total):
        full.file = file
        original(response, full, begin, total)

    original = _download._copy
    monkeypatch.setattr(_download, "_copy", copy)
    site.content = CONTENT
    with pytest.raises(OSError, match="No space left") as caught:
        fetch(site, tmp_path / "a.bin")
    assert not isinstance(caught.value, DownloadError)
    assert len(site.requests) == 1
