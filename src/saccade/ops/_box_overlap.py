"""How much boxes cover each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core._errors import ConfigError, ShapeError, message

from ._boxes import convert_format, four, picture_size

_TINY = 1e-7


def compute_iou(
    boxes1: ArrayLike,
    boxes2: ArrayLike,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """Returns the common area of each pair of boxes as a share of both together.

    Args:
        boxes1: boxes of one picture or of a batch.
        boxes2: the same; one of them may be of a batch and the other not.
        bounding_box_format: the form of both; see `convert_format`.
        use_masking: whether boxes whose numbers are all negative stand for none.
        mask_val: the result for these.
        image_shape: (height, width, channels), for forms in shares.

    Shapes:
        boxes1: (n, 4) or (b, n, 4); boxes2: (m, 4) or (b, m, 4)
        -> (n, m) or (b, n, m).

    Raises:
        ShapeError: other numbers of axes.
        ConfigError: an unknown form, or a size of the picture that is needed.

    Example:
        >>> boxes = [[0, 0, 10, 5], [20, 20, 30, 30]]
        >>> compute_iou([[0, 0, 10, 10]], boxes, "xyxy").round(3)
        Array([[0.5, 0. ]], dtype=float32)
    """
    where = "compute_iou"
    size = picture_size(image_shape, where)
    corners = []
    for name, boxes in (("boxes1", boxes1), ("boxes2", boxes2)):
        array = jnp.asarray(boxes)
        if array.ndim not in (2, 3):
            raise ShapeError(
                message(
                    where,
                    f"`{name}` must be (n, 4) or (b, n, 4), got the shape "
                    f"{array.shape}",
                )
            )
        corners.append(convert_format(array, bounding_box_format, "xyxy", *size))
    first, second = corners[0][..., :, None, :], corners[1][..., None, :, :]
    common, both = _areas(first, second)
    shares = common / (both + _TINY)
    if not use_masking:
        return shares
    none = first.max(-1) < 0, second.max(-1) < 0
    return jnp.where(none[0] | none[1], jnp.asarray(mask_val, shares.dtype), shares)


def _areas(first: jax.Array, second: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The area that two boxes have in common, and that of both together."""
    x1, y1, x2, y2 = four(first)
    u1, v1, u2, v2 = four(second)
    wide = jnp.maximum(jnp.minimum(x2, u2) - jnp.maximum(x1, u1), 0)
    high = jnp.maximum(jnp.minimum(y2, v2) - jnp.maximum(y1, v1), 0)
    common = wide * high
    return common, (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - common


def compute_ciou(
    boxes1: ArrayLike,
    boxes2: ArrayLike,
    bounding_box_format: str,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """Returns the complete overlap of boxes: less for far centers and other shapes.

    overlap - distance^2 / diagonal^2 - a * v, where the distance is that of the
    centers, the diagonal that of the box around both, v = 4 / pi^2 * (difference of
    the angles of the diagonals)^2 and a = v / (1 - overlap + v).

    Args:
        boxes1: boxes.
        boxes2: boxes, one for each of the first.
        bounding_box_format: the form of both; see `convert_format`.
        image_shape: (height, width, channels), for forms in shares.

    Shapes:
        boxes1, boxes2: (..., 4) -> (...,).

    Raises:
        ConfigError: an unknown form, or a size of the picture that is needed.

    Differs from Keras: forms in shares work where `image_shape` is given.

    Reference: Zheng et al., "Distance-IoU Loss", 2020, https://arxiv.org/abs/1911.08287

    Example:
        >>> same = compute_ciou([[0.0, 0, 10, 10]], [[0.0, 0, 10, 10]], "xyxy")
        >>> bool(abs(same[0] - 1) < 1e-6)
        True
    """
    where = "compute_ciou"
    if "rel" in str(bounding_box_format) and image_shape is None:
        raise ConfigError(
            message(where, "for forms in shares the `image_shape` is needed")
        )
    size = picture_size(image_shape, where)
    first, second = (
        convert_format(boxes, bounding_box_format, "xyxy", *size)
        for boxes in (boxes1, boxes2)
    )
    x1, y1, x2, y2 = four(first)
    u1, v1, u2, v2 = four(second)
    common, both = _areas(first, second)
    overlap = common / (both + _TINY)
    wide = jnp.maximum(x2, u2) - jnp.minimum(x1, u1)
    high = jnp.maximum(y2, v2) - jnp.minimum(y1, v1)
    apart = ((x1 + x2) - (u1 + u2)) ** 2 / 4 + ((y1 + y2) - (v1 + v2)) ** 2 / 4
    angles = [
        jnp.arctan((right - left) / (bottom - top + _TINY))
        for left, top, right, bottom in ((u1, v1, u2, v2), (x1, y1, x2, y2))
    ]
    shape = 4 / math.pi**2 * (angles[0] - angles[1]) ** 2
    weight = shape / (shape - overlap + (1 + _TINY))
    return overlap - (apart / (wide**2 + high**2 + _TINY) + shape * weight)
