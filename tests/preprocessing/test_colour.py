"""Channel shift and brightness."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from saccade.preprocessing.image import (
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
)


def test_channel_shift_stays_in_the_range() -> None:
    x = np.array([[[0.0, 100.0, 200.0]]])
    assert apply_channel_shift(x, 50).ravel().tolist() == [50, 150, 200]
    assert apply_channel_shift(x, -50).ravel().tolist() == [0, 50, 150]
    assert 0 <= random_channel_shift(x, 300).min() <= 200


@pytest.mark.parametrize("factor", [0, 0.33, 1, 1.4, 3])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_brightness_is_that_of_pillow(mode: str, factor: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 4)).astype(np.uint8)
    image = Image.fromarray(noise).convert(mode)
    expected = np.asarray(ImageEnhance.Brightness(image).enhance(factor))
    x = np.asarray(image).reshape(16, 16, -1)
    found = apply_brightness_shift(x.astype("float32"), factor, scale=False)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.reshape(expected.shape), expected)


def test_values_outside_are_stretched_and_brought_back() -> None:
    x = np.array([[[-1.0, 0.0, 1.0]]])
    np.testing.assert_allclose(
        apply_brightness_shift(x, 1, scale=False), x, atol=2 / 255
    )
    assert apply_brightness_shift(x, 1).ravel().tolist() == [0, 127, 255]
    assert apply_brightness_shift(x * 0, 2).max() == 0


def test_random_brightness_takes_a_pair() -> None:
    x = np.full((1, 1, 1), 10.0)
    assert 10 <= random_brightness(x, (1, 2), scale=False).item() <= 20
    with pytest.raises(ValueError, match=r"must be \(lowest, highest\) factor, got 3"):
        random_brightness(x, 3)  # pyright: ignore[reportArgumentType]
