"""Pictures made arrays, and why that may fail."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.data import PictureForm, open_picture, picture_form
from saccade.data._decode import decode, reason


@pytest.mark.parametrize(
    ("mode", "form", "shape", "dtype"),
    [
        ("RGB", PictureForm((4, 5)), (4, 5, 3), np.uint8),
        ("L", PictureForm((4, 5), "rgba"), (4, 5, 4), np.uint8),
        ("RGBA", PictureForm(None, "grayscale"), (2, 3, 1), np.uint8),
        ("I;16", PictureForm((4, 5), "grayscale"), (4, 5, 1), np.uint16),
    ],
)
def test_decode_gives_the_form(
    mode: str, form: PictureForm, shape: tuple[int, ...], dtype: type
) -> None:
    file = io.BytesIO()
    Image.new(mode, (3, 2)).save(file, "png")
    found = decode(io.BytesIO(file.getvalue()), form)
    assert (found.shape, found.dtype) == (shape, dtype)


def test_camera_orientation_is_applied_when_asked_for() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (6, 4)).save(file, "jpeg", exif=exif)
    upright = PictureForm(exif_orientation=True)
    assert decode(io.BytesIO(file.getvalue()), PictureForm()).shape == (4, 6, 3)
    assert decode(io.BytesIO(file.getvalue()), upright).shape == (6, 4, 3)


def test_forms_are_checked() -> None:
    form = picture_form("f", np.array([3, 4]), "RGB", "Box")
    assert form == PictureForm((3, 4), "rgb", "box")
    assert form.shape == (3, 4, 3)
    with pytest.raises(ValueError, match=r"f: `target_size` must be one int or 2 ints"):
        picture_form("f", (1, 2, 3), "rgb", "box")


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
    Image.effect_noise((60, 60), 50).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert "more than 100 pixels (a decompression bomb?)" in failure(path)
    assert reason(PermissionError()) == "there is no permission to read it"
    assert reason(ValueError("odd")) == "it is damaged (odd)"
    with pytest.raises(TypeError, match="f: `path` must be a path"):
        open_picture(1, "f")  # pyright: ignore[reportArgumentType]
