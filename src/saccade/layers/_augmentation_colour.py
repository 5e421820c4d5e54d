"""Augmentation that changes colours: brightness, contrast, saturation, hue, grey.

Each works on single pixels and the statistics of one picture. What bends the scale of
brightness as a whole is in `_augmentation_tone`; pixels must not move here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade.core import _checks, _settings
from saccade.core._symbolic import Shape
from saccade.ops._colour import coloured, grey_of, hue_of, value_and_span

from ._augmentation import (
    Augmentation,
    Factor,
    chosen,
    per_picture,
    rescaled,
    uniform,
    where_chosen,
)


class RandomBrightness(Augmentation):
    """Makes pictures brighter or darker.

    Args:
        factor: two numbers, the limits of what is added as shares of the range, in
            [-1, 1]; one number f means from -f to f. 1 makes pictures white.
        value_range: the lowest and the highest value of the pictures.
        seed: int for a stream of its own.
        **kwargs: `data_format`, `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers; integers become floats first.

    Example:
        >>> brighter = RandomBrightness((0.5, 0.5), value_range=(0, 1))
        >>> brighter(jnp.asarray([0.25, 0.75]).reshape(1, 1, 2, 1)).ravel()
        Array([0.75, 1.  ], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.factor = self._range(factor, "factor", -1, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        low, high = self.value_range
        share = uniform(key, (shape[0] or 1, 1, 1, 1), self.factor)
        return {"rgb_delta": share * (high - low)}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        delta = per_picture(transformation["rgb_delta"], images.dtype.name)
        return jnp.clip(images + delta, *self.value_range)


class RandomContrast(Augmentation):
    """Moves pixels away from the mean of their picture's channel, or towards it.

    x becomes (x - mean) * c + mean, with c between 1 - lower and 1 + upper.

    Args:
        factor: lower and upper, two numbers in [0, 1], the smaller first; one number
            f means from 1 to 1 + f.
        value_range: the lowest and the highest value of the pictures.
        seed: int for a stream of its own.
        **kwargs: `data_format`, `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers. (One number f means what Keras 3.15 does
    with it; Keras' text says from 1 - f.)

    Example:
        >>> grey = RandomContrast((1.0, 1.0), seed=1)
        >>> x = jnp.asarray([0.0, 4.0]).reshape(1, 1, 2, 1)
        >>> grey.transform_images(x, {"contrast_factor": jnp.zeros((1,))}).ravel()
        Array([2., 2.], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        limits = (1 - self.factor[0], 1 + self.factor[1])
        return {"contrast_factor": uniform(key, (shape[0] or 1, 1, 1, 1), limits)}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        factor = per_picture(transformation["contrast_factor"], images.dtype.name)
        rows, columns = self._pixel_axes
        # Rows first: sums of whole lines vectorise, sums of three channels do not.
        mean = images.mean(rows, keepdims=True).mean(columns, keepdims=True)
        return jnp.clip((images - mean) * factor + mean, *self.value_range)


class RandomSaturation(Augmentation):
    """Makes colours stronger or weaker.

    Args:
        factor: two numbers in [-1, 1], the limits of f; saturation is multiplied by
            f / (1 - f), so 0.5 changes nothing, 0 and below gives grey, 1 full
            colours. One number f means from -f to f.
        value_range: the lowest and the highest value of the pictures.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, 3) or (h, w, 3) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: not 3 channels.

    Differs from Keras: other random numbers; saturation stays below 1 for every
    `value_range`, where Keras 3.15 cuts it at `value_range[1]`, so that pixels of
    pictures in [0, 255] become negative. (One number f means what Keras 3.15 does with
    it; Keras' text says from 0.)

    Example:
        >>> grey = RandomSaturation((0.0, 0.0))
        >>> grey(jnp.asarray([[[1.0, 2.0, 3.0]]])).ravel()
        Array([3., 3., 3.], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", -1, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        factor = uniform(key, (shape[0] or 1,), self.factor)
        return {"factor": factor / (1 - factor + _settings.epsilon())}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        factor = per_picture(transformation["factor"], images.dtype.name)
        value, span = value_and_span(images, self._channel_axis, self._where)
        # Saturation is span / value, so all channels come nearer to the largest one or
        # go away from it, at most until the smallest is 0: no need for HSV.
        most = (value - self.value_range[0]) / jnp.where(span > 0, span, 1)
        factor = jnp.clip(factor, 0, jnp.maximum(most, 0))
        return jnp.where(span > 0, value + (images - value) * factor, images)


class RandomHue(Augmentation):
    """Turns colours round the circle of colours.

    Args:
        factor: two numbers in [0, 1], the limits of the turn; 1 is half a circle. One
            number f means from 0 to f. Half of the pictures turn the other way.
        value_range: the lowest and the highest value of the pictures.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, 3) or (h, w, 3) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: not 3 channels.

    Differs from Keras: other random numbers.

    Example:
        >>> opposite = RandomHue((1.0, 1.0), value_range=(0, 1))
        >>> opposite(jnp.asarray([[[1.0, 0.0, 0.0]]])).ravel()
        Array([0., 1., 1.], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        turn, way = jax.random.split(key)
        rows = (shape[0] or 1,)
        factor = 0.5 * uniform(turn, rows, self.factor)
        return {"factor": jnp.where(uniform(way, rows) > 0.5, -factor, factor)}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        axis = self._channel_axis
        x = rescaled(images.astype(jnp.float32), self.value_range, (0, 1))
        value, span = value_and_span(x, axis, self._where)
        hue = hue_of(x, axis, value, span)
        hue += per_picture(transformation["factor"], "float32")
        x = jnp.clip(coloured(hue, value, span, axis), 0, 1)
        return rescaled(x, (0, 1), self.value_range).astype(images.dtype)


class RandomColorJitter(Augmentation):
    """Changes brightness, contrast, saturation and hue, in this order.

    Args:
        value_range: the lowest and the highest value of the pictures.
        brightness_factor: of `RandomBrightness`; None to leave it out.
        contrast_factor: of `RandomContrast`; None to leave it out.
        saturation_factor: of `RandomSaturation`; None to leave it out.
        hue_factor: of `RandomHue`; None to leave it out.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, 3) or (h, w, 3) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: not 3 channels.

    Differs from Keras: other random numbers, and as the four layers.

    Example:
        >>> RandomColorJitter()(jnp.ones((1, 1, 1, 3))).ravel()
        Array([1., 1., 1.], dtype=float32)
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        brightness_factor: Factor | None = None,
        contrast_factor: Factor | None = None,
        saturation_factor: Factor | None = None,
        hue_factor: Factor | None = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = self._two_limits(value_range)
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        self._steps: dict[str, Augmentation] = {}
        for name, cls, factor in (
            ("random_brightness", RandomBrightness, brightness_factor),
            ("random_contrast", RandomContrast, contrast_factor),
            ("random_saturation", RandomSaturation, saturation_factor),
            ("random_hue", RandomHue, hue_factor),
        ):
            if factor is not None:
                self._steps[name] = cls(
                    factor,
                    value_range=self.value_range,
                    seed=seed,
                    data_format=self.data_format,
                    dtype=self.dtype_policy,
                )

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, Any]:
        keys = jax.random.split(key, 4)
        return {
            name: step._draw(own, shape)
            for own, (name, step) in zip(keys, self._steps.items(), strict=False)
        }

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        for name, step in self._steps.items():
            images = step._apply(images, transformation[name])
        return images


class RandomGrayscale(Augmentation):
    """Takes the colour out of a share of the pictures; they keep three channels.

    Args:
        factor: the share, in [0, 1].
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, 3) or (h, w, 3) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: not 3 channels.

    Differs from Keras: other random numbers; integers become floats first.

    Example:
        >>> RandomGrayscale(1.0)(jnp.asarray([[[0.0, 100.0, 0.0]]])).ravel()
        Array([58.7, 58.7, 58.7], dtype=float32)
    """

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = _checks.fraction(factor, "factor", self._where)

    def _draw(self, key: jax.Array, shape: Shape) -> jax.Array:
        return uniform(key, (shape[0] or 1, 1, 1, 1)) < self.factor

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        if images.shape[self._channel_axis] == 1:
            return images
        grey = grey_of(images, self._channel_axis, self._where)
        return jnp.where(transformation, grey, images)


class RandomColorDegeneration(Augmentation):
    """Mixes pictures with their grey form.

    Args:
        factor: two numbers in [-1, 1], the limits of the grey form's share; below 0
            colours get stronger. One number f means from -f to f.
        value_range: the lowest and the highest value of the pictures.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, 3) or (h, w, 3) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        ShapeError: not 3 channels.

    Differs from Keras: other random numbers. (One number f means what Keras 3.15 does
    with it; Keras' text says from 0.)

    Example:
        >>> grey = RandomColorDegeneration((1.0, 1.0))
        >>> grey(jnp.asarray([[[0.0, 100.0, 0.0]]])).ravel()
        Array([58.7, 58.7, 58.7], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", -1, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        return {"factor": uniform(key, (shape[0] or 1, 1, 1, 1), self.factor)}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        factor = per_picture(transformation["factor"], images.dtype.name)
        grey = grey_of(images, self._channel_axis, self._where)
        return jnp.clip(images + factor * (grey - images), *self.value_range)


class RandomInvert(Augmentation):
    """Turns a share of the pictures into their negatives.

    Args:
        factor: the limits of each picture's probability, in [0, 1]; one number f means
            from 0 to f, so half of f of the pictures.
        value_range: the lowest and the highest value of the pictures.
        seed: int for a stream of its own.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers; a pixel x becomes low + high - x, where
    Keras forgets the lowest value.

    Example:
        >>> RandomInvert((1.0, 1.0))(jnp.full((1, 1, 1), 55.0)).ravel()
        Array([200.], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        return {"apply_inversion": chosen(key, shape[0] or 1, self.factor)}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        negative = self.value_range[0] + self.value_range[1] - images
        return where_chosen(transformation["apply_inversion"], negative, images)
