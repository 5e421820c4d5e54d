"""Single pictures beside Keras': the same pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

keras = pytest.importorskip("keras")

from saccade import utils  # noqa: E402

pytestmark = pytest.mark.parity

FILTERS = ["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"]


def picture(mode: str, size: tuple[int, int] = (23, 17)) -> Image.Image:
    rng = np.random.default_rng(len(mode))
    if mode == "I;16":
        return Image.fromarray(rng.integers(0, 65536, size[::-1]).astype(np.uint16))
    noise = rng.integers(0, 256, (*size[::-1], 4)).astype(np.uint8)
    return Image.fromarray(noise).convert(mode)


def encoded(image: Image.Image, kind: str) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, kind)
    return io.BytesIO(file.getvalue())


@pytest.mark.filterwarnings("ignore:Palette images with Transparency")  # Pillow's
@pytest.mark.parametrize("color_mode", ["grayscale", "rgb", "rgba"])
@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *((mode, "png") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        ("CMYK", "jpeg"),
        ("RGB", "jpeg"),
        ("RGB", "bmp"),
        ("P", "gif"),
        ("CMYK", "tiff"),
    ],
)
def test_load_img_modes(mode: str, kind: str, color_mode: str) -> None:
    file = encoded(picture(mode), kind)
    expected = keras.utils.load_img(file, color_mode=color_mode)
    found = utils.load_img(file, color_mode=color_mode)
    assert found.mode == expected.mode
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
@pytest.mark.parametrize("interpolation", FILTERS)
@pytest.mark.parametrize("size", [(8, 9), (40, 13)])
def test_load_img_sizes(
    size: tuple[int, int], interpolation: str, keep_aspect_ratio: bool
) -> None:
    file = encoded(picture("RGB"), "png")
    arguments = {
        "target_size": size,
        "interpolation": interpolation,
        "keep_aspect_ratio": keep_aspect_ratio,
    }
    expected = np.asarray(keras.utils.load_img(file, **arguments))
    found = np.asarray(utils.load_img(file, **arguments))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_arrays(channels: int, scale: bool, data_format: str) -> None:
    shape = (5, 6, channels) if data_format == "channels_last" else (channels, 5, 6)
    x = np.random.default_rng(1).uniform(0, 255, shape)
    expected = keras.utils.array_to_img(x, data_format, scale)
    found = utils.array_to_img(x, data_format, scale)
    assert found.mode == expected.mode
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))
    back = keras.utils.img_to_array(expected, data_format)
    np.testing.assert_array_equal(utils.img_to_array(found, data_format), back)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("shape", [(9, 14, 3), (2, 14, 9, 1)])
def test_smart_resize(shape: tuple[int, ...], interpolation: str) -> None:
    x = np.random.default_rng(2).uniform(0, 255, shape).astype("float32")
    arguments = {"size": (5, 7), "interpolation": interpolation}
    expected = keras.preprocessing.image.smart_resize(x, **arguments)
    found = utils.smart_resize(x, **arguments)
    np.testing.assert_allclose(found, expected, atol=1e-3)
