"""Boxes and masks on pictures, and galleries of them."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.core._errors import ArgumentTypeError, ConfigError, ShapeError
from saccade.visualization import (
    draw_bounding_boxes,
    draw_segmentation_masks,
    plot_bounding_box_gallery,
    plot_image_gallery,
    plot_segmentation_mask_gallery,
)

BOXES = {
    "boxes": np.array([[[4, 6, 20, 18], [1, 1, 9, 9]]]),
    "labels": np.array([[1, -1]]),
}


def test_a_box_is_drawn_and_one_without_a_label_is_not():
    pictures = np.zeros((1, 24, 30, 3), "float32")
    drawn = draw_bounding_boxes(
        pictures, BOXES, "xyxy", color=(10, 20, 30), line_thickness=1
    )
    assert drawn.dtype == np.uint8
    expected = np.zeros((24, 30), bool)
    expected[[6, 18], 4:21] = expected[6:19, [4, 20]] = True
    assert (drawn[0, expected] == (10, 20, 30)).all()
    assert not drawn[0, ~expected].any()
    assert not pictures.any()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_names_and_kinds_of_pictures(channels):
    pictures = np.zeros((1, channels, 60, 120), "uint8")
    named = {**BOXES, "confidences": np.array([[0.5, 0.5]])}
    options = {"data_format": "channels_first", "color": (200, 200, 200)}
    plain = draw_bounding_boxes(pictures, BOXES, "xyxy", **options)
    with_name = draw_bounding_boxes(
        pictures, named, "xyxy", {1: "ant"}, font_scale=0.5, **options
    )
    assert plain.shape == with_name.shape == pictures.shape
    assert (with_name > 0).sum() > (plain > 0).sum() + 50


def test_masks():
    pictures = np.full((2, 4, 4, 3), 100.0)
    masks = np.zeros((2, 4, 4), int)
    masks[0, :2], masks[1, 3] = 1, 2
    drawn = draw_segmentation_masks(
        pictures, masks[..., None], color_mapping={1: (200, 0, 0), 2: (0, 0, 50)},
        alpha=0.5, ignore_index=2,
    )  # fmt: skip
    assert drawn.dtype == np.uint8
    assert drawn[0, 0, 0].tolist() == [150, 50, 50]
    assert drawn[1].min() == drawn[1].max() == 100
    plain = draw_segmentation_masks(pictures, masks, blend=False)
    assert len({tuple(p) for p in plain.reshape(-1, 3)}) == 3


def test_galleries(tmp_path):
    pytest.importorskip("matplotlib")
    pictures = np.zeros((5, 24, 30, 3))
    path = tmp_path / "gallery.png"
    figure = plot_image_gallery(
        pictures, [0, 1, 2, 0, 1], [0, 0, 0, 0, 0], {0: "ant", 1: "bee"}, path=path
    )
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[:3] == [
        "Label: ant  Pred: ant", "Label: bee  Pred: ant", "Label: Unknown  Pred: ant"
    ]  # fmt: skip
    assert len(figure.axes) == 6
    assert path.read_bytes().startswith(b"\x89PNG")
    figure = plot_bounding_box_gallery(
        pictures[:1], "xyxy", BOXES, BOXES, value_range=(0, 1), legend=True
    )
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.texts] == ["Ground Truth", "Prediction"]
    assert figure.axes[0].images[0].get_array().max() == 255
    figure = plot_segmentation_mask_gallery(
        pictures[:2], 3, y_true=np.ones((2, 24, 30)), y_pred=np.ones((2, 24, 30, 1))
    )
    assert len(figure.axes) == 6
    shown = [axes.images[0].get_array().max() for axes in figure.axes]
    assert shown[0] == 0
    assert shown[1] == shown[2] > 0


def test_errors():
    pictures = np.zeros((1, 4, 4, 3))
    with pytest.raises(ShapeError, match=r"4 axes, got the shape \(4, 4, 3\)"):
        draw_bounding_boxes(pictures[0], BOXES, "xyxy")
    with pytest.raises(ArgumentTypeError, match="must be a dict"):
        draw_bounding_boxes(pictures, [1], "xyxy")
    with pytest.raises(ConfigError, match="has no 'labels'; it has 'boxes'"):
        draw_bounding_boxes(pictures, {"boxes": []}, "xyxy")
    with pytest.raises(ArgumentTypeError, match="whole numbers, got float64"):
        draw_segmentation_masks(pictures, np.zeros((1, 4, 4)))
    with pytest.raises(ShapeError, match=r"must be \(1, 4, 4\) or \(1, 4, 4, 1\)"):
        draw_segmentation_masks(pictures, np.zeros((1, 5, 4), int))
    with pytest.raises(ConfigError, match="`label_map` is needed"):
        plot_image_gallery(pictures, [1])
    with pytest.raises(ConfigError, match="either `path` or `show`"):
        plot_image_gallery(pictures, path="x.png", show=True)
    with pytest.raises(ConfigError, match="either `legend` or `legend_handles`"):
        plot_bounding_box_gallery(pictures, "xyxy", legend=True, legend_handles=[1])
