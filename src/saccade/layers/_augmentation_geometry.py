"""Augmentation that moves pixels: flips, rotation, zoom, shifts and shear.

Each layer makes one warp of the batch. Changes of colour must not go here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import ops
from saccade.core import _checks
from saccade.core._symbolic import Shape
from saccade.ops._affine import FILL_MODES, WARP_INTERPOLATIONS, homography
from saccade.ops._boxes import four
from saccade.ops._filters import distorted
from saccade.random._bits import hashed_normal

from ._augmentation import Augmentation, Factor, chosen, uniform, where_chosen
from ._box_moves import Size, projected

_FLIPS = ("horizontal", "vertical", "horizontal_and_vertical")
# Keras offers one mode less to layers than to the function behind them.
_FILL_MODES = ("reflect", "wrap", "constant", "nearest")


class RandomFlip(Augmentation):
    """Mirrors half of the pictures.

    Args:
        mode: 'horizontal', 'vertical' or 'horizontal_and_vertical'; the last mirrors
            in both directions at once.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to mirror.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: another `mode`.

    Differs from Keras: other random numbers.

    Example:
        >>> flip = RandomFlip("horizontal")
        >>> x = jnp.arange(3.0).reshape(1, 1, 3, 1)
        >>> flip.transform_images(x, {"flips": jnp.ones((1, 1, 1, 1), bool)}).ravel()
        Array([2., 1., 0.], dtype=float32)
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.mode = _checks.one_of(mode, _FLIPS, "mode", self._where)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        return {"flips": uniform(key, (shape[0] or 1, 1, 1, 1)) <= 0.5}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        down = 1 if self.data_format == "channels_last" else 2
        axes = [down] * ("vertical" in self.mode)
        axes += [down + 1] * ("horizontal" in self.mode)
        return jnp.where(transformation["flips"], jnp.flip(images, axes), images)

    def _apply_to_boxes(
        self, boxes: jax.Array, transformation: Any, size: Size
    ) -> jax.Array:
        (left, top, right, bottom), (height, width) = four(boxes), size
        if "horizontal" in self.mode:
            left, right = width - right, width - left
        if "vertical" in self.mode:
            top, bottom = height - bottom, height - top
        flips = jnp.asarray(transformation["flips"]).reshape(-1, 1, 1)
        return jnp.where(flips, jnp.stack([left, top, right, bottom], -1), boxes)

    def _apply_to_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        return self._apply(masks, transformation)


class Moving(Augmentation):
    """A layer that reads pixels elsewhere; those of masks are not interpolated."""

    interpolation: str

    def _moved(
        self, images: jax.Array, transformation: Any, interpolation: str
    ) -> jax.Array:
        """Applies parameters to a batch of pictures or masks."""
        raise NotImplementedError

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        return self._moved(images, transformation, self.interpolation)

    def _apply_to_masks(self, masks: jax.Array, transformation: Any) -> jax.Array:
        return self._moved(masks, transformation, "nearest")


class _Warp(Moving):
    """A layer that says where each pixel of the result is read."""

    def __init__(
        self, fill_mode: str, interpolation: str, fill_value: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        where = self._where
        self.fill_mode = _checks.one_of(fill_mode, _FILL_MODES, "fill_mode", where)
        self.interpolation = _checks.one_of(
            interpolation, WARP_INTERPOLATIONS, "interpolation", where
        )
        self.fill_value = fill_value

    def _matrix(self, transformation: Any, shape: Shape) -> jax.Array:
        """The 8 numbers of `ops.image.affine_transform` for each picture."""
        raise NotImplementedError

    def _moved(
        self, images: jax.Array, transformation: Any, interpolation: str
    ) -> jax.Array:
        return ops.image.affine_transform(
            images,
            self._matrix(transformation, images.shape),
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def _apply_to_boxes(
        self, boxes: jax.Array, transformation: Any, size: Size
    ) -> jax.Array:
        shape = [boxes.shape[0], 1, 1, 1]
        for axis, side in zip(self._pixel_axes, size, strict=True):
            shape[axis] = side
        return projected(boxes, self._matrix(transformation, tuple(shape)))


def _rows(*numbers: ArrayLike) -> jax.Array:
    """Puts 6 columns, or one number for all, beside each other, and two zeros."""
    columns = jnp.broadcast_arrays(*(jnp.asarray(n, jnp.float32) for n in numbers))
    return jnp.pad(jnp.stack(columns, -1), ((0, 0), (0, 2)))


class RandomRotation(_Warp):
    """Turns pictures about their middle.

    Args:
        factor: two numbers, the limits of the angle as shares of a full turn, in
            [-1, 1]; one number f means from -f to f. Positive turns the picture
            counter-clockwise.
        fill_mode: what fills the corners: 'reflect', 'wrap', 'constant', 'nearest'.
        interpolation: 'bilinear' or 'nearest'.
        seed: int for a stream of its own.
        fill_value: the value of corners for 'constant'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to turn.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers.

    Example:
        >>> quarter = RandomRotation((0.25, 0.25), interpolation="nearest")
        >>> quarter(jnp.arange(4.0).reshape(1, 2, 2, 1))[0, ..., 0]
        Array([[1., 3.],
               [0., 2.]], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format,
            **kwargs,
        )  # fmt: skip
        self.factor = self._range(factor, "factor", -1, 1)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        limits = (self.factor[0] * 360, self.factor[1] * 360)
        angle = uniform(key, (shape[0] or 1,), limits)
        height, width = self._size(shape)
        cosine, sine = jnp.cos(angle * math.pi / 180), jnp.sin(angle * math.pi / 180)
        x, y = (width - 1) / 2, (height - 1) / 2
        matrix = _rows(
            cosine, -sine, x - x * cosine + y * sine,
            sine, cosine, y - x * sine - y * cosine,
        )  # fmt: skip
        return {"angle": angle, "rotation_matrix": matrix}

    def _matrix(self, transformation: Any, shape: Shape) -> jax.Array:
        return transformation["rotation_matrix"]


class _TwoFactors(_Warp):
    """A warp with limits for each direction."""

    _OPEN = False

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None,
        fill_mode: str,
        interpolation: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self.height_lower, self.height_upper = self._range(
            height_factor, "height_factor", -1, 1, self._OPEN
        )
        if width_factor is not None:
            self.width_lower, self.width_upper = self._range(
                width_factor, "width_factor", -1, 1, self._OPEN
            )


class RandomZoom(_TwoFactors):
    """Enlarges or shrinks pictures about their middle.

    Args:
        height_factor: two numbers, the limits of the change, in (-1, 1]; one number f
            means from -f to f. 0.2 shows 20% more (the picture shrinks), -0.2 20% less.
        width_factor: the same across; None for the height's own draw, which keeps the
            proportions.
        fill_mode: what fills the border: 'reflect', 'wrap', 'constant', 'nearest'.
        interpolation: 'bilinear' or 'nearest'.
        seed: int for a stream of its own.
        fill_value: the value of the border for 'constant'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to zoom.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers.

    Example:
        >>> zoom = RandomZoom((-0.5, -0.5), interpolation="nearest")
        >>> zoom(jnp.arange(5.0).reshape(1, 1, 5, 1)).ravel()
        Array([1., 2., 2., 3., 3.], dtype=float32)
    """

    _OPEN = True

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            height_factor, width_factor, fill_mode, interpolation,
            fill_value=fill_value, seed=seed, data_format=data_format, **kwargs,
        )  # fmt: skip

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        down, across = jax.random.split(key)
        size = (shape[0] or 1, 1)
        height = uniform(down, size, (1 + self.height_lower, 1 + self.height_upper))
        width = height
        if self.width_factor is not None:
            width = uniform(across, size, (1 + self.width_lower, 1 + self.width_upper))
        return {"height_zoom": height, "width_zoom": width}

    def _matrix(self, transformation: Any, shape: Shape) -> jax.Array:
        height, width = self._size(shape)
        across = jnp.asarray(transformation["width_zoom"])[:, 0]
        down = jnp.asarray(transformation["height_zoom"])[:, 0]
        return _rows(
            across, 0, (width - 1) / 2 * (1 - across),
            0, down, (height - 1) / 2 * (1 - down),
        )  # fmt: skip


class RandomTranslation(_TwoFactors):
    """Shifts pictures.

    Args:
        height_factor: two numbers, the limits of the shift down as shares of the
            height, in [-1, 1]; one number f means from -f to f.
        width_factor: the same to the right, as shares of the width.
        fill_mode: what fills the border: 'reflect', 'wrap', 'constant', 'nearest'.
        interpolation: 'bilinear' or 'nearest'.
        seed: int for a stream of its own.
        fill_value: the value of the border for 'constant'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to shift.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers.

    Example:
        >>> shift = RandomTranslation(0, (0.5, 0.5), fill_mode="constant")
        >>> shift(jnp.arange(1.0, 5.0).reshape(1, 1, 4, 1)).ravel()
        Array([0., 0., 1., 2.], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            height_factor, width_factor, fill_mode, interpolation,
            fill_value=fill_value, seed=seed, data_format=data_format, **kwargs,
        )  # fmt: skip

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        down, across = jax.random.split(key)
        height, width = self._size(shape)
        size = (shape[0] or 1, 1)
        up = uniform(down, size, (self.height_lower, self.height_upper)) * height
        left = uniform(across, size, (self.width_lower, self.width_upper)) * width
        return {"translations": jnp.concatenate([left, up], axis=1)}

    def _matrix(self, transformation: Any, shape: Shape) -> jax.Array:
        shift = jnp.asarray(transformation["translations"])
        return _rows(1, 0, -shift[:, 0], 0, 1, -shift[:, 1])


class RandomShear(_Warp):
    """Slants pictures.

    Args:
        x_factor: two numbers, the limits of the slant across, in [0, 1]; one number f
            means from 0 to f. Half of the pictures slant the other way.
        y_factor: the same downwards.
        interpolation: 'bilinear' or 'nearest'.
        fill_mode: what fills the corners: 'reflect', 'wrap', 'constant', 'nearest'.
        fill_value: the value of corners for 'constant'.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to slant.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers; one number f
    means what Keras' text says, not from -f to f, so that a config can be read again.

    Example:
        >>> shear = RandomShear(1.0, fill_mode="constant")
        >>> drawn = {"shear_factor": jnp.asarray([[1.0, 0.0]])}
        >>> shear.transform_images(jnp.ones((1, 2, 3, 1)), drawn)[0, ..., 0]
        Array([[1., 1., 1.],
               [1., 1., 0.]], dtype=float32)
    """

    def __init__(
        self,
        x_factor: Factor = 0.0,
        y_factor: Factor = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode, interpolation, fill_value, seed=seed, data_format=data_format,
            **kwargs,
        )  # fmt: skip
        self.x_factor = self._range(x_factor, "x_factor", 0, 1)
        self.y_factor = self._range(y_factor, "y_factor", 0, 1)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        across, down, turn = jax.random.split(key, 3)
        size = (shape[0] or 1, 1)
        factors = jnp.concatenate(
            [uniform(across, size, self.x_factor), uniform(down, size, self.y_factor)],
            axis=1,
        )
        return {"shear_factor": jnp.where(uniform(turn, size) > 0.5, -factors, factors)}

    def _matrix(self, transformation: Any, shape: Shape) -> jax.Array:
        factors = jnp.asarray(transformation["shear_factor"])
        return _rows(1, factors[:, 0], 0, factors[:, 1], 1, 0)


class RandomPerspective(Moving):
    """Shows pictures as if looked at from the side.

    Args:
        factor: share of the pictures that change, in [0, 1]; of two numbers, the share
            of each picture is drawn between them.
        scale: how far corners move at most, as twice the share of the size, in [0, 1].
        interpolation: 'bilinear' or 'nearest'.
        fill_value: the value of what lies outside the picture.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers.

    Example:
        >>> RandomPerspective(0.0)(jnp.ones((1, 2, 2, 1))).ravel()
        Array([1., 1., 1., 1.], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)
        self.scale = _checks.fraction(scale, "scale", self._where)
        self.interpolation = _checks.one_of(
            interpolation, WARP_INTERPOLATIONS, "interpolation", self._where
        )
        self.fill_value = fill_value

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        chance, corners = jax.random.split(key)
        rows = shape[0] or 1
        height, width = self._size(shape)
        right, bottom = width - 1.0, height - 1.0
        start = jnp.broadcast_to(
            jnp.asarray([[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]]),
            (rows, 4, 2),
        )
        reach = (-0.5 * self.scale, 0.5 * self.scale)
        return {
            "apply_perspective": chosen(chance, rows, self.factor),
            "start_points": start,
            "end_points": start * (1 + uniform(corners, (rows, 4, 2), reach)),
        }

    def _moved(
        self, images: jax.Array, transformation: Any, interpolation: str
    ) -> jax.Array:
        changed = ops.image.perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation=interpolation,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )
        return where_chosen(transformation["apply_perspective"], changed, images)

    def _apply_to_boxes(
        self, boxes: jax.Array, transformation: Any, size: Size
    ) -> jax.Array:
        points = (transformation["start_points"], transformation["end_points"])
        changed = projected(boxes, homography(*map(jnp.asarray, points)))
        flags = jnp.asarray(transformation["apply_perspective"])[:, None, None]
        return jnp.where(flags, changed, boxes)


class RandomElasticTransform(Moving):
    """Distorts a share of the pictures as if they were printed on rubber.

    Args:
        factor: the limits of each picture's probability, in [0, 1]; one number f means
            from 0 to f, so half of f of the pictures.
        scale: the limits of the strength, in [0, 1]; one number means from 0 to it.
            Drawn for the batch.
        interpolation: 'bilinear' or 'nearest'.
        fill_mode: what lies outside: 'constant', 'nearest', 'wrap', 'mirror' or
            'reflect'.
        fill_value: the value outside for 'constant'.
        value_range: the lowest and the highest value of the pictures.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to distort.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        UnsupportedFeatureError: boxes are given.

    Differs from Keras: other random numbers; the ways across and down are
    drawn apart, see `ops.image.elastic_transform`; masks move as their pictures; works
    inside compiled code.

    Example:
        >>> RandomElasticTransform(seed=1)(jnp.ones((1, 8, 8, 3))).shape
        (1, 8, 8, 3)
    """

    _KNOWS_BOXES = False

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)
        self.scale = self._range(scale, "scale", 0, 1)
        self.interpolation = _checks.one_of(
            interpolation, WARP_INTERPOLATIONS, "interpolation", self._where
        )
        self.fill_mode = _checks.one_of(fill_mode, FILL_MODES, "fill_mode", self._where)
        self.fill_value = fill_value
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array] | None:
        if self.scale[1] == 0 or self.factor[1] == 0:
            return None
        chance, strength, ways = jax.random.split(key, 3)
        return {
            "apply_transform": chosen(chance, shape[0] or 1, self.factor),
            "distortion_factor": uniform(strength, (), self.scale),
            "seed": ways,
        }

    def _moved(
        self, images: jax.Array, transformation: Any, interpolation: str
    ) -> jax.Array:
        height, width = self._size(images.shape)
        strength = transformation["distortion_factor"]
        noise = hashed_normal(
            transformation["seed"], (2, images.shape[0], height, width)
        )
        moved = distorted(
            images,
            noise,
            0.1 * max(height, width) * strength,
            0.05 * min(height, width) * strength,
            interpolation,
            self.fill_mode,
            self.fill_value,
            self.data_format == "channels_first",
        )
        return where_chosen(transformation["apply_transform"], moved, images)

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        return jnp.clip(super()._apply(images, transformation), *self.value_range)
