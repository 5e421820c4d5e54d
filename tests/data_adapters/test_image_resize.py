"""Resizing gives TensorFlow's pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.data._image_resize import resize_picture, resize_with_pad

RECORD = np.load(Path(__file__).parents[1] / "data" / "image_dataset.npz")


@pytest.mark.parametrize("name", [n for n in RECORD.files if n.startswith("resized/")])
def test_pixels_are_those_of_tensorflow(name):
    _, method, size = name.split("/")
    height, width = map(int, size.split("x"))
    found = resize_picture(RECORD["picture"], (height, width), method)
    assert found.dtype == RECORD[name].dtype
    np.testing.assert_allclose(found, RECORD[name], atol=1e-3)


@pytest.mark.parametrize("name", [n for n in RECORD.files if n.startswith("padded/")])
def test_padded_pixels_are_those_of_tensorflow(name):
    found = resize_with_pad(RECORD["picture"], (9, 20), name.split("/")[1])
    assert found.dtype == RECORD[name].dtype
    np.testing.assert_allclose(found, RECORD[name], atol=1e-3)
