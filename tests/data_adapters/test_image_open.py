"""Files that should be pictures: what is opened, what is refused, and why."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import threading
import zlib
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from PIL import Image

from saccade.data import PictureForm, find_unusable, open_picture
from saccade.data import _image_open as opening
from saccade.data._decode import decode
from saccade.data._image_open import in_turn, reason


def failure(path: Path) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011  any kind has a reason
        decode(path, PictureForm())
    return reason(caught.value)


def test_reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    assert failure(path) == "it does not exist"
    path.touch()
    assert failure(path) == "it is empty (0 bytes)"
    path.write_text("no picture")
    assert failure(path) == "it is not a picture, or its first bytes are damaged"
    assert failure(tmp_path) in ("it is a folder", "there is no permission to read it")
    Image.effect_noise((60, 60), 50).save(path)
    path.write_bytes(path.read_bytes()[:900])
    assert failure(path).startswith("it is truncated")
    monkeypatch.setattr(opening, "LARGEST_FILE", 899)
    assert failure(path).startswith("it has more than ")
    assert reason(ValueError("odd")) == "it is damaged (odd)"
    assert reason(MemoryError()) == "there is not enough memory to decode it"
    with pytest.raises(TypeError, match="f: `path` must be a path"):
        open_picture(1, "f")  # pyright: ignore[reportArgumentType]


def test_no_permission_is_named(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (2, 2)).save(path)

    def refuse(*arguments: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(path))

    # The tests may run as root, who may read everything.
    monkeypatch.setattr(opening, "open", refuse, raising=False)
    (found,) = find_unusable([str(path)])
    assert found.why == "there is no permission to read it"


def bomb(path: Path, side: int) -> None:
    """A PNG of a few hundred bytes whose header states a large picture."""
    file = io.BytesIO()
    Image.new("L", (4, 4)).save(file, "png")
    content = bytearray(file.getvalue())
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path.write_bytes(content)


@pytest.mark.parametrize("side", [9_500, 14_000, 2**31 - 1])
def test_a_bomb_is_an_error_before_anything_is_decoded(
    side: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9,500 x 9,500 is beyond the bound, where Pillow alone would only warn."""
    path = tmp_path / "a.png"
    bomb(path, side)
    monkeypatch.setattr(Image.core, "new", None)  # nothing is given memory
    warned = pytest.warns(Image.DecompressionBombWarning)
    with warned if side == 9_500 else contextlib.nullcontext():
        (found,) = find_unusable([str(path)])
    assert found.why == (
        "it would unpack to more than 89,478,485 pixels (a decompression bomb?); the "
        "bound is PIL.Image.MAX_IMAGE_PIXELS"
    )


def test_the_bound_of_pixels_is_the_users(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (20, 20)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 399)
    with pytest.warns(Image.DecompressionBombWarning):
        assert "more than 399 pixels" in failure(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert decode(path, PictureForm()).shape == (20, 20, 3)


@pytest.mark.parametrize("kind", ["jpeg", "png", "bmp", "gif", "webp", "tiff", "ppm"])
@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "tif"])
def test_the_content_counts_and_not_the_suffix(
    kind: str, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (5, 4), (200, 30, 30)).save(path, kind)
    assert find_unusable([str(path)]) == []
    assert abs(int(decode(path, PictureForm())[2, 2, 0]) - 200) < 8
    assert open_picture(path).format == kind.upper()


@pytest.mark.parametrize("kind", ["ico", "tga", "pcx", "sgi", "dds", "eps"])
def test_a_lying_suffix_does_not_reach_rare_decoders(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (16, 16)).save(path, kind)
    with Image.open(path) as alone:
        assert alone.format == kind.upper()
    expected = "an icon" if kind == "ico" else "not a picture, or its first bytes are "
    assert f"it is {expected}" in failure(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html>", "a web page, perhaps of a failed download"),
        (b"<svg xmlns=", "an SVG drawing"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\0\0\0\x1cftypheic", "a HEIC picture"),
        (b"\0\0\0\x1cftypavif", "an AVIF picture"),
        (b"\0\0\0\x1cftypisom", "a film"),
        (b"version https://git-lfs.github.com", "a pointer of Git LFS"),
    ],
)
def test_what_people_take_for_pictures_is_named(content: bytes, what: str) -> None:
    with pytest.raises(OSError, match=f"cannot identify .*: it is {what}") as caught:
        open_picture(io.BytesIO(content))
    assert reason(caught.value).startswith(f"it is {what}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_does_not_make_it_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    assert stat.S_ISFIFO(os.stat(tmp_path / "a.png").st_mode)
    assert failure(tmp_path / "a.png") == "it is a pipe or a device"


def test_very_large_pictures_are_decoded_one_after_another() -> None:
    large, small = Image.new("1", (4096, 4096)), Image.new("1", (9, 9))
    entered = threading.Event()

    def other() -> None:
        with in_turn(large):
            entered.set()

    thread = threading.Thread(target=other)
    with in_turn(large):
        thread.start()
        with in_turn(small):
            assert not entered.wait(0.05)
    thread.join(10)
    assert entered.is_set()


def test_pixels_are_those_of_the_file(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.jpg", "png")
    np.testing.assert_array_equal(decode(tmp_path / "a.jpg", PictureForm()), pixels)
