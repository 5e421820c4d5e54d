"""Moving boxes as the pixels of their pictures are moved.

Boxes are corners in pixels here: left, top, right, bottom, (b, n, 4). A pixel reaches
from its number to the next, so its middle is half a pixel further.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core._errors import ConfigError, ShapeError, message
from saccade.ops._boxes import (
    around,
    checked_format,
    clip_to_image_size,
    convert_format,
    corner_points,
)

Size = tuple[int, int]


class Window(NamedTuple):
    """A part of a picture that is brought to another size; it may reach beyond.

    Args:
        top: its first row.
        left: its first column.
        height: its rows.
        width: its columns.
    """

    top: Any
    left: Any
    height: int
    width: int


def projected(boxes: jax.Array, matrix: jax.Array) -> jax.Array:
    """Returns the boxes around where a projection brings the corners of boxes.

    Args:
        boxes: the boxes.
        matrix: the 8 numbers that say where each pixel of the result is read, one row
            for each picture or one for all.

    Example:
        >>> shift = jnp.asarray([[1.0, 0, -2, 0, 1, 0, 0, 0]])  # 2 to the right
        >>> projected(jnp.asarray([[[0.0, 0, 3, 3]]]), shift)
        Array([[[2., 0., 5., 3.]]], dtype=float32)
    """
    a, b, c, d, e, f, g, h = (
        number[:, None] for number in jnp.moveaxis(jnp.asarray(matrix), -1, 0)
    )
    x, y = (corner - 0.5 for corner in corner_points(boxes))
    # Back: the adjugate is the inverse up to a factor, which the division takes out.
    scale = (d * h - e * g) * x + (b * g - a * h) * y + (a * e - b * d)
    # A picture that is pressed to a line has no inverse; its boxes reach the border.
    scale = jnp.where(jnp.abs(scale) < 1e-6, 1e-6, scale)
    new_x = ((e - f * h) * x + (c * h - b) * y + (b * f - c * e)) / scale
    new_y = ((f * g - d) * x + (a - c * g) * y + (c * d - a * f)) / scale
    return around(new_x + 0.5, new_y + 0.5)


def cropped(boxes: jax.Array, window: Window, target: Size) -> jax.Array:
    """Returns boxes in a window that is brought to another size."""
    start = jnp.stack(
        [jnp.asarray(n, boxes.dtype) for n in (window.left, window.top)] * 2
    )
    tall, wide = target[0] / window.height, target[1] / window.width
    return (boxes - start) * np.asarray([wide, tall] * 2, boxes.dtype)


def window_for(size: Size, target: Size, crop: bool, pad: bool) -> Window:
    """Returns the part of a picture that `ops.image.resize` brings to a size.

    Args:
        size: height and width of the picture.
        target: those wanted.
        crop: whether the largest middle part of the proportions is taken.
        pad: whether borders are added to reach them.

    Example:
        >>> window_for((10, 20), (5, 5), crop=True, pad=False)
        Window(top=0, left=5, height=10, width=10)
    """
    wanted = int(size[1] * target[0] / target[1]), int(size[0] * target[1] / target[0])
    if crop:
        tall, wide = (max(min(h, w), 1) for h, w in zip(size, wanted, strict=True))
        return Window((size[0] - tall) // 2, (size[1] - wide) // 2, tall, wide)
    if pad:
        above, beside = (
            (max(h, w) - h) // 2 for h, w in zip(size, wanted, strict=True)
        )
        beside = 0 if above else beside
        return Window(-above, -beside, size[0] + 2 * above, size[1] + 2 * beside)
    return Window(0, 0, *size)


def box_format(name: str | None, where: str) -> str | None:
    """Returns the form of boxes of a layer, None if it is given none."""
    return None if name is None else checked_format(name, where)


def checked_boxes(
    given: Any, axes: int, form: str | None, where: str
) -> dict[str, Any]:
    """Returns a dict of boxes and their labels as arrays.

    Args:
        given: what is under 'bounding_boxes' in the data.
        axes: how many the pictures have: 3 or 4.
        form: the form of boxes of the layer.
        where: the layer, for messages.

    Raises:
        ConfigError: no form is known, or there are no boxes or labels.
        ShapeError: not one list of boxes for each picture.
    """
    if form is None:
        raise ConfigError(
            message(
                where,
                "there are 'bounding_boxes', and it is not said what their four "
                "numbers are",
                "make the layer with bounding_box_format='xyxy', or another form",
            )
        )
    if not isinstance(given, Mapping) or not {"boxes", "labels"} <= set(given):
        raise ConfigError(
            message(
                where,
                "'bounding_boxes' must be a dict with 'boxes' and 'labels', got "
                f"{sorted(given) if isinstance(given, Mapping) else given!r}",
            )
        )
    boxes, labels = jnp.asarray(given["boxes"], "float32"), jnp.asarray(given["labels"])
    if boxes.ndim != axes - 1 or labels.ndim not in (axes - 2, axes - 1):
        shape = "(n, 4) and labels (n,)" if axes == 3 else "(b, n, 4) and labels (b, n)"
        raise ShapeError(
            message(
                where,
                f"boxes must be {shape}, got {boxes.shape} and {labels.shape}",
                "pictures with fewer boxes get more of label -1",
            )
        )
    return {**given, "boxes": boxes, "labels": labels}


def as_corners(boxes: Mapping[str, Any], form: str, size: Size) -> dict[str, Any]:
    """Returns boxes of another form as corners in pixels."""
    return convert_format(boxes, form, "xyxy", *size)


def in_form(boxes: Mapping[str, Any], form: str, size: Size) -> dict[str, Any]:
    """Cuts boxes at the border of the picture, and writes them in a form."""
    inside = clip_to_image_size(boxes, *size)
    return convert_format(inside, "xyxy", form, *size)
