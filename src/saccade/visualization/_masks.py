"""Segmentation masks drawn onto pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from saccade.core import _checks
from saccade.core._errors import ArgumentTypeError, ShapeError, message

from ._boxes import batch_of_pictures

_WHERE = "draw_segmentation_masks"
# Steps between the colours of neighbouring classes that make them differ.
_STEPS = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])


def draw_segmentation_masks(
    images: Any,
    segmentation_masks: Any,
    num_classes: int | None = None,
    color_mapping: Mapping[int, Sequence[int]] | None = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> np.ndarray:
    """Colours pictures by the class of each pixel.

    Args:
        images: values in [0, 255].
        segmentation_masks: whole numbers, the classes.
        num_classes: how many there are; None for one more than the highest.
        color_mapping: colours by class, red, green, blue in [0, 255]; None for some
            that differ, black for class 0.
        alpha: how much of the colour covers the picture, in [0, 1].
        blend: whether the picture shines through.
        ignore_index: the class whose pixels stay as they are.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.

    Returns:
        New pictures: uint8, float32 if `blend` is false.

    Shapes:
        images: (b, h, w, c); segmentation_masks: (b, h, w) or (b, h, w, 1)
        -> (b, h, w, c).

    Raises:
        ShapeError: `images` is no batch, or the masks have another size.
        ArgumentTypeError: masks that are no whole numbers.

    Differs from Keras: without `num_classes` the highest class is drawn too; classes
    that `color_mapping` lacks stay as they are.

    Example:
        >>> masks = np.array([[[0, 1]]])
        >>> draw_segmentation_masks(np.zeros((1, 1, 2, 3)), masks,
        ...                         color_mapping={1: (200, 100, 0)}, alpha=0.5)[0, 0]
        array([[  0,   0,   0],
               [100,  50,   0]], dtype=uint8)
    """
    pictures = batch_of_pictures(images, data_format, _WHERE).astype(np.float32)
    first = _checks.data_format(data_format, _WHERE) == "channels_first"
    masks = _masks(segmentation_masks, pictures.shape, first)
    count = int(masks.max(initial=-1)) + 1 if num_classes is None else num_classes
    colours = color_mapping
    if colours is None:
        colours = {n: (n * _STEPS % 255).tolist() for n in range(count)}
    drawn = pictures.copy()
    for number in range(count):
        if number in colours and number != ignore_index:
            drawn[masks == number] = np.asarray(colours[number], np.float32)
    if blend:
        mixed = pictures * (1 - alpha) + drawn * alpha
        drawn = np.where((masks != ignore_index)[..., None], mixed, pictures)
        drawn = drawn.astype(np.uint8)
    return drawn.transpose(0, 3, 1, 2) if first else drawn


def _masks(given: Any, shape: tuple[int, ...], first: bool) -> np.ndarray:
    masks = np.asarray(given)
    if masks.dtype.kind not in "iu":
        raise ArgumentTypeError(
            message(
                _WHERE,
                f"`segmentation_masks` must be whole numbers, got {masks.dtype}",
                "masks.astype('int32')",
            )
        )
    if masks.ndim == 4 and masks.shape[1 if first else 3] == 1:
        masks = masks[:, 0] if first else masks[..., 0]
    if masks.shape != shape[:3]:
        raise ShapeError(
            message(
                _WHERE,
                f"`segmentation_masks` must be {shape[:3]} or {(*shape[:3], 1)}, got "
                f"{np.shape(given)}",
            )
        )
    return masks
