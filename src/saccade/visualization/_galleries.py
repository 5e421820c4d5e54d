"""Galleries: many pictures in one figure, with labels, boxes or masks."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from saccade.core._errors import ConfigError, message
from saccade.core._lazy import optional_import

from ._boxes import batch_of_pictures, draw_bounding_boxes
from ._figure import new_figure
from ._masks import draw_segmentation_masks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Colour = Sequence[int]


def plot_image_gallery(
    images: Any,
    y_true: Any = None,
    y_pred: Any = None,
    label_map: Mapping[int, str] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    value_range: tuple[float, float] = (0, 255),
    scale: float = 2,
    path: str | os.PathLike[str] | None = None,
    show: bool | None = None,
    transparent: bool = True,
    dpi: float = 60,
    legend_handles: Sequence[Any] | None = None,
    data_format: str | None = None,
) -> Figure:
    """Draws pictures side by side, with their labels if there are any.

    Args:
        images: a batch.
        y_true: the right classes, as numbers.
        y_pred: the classes a network says, as numbers.
        label_map: names by class; needed for labels.
        rows: rows of pictures; None for about as many as columns.
        cols: columns of pictures.
        value_range: the lowest and the highest value of the pictures.
        scale: inches of a picture.
        path: file to write as well.
        show: whether to open a window; None for no.
        transparent: whether the file has no background.
        dpi: pixels to an inch, in the file.
        legend_handles: matplotlib's patches for a legend.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Returns:
        A matplotlib figure; a notebook shows it.

    Shapes:
        images: (b, h, w, c); y_true, y_pred: (b,).

    Raises:
        ShapeError: `images` is no batch.
        ConfigError: labels without `label_map`, or `path` together with `show`.
        MissingExtraError: matplotlib is not installed.

    Differs from Keras: returns the figure; a window only if `show` is true; without
    `rows` and `cols` all pictures are shown.

    Example:
        >>> figure = plot_image_gallery(np.zeros((3, 8, 8, 3)), [0, 1, 1],
        ...                             label_map={0: "ant", 1: "bee"})
        >>> [axes.get_title() for axes in figure.axes]
        ['Label: ant', 'Label: bee', 'Label: bee', '']
    """
    where = "plot_image_gallery"
    if path is not None and show:
        raise ConfigError(message(where, "give either `path` or `show`, not both"))
    if (y_true is not None or y_pred is not None) and label_map is None:
        raise ConfigError(
            message(
                where,
                "`label_map` is needed for `y_true` and `y_pred`",
                "a dict of names by class, for example {0: 'ant', 1: 'bee'}",
            )
        )
    pictures = _as_bytes(batch_of_pictures(images, data_format, where), value_range)
    count = len(pictures)
    if rows is None:
        rows = -(-count // cols) if cols else math.ceil(math.sqrt(count))
    cols = cols or max(1, -(-count // max(rows, 1)))
    figure = _figure(cols * scale, rows * scale, bool(show), where)
    for place in range(rows * cols):
        axes = figure.add_subplot(rows, cols, place + 1)
        axes.axis("off")
        if place < count:
            _show(axes, pictures[place], _title(place, y_true, y_pred, label_map))
    if legend_handles is not None:
        figure.legend(handles=list(legend_handles), loc="outside lower center")
    if path is not None:
        figure.savefig(path, transparent=transparent, dpi=dpi)
    if show:
        optional_import("matplotlib.pyplot", extra="plot", purpose=where).show()
    return figure


def _figure(width: float, height: float, window: bool, where: str) -> Figure:
    if not window:
        return new_figure(width, height, where)
    pyplot = optional_import("matplotlib.pyplot", extra="plot", purpose=where)
    return pyplot.figure(figsize=(width, height), layout="constrained")


def _as_bytes(pictures: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    low, high = limits
    share = (pictures.astype(np.float32) - low) / ((high - low) or 1)
    return np.clip(share * 255, 0, 255).astype(np.uint8)


def _show(axes: Axes, picture: np.ndarray, title: str) -> None:
    grey = picture.shape[-1] == 1
    axes.imshow(picture[..., 0] if grey else picture, cmap="gray", vmin=0, vmax=255)
    axes.set_title(title, fontsize=8, parse_math=False)


def _title(
    place: int, y_true: Any, y_pred: Any, label_map: Mapping[int, str] | None
) -> str:
    parts = []
    for word, labels in (("Label", y_true), ("Pred", y_pred)):
        if labels is not None and place < len(labels):
            name = (label_map or {}).get(int(np.asarray(labels)[place]), "Unknown")
            parts.append(f"{word}: {name}")
    return "  ".join(parts)


def plot_bounding_box_gallery(
    images: Any,
    bounding_box_format: str,
    y_true: Mapping[str, Any] | None = None,
    y_pred: Mapping[str, Any] | None = None,
    value_range: tuple[float, float] = (0, 255),
    true_color: Colour = (0, 188, 212),
    pred_color: Colour = (255, 235, 59),
    line_thickness: int = 2,
    font_scale: float = 1.0,
    text_thickness: int | None = None,
    class_mapping: Mapping[int, str] | None = None,
    ground_truth_mapping: Mapping[int, str] | None = None,
    prediction_mapping: Mapping[int, str] | None = None,
    legend: bool = False,
    legend_handles: Sequence[Any] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    data_format: str | None = None,
    **kwargs: Any,
) -> Figure:
    """Draws pictures side by side with the right boxes and those a network says.

    Args:
        images: a batch.
        bounding_box_format: the form of the boxes; see
            `utils.bounding_boxes.convert_format`.
        y_true: the right boxes: a dict with 'boxes' and 'labels'.
        y_pred: those of a network, maybe with 'confidences'.
        value_range: the lowest and the highest value of the pictures.
        true_color: red, green, blue of the right boxes.
        pred_color: the same of a network's.
        line_thickness: pixels.
        font_scale: size of letters.
        text_thickness: of letters; None for that of lines.
        class_mapping: names by label.
        ground_truth_mapping: names of the right boxes, if they differ.
        prediction_mapping: names of a network's boxes, if they differ.
        legend: whether to say which colour is which.
        legend_handles: matplotlib's patches for another legend.
        rows: rows of pictures.
        cols: columns of pictures.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: what `plot_image_gallery` takes.

    Returns:
        A matplotlib figure.

    Raises:
        ShapeError: `images` is no batch.
        ConfigError: both `legend` and `legend_handles`, or as `draw_bounding_boxes`.
        MissingExtraError: matplotlib is not installed.

    Differs from Keras: returns the figure; pictures of any `value_range` are drawn on.

    Example:
        >>> boxes = {"boxes": np.array([[[2, 2, 6, 6]]]), "labels": np.array([[0]])}
        >>> figure = plot_bounding_box_gallery(np.zeros((1, 9, 9, 3)), "xyxy", boxes)
        >>> len(figure.axes)
        1
    """
    where = "plot_bounding_box_gallery"
    if legend and legend_handles:
        raise ConfigError(message(where, "give either `legend` or `legend_handles`"))
    drawn = _as_bytes(batch_of_pictures(images, data_format, where), value_range)
    for boxes, colour, names in (
        (y_true, true_color, ground_truth_mapping or class_mapping),
        (y_pred, pred_color, prediction_mapping or class_mapping),
    ):
        if boxes is not None:
            drawn = draw_bounding_boxes(
                drawn, boxes, bounding_box_format, names, colour, line_thickness,
                text_thickness, font_scale, "channels_last",
            )  # fmt: skip
    if legend:
        patches = optional_import("matplotlib.patches", extra="plot", purpose=where)
        legend_handles = [
            patches.Patch(color=np.asarray(colour) / 255, label=label)
            for colour, label in (
                (true_color, "Ground Truth"), (pred_color, "Prediction"),
            )
        ]  # fmt: skip
    return plot_image_gallery(
        drawn,
        rows=rows,
        cols=cols,
        legend_handles=legend_handles,
        data_format="channels_last",
        **kwargs,
    )


def plot_segmentation_mask_gallery(
    images: Any,
    num_classes: int | None,
    value_range: tuple[float, float] = (0, 255),
    y_true: Any = None,
    y_pred: Any = None,
    color_mapping: Mapping[int, Colour] | None = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs: Any,
) -> Figure:
    """Draws each picture in a row, beside it the right masks and a network's.

    Args:
        images: a batch.
        num_classes: number of classes.
        value_range: the lowest and the highest value of the pictures.
        y_true: the right classes of the pixels.
        y_pred: those a network says.
        color_mapping: colours by class; see `draw_segmentation_masks`.
        blend: whether the picture shines through.
        alpha: how much of the colour covers the picture.
        ignore_index: the class whose pixels stay as they are.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: what `plot_image_gallery` takes.

    Returns:
        A matplotlib figure.

    Raises:
        ShapeError: `images` is no batch, or masks of another size.
        MissingExtraError: matplotlib is not installed.

    Differs from Keras: returns the figure; pictures of any `value_range` are drawn on.

    Example:
        >>> masks = np.ones((2, 9, 9, 1), int)
        >>> figure = plot_segmentation_mask_gallery(np.zeros((2, 9, 9, 3)), 2,
        ...                                         y_true=masks)
        >>> len(figure.axes)
        4
    """
    where = "plot_segmentation_mask_gallery"
    pictures = _as_bytes(batch_of_pictures(images, data_format, where), value_range)
    columns = [pictures]
    for masks in (y_true, y_pred):
        if masks is not None:
            masks = np.asarray(masks).astype(np.int32)
            if masks.ndim == 4:
                masks = batch_of_pictures(masks, data_format, where)
            drawn = draw_segmentation_masks(
                pictures, masks, num_classes, color_mapping, alpha, blend,
                ignore_index, "channels_last",
            )  # fmt: skip
            columns.append(drawn.astype(np.uint8))
    shown = np.stack(columns, axis=1).reshape(-1, *pictures.shape[1:])
    return plot_image_gallery(
        shown,
        rows=len(pictures),
        cols=len(columns),
        data_format="channels_last",
        **kwargs,
    )
