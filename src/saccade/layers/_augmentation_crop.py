"""RandomCrop: parts of pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import ops
from saccade.core import _checks
from saccade.core._symbolic import Shape

from ._augmentation_geometry import Moving
from ._box_moves import (
    Size,
    Window,
    as_corners,
    checked_boxes,
    cropped,
    in_form,
    window_for,
)


class RandomCrop(Moving):
    """Cuts a part out of pictures, the same part of all in a batch.

    Pictures that are not larger are cut to the proportions and resized.

    Args:
        height: of the result, in pixels.
        width: of the result, in pixels.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        name: the layer's name.
        **kwargs: `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to cut at random;
        else the largest middle part is resized.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> (..., height, width, c) compute dtype.

    Raises:
        ConfigError: a size below 1.

    Differs from Keras: other random numbers. Without
    training the result has the size asked for; Keras 3.15 returns whole pictures.

    Example:
        >>> RandomCrop(2, 2)(jnp.ones((1, 4, 4, 3))).shape
        (1, 2, 2, 3)
    """

    interpolation = "bilinear"

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, name=name, **kwargs)
        self.height = _checks.positive_int(height, "height", self._where)
        self.width = _checks.positive_int(width, "width", self._where)

    def _draw(self, key: jax.Array, shape: Shape) -> tuple[ArrayLike, ArrayLike]:
        height, width = self._size(shape)
        if height > self.height and width > self.width:
            first, second = jax.random.split(key)
            return (
                jax.random.randint(first, (), 0, height - self.height + 1),
                jax.random.randint(second, (), 0, width - self.width + 1),
            )
        tall = max(min(height, width * self.height // self.width), 1)
        wide = max(min(width, height * self.width // self.height), 1)
        return (height - tall) // 2, (width - wide) // 2

    def _moved(
        self, images: jax.Array, transformation: Any, interpolation: str
    ) -> jax.Array:
        axis = 1 if self.data_format == "channels_last" else 2
        window = self._window(transformation, images.shape[axis : axis + 2])
        for step in (0, 1):
            images = jax.lax.dynamic_slice_in_dim(
                images, window[step], window[2 + step], axis + step
            )
        return self._resized(images, interpolation)

    def _window(self, transformation: Any, size: Sequence[int]) -> Window:
        """The part that is cut out of pictures of a height and width."""
        lengths = [
            min(length, have if not isinstance(start, int) else have - start)
            for start, length, have in zip(
                transformation, (self.height, self.width), size, strict=True
            )
        ]
        return Window(*transformation, *lengths)

    def _apply_to_boxes(
        self, boxes: jax.Array, transformation: Any, size: Size
    ) -> jax.Array:
        target = (self.height, self.width)
        return cropped(boxes, self._window(transformation, size), target)

    def _drawn_size(self, transformation: Any) -> Size:
        return self.height, self.width

    def _size_after(self, size: Size) -> Size:
        return self.height, self.width

    def _transform_boxes_of(
        self, data: Mapping[str, Any], drawn: Any, training: bool
    ) -> dict[str, Any]:
        shape = jnp.shape(data["images"])
        form, where = self.bounding_box_format, self._where
        boxes = checked_boxes(data["bounding_boxes"], len(shape), form, where)
        size = (shape[self._pixel_axes[0]], shape[self._pixel_axes[1]])
        if training and drawn is not None:
            return self._move_boxes(boxes, drawn, size)
        target, form = (self.height, self.width), form or ""
        corners = as_corners(boxes, form, size)
        window = window_for(size, target, crop=True, pad=False)
        corners["boxes"] = cropped(corners["boxes"], window, target)
        return in_form(corners, form, target)

    def _resized(
        self, images: jax.Array, interpolation: str, cut: bool = False
    ) -> jax.Array:
        axis = images.ndim - (3 if self.data_format == "channels_last" else 2)
        size = (self.height, self.width)
        if images.shape[axis : axis + 2] == size:
            return images
        return ops.image.resize(
            images,
            size,
            interpolation=interpolation,
            crop_to_aspect_ratio=cut,
            data_format=self.data_format,
        )

    def transform_images(
        self, images: ArrayLike, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Cuts the part out if `training`, else resizes the middle."""
        x = super().transform_images(images, transformation, training)
        if training and transformation is not None:
            return x
        return self._resized(x, self.interpolation, cut=True)

    def transform_segmentation_masks(
        self,
        segmentation_masks: ArrayLike,
        transformation: Any = None,
        training: bool = True,
    ) -> jax.Array:
        """Cuts the part out if `training`, else resizes the middle."""
        masks = super().transform_segmentation_masks(
            segmentation_masks, transformation, training
        )
        if training and transformation is not None:
            return masks
        return self._resized(masks, "nearest", cut=True)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape with the new height and width."""
        if isinstance(input_shape, dict):
            images = self.compute_output_shape(input_shape["images"])
            return {**input_shape, "images": images}
        self._check_axes(len(input_shape))
        axis = len(input_shape) - (3 if self.data_format == "channels_last" else 2)
        return (
            *input_shape[:axis], self.height, self.width, *input_shape[axis + 2 :],
        )  # fmt: skip
