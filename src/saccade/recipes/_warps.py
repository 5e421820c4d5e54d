"""Several steps that move pixels, done as one.

Steps one after another would blur the pictures a little with each, and the compiler
makes three of them cost far more than three times one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from saccade import ops
from saccade.core._symbolic import Shape
from saccade.layers import RandomFlip
from saccade.layers._augmentation import Augmentation, uniform
from saccade.layers._augmentation_geometry import _Warp

if TYPE_CHECKING:
    from saccade.layers import Layer


class RandomPart(_Warp):
    """Takes a random part of each picture, made as large as the whole.

    Unlike `RandomCrop` it keeps the size, and does nothing outside training.

    Args:
        smallest: the least share of each side, in (0, 1].
        **kwargs: `seed`, `name`, `dtype`.

    Shapes:
        (b, h, w, c) -> the same, compute dtype.

    Differs from Keras: Keras has no such layer.

    Example:
        >>> part = RandomPart(1.0)
        >>> part(jnp.arange(4.0).reshape(1, 2, 2, 1)).ravel()
        Array([0., 1., 2., 3.], dtype=float32)
    """

    def __init__(self, smallest: float, **kwargs: Any) -> None:
        super().__init__("reflect", "bilinear", 0.0, **kwargs)
        self.smallest = smallest

    def _draw(self, key: jax.Array, shape: Shape) -> dict[str, jax.Array]:
        first, down, across = jax.random.split(key, 3)
        rows = (shape[0] or 1,)
        side = uniform(first, rows, (self.smallest, 1.0))
        return {
            "side": side,
            "top": uniform(down, rows) * (1 - side),
            "left": uniform(across, rows) * (1 - side),
        }

    def _matrix(self, transformation: Any, shape: Shape) -> jax.Array:
        height, width = self._size(shape)
        side, zero = transformation["side"], jnp.zeros_like(transformation["side"])
        left, top = transformation["left"], transformation["top"]
        rows = [side, zero, left * (width - 1), zero, side, top * (height - 1)]
        return jnp.stack([*rows, zero, zero], -1)


class Warps(Augmentation):
    """Several warps and flips of pictures, looked up once.

    Args:
        parts: the layers, in order; all fill what lies outside in the same way.
        **kwargs: `seed`, `name`, `dtype`.

    Shapes:
        (b, h, w, c) -> the same, compute dtype.

    Differs from Keras: Keras has no such layer.

    Example:
        >>> twice = Warps([RandomPart(1.0), RandomPart(1.0)])
        >>> twice(jnp.arange(4.0).reshape(1, 2, 2, 1)).ravel()
        Array([0., 1., 2., 3.], dtype=float32)
    """

    def __init__(self, parts: Sequence[Augmentation], **kwargs: Any) -> None:
        super().__init__(data_format="channels_last", **kwargs)
        self.parts = list(parts)

    def _draw(self, key: jax.Array, shape: Shape) -> list[Any]:
        keys = jax.random.split(key, len(self.parts))
        pairs = zip(self.parts, keys, strict=True)
        return [part._draw(own, shape) for part, own in pairs]

    def _apply(self, images: jax.Array, transformation: Any) -> jax.Array:
        whole: jax.Array | None = None
        for part, drawn in zip(self.parts, transformation, strict=True):
            own = _square(part, drawn, images.shape)
            # Each maps places of its result to places of its input, so the first
            # layer's comes last.
            whole = own if whole is None else whole @ own
        if whole is None:
            return images
        numbers = whole.reshape(-1, 9)[:, :8]
        return ops.image.affine_transform(images, numbers, fill_mode="reflect")


def _square(part: Augmentation, drawn: Any, shape: Shape) -> jax.Array:
    """The matrix (b, 3, 3) that a layer looks pixels up with."""
    if isinstance(part, RandomFlip):
        numbers = _flip_numbers(part, drawn["flips"].ravel(), shape)
    elif isinstance(part, _Warp):
        numbers = part._matrix(drawn, shape)
    else:
        raise TypeError(f"{type(part).__name__} is no warp")
    numbers = jnp.broadcast_to(numbers, (shape[0], 8))
    return jnp.pad(numbers, ((0, 0), (0, 1)), constant_values=1.0).reshape(-1, 3, 3)


def _flip_numbers(part: RandomFlip, flips: jax.Array, shape: Shape) -> jax.Array:
    height, width = part._size(shape)
    zero, one = jnp.zeros(flips.shape), jnp.ones(flips.shape)
    turn = jnp.where(flips, -1.0, 1.0)
    across = turn if "horizontal" in part.mode else one
    down = turn if "vertical" in part.mode else one
    left = (width - 1) * (1 - across) / 2
    top = (height - 1) * (1 - down) / 2
    return jnp.stack([across, zero, left, zero, down, top, zero, zero], -1)


def fuse(steps: Sequence[Layer]) -> list[Layer]:
    """Puts neighbouring layers that move pixels into one.

    Args:
        steps: layers of augmentation, in order.

    Example:
        >>> [type(s).__name__ for s in fuse([RandomFlip(), RandomPart(0.5)])]
        ['Warps']
    """
    found: list[Layer] = []
    run: list[Augmentation] = []

    def end_run() -> None:
        found.extend(run if len(run) < 2 else [Warps(run)])
        run.clear()

    for step in steps:
        if isinstance(step, (RandomFlip, _Warp)):
            run.append(step)
            continue
        end_run()
        found.append(step)
    end_run()
    return found
