"""Augmentation that bends the scale of brightness: fewer steps, negatives, spreading.

Colours among each other are in `_augmentation_colour`; pixels must not move here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks
from saccade.core._symbolic import Shape

from ._augmentation import Augmentation, Factor, per_picture, rescaled, uniform

BYTE = (0, 255)


class RandomPosterization(Augmentation):
    """Keeps only the upper bits of each channel, so that few steps are left.

    Args:
        factor: the limits of the number of bits kept, in [1, 8], the upper one left
            out unless both are equal; one number f means from 1 to f.
        value_range: the lowest and the highest value of the pictures.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        seed: int for a stream of its own.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers. (One number f means what Keras 3.15 does
    with it; Keras' text says f bits, which is `(f, f)`.)

    Example:
        >>> RandomPosterization((1, 1))(jnp.asarray([[[100.0], [200.0]]])).ravel()
        Array([  0., 128.], dtype=float32)
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
        low, high = self._range(factor, "factor", 1, 8)
        self.factor = (int(low), int(high))
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        low, high = self.factor
        rows = (shape[0] or 1,)
        bits = jax.random.randint(key, rows, low, max(high, low + 1))
        return {"shift_factor": 8 - bits}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        x = rescaled(images.astype(jnp.float32), self.value_range, BYTE)
        shift = jnp.asarray(transformation["shift_factor"]).astype(jnp.int32)
        step = per_picture(1 << shift, "float32")
        # Floats hold these numbers exactly, and stay in one loop.
        x = jnp.floor(jnp.clip(x, *BYTE) / step) * step
        return rescaled(x, BYTE, self.value_range).astype(images.dtype)


class Solarization(Augmentation):
    """Turns bright pixels into their negatives, as too much light does to film.

    Args:
        addition_factor: the limits of what is added first, as shares of the range, in
            [0, 1]; one number f means from 0 to f.
        threshold_factor: the limits of the brightness from which on pixels are
            turned, as shares of the range; one number f means from 0 to f.
        value_range: the lowest and the highest value of the pictures.
        seed: int for a stream of its own.
        **kwargs: `data_format`, `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: other random numbers; the lower limit is a share of the range,
    as the upper one, where Keras 3.15 takes it as a number of 255.

    Example:
        >>> Solarization()(jnp.asarray([[[55.0], [200.0]]])).ravel()
        Array([200.,  55.], dtype=float32)
    """

    def __init__(
        self,
        addition_factor: Factor = 0.0,
        threshold_factor: Factor = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.addition_factor = self._range(addition_factor, "addition_factor", 0, 1)
        self.threshold_factor = self._range(threshold_factor, "threshold_factor", 0, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        first, second = jax.random.split(key)
        size = (shape[0] or 1, 1, 1, 1)
        return {
            "additions": uniform(first, size, self.addition_factor) * 255,
            "thresholds": uniform(second, size, self.threshold_factor) * 255,
        }

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        dtype = images.dtype.name
        x = rescaled(images, self.value_range, BYTE)
        x = jnp.clip(x + per_picture(transformation["additions"], dtype), *BYTE)
        dark = x < per_picture(transformation["thresholds"], dtype)
        return rescaled(jnp.where(dark, x, 255 - x), BYTE, self.value_range)


class Fixed(Augmentation):
    """A layer that draws nothing; its result depends on the picture alone."""

    _DRAWS = False

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config.pop("seed", None)
        return config


class AutoContrast(Fixed):
    """Spreads each channel of a picture over the whole range; also in prediction.

    Args:
        value_range: the lowest and the highest value of the pictures.
        **kwargs: `data_format`, `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: has no effect, as in Keras.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: 'channels_first' is known.

    Example:
        >>> AutoContrast()(jnp.asarray([[[100.0], [125.5], [151.0]]])).ravel()
        Array([  0. , 127.5, 255. ], dtype=float32)
    """

    def __init__(self, value_range: Sequence[float] = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = self._two_limits(value_range)

    def transform_images(
        self, images: ArrayLike, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Spreads the channels of pictures, in training or not."""
        return super().transform_images(images, transformation, True)

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        low, high = self.value_range
        least = _folded(jnp.minimum, images, self._pixel_axes)
        span = _folded(jnp.maximum, images, self._pixel_axes) - least
        scale = (high - low) / jnp.where(span > 0, span, 1)
        spread = jnp.clip((images - least) * scale + low, low, high)
        return jnp.where(span > 0, spread, images)


def _folded(
    choose: Callable[[jax.Array, jax.Array], jax.Array],
    x: jax.Array,
    axes: tuple[int, int],
) -> jax.Array:
    """The least or greatest of all pixels, by folding the picture in halves.

    XLA's own reduction compares three channels at a time; this one whole lines.
    """
    for axis in axes:
        while (length := x.shape[axis]) > 1:
            half = (length + 1) // 2
            # For odd lengths the halves share a line, which changes nothing.
            x = choose(
                jax.lax.slice_in_dim(x, 0, half, axis=axis),
                jax.lax.slice_in_dim(x, length - half, length, axis=axis),
            )
    return x


class Equalization(Fixed):
    """Spreads the values of each channel so that all are about equally frequent.

    Args:
        value_range: the lowest and the highest value of the pictures.
        bins: number of steps that are counted.
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: whether to change them.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.

    Differs from Keras: each picture is looked at by itself; Keras 3.15 counts the
    values of the whole batch, so that a picture's result depends on its neighbours.

    Example:
        >>> Equalization()(jnp.asarray([[[9.0], [9.0], [10.0], [200.0]]])).ravel()
        Array([  0.,   0., 128., 255.], dtype=float32)
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        bins: int = 256,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = self._two_limits(value_range)
        self.bins = _checks.positive_int(bins, "bins", self._where, minimum=2)

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        axis = self._channel_axis
        x = rescaled(images.astype(jnp.float32), self.value_range, BYTE)
        last = self.bins - 1
        step = jnp.clip((x * last / 255).astype(jnp.int32), 0, last)
        # Each channel of each picture has a stretch of one long row of counters.
        shape = [1] * 4
        shape[0], shape[axis] = images.shape[0], images.shape[axis]
        number = shape[0] * shape[axis]
        place = jnp.arange(number).reshape(shape) * self.bins + step
        counts = jnp.zeros(number * self.bins, jnp.int32)
        counts = counts.at[place.ravel()].add(1, mode="promise_in_bounds")
        counts = counts.reshape(number, self.bins)
        below = jnp.cumsum(counts, axis=1)
        total = below[:, -1:]
        first = jnp.min(jnp.where(below > 0, below, total), axis=1, keepdims=True)
        spread = jnp.round((below - first) * 255 / jnp.maximum(total - first, 1))
        result = jnp.take(spread.ravel(), place, mode="clip")
        # One value alone stays as it is.
        several = (jnp.count_nonzero(counts, axis=1) > 1).reshape(shape)
        result = jnp.where(several, result, x)
        return rescaled(result, BYTE, self.value_range).astype(images.dtype)
