"""Boxes: forms, moving and overlap, by hand and beside Keras."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade.core._errors import ConfigError, ShapeError, UnsupportedFeatureError
from saccade.utils import bounding_boxes as own

BOXES = np.array([[10.0, 20.0, 30.0, 60.0], [0.0, 0.0, 50.0, 10.0]], "float32")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("xyxy", [10, 20, 30, 60]),
        ("yxyx", [20, 10, 60, 30]),
        ("xywh", [10, 20, 20, 40]),
        ("center_xywh", [20, 40, 20, 40]),
        ("center_yxhw", [40, 20, 40, 20]),
        ("rel_xyxy", [0.1, 0.1, 0.3, 0.3]),
        ("rel_yxyx", [0.1, 0.1, 0.3, 0.3]),
        ("rel_xywh", [0.1, 0.1, 0.2, 0.2]),
        ("rel_center_xywh", [0.2, 0.2, 0.2, 0.2]),
    ],
)
def test_forms_and_back(name, first):
    there = own.convert_format(BOXES, "xyxy", name, height=200, width=100)
    assert_allclose(there[0], first, rtol=1e-6)
    back = own.convert_format(there, name.upper(), "xyxy", height=200, width=100)
    assert_allclose(back, BOXES, rtol=1e-6)


def test_a_dict_is_not_changed():
    given = {"boxes": BOXES, "labels": [1, 2]}
    found = own.convert_format(given, "xyxy", "xywh")
    assert found["labels"] == [1, 2]
    assert given["boxes"] is BOXES


def test_cutting_and_moving():
    cut = own.clip_to_image_size(
        {"boxes": BOXES, "labels": np.array([5, 6])}, height=15, width=40
    )
    assert_allclose(cut["boxes"], [[10, 15, 30, 15], [0, 0, 40, 10]])
    assert cut["labels"].tolist() == [-1, 6]
    shares = own.clip_to_image_size(
        {"boxes": np.array([[-0.5, 0, 2, 1]])}, bounding_box_format="rel_xyxy"
    )
    assert shares["boxes"].tolist() == [[0, 0, 1, 1]]
    assert own.crop(BOXES, 30, 15, 10, 10)[0].tolist() == [0, 0, 10, 10]
    assert own.pad(BOXES, 1, 2)[0].tolist() == [12, 21, 32, 61]


def test_a_quarter_turn():
    zero, one = jnp.zeros(1), jnp.ones(1)
    turned = own.affine_transform(
        BOXES[None, :1], 90 * one, zero, zero, one, zero, zero, height=101, width=101
    )
    # Around (50, 50): x and y change places, and one of them its direction.
    assert_allclose(turned[0, 0], [20, 70, 60, 90], atol=1e-4)
    moved = own.affine_transform(
        BOXES[None], zero, 0.1 * one, zero, one, zero, zero, height=101, width=101
    )
    assert_allclose(moved[0, :, 0], BOXES[:, 0] + 10, atol=1e-4)


def test_deltas_there_and_back(rng):
    anchors = np.array([[0, 0, 10, 20], [5, 5, 9, 9]], "float32")
    boxes = np.array([[1, 2, 8, 9], [4, 4, 20, 30]], "float32")
    variance = [0.1, 0.1, 0.2, 0.2]
    deltas = own.encode_box_to_deltas(
        anchors, boxes[None], "xyxy", "xyxy", variance=variance
    )
    assert deltas.shape == (1, 2, 4)
    back = own.decode_deltas_to_boxes(
        {"P3": anchors}, {"P3": deltas}, "xyxy", "xyxy", variance=variance
    )
    assert_allclose(back["P3"][0], boxes, atol=1e-4)


def test_overlap_of_batches_and_of_none():
    one = own.compute_iou(BOXES, BOXES[None], "xyxy")
    assert one.shape == (1, 2, 2)
    assert_allclose(np.diagonal(one[0]), 1, rtol=1e-6)
    none = np.full((1, 4), -1.0)
    found = own.compute_iou(BOXES, none, "xyxy", use_masking=True, mask_val=-7)
    assert found.ravel().tolist() == [-7, -7]


def test_errors():
    with pytest.raises(
        ShapeError, match=r"must be \(\.\.\., 4\), got the shape \(3,\)"
    ):
        own.convert_format(np.ones(3), "xyxy", "xywh")
    with pytest.raises(ConfigError, match="unknown name 'xyhw'"):
        own.convert_format(BOXES, "xyhw", "xywh")
    with pytest.raises(ConfigError, match="must receive `height` and `width`"):
        own.convert_format(BOXES, "xyxy", "rel_xyxy")
    with pytest.raises(UnsupportedFeatureError, match=r"form 'xyxy', got 'xywh'"):
        own.crop(BOXES, 0, 0, 1, 1, "xywh")
    with pytest.raises(ConfigError, match="needed for 'xyxy'"):
        own.clip_to_image_size({"boxes": BOXES})
    with pytest.raises(ConfigError, match="`variance` must be four numbers"):
        own.encode_box_to_deltas(BOXES, BOXES, "xyxy", "xyxy", variance=[1, 2])
    with pytest.raises(ConfigError, match="`encoded_format` must be"):
        own.decode_deltas_to_boxes(BOXES, BOXES, "xyxy", "xyxy", encoded_format="xyxy")
    with pytest.raises(ShapeError, match=r"`boxes2` must be \(n, 4\) or \(b, n, 4\)"):
        own.compute_iou(BOXES, BOXES[0], "xyxy")
    with pytest.raises(ConfigError, match="`image_shape` is needed"):
        own.compute_ciou(BOXES, BOXES, "rel_xyxy")
