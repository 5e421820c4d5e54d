"""MaxNumBoundingBoxes: the same number of boxes for each picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from saccade.core import _checks

from ._augmentation import Augmentation
from ._layer import is_shape


class MaxNumBoundingBoxes(Augmentation):
    """Keeps the first boxes of each picture, or adds boxes, to have a fixed number.

    Args:
        max_number: of boxes.
        fill_value: the numbers of added boxes, and their label.
        **kwargs: `bounding_box_format`, which is needed; `name`, `dtype`.

    Call args:
        data: a dict with 'images' and 'bounding_boxes', in training or not.

    Shapes:
        boxes: (b, n, 4), labels: (b, n) -> (b, max_number, 4), (b, max_number).

    Raises:
        ConfigError: `max_number` below 1, or boxes and no form of them.

    Differs from Keras: `fill_value` is in the config.

    Example:
        >>> data = {"images": jnp.zeros((1, 8, 8, 3)), "bounding_boxes": {
        ...     "boxes": jnp.ones((1, 1, 4)), "labels": jnp.zeros((1, 1), int)}}
        >>> layer = MaxNumBoundingBoxes(2, bounding_box_format="xyxy")
        >>> layer(data)["bounding_boxes"]["labels"]
        Array([[ 0, -1]], dtype=int32)
    """

    _DRAWS = False

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_number = _checks.positive_int(max_number, "max_number", self._where)
        self.fill_value = int(fill_value)

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        return images

    def transform_bounding_boxes(
        self,
        bounding_boxes: Mapping[str, Any],
        transformation: Any = None,
        training: bool = True,
    ) -> dict[str, Any]:
        """Returns the boxes with the fixed number of them."""
        result = dict(bounding_boxes)
        for name, inner in (("boxes", 1), ("labels", 0)):
            array = jnp.asarray(bounding_boxes[name])
            axis = array.ndim - 1 - inner
            kept = jax.lax.slice_in_dim(
                array, 0, min(self.max_number, array.shape[axis]), axis=axis
            )
            widths = [(0, 0)] * array.ndim
            widths[axis] = (0, self.max_number - kept.shape[axis])
            result[name] = jnp.pad(kept, widths, constant_values=self.fill_value)
        return result

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shapes with the fixed number of boxes."""
        if not isinstance(input_shape, Mapping) or "bounding_boxes" not in input_shape:
            return input_shape
        boxes = dict(input_shape["bounding_boxes"])
        for name, inner in (("boxes", 1), ("labels", 0)):
            if is_shape(boxes[name]):
                shape = list(boxes[name])
                shape[len(shape) - 1 - inner] = self.max_number
                boxes[name] = tuple(shape)
        return {**input_shape, "bounding_boxes": boxes}
