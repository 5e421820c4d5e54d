"""Augmentation that blurs and sharpens.

What the filters compute is in `ops.image`; pixels must not move here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from saccade import ops
from saccade.core import _checks
from saccade.core._errors import ConfigError, message
from saccade.core._symbolic import Shape
from saccade.ops._filters import shifted_sum

from ._augmentation import (
    Augmentation,
    Factor,
    chosen,
    per_picture,
    uniform,
    where_chosen,
)


class RandomSharpness(Augmentation):
    """Makes edges softer or sharper.

    Args:
        factor: the limits, in [0, 1]: 0 is the blurred picture, 0.5 the picture, 1 as
            far beyond it as the blurred one is from it. One number f means from 0
            to f.
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

    Differs from Keras: other random numbers.

    Example:
        >>> spot = jnp.zeros((3, 3, 1)).at[1, 1].set(13.0)
        >>> RandomSharpness((0.0, 0.0))(spot)[..., 0].round()
        Array([[1., 1., 1.],
               [1., 5., 1.],
               [1., 1., 1.]], dtype=float32)
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
        return {"factor": uniform(key, (shape[0] or 1,), self.factor)}

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        factor = per_picture(transformation["factor"], images.dtype.name)
        # The window of nine pixels: 5 for the middle, 1 for the others, of 13.
        smooth = images
        for axis in self._pixel_axes:
            smooth = shifted_sum(smooth, [1.0, 1.0, 1.0], axis)
        smooth = (smooth + 4 * images) / 13
        sharpened = images + (1 - 2 * factor) * (smooth - images)
        return jnp.clip(sharpened, *self.value_range)


class RandomGaussianBlur(Augmentation):
    """Blurs a share of the pictures.

    Args:
        factor: the limits of each picture's probability, in [0, 1]; one number f means
            from 0 to f, so half of f of the pictures.
        kernel_size: pixels of the window across and down, odd.
        sigma: the limits of the standard deviation, in [0, 1]; one number means from 0
            to it. Drawn for the batch, once across and once down.
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

    Differs from Keras: other random numbers.

    Example:
        >>> blur = RandomGaussianBlur((1.0, 1.0), 3, (1.0, 1.0))
        >>> blur(jnp.zeros((1, 3, 1)).at[0, 1].set(10.0)).ravel().round(2)
        Array([1.24, 2.04, 1.24], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        kernel_size: int | Sequence[int] = 3,
        sigma: Factor = 1.0,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = self._range(factor, "factor", 0, 1)
        size = _checks.int_tuple(kernel_size, 2, "kernel_size", self._where)
        if not all(taps % 2 for taps in size):
            raise ConfigError(
                message(self._where, f"`kernel_size` must be odd, got {kernel_size!r}")
            )
        self.kernel_size = size
        self.sigma = self._range(sigma, "sigma", 0, 1)
        self.value_range = self._two_limits(value_range)

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        first, second = jax.random.split(key)
        return {
            "should_apply_blur": chosen(first, shape[0] or 1, self.factor),
            "blur_factor": uniform(second, (2,), self.sigma) + 1e-6,
        }

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        blurred = ops.image.gaussian_blur(
            images,
            kernel_size=self.kernel_size,
            sigma=transformation["blur_factor"],
            data_format=self.data_format,
        )
        apply = transformation["should_apply_blur"]
        return jnp.clip(where_chosen(apply, blurred, images), *self.value_range)
