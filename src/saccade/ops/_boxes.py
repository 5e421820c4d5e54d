"""Boxes around objects in pictures: their forms, and moving them.

Inside, boxes are corners: left, top, right, bottom.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
    unknown_name,
)

Four: TypeAlias = tuple[jax.Array, jax.Array, jax.Array, jax.Array]
# Boxes, or a dict of them and their labels.
Boxes: TypeAlias = Any

_TO_CORNERS: dict[str, Callable[..., tuple]] = {
    "xyxy": lambda a, b, c, d: (a, b, c, d),
    "yxyx": lambda a, b, c, d: (b, a, d, c),
    "xywh": lambda a, b, c, d: (a, b, a + c, b + d),
    "center_xywh": lambda a, b, c, d: (a - c / 2, b - d / 2, a + c / 2, b + d / 2),
    "center_yxhw": lambda a, b, c, d: (b - d / 2, a - c / 2, b + d / 2, a + c / 2),
}
_FROM_CORNERS: dict[str, Callable[..., tuple]] = {
    "xyxy": lambda x, y, r, b: (x, y, r, b),
    "yxyx": lambda x, y, r, b: (y, x, b, r),
    "xywh": lambda x, y, r, b: (x, y, r - x, b - y),
    "center_xywh": lambda x, y, r, b: (x + (r - x) / 2, y + (b - y) / 2, r - x, b - y),
    "center_yxhw": lambda x, y, r, b: (y + (b - y) / 2, x + (r - x) / 2, b - y, r - x),
}
_RELATIVE = "rel_"
BOX_FORMATS = (*_TO_CORNERS, "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")
"""The forms of boxes: what the four numbers are, in which order."""


def four(boxes: jax.Array) -> Four:
    """Returns the four numbers of each box as arrays of their own."""
    return boxes[..., 0], boxes[..., 1], boxes[..., 2], boxes[..., 3]


def checked_format(name: str, where: str) -> str:
    """Returns the name of a form in lower case.

    Raises:
        ConfigError: there is no such form.
    """
    if not isinstance(name, str) or name.lower() not in BOX_FORMATS:
        raise ConfigError(unknown_name(f"{where}: format of boxes", name, BOX_FORMATS))
    return name.lower()


def convert_format(
    boxes: Boxes,
    source: str,
    target: str,
    height: ArrayLike | None = None,
    width: ArrayLike | None = None,
    dtype: str = "float32",
) -> Any:
    """Writes boxes in another form.

    Forms are 'xyxy' (left, top, right, bottom), 'yxyx', 'xywh' (left, top, width,
    height), 'center_xywh', 'center_yxhw', in pixels; and as shares of the picture
    'rel_xyxy', 'rel_yxyx', 'rel_xywh', 'rel_center_xywh'.

    Args:
        boxes: boxes, or a dict that has them under 'boxes'.
        source: the form they have.
        target: the form they get.
        height: of the picture; needed between pixels and shares.
        width: the same.
        dtype: type of the result.

    Shapes:
        boxes: (..., 4) -> (..., 4).

    Raises:
        ConfigError: an unknown form, or a size of the picture that is needed.
        ShapeError: not four numbers for each box.

    Differs from Keras: a dict that is given stays as it was.

    Example:
        >>> convert_format([[10, 20, 30, 60]], "xyxy", "xywh")
        Array([[10., 20., 20., 40.]], dtype=float32)
    """
    where = "convert_format"
    if isinstance(boxes, Mapping):
        new = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": new}
    array = jnp.asarray(boxes)
    if not array.ndim or array.shape[-1] != 4:
        raise ShapeError(
            message(where, f"`boxes` must be (..., 4), got the shape {array.shape}")
        )
    source, target = checked_format(source, where), checked_format(target, where)
    relative = source.startswith(_RELATIVE), target.startswith(_RELATIVE)
    if any(relative) and (height is None or width is None):
        raise ConfigError(
            message(
                where,
                f"must receive `height` and `width` of the picture between {source!r} "
                f"and {target!r}",
            )
        )
    array = array.astype(dtype)
    if source == target:
        return array
    corners = _TO_CORNERS[source.removeprefix(_RELATIVE)](*four(array))
    if relative[0] != relative[1]:
        size = [jnp.asarray(side, dtype) for side in (width, height)] * 2  # type: ignore[arg-type]
        corners = tuple(
            c * s if relative[0] else c / s for c, s in zip(corners, size, strict=True)
        )
    numbers = _FROM_CORNERS[target.removeprefix(_RELATIVE)](*corners)
    return jnp.stack(numbers, axis=-1)


def clip_to_image_size(
    bounding_boxes: Mapping[str, Any],
    height: ArrayLike | None = None,
    width: ArrayLike | None = None,
    bounding_box_format: str = "xyxy",
) -> dict[str, Any]:
    """Cuts off what lies outside the picture; boxes of no area get the label -1.

    Args:
        bounding_boxes: a dict with 'boxes', and 'labels' or not.
        height: of the picture; needed for 'xyxy'.
        width: the same.
        bounding_box_format: 'xyxy' or 'rel_xyxy'.

    Shapes:
        boxes: (n, 4) or (b, n, 4); labels: (n,) or (b, n).

    Raises:
        ConfigError: a size of the picture that is needed.
        UnsupportedFeatureError: another form of boxes.

    Example:
        >>> boxes = {"boxes": jnp.array([[-5.0, 0, 9, 9], [12, 0, 20, 9]]),
        ...          "labels": jnp.array([3, 4])}
        >>> clip_to_image_size(boxes, height=10, width=10)["labels"]
        Array([ 3, -1], dtype=int32)
    """
    where = "clip_to_image_size"
    _only(bounding_box_format, ("xyxy", "rel_xyxy"), where)
    if bounding_box_format == "rel_xyxy":
        height = width = 1.0
    if height is None or width is None:
        raise ConfigError(message(where, "`height` and `width` are needed for 'xyxy'"))
    boxes = jnp.asarray(bounding_boxes["boxes"])
    left, top, right, bottom = four(boxes)
    sides = jnp.asarray(width, boxes.dtype), jnp.asarray(height, boxes.dtype)
    left, right = (jnp.clip(x, 0, sides[0]) for x in (left, right))
    top, bottom = (jnp.clip(y, 0, sides[1]) for y in (top, bottom))
    result = {
        **bounding_boxes,
        "boxes": jnp.stack([left, top, right, bottom], axis=-1),
    }
    if result.get("labels") is not None:
        inside = (right - left) * (bottom - top) > 0
        labels = jnp.asarray(result["labels"])
        if labels.ndim > inside.ndim and labels.shape[:-1] == inside.shape:
            inside = inside[..., None]  # a row for each box, not a number
        result["labels"] = jnp.where(inside, labels, -1)
    return result


def crop(
    boxes: ArrayLike,
    top: ArrayLike,
    left: ArrayLike,
    height: ArrayLike,
    width: ArrayLike,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Moves boxes as the picture is cut, and cuts off what lies outside.

    Args:
        boxes: in pixels, 'xyxy'.
        top: rows cut off above.
        left: columns cut off on the left.
        height: of what is left.
        width: the same.
        bounding_box_format: must be 'xyxy'.

    Shapes:
        boxes: (..., 4) -> (..., 4).

    Raises:
        UnsupportedFeatureError: another form of boxes.

    Example:
        >>> crop([[10.0, 20.0, 50.0, 60.0]], top=10, left=20, height=40, width=30)
        Array([[ 0., 10., 30., 40.]], dtype=float32)
    """
    _only(bounding_box_format, ("xyxy",), "crop")
    x1, y1, x2, y2 = four(jnp.asarray(boxes))
    x1, x2 = (jnp.clip(x - left, 0, width) for x in (x1, x2))
    y1, y2 = (jnp.clip(y - top, 0, height) for y in (y1, y2))
    return jnp.stack([x1, y1, x2, y2], axis=-1)


def pad(
    boxes: ArrayLike,
    top: ArrayLike,
    left: ArrayLike,
    height: ArrayLike | None = None,
    width: ArrayLike | None = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Moves boxes as the picture is when rows and columns are put around it.

    Args:
        boxes: in pixels, 'xyxy'.
        top: rows added above.
        left: columns added on the left.
        height: kept for Keras.
        width: kept for Keras.
        bounding_box_format: must be 'xyxy'.

    Shapes:
        boxes: (..., 4) -> (..., 4).

    Raises:
        UnsupportedFeatureError: another form of boxes.

    Example:
        >>> pad([[1.0, 2.0, 3.0, 4.0]], top=10, left=20)
        Array([[21., 12., 23., 14.]], dtype=float32)
    """
    _only(bounding_box_format, ("xyxy",), "pad")
    x1, y1, x2, y2 = four(jnp.asarray(boxes))
    return jnp.stack([x1 + left, y1 + top, x2 + left, y2 + top], axis=-1)


def affine_transform(
    boxes: ArrayLike,
    angle: ArrayLike,
    translate_x: ArrayLike,
    translate_y: ArrayLike,
    scale: ArrayLike,
    shear_x: ArrayLike,
    shear_y: ArrayLike,
    height: ArrayLike,
    width: ArrayLike,
    center_x: ArrayLike | None = None,
    center_y: ArrayLike | None = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Turns, moves, scales and shears boxes: the box around the moved corners.

    Args:
        boxes: in pixels, 'xyxy'.
        angle: degrees, one for each picture.
        translate_x: share of the width, the same.
        translate_y: share of the height, the same.
        scale: the same.
        shear_x: degrees, the same.
        shear_y: degrees, the same.
        height: of the picture.
        width: the same.
        center_x: what stays in its place, as a share; None for the middle.
        center_y: the same.
        bounding_box_format: must be 'xyxy'.

    Shapes:
        boxes: (b, n, 4); angle and the like: (b,) -> (b, n, 4).

    Raises:
        UnsupportedFeatureError: another form of boxes.

    Example:
        >>> still = [jnp.zeros(1)] * 2
        >>> affine_transform([[[1.0, 2.0, 3.0, 4.0]]], *[jnp.zeros(1)] * 3, jnp.ones(1),
        ...                  *still, height=10, width=10)
        Array([[[1., 2., 3., 4.]]], dtype=float32)
    """
    _only(bounding_box_format, ("xyxy",), "affine_transform")
    angle = jnp.asarray(angle)
    turn, lean_x, lean_y = (
        -jnp.asarray(degrees) * (math.pi / 180) for degrees in (angle, shear_x, shear_y)
    )
    height, width = jnp.asarray(height), jnp.asarray(width)
    middle_x = (0.5 if center_x is None else center_x) * (width - 1)
    middle_y = (0.5 if center_y is None else center_y) * (height - 1)
    # The inverse of what is done to pixels, which look up where they come from.
    a = jnp.cos(turn - lean_y) / jnp.cos(lean_y)
    b = a * jnp.tan(lean_x) + jnp.sin(turn)
    c = -jnp.sin(turn - lean_y) / jnp.cos(lean_y)
    d = jnp.cos(turn) - c * jnp.tan(lean_x)
    from_x = middle_x - jnp.asarray(translate_x) * (width - 1)
    from_y = middle_y - jnp.asarray(translate_y) * (height - 1)

    def moved(x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        x, y = x - from_x[..., None], y - from_y[..., None]
        by = jnp.asarray(scale)[..., None]
        return (
            by * (d[..., None] * x - b[..., None] * y)
            + jnp.asarray(middle_x)[..., None],
            by * (a[..., None] * y - c[..., None] * x)
            + jnp.asarray(middle_y)[..., None],
        )

    array = jnp.asarray(boxes)
    return around(*moved(*corner_points(array.astype(jnp.result_type(array, angle)))))


def corner_points(boxes: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Returns the four corners of boxes (b, n, 4): x and y, each (4, b, n)."""
    x1, y1, x2, y2 = four(boxes)
    return jnp.stack([x1, x2, x2, x1]), jnp.stack([y1, y1, y2, y2])


def around(x: jax.Array, y: jax.Array) -> jax.Array:
    """Returns the boxes (b, n, 4) around points (4, b, n)."""
    return jnp.stack([x.min(0), y.min(0), x.max(0), y.max(0)], axis=-1)


def encode_box_to_deltas(
    anchors: ArrayLike,
    boxes: ArrayLike,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Sequence[float] | ArrayLike | None = None,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """Says how boxes differ from anchors, as detectors learn it.

    Centers as shares of the anchor's sides, and the logarithm of the sides' ratios.

    Args:
        anchors: the boxes to start from.
        boxes: the boxes to reach, one for each anchor.
        anchor_format: the form of `anchors`.
        box_format: the form of `boxes`.
        encoding_format: 'center_yxhw' or 'center_xywh', the order of the result.
        variance: four numbers that the result is divided by.
        image_shape: (height, width, channels), for forms in shares.

    Shapes:
        anchors: (n, 4); boxes: (n, 4) or (b, n, 4) -> as boxes.

    Raises:
        ConfigError: another order, not four variances, a size that is needed.

    Example:
        >>> encode_box_to_deltas([[0, 0, 10, 10]], [[5, 0, 15, 10]], "xyxy", "xyxy",
        ...                      encoding_format="center_xywh")
        Array([[0.5, 0. , 0. , 0. ]], dtype=float32)
    """
    where = "encode_box_to_deltas"
    divisor = _variance(variance, where)
    size = _delta_size(encoding_format, "encoding_format", image_shape, where)
    given = convert_format(anchors, anchor_format, encoding_format, *size)
    wanted = convert_format(boxes, box_format, encoding_format, *size)
    least = 1e-7
    sides = jnp.maximum(given[..., 2:], least)
    moved = (wanted[..., :2] - given[..., :2]) / sides
    grown = jnp.log(jnp.maximum(wanted[..., 2:], least) / sides)
    return jnp.concatenate([moved, grown], axis=-1) / divisor


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Sequence[float] | ArrayLike | None = None,
    image_shape: Sequence[int] | None = None,
) -> Any:
    """Returns the boxes that differ from anchors as a detector says.

    Args:
        anchors: the boxes to start from; or a dict of them, by level.
        boxes_delta: what `encode_box_to_deltas` returns; or a dict, by level.
        anchor_format: the form of `anchors`.
        box_format: the form of the result.
        encoded_format: 'center_yxhw' or 'center_xywh', the order of `boxes_delta`.
        variance: four numbers that `boxes_delta` is multiplied by.
        image_shape: (height, width, channels), for forms in shares.

    Shapes:
        anchors: (n, 4); boxes_delta: (n, 4) or (b, n, 4) -> as boxes_delta.

    Raises:
        ConfigError: another order, not four variances, a size that is needed.

    Example:
        >>> decode_deltas_to_boxes([[0, 0, 10, 10]], [[0.5, 0, 0, 0]], "xyxy", "xyxy",
        ...                        encoded_format="center_xywh")
        Array([[ 5.,  0., 15., 10.]], dtype=float32)
    """
    where = "decode_deltas_to_boxes"
    factor = _variance(variance, where)
    size = _delta_size(encoded_format, "encoded_format", image_shape, where)

    def decoded(anchor: Any, delta: ArrayLike) -> jax.Array:
        given = convert_format(anchor, anchor_format, encoded_format, *size)
        change = jnp.asarray(delta) * factor
        middle = change[..., :2] * given[..., 2:] + given[..., :2]
        sides = jnp.exp(change[..., 2:]) * given[..., 2:]
        boxes = jnp.concatenate(jnp.broadcast_arrays(middle, sides), axis=-1)
        return convert_format(boxes, encoded_format, box_format, *size)

    if isinstance(anchors, Mapping) and isinstance(boxes_delta, Mapping):
        return {level: decoded(a, boxes_delta[level]) for level, a in anchors.items()}
    return decoded(anchors, boxes_delta)


def _delta_size(
    order: str, name: str, image_shape: Sequence[int] | None, where: str
) -> tuple[int | None, int | None]:
    if order not in ("center_xywh", "center_yxhw"):
        raise ConfigError(
            message(
                where, f"`{name}` must be 'center_xywh' or 'center_yxhw', got {order!r}"
            )
        )
    return picture_size(image_shape, where)


def picture_size(
    image_shape: Sequence[int] | None, where: str
) -> tuple[int | None, int | None]:
    """Returns height and width of (height, width, channels), None for none.

    Raises:
        ArgumentTypeError: something else.
    """
    if image_shape is None:
        return None, None
    if len(image_shape) != 3:
        raise ArgumentTypeError(
            message(
                where,
                f"`image_shape` must be (height, width, channels), got {image_shape!r}",
            )
        )
    return image_shape[0], image_shape[1]


def _variance(variance: object, where: str) -> jax.Array:
    if variance is None:
        return jnp.ones(4, jnp.float32)
    numbers = jnp.asarray(variance, jnp.float32)  # type: ignore[arg-type]
    if numbers.shape[-1:] != (4,):
        raise ConfigError(
            message(where, f"`variance` must be four numbers, got {variance!r}")
        )
    return numbers


def _only(name: str, known: Sequence[str], where: str) -> None:
    if name not in known:
        raise UnsupportedFeatureError(
            message(
                where,
                f"takes boxes in the form {' or '.join(map(repr, known))}, got "
                f"{name!r}",
                "convert them first with convert_format",
            )
        )
