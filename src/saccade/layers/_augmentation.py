"""The base of layers that change pictures at random during training.

Each draws the parameters of a whole batch and then applies them, in two methods, so
that the same parameters can be applied elsewhere. What one family does must not go
here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._errors import (
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.core._random import SeedGenerator, draw_key
from saccade.core._symbolic import Shape

from ._box_moves import Size, as_corners, box_format, checked_boxes, in_form
from ._layer import Layer

# Pictures, or a dict of them and their labels.
Pictures: TypeAlias = Any
Seed: TypeAlias = SeedGenerator | int | None
Factor: TypeAlias = float | Sequence[float]


class Augmentation(Layer):
    """A layer that changes pictures at random during training.

    A subclass draws parameters in `_draw(key, shape)` and applies them in
    `_apply(images, transformation)`; both see batches. One that moves pixels applies
    them to masks too, in `_apply_to_masks`.

    Args:
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        bounding_box_format: what the four numbers of boxes are; see
            `utils.bounding_boxes.convert_format`.
        **kwargs: `name`, `dtype`, `input_shape`.

    Raises:
        ConfigError: an unknown form of boxes, or boxes and no form.
        UnsupportedFeatureError: boxes, where they cannot be moved.
        ShapeError: pictures have neither 3 nor 4 axes.
    """

    # Whether there is anything to draw; else `_apply` works without parameters.
    _DRAWS = True
    # Whether it is known where boxes go.
    _KNOWS_BOXES = True

    def __init__(
        self,
        seed: int | None = None,
        data_format: str | None = None,
        bounding_box_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bounding_box_format = box_format(bounding_box_format, self._where)
        self.seed = seed
        self.generator = SeedGenerator(seed)
        self.data_format = _checks.data_format(data_format, self._where)

    def _unsupported(self, what: str) -> UnsupportedFeatureError:
        return UnsupportedFeatureError(
            message(
                self._where,
                f"`{what}` is not supported",
                "leave the boxes out, or use another layer",
            )
        )

    def _draw(self, key: jax.Array, shape: Shape) -> Any:
        """Draws the parameters for a batch of this shape."""
        raise NotImplementedError

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        """Applies parameters to a batch of the compute type."""
        raise NotImplementedError

    def _apply_to_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        """Applies parameters to a batch of masks; changes of colour leave them."""
        return masks

    def _apply_to_boxes(
        self, boxes: jax.Array, transformation: Any, size: Size
    ) -> jax.Array:
        """Applies parameters to the corners of boxes; changes of colour leave them.

        Args:
            boxes: (b, n, 4), in pixels.
            transformation: the parameters.
            size: height and width of the pictures.
        """
        return boxes

    def get_random_transformation(
        self, data: Pictures, training: bool = True, seed: Seed = None
    ) -> Any:
        """Draws the parameters for one picture or a batch.

        Args:
            data: the pictures, or a dict with 'images'.
            training: whether to draw at all; else the result is None.
            seed: a stream or an int; None for the layer's stream.
        """
        shape = tuple(jnp.shape(_images(data)))
        self._check_axes(len(shape))
        if not training or not self._DRAWS:
            return None
        key = draw_key(self.generator if seed is None else seed)
        drawn = self._draw(key, shape if len(shape) == 4 else (1, *shape))
        if self._moves_boxes and isinstance(drawn, dict):
            # Boxes may be in shares of the picture.
            return {**drawn, "input_shape": shape}
        return drawn

    def transform_images(
        self, images: ArrayLike, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Applies parameters to pictures.

        Args:
            images: one picture or a batch.
            transformation: what `get_random_transformation` returned.
            training: whether to apply them.
        """
        x = jnp.asarray(images).astype(self.compute_dtype)
        self._check_axes(x.ndim)
        if not training or (transformation is None and self._DRAWS):
            return x
        if x.ndim == 4:
            return self._apply(x, transformation)
        return self._apply(x[None], transformation)[0]

    def transform_labels(
        self, labels: ArrayLike, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Returns the labels that the changed pictures have: the same."""
        return jnp.asarray(labels)

    def transform_bounding_boxes(
        self,
        bounding_boxes: Mapping[str, Any],
        transformation: Any = None,
        training: bool = True,
    ) -> dict[str, Any]:
        """Moves boxes as their pictures are moved.

        Boxes are cut at the border; those of which nothing is left get the label -1.

        Args:
            bounding_boxes: a dict with 'boxes' (b, n, 4) and 'labels' (b, n), or both
                without the axis b for one picture.
            transformation: what `get_random_transformation` returned.
            training: whether to apply it.
        """
        axes = jnp.ndim(bounding_boxes["boxes"]) + 1
        boxes = checked_boxes(
            bounding_boxes, axes, self.bounding_box_format, self._where
        )
        if not training or transformation is None:
            return boxes
        if not self._KNOWS_BOXES:
            raise self._unsupported("bounding_boxes")
        if not self._moves_boxes:
            return boxes
        return self._move_boxes(boxes, transformation, self._drawn_size(transformation))

    @property
    def _moves_boxes(self) -> bool:
        return type(self)._apply_to_boxes is not Augmentation._apply_to_boxes

    def _drawn_size(self, transformation: Any) -> Size:
        """The height and width of the pictures that parameters were drawn for."""
        height, width = (
            transformation["input_shape"][axis] for axis in self._pixel_axes
        )
        return height, width

    def _size_after(self, size: Size) -> Size:
        """The height and width that pictures of this size get."""
        return size

    def _move_boxes(
        self, boxes: Mapping[str, Any], transformation: Any, size: Size
    ) -> dict[str, Any]:
        form = self.bounding_box_format
        assert form is not None
        corners = as_corners(boxes, form, size)
        x = corners["boxes"]
        batch = x if x.ndim == 3 else x[None]
        moved = self._apply_to_boxes(batch, transformation, size)
        corners["boxes"] = moved if x.ndim == 3 else moved[0]
        return in_form(corners, form, self._size_after(size))

    def transform_segmentation_masks(
        self,
        segmentation_masks: ArrayLike,
        transformation: Any = None,
        training: bool = True,
    ) -> jax.Array:
        """Moves masks as the pictures are moved, without mixing their values.

        Args:
            segmentation_masks: of one picture (3 axes) or a batch (4 axes).
            transformation: what `get_random_transformation` returned.
            training: whether to apply it.
        """
        masks = jnp.asarray(segmentation_masks)
        self._check_axes(masks.ndim)
        if not training or transformation is None:
            return masks
        if masks.ndim == 4:
            return self._apply_to_masks(masks, transformation)
        return self._apply_to_masks(masks[None], transformation)[0]

    def call(self, data: Pictures, training: bool = True) -> Pictures:
        """Returns changed pictures if `training`; a dict keeps its other entries."""
        drawn = self.get_random_transformation(data, training=training)
        images = self.transform_images(_images(data), drawn, training=training)
        if not isinstance(data, Mapping):
            return images
        result = {**data, "images": images}
        if "bounding_boxes" in data:
            result["bounding_boxes"] = self._transform_boxes_of(data, drawn, training)
        if "labels" in data:
            result["labels"] = self.transform_labels(
                data["labels"], drawn, training=training
            )
        if "segmentation_masks" in data:
            result["segmentation_masks"] = self._transform_masks_of(
                data, drawn, training
            )
        return result

    def _transform_boxes_of(
        self, data: Mapping[str, Any], drawn: Any, training: bool
    ) -> dict[str, Any]:
        boxes = checked_boxes(
            data["bounding_boxes"],
            jnp.ndim(data["images"]),
            self.bounding_box_format,
            self._where,
        )
        return self.transform_bounding_boxes(boxes, drawn, training=training)

    def _transform_masks_of(
        self, data: Mapping[str, Any], drawn: Any, training: bool
    ) -> jax.Array:
        """Masks may lack the axis of channels that pictures have."""
        masks = jnp.asarray(data["segmentation_masks"])
        lacking = masks.ndim == jnp.ndim(data["images"]) - 1
        axis = -1 if self.data_format == "channels_last" else -3
        wide = jnp.expand_dims(masks, axis) if lacking else masks
        moved = self.transform_segmentation_masks(wide, drawn, training=training)
        return jnp.squeeze(moved, axis) if lacking else moved

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        if self.bounding_box_format is None:
            config.pop("bounding_box_format", None)
        return config

    def _check_axes(self, ndim: int) -> None:
        if ndim not in (3, 4):
            raise ShapeError(
                message(
                    self._where,
                    "expected one picture (3 axes) or a batch (4 axes), got an input "
                    f"with {ndim} axes",
                )
            )

    @property
    def _channel_axis(self) -> int:
        """The axis of a batch that has the channels, counted from the end."""
        return -1 if self.data_format == "channels_last" else -3

    @property
    def _pixel_axes(self) -> tuple[int, int]:
        """The axes of a batch that have rows and columns, counted from the end."""
        return (-3, -2) if self.data_format == "channels_last" else (-2, -1)

    def _size(self, shape: Shape) -> tuple[int, int]:
        """The height and width of a batch of this shape."""
        height, width = shape[1:3] if self.data_format == "channels_last" else shape[2:]
        return height or 0, width or 0

    def _range(
        self, factor: Factor, name: str, low: float, high: float, open_low: bool = False
    ) -> tuple[float, float]:
        """Reads a number f as from -f to f (not below `low`), or two numbers."""
        pair = isinstance(factor, (list, tuple))
        numbers: list[Any] = list(factor) if isinstance(factor, Sequence) else [factor]
        if len(numbers) != 1 + pair or not all(
            isinstance(n, (int, float))
            and not isinstance(n, bool)
            and low <= n <= high
            and not (open_low and n == low)
            for n in numbers
        ):
            raise ConfigError(
                message(
                    self._where,
                    f"`{name}` must be a number or two numbers in "
                    f"{'(' if open_low else '['}{low}, {high}], got {factor!r}",
                )
            )
        lower, *_, upper = sorted(map(float, numbers)) * (1 if pair else 2)
        # Plus 0, since configs keep the sign of -0.
        return (lower, upper) if pair else (max(-abs(upper), low) + 0.0, abs(upper))

    def _two_limits(self, value_range: Sequence[float]) -> list[float]:
        """Reads the lowest and the highest value of pictures."""
        if (
            not isinstance(value_range, (list, tuple))
            or len(value_range) != 2
            or not all(isinstance(v, (int, float)) for v in value_range)
            or value_range[0] == value_range[1]
        ):
            raise ConfigError(
                message(
                    self._where,
                    "`value_range` must be the lowest and the highest value of the "
                    f"pictures, for example (0, 255) or (0, 1), got {value_range!r}",
                )
            )
        return sorted(value_range)


def _images(data: Pictures) -> Any:
    return data["images"] if isinstance(data, Mapping) else data


def uniform(
    key: jax.Array, shape: Sequence[int], limits: tuple[float, float] = (0.0, 1.0)
) -> jax.Array:
    """Draws evenly between two limits, float32 so that all types see the same draws.

    Args:
        key: the random key.
        shape: of the result.
        limits: the lowest and the highest value.

    Example:
        >>> bool(uniform(jax.random.key(0), (), (2.0, 3.0)) >= 2)
        True
    """
    low, high = limits
    return jax.random.uniform(key, tuple(shape), jnp.float32, low, high)


def chosen(key: jax.Array, rows: int, share: tuple[float, float]) -> jax.Array:
    """Draws which pictures change, bool (rows,).

    Args:
        key: the random key.
        rows: number of pictures.
        share: the limits between which each picture's probability is drawn.

    Example:
        >>> chosen(jax.random.key(0), 3, (1.0, 1.0))
        Array([ True,  True,  True], dtype=bool)
    """
    first, second = jax.random.split(key)
    return uniform(second, (rows,)) < uniform(first, (rows,), share)


def where_chosen(flags: ArrayLike, changed: jax.Array, images: jax.Array) -> jax.Array:
    """Takes the changed pictures where the flags are true, else the given ones.

    Example:
        >>> x = jnp.zeros((2, 1, 1, 1))
        >>> where_chosen(jnp.asarray([True, False]), x + 1, x).ravel()
        Array([1., 0.], dtype=float32)
    """
    return jnp.where(jnp.asarray(flags)[:, None, None, None], changed, images)


def per_picture(values: ArrayLike, dtype: str) -> jax.Array:
    """Brings one number for each picture into a shape that broadcasts to a batch.

    Example:
        >>> per_picture(jnp.ones(3), "float32").shape
        (3, 1, 1, 1)
    """
    return jnp.asarray(values).astype(dtype).reshape(-1, 1, 1, 1)


def rescaled(
    images: jax.Array, source: Sequence[float], target: Sequence[float]
) -> jax.Array:
    """Brings values from one range to another.

    Example:
        >>> rescaled(jnp.asarray([0.5]), (0, 1), (0, 255))
        Array([127.5], dtype=float32)
    """
    if tuple(source) == tuple(target):
        return images
    share = (images - source[0]) / (source[1] - source[0])
    return share * (target[1] - target[0]) + target[0]
