"""Contrast limited adaptive histogram equalization: local contrast, without noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade.core import _checks

from ._augmentation import rescaled
from ._augmentation_tone import BYTE, Fixed


class ContrastLimitedAdaptiveHistogramEqualization(Fixed):
    """Spreads the values in each part of a picture, within a limit on the contrast.

    The picture is divided into tiles; in each the values are spread so that all are
    about equally frequent, as `Equalization` does for the whole. Values that are more
    frequent than the limit count less, so that flat parts do not become noise. Between
    the tiles the results are mixed, so that no borders show. Also in prediction.

    Args:
        value_range: the lowest and the highest value of the pictures.
        clip_limit: how many times its even share of a tile a value may count; 0 for no
            limit.
        tile_grid_size: number of tiles (down, across).
        data_format: 'channels_last' or 'channels_first'; None for the global setting.
        **kwargs: `name`, `dtype`, `input_shape`.

    Call args:
        data: pictures, or a dict with 'images'; training: has no effect, as in Keras.

    Shapes:
        data: (b, h, w, c) or (h, w, c) -> the same, compute dtype.

    Raises:
        ConfigError: an argument outside its range.
        UnsupportedFeatureError: boxes are given.

    Differs from Keras: none; it needs less memory.

    Example:
        >>> layer = ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(1, 1))
        >>> layer(jnp.asarray([[[9.0], [9.0], [10.0], [200.0]]])).shape
        (1, 4, 1)

    Reference: Zuiderveld, "Contrast Limited Adaptive Histogram Equalization",
        Graphics Gems IV, 1994
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: int | Sequence[int] = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = self._two_limits(value_range)
        self.clip_limit = float(clip_limit)
        self.tile_grid_size = _checks.int_tuple(
            tile_grid_size, 2, "tile_grid_size", self._where
        )

    def transform_images(
        self, images: ArrayLike, transformation: Any = None, training: bool = True
    ) -> jax.Array:
        """Spreads the values of pictures, in training or not."""
        return super().transform_images(images, transformation, True)

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        x = jnp.moveaxis(images, self._channel_axis, -1).astype(jnp.float32)
        x = rescaled(x, self.value_range, BYTE)
        size = x.shape[1:3]
        tile = tuple(-(-n // t) for n, t in zip(size, self.tile_grid_size, strict=True))
        over = [
            t * n - s for t, n, s in zip(tile, self.tile_grid_size, size, strict=True)
        ]
        x = jnp.pad(x, ((0, 0), (0, over[0]), (0, over[1]), (0, 0)), "symmetric")
        steps = jnp.clip(x.astype(jnp.int32), 0, 255)
        result = self._looked_up(self._tables(steps, tile), steps, tile)
        result = rescaled(result[:, : size[0], : size[1]], BYTE, self.value_range)
        return jnp.moveaxis(result, -1, self._channel_axis).astype(images.dtype)

    def _tables(self, steps: jax.Array, tile: Sequence[int]) -> jax.Array:
        """What each value becomes: (b, tiles down, tiles across, c, 256)."""
        rows, _, _, channels = steps.shape
        shape = (rows, *self.tile_grid_size, channels, 256)
        places = (
            jnp.arange(rows)[:, None, None, None],
            (jnp.arange(steps.shape[1]) // tile[0])[:, None, None],
            (jnp.arange(steps.shape[2]) // tile[1])[:, None],
            jnp.arange(channels),
            steps,
        )
        counts = jnp.zeros(shape, jnp.float32).at[places].add(1.0)
        pixels = tile[0] * tile[1]
        if self.clip_limit > 0:
            kept = jnp.minimum(counts, self.clip_limit * pixels / 256)
            counts = kept + jnp.sum(counts - kept, -1, keepdims=True) / 256
        below = jnp.cumsum(counts, -1)
        first = below[..., :1]
        span = pixels - first
        return jnp.clip((below - first) * 255 / jnp.where(span == 0, 1, span), 0, 255)

    def _looked_up(
        self, tables: jax.Array, steps: jax.Array, tile: Sequence[int]
    ) -> jax.Array:
        """The value of each pixel by the tables of the four tiles around it."""
        rows, height, width, channels = steps.shape
        down = _around(height, tile[0], self.tile_grid_size[0])
        across = _around(width, tile[1], self.tile_grid_size[1])
        batch = jnp.arange(rows)[:, None, None, None]
        result = jnp.zeros(steps.shape, jnp.float32)
        for y, share_y in down:
            for x, share_x in across:
                places = (batch, y[:, None, None], x[:, None], jnp.arange(channels))
                share = share_y[:, None, None] * share_x[:, None]
                result = result + tables[(*places, steps)] * share
        return result


def _around(length: int, tile: int, count: int) -> list[tuple[jax.Array, jax.Array]]:
    """For each pixel of an axis the two nearest tiles, and the share of each."""
    place = (jnp.arange(length, dtype=jnp.float32) - tile / 2) / tile
    first = jnp.floor(place)
    share = place - first
    number = first.astype(jnp.int32)
    return [
        (jnp.clip(number, 0, count - 1), 1 - share),
        (jnp.clip(number + 1, 0, count - 1), share),
    ]
