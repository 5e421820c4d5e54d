"""Single pictures: files, Pillow images, arrays."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.utils import array_to_img, img_to_array, load_img, save_img


def png(image: Image.Image) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, "png")
    file.seek(0)
    return file


@pytest.fixture
def gradient() -> np.ndarray:
    return np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3) * 3


@pytest.mark.parametrize("wrap", [str, Path, lambda p: str(p).encode()])
def test_load_img_takes_any_path(wrap, gradient: np.ndarray, tmp_path: Path) -> None:
    Image.fromarray(gradient).save(tmp_path / "ключ é.png")
    found = np.asarray(load_img(wrap(tmp_path / "ключ é.png")))
    np.testing.assert_array_equal(found, gradient)


@pytest.mark.parametrize(
    ("mode", "color_mode", "expected"),
    [
        ("1", "rgb", "RGB"),
        ("L", "rgb", "RGB"),
        ("P", "rgb", "RGB"),
        ("LA", "rgba", "RGBA"),
        ("RGBA", "rgb", "RGB"),
        ("RGB", "grayscale", "L"),
        ("I;16", "grayscale", "I;16"),
    ],
)
def test_load_img_converts(mode: str, color_mode: str, expected: str) -> None:
    found = load_img(png(Image.new(mode, (3, 2))), color_mode=color_mode)
    assert (found.mode, found.size) == (expected, (3, 2))


def test_load_img_converts_cmyk_and_takes_the_first_frame() -> None:
    file = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(file, "jpeg")
    red, green, _ = np.asarray(load_img(file))[0, 0].astype(int)
    assert red > 200
    assert green < 60
    file = io.BytesIO()
    frames = [Image.new("L", (2, 2), value) for value in (10, 200)]
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:])
    assert np.asarray(load_img(file, "grayscale")).max() == 10


def test_load_img_leaves_the_camera_orientation_alone() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (6, 4)).save(file, "jpeg", exif=exif)
    assert load_img(file).size == (6, 4)


def test_nearest_takes_pixels_and_aspect_ratio_cuts_the_middle(
    gradient: np.ndarray,
) -> None:
    small = load_img(png(Image.fromarray(gradient)), target_size=(2, 3))
    np.testing.assert_array_equal(np.asarray(small), gradient[1::2, 1::2])
    wide = np.zeros((4, 8, 3), np.uint8)
    wide[:, 2:6] = 255
    middle = load_img(
        png(Image.fromarray(wide)), target_size=(2, 2), keep_aspect_ratio=True
    )
    assert np.asarray(middle).min() == 255


def test_load_img_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_img(tmp_path / "none.png")
    with pytest.raises(TypeError, match=r"`path` must be a path or an io.BytesIO, got"):
        load_img(3)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"`color_mode` must be one of .*, got 'rbg'"):
        load_img(png(Image.new("L", (1, 1))), color_mode="rbg")
    with pytest.raises(ValueError, match=r"did you mean 'bilinear'\?"):
        load_img(png(Image.new("L", (1, 1))), interpolation="bilinaer")
    (tmp_path / "empty.png").touch()
    with pytest.raises(OSError, match="it is empty"):
        load_img(tmp_path / "empty.png")


def test_arrays_and_back(gradient: np.ndarray) -> None:
    image = array_to_img(gradient, scale=False)
    assert image.mode == "RGB"
    array = img_to_array(image)
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, gradient)
    first = img_to_array(image, "channels_first", "uint8")
    assert (first.shape, first.dtype) == ((3, 4, 6), np.uint8)
    again = array_to_img(first, "channels_first", scale=False)
    np.testing.assert_array_equal(np.asarray(again), gradient)
    assert img_to_array(Image.new("L", (3, 2))).shape == (2, 3, 1)
    assert img_to_array(Image.new("L", (3, 2)), "channels_first").shape == (1, 2, 3)


def test_array_to_img_scales_and_cuts() -> None:
    x = np.array([[[-1.0], [0.0], [1.0]]])
    assert np.asarray(array_to_img(x)).tolist() == [[0, 127, 255]]
    assert np.asarray(array_to_img(x * 0 + 5)).tolist() == [[0, 0, 0]]
    x = np.array([[[-7.0, 12.7, 300.0]]])
    assert np.asarray(array_to_img(x, scale=False)).tolist() == [[[0, 12, 255]]]
    assert array_to_img(np.full((1, 1, 1), 999), scale=False).mode == "I"


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: array_to_img(np.zeros((2, 2))), r"3 axes, got shape \(2, 2\)"),
        (lambda: array_to_img(np.zeros((2, 2, 2))), "1, 3 or 4 channels"),
        (lambda: img_to_array(np.zeros(2)), r"2 or 3 axes, got shape \(2,\)"),
        (lambda: img_to_array(np.zeros((2, 2)), "last"), "`data_format` must be one"),
    ],
)
def test_shape_errors(call, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        call()


@pytest.mark.parametrize("name", ["a.png", "a.JPG", "a.bmp", "a.tiff"])
def test_save_img_takes_the_format_from_the_name(
    name: str, gradient: np.ndarray, tmp_path: Path
) -> None:
    save_img(tmp_path / name, gradient, scale=False)
    found = np.asarray(load_img(tmp_path / name)).astype(int)
    assert np.abs(found - gradient).max() <= (60 if name == "a.JPG" else 0)
    save_img(tmp_path / "b", gradient, file_format="png")
    assert load_img(tmp_path / "b").size == (6, 4)


def test_save_img_drops_alpha_for_jpeg(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="converting to RGB"):
        save_img(tmp_path / "a.jpg", np.zeros((2, 2, 4)))
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.mode == "RGB"
