"""Pictures taken apart into their colours."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from saccade import explain
from saccade.core._errors import ConfigError, PictureError, ShapeError


def test_a_picture_is_three_tables(tmp_path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 20, 3)).astype("uint8")
    Image.fromarray(pixels).save(tmp_path / "p.png")
    found = explain.channels(tmp_path / "p.png")
    np.testing.assert_array_equal(found.picture, pixels)
    assert found.names == ("red", "green", "blue")
    np.testing.assert_array_equal(found.channel("green"), pixels[..., 1])
    np.testing.assert_allclose(found.means, pixels.mean((0, 1)))
    row, column = found.corner
    np.testing.assert_array_equal(
        found.patch, pixels[row : row + 5, column : column + 5]
    )
    one_edge = np.zeros((40, 40), "uint8")
    one_edge[20:, 30:] = 255
    row, column = explain.channels(one_edge).corner
    assert row < 20 <= row + 4
    assert column < 30 <= column + 4
    assert found.lines()[0] == "12 rows × 20 columns × 3 channels = 720 numbers"
    corner = explain.channels(pixels, (10, 18))
    assert corner.patch.shape == (2, 2, 3)


def test_grey_pictures_have_one(tmp_path) -> None:
    Image.new("L", (4, 3), 7).save(tmp_path / "grey.png")
    found = explain.channels(str(tmp_path / "grey.png"))
    assert (found.names, found.means.tolist()) == (("grey",), [7])


def test_mistakes(tmp_path) -> None:
    (tmp_path / "page.png").write_bytes(b"<html>")
    for call, kind, text in (
        (lambda: explain.channels(tmp_path / "no.png"), PictureError, "No such file"),
        (lambda: explain.channels(tmp_path / "page.png"), PictureError, "a web page"),
        (lambda: explain.channels(np.ones((2, 2, 2))), ShapeError, "got (2, 2, 2)"),
        (lambda: explain.channels(np.ones((2, 2)), (2, 0)), ConfigError, "`corner`"),
        (lambda: explain.channels(np.ones((2, 2))).channel("red"), ConfigError,
         "has the channels grey, got 'red'"),
    ):  # fmt: skip
        with pytest.raises(kind) as caught:
            call()
        assert text in str(caught.value)
