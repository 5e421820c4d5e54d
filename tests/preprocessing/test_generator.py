"""The settings of ImageDataGenerator."""

from __future__ import annotations

import numpy as np
import pytest

import saccade
from saccade.preprocessing.image import ImageDataGenerator


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"zoom_range": (1, 2, 3)}, r"`zoom_range` must be .*, got \(1, 2, 3\)"),
        ({"zoom_range": "ab"}, "got 'ab'"),
        ({"brightness_range": 0.5}, "`brightness_range` must be .*, got 0.5"),
        ({"validation_split": 1.0}, "strictly between 0 and 1, got 1.0"),
        ({"data_format": "last"}, "`data_format` must be one of"),
        ({"fill_mode": "edge"}, "`fill_mode` must be one of"),
    ],
)
def test_errors(settings: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        ImageDataGenerator(**settings)


@pytest.mark.parametrize(
    ("settings", "warned", "on"),
    [
        ({"zca_whitening": True}, ["`featurewise_center`"], "featurewise_center"),
        (
            {"zca_whitening": True, "featurewise_std_normalization": True},
            ["`featurewise_center`", "`featurewise_std_normalization`"],
            "featurewise_center",
        ),
        (
            {"featurewise_std_normalization": True},
            ["`featurewise_center`"],
            "featurewise_center",
        ),
        (
            {"samplewise_std_normalization": True},
            ["`samplewise_center`"],
            "samplewise_center",
        ),
    ],
)
def test_settings_that_need_others(settings: dict, warned: list, on: str) -> None:
    with pytest.warns(UserWarning, match="overrides setting of") as caught:
        generator = ImageDataGenerator(**settings)
    assert len(caught) == len(warned)
    for one, name in zip(caught, warned, strict=True):
        assert f"overrides setting of {name}" in str(one.message)
    assert getattr(generator, on)
    if settings.get("zca_whitening"):
        assert not generator.featurewise_std_normalization


def test_attributes_and_defaults() -> None:
    generator = ImageDataGenerator(zoom_range=0.25)
    assert generator.zoom_range == [0.75, 1.25]
    assert (generator.row_axis, generator.col_axis, generator.channel_axis) == (1, 2, 3)
    assert generator.dtype == "float32"
    saccade.config.set_image_data_format("channels_first")
    assert ImageDataGenerator().channel_axis == 1
    moved = generator.get_random_transform((10, 10, 3), seed=0)
    assert set(moved) >= {"theta", "tx", "flip_horizontal", "brightness"}


def test_the_same_seed_gives_the_same_bits() -> None:
    x = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3))
    generator = ImageDataGenerator(rotation_range=90, horizontal_flip=True)
    first, again, other = (
        [next(flow) for flow in [generator.flow(x, seed=seed)] for _ in range(3)]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_door_has_the_small_functions() -> None:
    from saccade.preprocessing import image

    for name in (
        "load_img",
        "img_to_array",
        "array_to_img",
        "save_img",
        "smart_resize",
    ):
        assert getattr(image, name) is getattr(saccade.utils, name)
    assert image.__all__ == sorted(image.__all__)
