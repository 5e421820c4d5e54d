"""Boxes against pip's Keras on JAX: forms, overlap, deltas, transformations."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade.ops._boxes import BOX_FORMATS
from saccade.utils import bounding_boxes as own
from saccade.visualization import draw_segmentation_masks

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity


def test_boxes(rng):
    theirs = keras.utils.bounding_boxes
    corners = np.sort(rng.uniform(0, 90, (2, 5, 2, 2)), axis=2).astype("float32")
    boxes = corners.reshape(2, 5, 4)
    for name in BOX_FORMATS:
        a = own.convert_format(boxes, "xyxy", name, 100, 80)
        b = theirs.convert_format(boxes, "xyxy", name, 100, 80)
        assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    other = boxes[::-1]
    assert_allclose(
        own.compute_iou(boxes, other[0], "xyxy"),
        theirs.compute_iou(boxes, other[0], "xyxy"),
        atol=1e-6,
    )
    assert_allclose(
        own.compute_ciou(boxes, other, "xywh"),
        theirs.compute_ciou(boxes, other, "xywh"),
        atol=1e-5,
    )
    for order in ("center_yxhw", "center_xywh"):
        arguments = (boxes[0], other, "xyxy", "xyxy", order, [0.1, 0.2, 0.3, 0.4])
        a = own.encode_box_to_deltas(*arguments)
        assert_allclose(a, theirs.encode_box_to_deltas(*arguments), atol=1e-4)
    numbers = [rng.uniform(-0.3, 0.3, 2).astype("float32") for _ in range(6)]
    numbers[0], numbers[3] = numbers[0] * 100, 1 + numbers[3]
    numbers[4], numbers[5] = numbers[4] * 50, numbers[5] * 50
    arguments = (boxes, *numbers, 100, 80, 0.3, 0.6)
    assert_allclose(
        own.affine_transform(*map(jnp.asarray, arguments)),
        theirs.affine_transform(*map(jnp.asarray, arguments)),
        rtol=1e-4, atol=1e-3,
    )  # fmt: skip


def test_masks_on_pictures(rng):
    pictures = rng.integers(0, 255, (2, 5, 6, 3)).astype("uint8")
    masks = rng.integers(0, 4, (2, 5, 6, 1)).astype("int32")
    for options in ({"num_classes": 4}, {"num_classes": 4, "ignore_index": 0}):
        theirs = keras.visualization.draw_segmentation_masks(pictures, masks, **options)
        assert_allclose(draw_segmentation_masks(pictures, masks, **options), theirs)
