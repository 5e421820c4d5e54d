"""Batches at once equal pictures one by one."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.preprocessing.image import ImageDataGenerator

EVERYTHING = {
    "rotation_range": 60,
    "width_shift_range": 0.2,
    "height_shift_range": 3,
    "shear_range": 10,
    "zoom_range": 0.2,
    "channel_shift_range": 20.0,
    "brightness_range": (0.5, 1.5),
    "horizontal_flip": True,
    "vertical_flip": True,
    "rescale": 1 / 255,
}


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dtype": "float64"},
        {"interpolation_order": 3},
        {"samplewise_center": True},
        {"preprocessing_function": lambda x: x / 2},
    ],
)
def test_batches_are_pictures_one_by_one(changes: dict, data_format: str) -> None:
    generator = ImageDataGenerator(**{**EVERYTHING, **changes}, data_format=data_format)
    last = data_format == "channels_last"
    noise = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 3)).astype(np.uint8)
    first = noise.transpose(0, 3, 1, 2)
    shape = (8, 8, 3) if last else (3, 8, 8)
    drawn = [generator.get_random_transform(shape, seed) for seed in range(9)]
    batch = generator.transform_batch(list(noise), drawn)
    assert batch.dtype == generator.dtype
    for row, parameters in enumerate(drawn):
        x = (noise if last else first)[row].astype(generator.dtype)
        one = generator.standardize(generator.apply_transform(x, parameters))
        np.testing.assert_allclose(batch[row], one, atol=0.01)


def test_methods_of_subclasses_are_called() -> None:
    class Halves(ImageDataGenerator):
        def apply_transform(self, x, transform_parameters):
            return x * transform_parameters["half"]

        def get_random_transform(self, img_shape, seed=None):
            return {"half": 0.5}

        def standardize(self, x):
            return x + 1

    flow = Halves().flow(np.full((3, 2, 2, 1), 8), batch_size=3)
    assert np.unique(next(flow)).tolist() == [5.0]
    generator = ImageDataGenerator(rescale=2)
    generator.standardize = lambda x: x * 0  # pyright: ignore[reportAttributeAccessIssue]
    assert next(generator.flow(np.ones((3, 2, 2, 1)))).max() == 0


def test_parameters_left_out_leave_the_picture() -> None:
    x = np.random.default_rng(0).uniform(size=(4, 4, 1))
    generator = ImageDataGenerator()
    np.testing.assert_array_equal(generator.apply_transform(x, {}), x)
    flipped = generator.apply_transform(x, {"flip_horizontal": True})
    np.testing.assert_array_equal(flipped, x[:, ::-1])
    flipped = generator.apply_transform(x, {"flip_vertical": True})
    np.testing.assert_array_equal(flipped, x[::-1])


def test_standardize_takes_whole_numbers_and_works_in_place() -> None:
    generator = ImageDataGenerator(rescale=0.5)
    assert generator.standardize(np.full((1, 1, 1), 3)).item() == 1.5
    x = np.full((1, 1, 1), 3.0)
    assert generator.standardize(x) is x


@pytest.mark.parametrize(
    "setting", ["featurewise_center", "featurewise_std_normalization", "zca_whitening"]
)
@pytest.mark.filterwarnings("ignore:.*overrides setting")
def test_statistics_that_were_never_computed_are_missed(setting: str) -> None:
    generator = ImageDataGenerator(**{setting: True})
    generator.mean = np.zeros((1, 1, 1)) if setting != "featurewise_center" else None
    with pytest.warns(UserWarning, match=f"`{setting}` is on, but it hasn't been fit"):
        x = generator.standardize(np.ones((2, 2, 1)))
    np.testing.assert_array_equal(x, 1)


def test_fit_whitens_the_data() -> None:
    x = np.random.default_rng(0).normal(5, 3, (200, 4, 4, 3))
    generator = ImageDataGenerator(
        featurewise_center=True, featurewise_std_normalization=True
    )
    generator.fit(x)
    done = next(generator.flow(x, batch_size=200, shuffle=False))
    np.testing.assert_allclose(done.mean((0, 1, 2)), 0, atol=1e-3)
    np.testing.assert_allclose(done.std((0, 1, 2)), 1, atol=1e-3)


def test_fit_errors() -> None:
    with pytest.raises(ValueError, match=r"4 axes, got shape \(4, 4, 3\)"):
        ImageDataGenerator().fit(np.zeros((4, 4, 3)))
    with pytest.warns(UserWarning, match="has 2 channels on axis 3"):
        ImageDataGenerator().fit(np.zeros((4, 4, 3, 2)))
