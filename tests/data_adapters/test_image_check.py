"""Every unusable picture is found before the training, and named with the reason."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from saccade.data import (
    Looked,
    PictureForm,
    Unusable,
    find_unusable,
    list_unusable,
    look_at_all,
    threads_for_reading,
)
from saccade.data._decode import decode
from saccade.data._image_check import check_picture

KINDS = ["jpeg", "png", "bmp", "tiff", "ppm", "gif", "webp"]


def noise(kind: str, mode: str = "RGB") -> bytes:
    rng = np.random.default_rng(0)
    file = io.BytesIO()
    values = rng.integers(0, 256, (40, 50, 3)).astype(np.uint8)
    Image.fromarray(values).convert(mode).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_whole_pictures_pass_and_cut_ones_do_not(kind: str, tmp_path: Path) -> None:
    content = noise(kind)
    path = tmp_path / "a.jpg"  # the content counts, not the name
    path.write_bytes(content)
    assert check_picture(str(path)) is None
    for share in (0.02, 0.5, 0.9):
        path.write_bytes(content[: int(share * len(content))])
        found = check_picture(str(path))
        assert found is not None, share
        assert found.path == str(path)
        assert found.why.startswith("it is ")


def test_bytes_after_the_end_of_a_jpeg_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(noise("jpeg") + b"\0" * 3)
    assert check_picture(str(path)) is None
    path.write_bytes(noise("jpeg") + b"appended by a phone")
    assert check_picture(str(path)) is None


def test_a_png_with_a_wrong_checksum_is_damaged(tmp_path: Path) -> None:
    content = bytearray(noise("png"))
    content[len(content) // 2] ^= 0xFF
    path = tmp_path / "a.png"
    path.write_bytes(content)
    found = check_picture(str(path))
    assert found is not None
    assert "damaged" in found.why


def test_all_are_found_in_order_and_named(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{number}.png") for number in range(6)]
    for path in paths[::2]:
        Path(path).write_bytes(noise("png"))
    Path(paths[1]).touch()
    Path(paths[3]).write_text("text")
    found = find_unusable(paths)
    assert [file.path for file in found] == paths[1::2]
    text = list_unusable("flow", found, 6)
    assert text.startswith("flow: 3 of 6 pictures cannot be used:\n")
    assert f"  {paths[1]}: it is empty (0 bytes)\n" in text
    assert f"  {paths[5]}: it does not exist.\n" in text
    assert text.endswith("pass on_error='skip' to go on without them.")
    assert find_unusable([]) == []


def mutated(
    kind: str, changes: list[tuple[int, int]], keep: float, spread: int
) -> bytes:
    content = bytearray(noise(kind))
    for place, value in changes:
        content[place % min(spread, len(content))] = value
    return bytes(content[: max(1, int(keep * len(content)))])


# Longer by hand: SACCADE_FUZZ=100000 pytest tests/data_adapters/test_image_check.py
@settings(
    max_examples=int(os.environ.get("SACCADE_FUZZ", "150")),
    deadline=None,
    derandomize="SACCADE_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    kind=st.sampled_from(KINDS),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    keep=st.one_of(st.just(1.0), st.floats(0.05, 1)),
    spread=st.sampled_from([30, 300, 10**6]),
)
@pytest.mark.filterwarnings("ignore")
def test_mutated_files_give_a_reason_and_no_crash(
    kind: str,
    changes: list[tuple[int, int]],
    keep: float,
    spread: int,
    tmp_path: Path,
) -> None:
    """What passes the check decodes; nothing hangs, or takes more than its bound."""
    path = tmp_path / "mutated.png"
    path.write_bytes(mutated(kind, changes, keep, spread))
    found = check_picture(str(path))
    if found is not None:
        assert isinstance(found, Unusable)
        assert found.why.startswith(("it ", "there is not enough memory"))
        return
    for mode in ("rgb", "grayscale", "rgba"):
        form = PictureForm((5, 6), mode, exif_orientation=True)
        assert decode(str(path), form).shape == (5, 6, form.channels)


def test_threads() -> None:
    assert 1 <= threads_for_reading() <= 16


def test_what_a_picture_is(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    paths = [str(tmp_path / name) for name in ("a.jpg", "b.png", "c.jpg")]
    Image.new("CMYK", (6, 4)).save(paths[0], exif=exif)
    Image.new("P", (5, 7)).save(paths[1])
    assert look_at_all(paths) == [
        Looked(paths[0], 6, 4, "CMYK", "JPEG", True),
        Looked(paths[1], 5, 7, "P", "PNG", False),
        Unusable(paths[2], "it does not exist"),
    ]
