"""Boxes go where the pixels in them go."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from saccade import layers
from saccade.core._errors import ConfigError, ShapeError, UnsupportedFeatureError
from saccade.utils.bounding_boxes import convert_format

H, W = 40, 60
CORNERS = np.array([[[14, 12, 34, 22]], [[20, 8, 29, 31]]], "float32")
ROWS = len(CORNERS)
FILLED = {"fill_mode": "constant", "interpolation": "nearest", "seed": 3}
MAKERS = {
    "flip": lambda **k: layers.RandomFlip(seed=1, **k),
    "flip across": lambda **k: layers.RandomFlip("horizontal", seed=1, **k),
    "rotation": lambda **k: layers.RandomRotation(0.1, **FILLED, **k),
    "zoom": lambda **k: layers.RandomZoom(0.3, 0.2, **FILLED, **k),
    "translation": lambda **k: layers.RandomTranslation(0.2, 0.2, **FILLED, **k),
    "shear": lambda **k: layers.RandomShear(0.3, 0.3, **FILLED, **k),
    "perspective": lambda **k: layers.RandomPerspective(
        1.0, 0.4, interpolation="nearest", seed=2, **k
    ),
    "crop": lambda **k: layers.RandomCrop(32, 44, seed=1, **k),
    "resizing": lambda **k: layers.Resizing(80, 90, "nearest", **k),
    "resizing cut": lambda **k: layers.Resizing(
        80, 80, "nearest", crop_to_aspect_ratio=True, **k
    ),
    "resizing padded": lambda **k: layers.Resizing(
        80, 80, "nearest", pad_to_aspect_ratio=True, **k
    ),
    "center crop": lambda **k: layers.CenterCrop(30, 50, **k),
}
make_of = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


def pictures():
    """White boxes on black."""
    x = np.zeros((ROWS, H, W, 1), "float32")
    for picture, [(x1, y1, x2, y2)] in zip(x, CORNERS.astype(int), strict=True):
        picture[y1:y2, x1:x2] = 1
    return x


def boxes_around(images):
    found = []
    for picture in np.asarray(images)[..., 0] > 0.5:
        rows, columns = np.nonzero(picture)
        found.append([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]])
    return np.array(found)


@make_of
@pytest.mark.parametrize("form", ["xyxy", "rel_center_xywh"])
def test_boxes_move_as_their_pixels(make, form):
    boxes = convert_format(CORNERS, "xyxy", form, H, W)
    data = {
        "images": pictures(),
        "bounding_boxes": {"boxes": boxes, "labels": np.full((ROWS, 1), 5)},
    }
    result = make(bounding_box_format=form)(data)
    height, width = result["images"].shape[1:3]
    moved = result["bounding_boxes"]
    corners = convert_format(moved["boxes"], form, "xyxy", height, width)
    assert_allclose(corners, boxes_around(result["images"]), atol=1.6)
    assert moved["labels"].tolist() == [[5]] * ROWS
    assert_allclose(convert_format(CORNERS, "xyxy", form, H, W), boxes)


@make_of
def test_channels_first_and_compiled(make):
    given = {"boxes": CORNERS, "labels": np.zeros((ROWS, 1), int)}
    last = make(bounding_box_format="xyxy")(
        {"images": pictures(), "bounding_boxes": given}
    )
    layer = make(bounding_box_format="xyxy", data_format="channels_first")
    images = np.moveaxis(pictures(), -1, 1)
    first = layer({"images": images, "bounding_boxes": given})
    for name, value in last["bounding_boxes"].items():
        assert_allclose(first["bounding_boxes"][name], value, atol=1e-4)
    traced = jax.jit(make(bounding_box_format="xyxy").call)(
        {"images": pictures(), "bounding_boxes": given}
    )
    assert traced["bounding_boxes"]["boxes"].shape == (ROWS, 1, 4)


def test_one_picture_and_no_training():
    layer = layers.RandomFlip("vertical", seed=1, bounding_box_format="xyxy")
    boxes = {"boxes": CORNERS[0], "labels": np.array([2])}
    drawn = {"flips": np.ones((1, 1, 1, 1), bool), "input_shape": (H, W, 1)}
    moved = layer.transform_bounding_boxes(boxes, drawn)
    assert moved["boxes"].tolist() == [[14, H - 22, 34, H - 12]]
    still = layer({"images": pictures()[0], "bounding_boxes": boxes}, training=False)
    assert_array_equal(still["bounding_boxes"]["boxes"], CORNERS[0])


def test_what_leaves_the_picture_gets_no_label():
    layer = layers.RandomTranslation((0.9, 0.9), (0.0, 0.0), bounding_box_format="xyxy")
    boxes = {"boxes": CORNERS[:1], "labels": np.array([[3]])}
    moved = layer({"images": pictures()[:1], "bounding_boxes": boxes})
    assert moved["bounding_boxes"]["labels"].tolist() == [[-1]]


def test_a_picture_pressed_to_a_line_gives_numbers():
    layer = layers.RandomShear(1.0, 1.0, bounding_box_format="xyxy")
    boxes = {"boxes": CORNERS, "labels": np.ones((ROWS, 1, 2), int)}
    drawn = {"shear_factor": np.ones((ROWS, 2)), "input_shape": (ROWS, H, W, 1)}
    moved = layer.transform_bounding_boxes(boxes, drawn)
    assert np.isfinite(moved["boxes"]).all()
    assert moved["labels"].shape == (ROWS, 1, 2)


def test_changes_of_colour_leave_boxes():
    layer = layers.RandomBrightness(0.5, bounding_box_format="xywh", seed=1)
    boxes = {"boxes": CORNERS, "labels": np.ones((ROWS, 1), int)}
    result = layer({"images": pictures(), "bounding_boxes": boxes})
    assert_allclose(result["bounding_boxes"]["boxes"], CORNERS, atol=1e-4)


def test_mixed_pictures_have_the_boxes_of_both():
    layer = layers.MixUp(seed=1, bounding_box_format="xyxy")
    boxes = {"boxes": CORNERS, "labels": np.array([[1], [2]])}
    result = layer({"images": pictures(), "bounding_boxes": boxes})["bounding_boxes"]
    assert result["boxes"].shape == (2, 2, 4)
    assert_array_equal(result["labels"][:, 0], [1, 2])


def test_rand_augment_moves_boxes_with_the_layers_it_draws():
    layer = layers.RandAugment(seed=4, num_ops=4, bounding_box_format="xyxy")
    boxes = {"boxes": CORNERS, "labels": np.ones((ROWS, 1), int)}
    x = np.repeat(pictures() * 255, 3, -1)
    images = layer({"images": x, "bounding_boxes": boxes})
    drawn = {
        "transforms": {
            name: step.get_random_transformation(x)
            for name, step in layer._steps.items()
        },
        "layer_idxes": np.array([1]),
        "input_shape": x.shape,
    }
    moved = layer.transform_bounding_boxes(boxes, drawn)
    step = layer._steps["random_translation"]
    step.bounding_box_format = "xyxy"
    expected = step.transform_bounding_boxes(
        boxes, drawn["transforms"]["random_translation"]
    )
    assert_allclose(moved["boxes"], expected["boxes"])
    assert images["bounding_boxes"]["boxes"].shape == CORNERS.shape


def test_a_fixed_number_of_boxes():
    layer = layers.MaxNumBoundingBoxes(2, fill_value=-3, bounding_box_format="xyxy")
    for number in (1, 2, 4):
        boxes = {
            "boxes": np.ones((1, number, 4)),
            "labels": np.arange(number)[None],
        }
        data = {"images": np.zeros((1, 4, 4, 3)), "bounding_boxes": boxes}
        result = layer(data, training=False)["bounding_boxes"]
        assert result["boxes"].shape == (1, 2, 4)
        assert result["labels"].tolist() == [[0, 1 if number > 1 else -3]]
        shapes = jax.tree.map(np.shape, data)
        found = layer.compute_output_shape(shapes)["bounding_boxes"]
        assert found == {"boxes": (1, 2, 4), "labels": (1, 2)}
    again = layers.MaxNumBoundingBoxes.from_config(layer.get_config())
    assert (again.fill_value, again.bounding_box_format) == (-3, "xyxy")


def test_errors():
    data = {
        "images": pictures(),
        "bounding_boxes": {"boxes": CORNERS, "labels": np.ones((ROWS, 1), int)},
    }
    with pytest.raises(ConfigError, match="bounding_box_format='xyxy'"):
        layers.RandomFlip()(data)
    with pytest.raises(ConfigError, match="unknown name 'corners'"):
        layers.RandomFlip(bounding_box_format="corners")
    with pytest.raises(UnsupportedFeatureError, match="`bounding_boxes` is not"):
        layers.RandomElasticTransform(bounding_box_format="xyxy")(data)
    with pytest.raises(ConfigError, match="a dict with 'boxes' and 'labels', got"):
        layers.RandomFlip(bounding_box_format="xyxy")(
            {**data, "bounding_boxes": {"boxes": CORNERS}}
        )
    with pytest.raises(ShapeError, match=r"boxes must be \(b, n, 4\)"):
        layers.Resizing(4, 4, bounding_box_format="xyxy")(
            {**data, "bounding_boxes": {"boxes": CORNERS[0], "labels": np.ones(1)}}
        )
