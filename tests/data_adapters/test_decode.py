"""Pictures made arrays, and why that may fail."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from saccade.data import PictureForm, picture_form
from saccade.data._decode import decode


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


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_each_orientation_is_that_of_pillow(orientation: int, kind: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    lossless = {"lossless": True} if kind == "webp" else {}
    Image.fromarray(pixels).save(file, kind, exif=exif, **lossless)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(file.getvalue())))
    found = decode(io.BytesIO(file.getvalue()), PictureForm(exif_orientation=True))
    np.testing.assert_array_equal(found, np.asarray(expected))


def test_damaged_notes_of_a_camera_do_not_matter() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (6, 4)).save(file, "jpeg", exif=exif)
    content = bytearray(file.getvalue())
    place = content.index(b"Exif\0\0") + 6
    content[place : place + 4] = b"????"
    upright = PictureForm(exif_orientation=True)
    assert decode(io.BytesIO(content), upright).shape == (4, 6, 3)


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
